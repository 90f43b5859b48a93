"""Drives the real window through every step against a sandbox and photographs it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from feishu_wizard.ui.tour_camera import Camera
from feishu_wizard.ui.tour_drills import told_by_diagnosis, told_by_steps
from feishu_wizard.ui.tour_stage import Condition
from feishu_wizard.ui.tour_walk import UnwellError, Walk

if TYPE_CHECKING:
    from feishu_wizard.ui.shell import Shell
    from feishu_wizard.wizard.session import Session

# A step that takes longer than this is a failure of the tour, told in tour.json.
STEP_SECONDS = 60.0
_LOOK_MS = 15


class Tour(QObject):
    """One tour. ``finished`` is called with the exit code when it has ended."""

    def __init__(
        self,
        window: Shell,
        session: Session,
        practice: dict[str, Any],
        out: Path,
        drill: str,
        finished: Callable[[int], None],
    ) -> None:
        super().__init__(window)
        self._session, self._out, self._drill, self._finished = session, out, drill, finished
        self._camera = Camera(window, session, out)
        self._walk = Walk(window, session, practice, drill, self._camera)
        self._script = self._walk.script()
        self._waiting: Condition = lambda: True
        self._waiting_for = "the window"
        self._since = time.monotonic()
        self._failure = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin once the event loop runs."""
        self._camera.prepare()
        self._timer.start()

    def _look(self) -> None:
        """Go on when what the script waits for is true; give up after a bound."""
        if not self._waiting():
            if time.monotonic() - self._since > STEP_SECONDS:
                self._end(f"waited too long for {self._waiting_for}")
            return
        try:
            self._waiting_for, self._waiting = next(self._script)
            self._since = time.monotonic()
        except StopIteration:
            self._end("")
        except UnwellError as error:
            self._end(str(error))

    def _end(self, failure: str) -> None:
        self._timer.stop()
        if failure:
            self._failure = failure
            self._camera.shoot()
        elif self._drill:
            self._failure = self._unseen()
        self._write()
        self._finished(1 if self._failure else 0)

    def _unseen(self) -> str:
        """Where the drill's finding had to be shown and was not; "" when all is well."""
        if told_by_steps(self._drill) and self._walk.seen is None:
            return f"the finding of {self._drill} was not shown"
        if told_by_diagnosis(self._drill) and self._walk.diagnosed is None:
            return f"the diagnosis did not name the finding of {self._drill}"
        return ""

    def _write(self) -> None:
        walk = self._walk
        told = {
            "schema": "feishu-wizard/tour/1",
            "drill": self._drill,
            "complete": not self._failure,
            "failure": self._failure,
            "sighting": walk.seen.as_dict() if walk.seen else None,
            "diagnosis": walk.diagnosed.as_dict() if walk.diagnosed else None,
            "pictures": self._camera.pictures,
            "steps": [row.step.value for row in self._session.rows() if row.reachable],
        }
        text = json.dumps(told, ensure_ascii=False, indent=2)
        (self._out / "tour.json").write_text(text + "\n", encoding="utf-8")

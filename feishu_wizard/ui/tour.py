"""Drives the real window through every step against a sandbox and photographs it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QScrollArea

from feishu_wizard.ui.measure import misfits, missing_glyphs
from feishu_wizard.ui.tour_drills import Sighting, shown
from feishu_wizard.wizard.steps import Severity, Step

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.ui.shell import Shell
    from feishu_wizard.wizard.session import Session

# A step that takes longer than this is a failure of the tour, told in tour.json.
STEP_SECONDS = 60.0
_LOOK_MS = 15
_USUAL, _TALLEST = 760, 3400
Condition = Callable[[], bool]

# What the release carries: the scopes that the permission page itself asks for, and the settings.
_ANYWHERE = {"type": "all"}


class Tour(QObject):
    """One walk. ``finished`` is called with the exit code when it has ended."""

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
        self._window, self._session, self._practice = window, session, practice
        self._out, self._drill, self._finished = out, drill, finished
        self._shots: list[dict[str, Any]] = []
        self._waiting: Condition = lambda: True
        self._waiting_for = "the window"
        self._since = time.monotonic()
        self._failure = ""
        self._seen: Sighting | None = None
        self._people: tuple[str, ...] = ()
        self._busy_outside = False
        self._script = self._walk()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin once the event loop runs."""
        self._out.mkdir(parents=True, exist_ok=True)
        for old in self._out.glob("[0-9][0-9]-*.png"):
            old.unlink()
        self._timer.start()

    # -- the engine -------------------------------------------------------------------

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

    def _end(self, failure: str) -> None:
        self._timer.stop()
        if failure and not self._seen:
            self._failure = failure
            self._shoot(self._session.step.value)
        if self._drill and self._seen is None and not self._failure:
            self._failure = f"the finding of {self._drill} was not shown"
        self._write()
        self._finished(1 if self._failure else 0)

    def _write(self) -> None:
        told = {
            "schema": "feishu-wizard/tour/1",
            "drill": self._drill,
            "complete": not self._failure,
            "failure": self._failure,
            "sighting": self._seen.as_dict() if self._seen else None,
            "pictures": self._shots,
            "steps": [row.step.value for row in self._session.rows() if row.reachable],
        }
        text = json.dumps(told, ensure_ascii=False, indent=2)
        (self._out / "tour.json").write_text(text + "\n", encoding="utf-8")

    # -- the script -------------------------------------------------------------------

    def _walk(self) -> Iterator[tuple[str, Condition]]:
        """The steps in order; a drill ends the walk where its finding is shown."""
        yield "the knowledge", lambda: bool(self._session.permissions.needs)
        for part in (
            self._prerequisites,
            self._credentials,
            self._permissions,
            self._save,
            self._test,
            self._finish,
        ):
            yield from part()
            if self._seen is not None:
                return

    def _prerequisites(self) -> Iterator[tuple[str, Condition]]:
        yield from self._shot()
        self._type("prerequisites.can_url", self._practice["can"] + "/user/login")
        self._session.press()
        yield "the network check", self._idle
        yield from self._sighted()
        if self._seen is None:
            self._session.go(Step.PREREQUISITES)
            yield from self._shot()
            yield from self._on(Step.CREDENTIALS)

    def _credentials(self) -> Iterator[tuple[str, Condition]]:
        yield from self._shot()
        self._type("credentials.app_id", self._practice["app_id"])
        self._type("credentials.app_secret", self._practice["app_secret"])
        self._type("credentials.callback_url", self._practice["can"] + "/user/softLogin")
        self._session.press()
        yield "the pair's check", self._idle
        yield from self._sighted()
        if self._seen is None:
            self._session.go(Step.CREDENTIALS)
            yield from self._shot()
            yield from self._on(Step.PERMISSIONS)

    def _permissions(self) -> Iterator[tuple[str, Condition]]:
        self._session.permissions.check()
        yield "the permissions", self._idle
        yield from self._sighted()
        if self._seen is not None:
            return
        yield from self._shot()
        if not self._drill:
            yield from self._console()
            self._session.permissions.check()
            yield "the permissions again", self._idle
            yield from self._shot()
        yield from self._on(Step.SAVE)

    def _console(self) -> Iterator[tuple[str, Condition]]:
        """A person adds what is missing and releases exactly one version, which is approved."""
        scopes = list(self._session.permissions.plan.missing_scopes())
        callback = self._session.credentials.callback.value
        actions: tuple[tuple[str, dict[str, Any]], ...] = (
            ("grant", {"scopes": scopes, "token_type": "tenant"}),
            ("bot", {"enable": True}),
            ("redirect-url", {"add": [callback]}),
            ("range", _ANYWHERE),
            ("availability", _ANYWHERE),
            ("release", {"note": "First version"}),
            ("approve", {}),
        )
        kit, origin = self._session.keeping.kit(), self._practice["console"]

        async def work(place: Workplace, report: Report) -> None:
            from feishu_wizard.operations.practice import console

            await console(place, kit, origin, actions)

        yield from self._aside(work, lambda _: None)

    def _save(self) -> Iterator[tuple[str, Condition]]:
        for name, value in self._practice["inputs"].items():
            self._session.save.set_input(name, value)
        yield from self._shot_when("the save page", lambda: True)
        for name, value in self._practice["secrets"].items():
            self._type(f"save.secret.{name}", value)
        if self._drill == "can-conflict":
            self._session.credentials.set_callback(self._practice["can"] + "/can/user/softLogin")
        self._session.save.compare()
        yield "the difference", self._idle
        yield from self._sighted()
        if self._seen is not None:
            return
        yield from self._shot()
        if self._session.verb().code not in ("continue", "continue_open"):
            self._session.press()
            yield "the save", self._idle
            yield from self._sighted()
            if self._seen is not None:
                return
            yield from self._shot()
        yield from self._on(Step.TEST)

    def _test(self) -> Iterator[tuple[str, Condition]]:
        kit, origin = self._session.keeping.kit(), self._practice["console"]

        async def work(place: Workplace, report: Report) -> tuple[str, ...]:
            from feishu_wizard.operations.practice import people

            return await people(place, kit, origin, 2)

        yield from self._aside(work, self._found_people)
        self._type("test.recipients", ", ".join(self._people))
        self._session.test.resolve()
        yield "the recipients", self._idle
        yield from self._shot()
        self._session.test.send()
        yield "the messages", self._idle
        yield from self._sighted()
        yield from self._shot()
        yield from self._on(Step.FINISH)

    def _finish(self) -> Iterator[tuple[str, Condition]]:
        yield from self._shot()

    # -- acting and waiting -----------------------------------------------------------

    def _idle(self) -> bool:
        return self._session.busy is None

    def _on(self, step: Step) -> Iterator[tuple[str, Condition]]:
        """Leave the current page by its positive button until ``step`` is shown."""
        tries = 0
        while self._session.step is not step and tries < 3:
            self._session.press()
            yield f"the step {step.value}", self._idle
            tries += 1
        if self._session.step is not step:
            yield f"the step {step.value}", lambda: self._session.step is step

    def _aside(self, work: Any, done: Callable[[Any], None]) -> Iterator[tuple[str, Condition]]:
        """Something that a person does elsewhere, such as in the console."""
        self._busy_outside = True

        def over(result: Any) -> None:
            self._busy_outside = False
            done(result)

        self._session.background(work, over, self._session.say_error)
        yield "the console", lambda: not self._busy_outside

    def _found_people(self, people: tuple[str, ...]) -> None:
        self._people = people

    def _type(self, name: str, text: str) -> None:
        """Type into the box of the page, as a person would."""
        self._window.refresh()
        QApplication.processEvents()
        box = self._window.findChild(QLineEdit, name)
        if box is not None:
            box.setText(text)
            return
        area = self._window.findChild(QPlainTextEdit, name)
        if area is None:
            raise LookupError(f"there is no box {name}")
        area.setPlainText(text)

    def _sighted(self) -> Iterator[tuple[str, Condition]]:
        """With a drill: photograph its finding when it is shown, and remember where."""
        if not self._drill:
            return
        self._window.refresh()
        self._seen = shown(self._drill, self._session)
        if self._seen is not None:
            yield from self._shot()

    def _shot(self) -> Iterator[tuple[str, Condition]]:
        yield from self._shot_when(f"the page {self._session.step.value}", self._idle)

    def _shot_when(self, what: str, ready: Condition) -> Iterator[tuple[str, Condition]]:
        """Let the window settle for two turns of the event loop, then photograph it."""
        yield what, ready
        self._window.refresh()
        for _ in range(3):
            yield what, ready
        self._shoot(self._session.step.value)

    def _shoot(self, name: str) -> None:
        self._stretch()
        number = len(self._shots) + 1
        file = f"{number:02}-{name}.png"
        self._window.grab().save(str(self._out / file))
        message = self._session.message
        self._shots.append(
            {
                "file": file,
                "step": self._session.step.value,
                "message": message.code if message else "",
                "error": bool(message and message.severity is Severity.ERROR),
                "clipped": misfits(self._window),
                "missing_glyphs": missing_glyphs(self._window),
            }
        )

    def _stretch(self) -> None:
        """Make the window as tall as its page, so that the picture shows all of it."""
        page = self._window.page()
        area = next(a for a in self._window.findChildren(QScrollArea) if a.widget() is page)
        self._resize(_USUAL)
        # Twice, because lines that wrap may need less room once the scroll bar has gone.
        for _ in range(2):
            more = area.verticalScrollBar().maximum()
            self._resize(min(_TALLEST, self._window.height() + more))
        spare = area.viewport().height() - page.heightForWidth(area.viewport().width())
        self._resize(max(_USUAL, self._window.height() - max(0, spare)))

    def _resize(self, height: int) -> None:
        self._window.resize(self._window.width(), height)
        QApplication.processEvents()

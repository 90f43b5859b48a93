"""Measured program: the window, idle and during a walk of the address book, and its table.

Arguments: the setup file of a sandbox, a folder for the program's state. 80,000 people are in the
journal already, as if a walk had been broken off; the sandbox brings the others. Writes one JSON
line: the longest gaps of the event loop in milliseconds, ``idle`` and ``walking`` in turn; how long
the table's first page took to be painted while the walk ran, by what was asked; the people; and
how fast the machine is meanwhile.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QLineEdit

from feishu_wizard.app import _application, make_page
from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.directory import PersonState
from feishu_wizard.domain.walk import WalkState
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.services.storage.rehearsal.journals import Rehearsals
from feishu_wizard.services.storage.rehearsal.walk import Head, Listing, StoredPage, WalkJournal
from feishu_wizard.ui import language, theme
from feishu_wizard.ui.bridge import AsyncRunner
from feishu_wizard.ui.shell import Shell
from feishu_wizard.ui.widgets.big_table import BigTable
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Step

ROUNDS, PAGE_ROUNDS = 3, 7
ROUND_S = 2.0
KEPT = 80_000
PAGE = 500
BEAT_MS = 5
LIMIT_S = 30.0


class Pulse(QObject):
    """The longest time between two beats of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def measure(self, seconds: float) -> float:
        """Run the event loop for a while; the longest gap in milliseconds."""
        self.longest = 0.0
        self._clock.start()
        self._timer.start()
        spin(seconds)
        self._timer.stop()
        return self.longest

    def _beat(self) -> None:
        self.longest = max(self.longest, self._clock.nsecsElapsed() / 1e6)
        self._clock.start()


def spin(seconds: float) -> None:
    """Let the window live."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def until(condition: Callable[[], object]) -> None:
    """Let the window live until something is so."""
    given_up = time.monotonic() + LIMIT_S
    while not condition():
        spin(0.02)
        if time.monotonic() > given_up:
            raise TimeoutError("nothing came of it")


def loops_ms() -> float:
    """How fast this machine is right now: a million empty turns of a loop, in milliseconds."""
    started = time.perf_counter()
    for _ in range(1_000_000):
        pass
    return (time.perf_counter() - started) * 1000


def people(count: int) -> Iterator[tuple[object, ...]]:
    """Rows of the journal's table ``people``."""
    for n in range(count):
        mixed = n * 7_919 % count
        name, user_id = f"王小明{mixed:06}", f"walked{n:06}"
        mobile = f"+86138{mixed:08}" if n % 97 else ""
        email, place = f"wang.xiaoming{mixed:06}@example.com", f"od-walked{n % 2_000:04}"
        search = f"{name}\n{user_id}\n{mobile}\n{email}"
        state = PersonState.ACTIVE.value
        yield (
            f"ou_walked{n:06}", user_id, f"on_{n:06}", name, mobile, email, "", state,
            f'["{place}"]', place, 255, search, 0, 0,
        )  # fmt: skip


def keep_people(root: Path, session: Session) -> None:
    """A walk of this app that was broken off after 80,000 people."""
    place = Workplace(Program(root, use_keyring=False))
    feishu = session.keeping.kit().setup.feishu
    with Rehearsals(place.paths).open(session.answers.setup_id) as rehearsal:
        head = Head(
            walk="benchmark",
            state=WalkState.BROKEN_OFF,
            app_id=feishu.app_id,
            hosts=f"{feishu.hosts.open} {feishu.tenant_key}".strip(),
            basis="",
            started_at="2026-11-22T09:30:00Z",
        )
        rehearsal.begin(head)
        journal, rows = WalkJournal(rehearsal, head.walk), people(KEPT)
        while some := list(islice(rows, PAGE)):
            journal.store(Listing("range"), StoredPage(people=some, done=False), 0)


def open_window(setup: str, root: Path) -> tuple[Session, Shell, AsyncRunner]:
    """The window on the sync panel of a sandbox's setup."""
    runner, places = AsyncRunner(), list[Workplace]()

    async def workplace() -> Workplace:
        if not places:
            places.append(Workplace(Program(root, use_keyring=False)))
            runner.on_stop(places[0].close)
        return places[0]

    session = Session(runner, workplace)
    shell = Shell(session, lambda view: make_page(session, view))
    shell.resize(1000, 800)
    shell.show()
    session.keeping.enabled = False
    session.keeping.begin()
    until(lambda: session.permissions.needs)
    session.keeping.open_file(setup)
    until(lambda: bool(session.answers.file_path) and session.busy is None)
    keep_people(root, session)
    session.restore(session.answers, Step.TEST)
    session.test.show_panel(Capability.USER_SYNC)
    until(lambda: session.test.sync.people == KEPT and session.test.sync.picture is not None)
    return session, shell, runner


def walk(session: Session) -> None:
    """Go on with the walk until it has brought pages and the table has listed anew."""
    flow = session.test.sync
    before = flow.news
    flow.go_on()
    until(lambda: flow.news is not None and flow.news is not before)
    spin(0.3)


def pause(session: Session) -> None:
    """Pause, and let what follows from it pass."""
    flow = session.test.sync
    before = flow.picture
    flow.pause()
    until(lambda: flow.picture is not before)
    spin(0.5)


def first_pages(shell: Shell) -> dict[str, float]:
    """Milliseconds from a sort, a group or a search to the painted first page: medians."""
    table = shell.page().findChild(BigTable, "test.sync.table")
    search = shell.page().findChild(QLineEdit, "test.sync.search")
    asks: dict[str, Callable[[], Any]] = {
        "sort by mobile": lambda: table.sort_by("mobile"),
        "sort by e-mail, descending": lambda: table.sort_by("email", descending=True),
        "sort by department": lambda: table.sort_by("department"),
        "group": lambda: table.set_group("blank:mobile"),
        "everybody": lambda: table.set_group(""),
        "search": lambda: search.setText("xiaoming0012"),
        "search nobody": lambda: search.setText("nobody at all"),
        "search cleared": lambda: search.setText(""),
        "sort by name": lambda: table.sort_by("name"),
    }
    took: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(PAGE_ROUNDS):
        for name, ask in asks.items():
            until(lambda: not table.waiting)
            took[name].append(first_page(table, ask))
    return {name: statistics.median(times) for name, times in took.items()}


def first_page(table: BigTable, ask: Callable[[], Any]) -> float:
    """Milliseconds until what was asked for is painted."""
    loop = QEventLoop()
    heard = table.settled.connect(loop.quit)
    QTimer.singleShot(round(LIMIT_S * 1000), loop.quit)
    clock = QElapsedTimer()
    clock.start()
    ask()
    loop.exec()
    table.viewport().repaint()
    took = clock.nsecsElapsed() / 1e6
    table.settled.disconnect(heard)
    spin(0.05)
    return took


def main(setup: str, root: Path) -> dict[str, Any]:
    """Measure, side by side."""
    app = _application(None)
    theme.apply(app, "light")
    language.use(app, "en")
    session, shell, runner = open_window(setup, root)
    pulse, idle, walking, speed = Pulse(), [], [], [loops_ms()]
    spin(0.5)
    for _ in range(ROUNDS):
        idle.append(pulse.measure(ROUND_S))
        speed.append(loops_ms())
        walk(session)
        walking.append(pulse.measure(ROUND_S))
        pause(session)
    walk(session)
    took = first_pages(shell)
    still = session.test.sync.running
    found = session.test.sync.people
    pause(session)
    shell._leaving = True
    shell.close()
    runner.stop(5.0)
    return {
        "idle": idle, "walking": walking, "first_pages": took, "people": found, "running": still,
        "loops_ms": statistics.median(speed),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))), flush=True)

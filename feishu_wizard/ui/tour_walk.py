"""The walk of the tour: every step, as a person does it; then the diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from feishu_wizard.ui.tour_drills import (
    QUOTA_SLOWED,
    Sighting,
    diagnosed,
    shown,
    told_by_diagnosis,
    told_by_steps,
)
from feishu_wizard.ui.widgets.finding_tree import FindingTree
from feishu_wizard.wizard.asked import Source
from feishu_wizard.wizard.steps import Step

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.ui.shell import Shell
    from feishu_wizard.ui.tour_camera import Camera
    from feishu_wizard.wizard.session import Session

Condition = Callable[[], bool]
Script = Iterator[tuple[str, Condition]]
"""What is waited for, in words, and whether it is there."""

# What the release carries: the scopes that the permission page itself asks for, and the settings.
_ANYWHERE = {"type": "all"}


class UnwellError(Exception):
    """What the tour shows is not what it is to show."""


class Walk:
    """One walk through ``window``; ``seen`` and ``diagnosed``: where the drill's finding was."""

    def __init__(
        self, window: Shell, session: Session, practice: dict[str, Any], drill: str, camera: Camera
    ) -> None:
        self.seen: Sighting | None = None
        self.diagnosed: Sighting | None = None
        self._window, self._session, self._practice = window, session, practice
        self._drill, self._camera = drill, camera
        self._outsider = ""
        self._people: tuple[str, ...] = ()
        self._busy_outside = False

    def script(self) -> Script:
        """The steps, as far as a drill lets them be walked; then the diagnosis."""
        yield "the knowledge", lambda: bool(self._session.permissions.needs)
        if not self._drill or told_by_steps(self._drill):
            yield from self._steps()
        if not self._drill or told_by_diagnosis(self._drill):
            yield from self._diagnosis()

    def _steps(self) -> Script:
        """In order; a drill ends the walk where its finding is shown."""
        for part in (
            self._prerequisites,
            self._credentials,
            self._permissions,
            self._save,
            self._test,
            self._finish,
        ):
            yield from part()
            if self.seen is not None:
                return

    def _prerequisites(self) -> Script:
        yield from self._shot()
        self._type("prerequisites.can_url", self._practice["can"] + "/user/login")
        self._session.press()
        yield "the network check", self._idle
        yield from self._sighted()
        if self.seen is None:
            self._session.go(Step.PREREQUISITES)
            yield from self._shot()
            yield from self._on(Step.CREDENTIALS)

    def _credentials(self) -> Script:
        yield from self._shot()
        self._type("credentials.app_id", self._practice["app_id"])
        self._type("credentials.app_secret", self._practice["app_secret"])
        self._type("credentials.callback_url", self._practice["can"] + "/user/softLogin")
        self._session.press()
        yield "the pair's check", self._idle
        yield from self._sighted()
        if self.seen is None:
            self._session.go(Step.CREDENTIALS)
            yield from self._shot()
            yield from self._on(Step.PERMISSIONS)

    def _permissions(self) -> Script:
        self._session.permissions.check()
        yield "the permissions", self._idle
        yield from self._sighted()
        if self.seen is not None:
            return
        yield from self._shot()
        if not self._drill:
            yield from self._console()
            self._session.permissions.check()
            yield "the permissions again", self._idle
            yield from self._shot()
        yield from self._on(Step.SAVE)

    def _console(self) -> Script:
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

    def _save(self) -> Script:
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
        if self.seen is not None:
            return
        yield from self._shot()
        if self._session.verb().code not in ("continue", "continue_open"):
            self._session.press()
            yield "the save", self._idle
            yield from self._sighted()
            if self.seen is not None:
                return
            yield from self._shot()
        yield from self._on(Step.TEST)

    def _test(self) -> Script:
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

    def _finish(self) -> Script:
        yield from self._shot()

    def _diagnosis(self) -> Script:
        """Of this sitting when it is whole, else of the complete setup file."""
        kit, origin = self._session.keeping.kit(), self._practice["console"]
        if self._drill == "recipient-outside":

            async def work(place: Workplace, report: Report) -> str:
                from feishu_wizard.operations.practice import outsider

                return await outsider(place, kit, origin)

            yield from self._aside(work, lambda found: setattr(self, "_outsider", found))
        self._session.diagnose()
        self._window.refresh()
        asks, diagnosis = self._session.diagnosis.asks, self._session.diagnosis
        asks.set_person(self._outsider)
        if self._drill:
            asks.set_source(Source.FILE)
            self._type("diagnosis.file", self._practice["setup"])
        diagnosis.run()
        yield "the diagnosis", self._idle
        self._window.refresh()
        tree = self._window.findChild(FindingTree, "diagnosis.tree")
        yield "the tree of checks", lambda: tree is not None and tree.settled
        if self._drill:
            found = diagnosed(self._drill, self._session)
            self.diagnosed = found if found and self._in_sight(tree, found) else None
        elif diagnosis.result is None or diagnosis.result.problems:
            raise UnwellError(f"the diagnosis is not well: {diagnosis.verdict}")
        yield from self._shot()

    @staticmethod
    def _in_sight(tree: FindingTree | None, found: Sighting) -> bool:
        """The check has its row, in a group that is open; one that passed may be folded away."""
        row = tree.row(found.check) if tree is not None else None
        return found.code == QUOTA_SLOWED or (row is not None and row.isVisible())

    # -- acting and waiting -----------------------------------------------------------

    def _idle(self) -> bool:
        return self._session.busy is None

    def _on(self, step: Step) -> Script:
        """Leave the current page by its positive button until ``step`` is shown."""
        tries = 0
        while self._session.step is not step and tries < 3:
            self._session.press()
            yield f"the step {step.value}", self._idle
            tries += 1
        if self._session.step is not step:
            yield f"the step {step.value}", lambda: self._session.step is step

    def _aside(self, work: Any, done: Callable[[Any], None]) -> Script:
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

    def _sighted(self) -> Script:
        """With a drill: photograph its finding when it is shown, and remember where."""
        if not self._drill:
            return
        self._window.refresh()
        self.seen = shown(self._drill, self._session)
        if self.seen is not None:
            yield from self._shot()

    def _shot(self) -> Script:
        yield from self._shot_when(f"the page {self._session.view.value}", self._idle)

    def _shot_when(self, what: str, ready: Condition) -> Script:
        """Let the window settle for two turns of the event loop, then photograph it."""
        yield what, ready
        self._window.refresh()
        for _ in range(3):
            yield what, ready
        self._camera.shoot()

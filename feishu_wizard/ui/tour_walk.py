"""The walk of the tour: every step, as a person does it; then the diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feishu_wizard.ui.tour_drills import (
    QUOTA_SLOWED,
    Sighting,
    diagnosed,
    shown,
    told_by_diagnosis,
    told_by_steps,
)
from feishu_wizard.ui.tour_prove import signed_in, walked
from feishu_wizard.ui.tour_scan import scanned_app
from feishu_wizard.ui.tour_stage import Script, Stage
from feishu_wizard.ui.widgets.finding_tree import FindingTree
from feishu_wizard.wizard.diagnosis_asked import Source
from feishu_wizard.wizard.steps import Step

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.ui.shell import Shell
    from feishu_wizard.ui.tour_camera import Camera
    from feishu_wizard.wizard.session import Session

# What the release carries: the scopes that the permission page itself asks for, and the settings.
_ANYWHERE = {"type": "all"}


class UnwellError(Exception):
    """What the tour shows is not what it is to show."""


class Walk(Stage):
    """One walk through ``window``; ``seen`` and ``diagnosed``: where the drill's finding was."""

    def __init__(
        self, window: Shell, session: Session, practice: dict[str, Any], drill: str, camera: Camera
    ) -> None:
        self.seen: Sighting | None = None
        self.diagnosed: Sighting | None = None
        super().__init__(window, session, practice, camera)
        self._drill = drill
        self._outsider = ""
        self._people: tuple[str, ...] = ()

    def script(self) -> Script:
        """The steps, as far as a drill lets them be walked; then the diagnosis."""
        yield "the knowledge", lambda: bool(self.session.permissions.needs)
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
        yield from self.shot()
        self.type_into("prerequisites.can_url", self.practice["can"] + "/user/login")
        self.session.press()
        yield "the network check", self.idle
        yield from self._sighted()
        if self.seen is None:
            self.session.go(Step.PREREQUISITES)
            yield from self.shot()
            yield from self.on(Step.CREDENTIALS)

    def _credentials(self) -> Script:
        yield from self.shot()
        if not self._drill:
            yield from scanned_app(self)
        self.type_into("credentials.app_id", self.practice["app_id"])
        self.type_into("credentials.app_secret", self.practice["app_secret"])
        self.type_into("credentials.callback_url", self.practice["can"] + "/user/softLogin")
        self.session.press()
        yield "the pair's check", self.idle
        yield from self._sighted()
        if self.seen is None:
            self.session.go(Step.CREDENTIALS)
            yield from self.shot()
            yield from self.on(Step.PERMISSIONS)

    def _permissions(self) -> Script:
        self.session.permissions.check()
        yield "the permissions", self.idle
        yield from self._sighted()
        if self.seen is not None:
            return
        yield from self.shot()
        if not self._drill:
            yield from self._console()
            self.session.permissions.check()
            yield "the permissions again", self.idle
            yield from self.shot()
        yield from self.on(Step.SAVE)

    def _console(self) -> Script:
        """A person adds what is missing and releases exactly one version, which is approved."""
        scopes = list(self.session.permissions.plan.missing_scopes())
        callback = self.session.credentials.callback.value
        actions: tuple[tuple[str, dict[str, Any]], ...] = (
            ("grant", {"scopes": scopes, "token_type": "tenant"}),
            ("bot", {"enable": True}),
            ("redirect-url", {"add": [callback]}),
            ("range", _ANYWHERE),
            ("availability", _ANYWHERE),
            ("release", {"note": "First version"}),
            ("approve", {}),
        )
        kit, origin = self.session.keeping.kit(), self.practice["console"]

        async def work(place: Workplace, report: Report) -> None:
            from feishu_wizard.operations.practice import console

            await console(place, kit, origin, actions)

        yield from self.aside(work, lambda _: None)

    def _save(self) -> Script:
        for name, value in self.practice["inputs"].items():
            self.session.save.set_input(name, value)
        yield from self.shot_when("the save page", lambda: True)
        for name, value in self.practice["secrets"].items():
            self.type_into(f"save.secret.{name}", value)
        if self._drill == "can-conflict":
            self.session.credentials.set_callback(self.practice["can"] + "/can/user/softLogin")
        self.session.save.compare()
        yield "the difference", self.idle
        yield from self._sighted()
        if self.seen is not None:
            return
        yield from self.shot()
        if self.session.verb().code not in ("continue", "continue_open"):
            self.session.press()
            yield "the save", self.idle
            yield from self._sighted()
            if self.seen is not None:
                return
            yield from self.shot()
        yield from self.on(Step.TEST)

    def _test(self) -> Script:
        kit, origin = self.session.keeping.kit(), self.practice["console"]

        async def work(place: Workplace, report: Report) -> tuple[str, ...]:
            from feishu_wizard.operations.practice import people

            return await people(place, kit, origin, 2)

        yield from self.aside(work, self._found_people)
        self.type_into("test.recipients", ", ".join(self._people))
        self.session.test.push.resolve()
        yield "the recipients", self.idle
        yield from self.shot()
        self.session.test.push.send()
        yield "the messages", self.idle
        yield from self._sighted()
        yield from self.shot()
        if not self._drill:
            yield from signed_in(self)
            yield from walked(self)
        yield from self.on(Step.FINISH)

    def _finish(self) -> Script:
        yield from self.shot()

    def _diagnosis(self) -> Script:
        """Of this sitting when it is whole, else of the complete setup file."""
        kit, origin = self.session.keeping.kit(), self.practice["console"]
        if self._drill == "recipient-outside":

            async def work(place: Workplace, report: Report) -> str:
                from feishu_wizard.operations.practice import outsider

                return await outsider(place, kit, origin)

            yield from self.aside(work, lambda found: setattr(self, "_outsider", found))
        self.session.diagnose()
        self.window.refresh()
        asks, diagnosis = self.session.diagnosis.asks, self.session.diagnosis
        asks.set_person(self._outsider)
        if self._drill:
            asks.set_source(Source.FILE)
            self.type_into("diagnosis.file", self.practice["setup"])
        diagnosis.run()
        yield "the diagnosis", self.idle
        self.window.refresh()
        tree = self.window.findChild(FindingTree, "diagnosis.tree")
        yield "the tree of checks", lambda: tree is not None and tree.settled
        if self._drill:
            found = diagnosed(self._drill, self.session)
            self.diagnosed = found if found and self._in_sight(tree, found) else None
        elif diagnosis.result is None or diagnosis.result.problems:
            raise UnwellError(f"the diagnosis is not well: {diagnosis.verdict}")
        yield from self.shot()

    @staticmethod
    def _in_sight(tree: FindingTree | None, found: Sighting) -> bool:
        """The check has its row, in a group that is open; one that passed may be folded away."""
        row = tree.row(found.check) if tree is not None else None
        return found.code == QUOTA_SLOWED or (row is not None and row.isVisible())

    def _found_people(self, people: tuple[str, ...]) -> None:
        self._people = people

    def _sighted(self) -> Script:
        """With a drill: photograph its finding when it is shown, and remember where."""
        if not self._drill:
            return
        self.window.refresh()
        self.seen = shown(self._drill, self.session)
        if self.seen is not None:
            yield from self.shot()

"""Teaching the program a CAN that it does not know: from a profile file, or from what the
administrator's own browser recorded. Nothing is used before it was shown and trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.controller import Asking
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.deployment import ProfileLook, ProfileTry
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.recording.model import Derived, Question, Recording, Typed
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session
    from feishu_wizard.wizard.work import Work

PASTE = "save.deployment.paste"
if TYPE_CHECKING:
    # A profile as it was read, with its look; or a recording, of which one is to be made.
    _Taken = tuple[bytes, ProfileLook] | Recording
    _Made = tuple[Derived, bytes, ProfileLook | None]


class DeploymentFlow(Asking):
    """``recording``: what was read; ``derived``: the profile that follows from it and from
    ``answers``; ``look``: the profile that waits to be trusted, or that is in use
    (``look.trusted``); ``tried``: what its read-only call found."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.text = ""
        self._data = b""
        self._source = ""
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.recording: Recording | None = None
        self.derived: Derived | None = None
        self.look: ProfileLook | None = None
        self.tried: ProfileTry | None = None
        self.error: WizardError | None = None
        self.answers: dict[str, str] = {}
        self.pressed = False

    # -- shown by the panel -----------------------------------------------------------

    @property
    def wanted(self) -> bool:
        """There is something to learn: no profile fits, a hand would do it, or it was begun."""
        save, begun = self.session.save, self.recording is not None or self.look is not None
        if self.session.answers.no_can:
            return False
        return begun or Target.CAN not in save.offered or Target.BY_HAND in save.chosen

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the recording does not decide."""
        return self.derived.questions if self.derived is not None else ()

    @property
    def complete(self) -> bool:
        """The derived profile can be shown."""
        return self.derived is not None and not self.questions

    @property
    def origin(self) -> str:
        """Where the recorded calls went; the address of CAN for a profile from a file."""
        recorded = self.derived.origin if self.derived is not None else ""
        return recorded or self.session.prerequisites.can_origin

    @property
    def learns(self) -> bool:
        """The recording shows no answer of CAN: the first one completes the profile."""
        return self.recording is not None and self.recording.unanswered

    @property
    def in_use(self) -> bool:
        """The profile that is shown is the one that saving goes through."""
        look = self.look
        return look is not None and look.trusted and self.session.answers.profile == look.id

    def problems(self) -> list[FieldProblem]:
        """The box for what was copied is empty."""
        if self.pressed and not self.text.strip():
            return [FieldProblem(PASTE, "missing")]
        return []

    # -- changed by the panel ---------------------------------------------------------

    def set_text(self, text: str) -> None:
        """What was copied in the browser; it stays in memory and is dropped once it was read."""
        if text != self.text:
            self.text = text
            self.pressed = False
            self.session.changed()

    def take_file(self, path: str) -> None:
        """A profile is looked at; anything else is a recording."""
        can = self.session.prerequisites.can_origin

        async def work(place: Workplace, report: Report) -> _Taken:
            from feishu_wizard.operations import deployments, import_profile

            if await import_profile.kind_of_file(path) == "profile":
                data = await deployments.read_profile_file(path)
                return data, deployments.look_at(data, path, place)
            seen = await import_profile.read_recording(place, path=path, report=report)
            return import_profile.at_can(seen, can)

        self._take(work, path)

    def read_text(self) -> None:
        """Read what was pasted."""
        if self.stop_at_problems():
            return
        text, can = self.text, self.session.prerequisites.can_origin

        async def work(place: Workplace, report: Report) -> _Taken:
            from feishu_wizard.operations import deployments, import_profile

            if import_profile.kind_of(text) == "profile":
                return text.encode(), deployments.look_at(text.encode(), "", place)
            seen = await import_profile.read_recording(place, text=text, report=report)
            return import_profile.at_can(seen, can)

        self._take(work, "")

    def answer(self, question: str, value: str) -> None:
        """Decide what the recording does not."""
        if self.answers.get(question) != value:
            self.answers[question] = value
            self.session.changed()

    def decide(self) -> None:
        """Take the answers, and the proposals where nobody answered; derive again."""
        proposed = {q.id: q.proposed for q in self.questions if q.proposed}
        self.answers = proposed | self.answers
        recording = self.recording
        if recording is not None:
            self._derive(recording)

    def trust(self) -> None:
        """Keep the profile as it was shown, and save through it from now on."""
        data, source, derived = self._data, self._source, self.recording is not None

        async def work(place: Workplace, report: Report) -> ProfileLook:
            from feishu_wizard.operations.deployments import add_profile

            return await add_profile(place, data, source, trust=True, derived=derived)

        self.session.start("keeping_profile", work, self._trusted, failed=self._failed)

    def try_it(self) -> None:
        """Make the read-only call with the inputs and secrets of the page.

        Copied commands hold no answers: then the first answer corrects the profile, which is
        shown once more.
        """
        look, kit = self.look, self.session.keeping.kit()
        if look is None or self.session.save.stop_at_problems():
            return
        if self.learns:
            self._learn(kit)
            return
        profile_id = look.id

        async def work(place: Workplace, report: Report) -> tuple[ProfileTry, ProfileLook]:
            from feishu_wizard.operations.deployments import profile_look, try_profile

            tried = await try_profile(place, kit, profile_id)
            return tried, await profile_look(place, profile_id)

        def done(found: tuple[ProfileTry, ProfileLook]) -> None:
            self.tried, self.look = found
            self.error = None

        self.session.start("trying_profile", work, done, failed=self._failed)

    # -- inside -----------------------------------------------------------------------

    def _learn(self, kit: Kit) -> None:
        recording, derived = self.recording, self.derived
        if recording is None or derived is None:
            return

        async def work(place: Workplace, report: Report) -> Recording:
            from feishu_wizard.operations.learn_answer import learn_answer

            return await learn_answer(place, kit, recording, derived)

        def done(learned: Recording) -> None:
            self.recording = learned
            self._derive(learned)

        self.session.start("trying_profile", work, done, failed=self._failed)

    def _take(self, work: Work[_Taken], source: str) -> None:
        def done(taken: _Taken) -> None:
            self.text = ""  # it may hold a session: what is needed of it was read
            if isinstance(taken, tuple):
                (self._data, self.look), self._source = taken, source
                return
            self.recording, self._source = taken, ""
            self._derive(taken)

        self.forget()
        self.session.start("reading_recording", work, done, failed=self._failed)

    def _derive(self, recording: Recording) -> None:
        typed, answers = self._typed(), dict(self.answers)

        async def work(place: Workplace, report: Report) -> _Made:
            from feishu_wizard.operations import deployments, import_profile

            made = import_profile.derived(recording, typed, answers)
            if made.questions:
                return made, b"", None
            data = import_profile.checked_bytes(made, typed, recording.form)
            return made, data, deployments.look_at(data, "", place)

        def done(found: _Made) -> None:
            self.derived, self._data, self.look = found
            self.error = None

        self.session.start("deriving_profile", work, done, failed=self._failed)

    def _trusted(self, look: ProfileLook) -> None:
        self.look, self.error = look, None
        answers, save = self.session.answers, self.session.save
        save.know(look.id, look.declares)
        targets = (answers.targets - {Target.BY_HAND}) | {Target.CAN}
        self.session.update(profile=look.id, api_base=self.origin, targets=targets)
        self.session.say(Severity.SUCCESS, "profile_in_use", {"profile": look.id})

    def _typed(self) -> Typed:
        from feishu_wizard.domain.recording.model import Typed

        session = self.session
        callback = session.credentials.callback
        return Typed(
            app_id=session.credentials.app_id.value,
            callback_url=callback.value if callback.usable else "",
            app_secret=session.answers.secret(APP_SECRET),
        )

    def _failed(self, error: WizardError) -> bool:
        self.error = error
        return True

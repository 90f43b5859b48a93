"""What a save needs to be told: where to, and what the deployment profile asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.names import APP_SECRET, BY_HAND
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.domain.paste import FieldKind, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.session_text import session_value
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.answers import with_entry, with_text
from feishu_wizard.wizard.controller import Controller
from feishu_wizard.wizard.message import FieldProblem

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

_NO_SECRET = frozenset({"secret.missing", "can.secret_missing", "can.session_needed"})
_NO_APP_SECRET = ("secret.missing", APP_SECRET)
# Somebody saved between our look and our write; nothing was written.
CHANGED = frozenset(
    {"can.changed_meanwhile", "can.stale", "can.conflict", "file.changed_meanwhile"}
)


class SaveAsked(Controller):
    """Targets, inputs and secrets of the step that saves."""

    wants_app_secret = False  # it is nowhere to be found, and the save needs it

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._known_declares: dict[str, tuple[Declared, ...]] = {}
        self._lost: frozenset[str] = frozenset()  # secrets whose place is empty now

    @property
    def offered(self) -> tuple[Target, ...]:
        """Targets that make sense here. CAN is offered only when it speaks a known profile."""
        if self.session.answers.no_can:
            return (Target.FILE,)
        offer = self.session.prerequisites.offer
        to_can = (Target.CAN,) if (offer and offer.fits) or self._profile_kept else ()
        return (*to_can, Target.BY_HAND, Target.FILE)

    @property
    def chosen(self) -> frozenset[Target]:
        """What is chosen; the best offered way when nobody chose yet."""
        picked = self.session.answers.targets & frozenset(self.offered)
        return picked or frozenset(self.offered[:1])

    @property
    def declares(self) -> tuple[Declared, ...]:
        """Inputs and secrets that the profile asks for, when saving to CAN is chosen."""
        if Target.CAN not in self.chosen:
            return ()
        offer = self.session.prerequisites.offer
        if offer is not None and offer.fits and offer.profile == self.session.answers.profile:
            return offer.declares
        return self._known_declares.get(self.session.answers.profile, ())

    def choose(self, target: Target, wanted: bool) -> None:
        """Add or drop a target."""
        chosen = self.chosen | {target} if wanted else self.chosen - {target}
        self.session.update(targets=chosen)

    def set_input(self, name: str, value: str) -> None:
        """An input that the profile declares."""
        self.session.update(inputs=with_text(self.session.answers.inputs, name, value.strip()))

    def set_secret(self, name: str, text: str) -> None:
        """A secret that the profile declares; "" keeps the stored one."""
        if any(d.name == name and d.keep == "run" for d in self.declares):
            value = session_value(text)
        else:
            pasted = read_paste(FieldKind.API_KEY, text)
            value = pasted.value if pasted.usable else ""
        secret = Secret(value) if value else None
        self._lost -= {name}
        self.session.update(secrets=with_entry(self.session.answers.secrets, f"can_{name}", secret))

    def know(self, profile_id: str, declares: tuple[Declared, ...]) -> None:
        """Remember what a profile asks for, from one that knows it already."""
        self._known_declares[profile_id] = declares

    def set_app_secret(self, text: str) -> None:
        """The App Secret, asked for once more because the save needs it."""
        self.session.credentials.set_secret(text)

    def learn_declares(self) -> None:
        """Look up what the profile of an earlier sitting asks for."""
        profile = self.session.answers.profile
        if profile == BY_HAND or profile in self._known_declares:
            return

        async def work(place: Workplace, report: Report) -> tuple[Declared, ...]:
            from feishu_wizard.operations.deployments import declares

            return declares(place, profile)

        def known(found: tuple[Declared, ...]) -> None:
            self._known_declares[profile] = found
            self.session.changed()

        self.session.background(work, known, self.session.say_error)

    # -- what is missing --------------------------------------------------------------

    def asked_problems(self) -> list[FieldProblem]:
        """What is still empty, at its field."""
        found = [
            FieldProblem(f"save.{'secret' if d.secret else 'input'}.{d.name}", "missing")
            for d in self.declares
            if not self._given(d)
        ]
        if self.wants_app_secret and self.session.answers.secret(APP_SECRET) is None:
            found.append(FieldProblem("save.app_secret", "app_secret_needed"))
        return found

    def ask_for(self, error: WizardError) -> None:
        """A secret was not to be found where it should be: it is asked for at its field."""
        name = error.params.get("name", "")
        if error.code == "can.secret_needed" or (error.code, name) == _NO_APP_SECRET:
            self.wants_app_secret = self.pressed = True
            self.session.focus = "save.app_secret"
        elif error.code in _NO_SECRET:
            self._lost |= {name.removeprefix("can_")}
            self.pressed = True
            self.session.focus = f"save.secret.{name.removeprefix('can_')}"

    def forget_asked(self) -> None:
        """All answers are others."""
        self._lost = frozenset()
        self.wants_app_secret = self.pressed = False

    def _given(self, declared: Declared) -> bool:
        answers = self.session.answers
        if not declared.required:
            return True
        if declared.secret:
            name = f"can_{declared.name}"
            kept = bool(answers.ref(name)) and declared.name not in self._lost
            return answers.secret(name) is not None or kept
        return bool(dict(answers.inputs).get(declared.name) or declared.default)

    @property
    def _profile_kept(self) -> bool:
        return bool(self.session.answers.api_base)

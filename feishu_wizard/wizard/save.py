"""Step 4: read the difference, press the verb; saved only what was read back and is equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.names import APP_SECRET, BY_HAND
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.domain.paste import FieldKind, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.answers import with_entry, with_text
from feishu_wizard.wizard.controller import Controller
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

# What CAN's page asks for, in its own order (the manual's words are made in ``text``).
HAND_FIELDS = ("enable", "app_id", "app_secret", "callback_url", "save")
_RESTS_ON = frozenset(
    {
        "app_id_text",
        "callback_text",
        "can_text",
        "no_can",
        "targets",
        "inputs",
        "file_path",
        "file_plain",
    }
    | {"enable", "profile", "api_base", "edition", "capabilities", f"secret:{APP_SECRET}"}
)
# These stand in the setup file only.
_FILE_RESTS_ON = frozenset(
    {"open_url", "accounts_url", "app_type", "proxy", "ca_file", "plain_http", "pinned"}
)
# A tick says that a value was entered by hand: with another value it is no longer true.
_TICKS = {
    "app_id_text": {"app_id", "save"},
    f"secret:{APP_SECRET}": {"app_secret", "save"},
    "callback_text": {"callback_url", "save"},
    "can_text": set(HAND_FIELDS),
}


class SaveStep(Controller):
    """To CAN through a profile, by hand, to a file, or several."""

    plans: tuple[SavePlan, ...] = ()
    results: tuple[SaveResult, ...] = ()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._known_declares: dict[str, tuple[Declared, ...]] = {}

    # -- shown by the page ------------------------------------------------------------

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
        if offer is not None and offer.fits:
            return offer.declares
        return self._known_declares.get(self.session.answers.profile, ())

    @property
    def rows(self) -> tuple[tuple[SavePlan, Change], ...]:
        """The difference, row by row."""
        return tuple((plan, row) for plan in self.plans for row in plan.rows)

    @property
    def open_elsewhere(self) -> int:
        """Open items of earlier steps: enabling in spite of them is confirmed."""
        session = self.session
        return session.permissions.open_items() + session.credentials.open_items()

    @property
    def saved_anywhere(self) -> bool:
        """Something was written, or a person said so."""
        return any(result.written or result.plan.empty for result in self.results) or self.by_hand

    @property
    def by_hand(self) -> bool:
        """Every tick of the guided page is set."""
        return Target.BY_HAND in self.chosen and self.session.answers.stated >= set(HAND_FIELDS)

    def hand_value(self, name: str) -> str:
        """The value to copy into CAN's page; "" for the secret and for things to press."""
        credentials = self.session.credentials
        return {"app_id": credentials.app_id.value, "callback_url": credentials.callback.value}.get(
            name, ""
        )

    def reveal_secret(self) -> Secret | None:
        """The App Secret, for the copy button of the guided page."""
        return self.session.answers.secret(APP_SECRET)

    # -- changed by the page ----------------------------------------------------------

    def choose(self, target: Target, wanted: bool) -> None:
        """Add or drop a target."""
        chosen = self.chosen | {target} if wanted else self.chosen - {target}
        self.session.update(targets=chosen)

    def set_input(self, name: str, value: str) -> None:
        """An input that the profile declares."""
        self.session.update(inputs=with_text(self.session.answers.inputs, name, value.strip()))

    def set_secret(self, name: str, text: str) -> None:
        """A secret that the profile declares; "" keeps the stored one."""
        pasted = read_paste(FieldKind.API_KEY, text)
        secret = Secret(pasted.value) if pasted.usable and pasted.value else None
        self.plans = ()
        self.results = ()
        self.session.update(secrets=with_entry(self.session.answers.secrets, f"can_{name}", secret))

    def set_enable(self, on: bool) -> None:
        """Switch the integration on together with the save."""
        self.session.update(enable=on)

    def set_enable_open(self, confirmed: bool) -> None:
        """Switch it on although items are open."""
        self.session.update(enable_open=confirmed)

    def set_file_path(self, path: str) -> None:
        """Where the setup file is written."""
        self.session.update(file_path=path.strip())

    def set_file_plain(self, plain: bool) -> None:
        """Write the secrets into the file in plain text: an explicit choice."""
        self.session.update(file_plain=plain)

    def set_stated(self, name: str, done: bool) -> None:
        """A tick of the guided page: stated by a person, not read back."""
        now = self.session.answers.stated
        self.session.update(stated=now | {name} if done else now - {name})

    def compare(self) -> None:
        """Read what is stored and show what would change."""
        if self.stop_at_problems():
            return
        kit = self.session.keeping.kit()
        targets = self._written_targets()

        async def work(place: Workplace, report: Report) -> tuple[SavePlan, ...]:
            from feishu_wizard.operations.save_setup import plan_saves

            return await plan_saves(place, kit, targets, report)

        self.session.start("comparing", work, self._compared, rests_on=self._rests_on)

    def commit(self) -> None:
        """Write, read back, compare."""
        if self.stop_at_problems():
            return
        kit = self.session.keeping.kit()
        plans = self.plans

        async def work(place: Workplace, report: Report) -> tuple[SaveResult, ...]:
            from feishu_wizard.operations.save_setup import save_all

            return await save_all(place, kit, plans, report)

        self.session.start(
            "saving", work, self._saved, failed=self._save_failed, rests_on=self._rests_on
        )

    # -- the shell --------------------------------------------------------------------

    def verb(self) -> Verb:
        """Compare, then save, then go on."""
        if self._all_saved:
            return Verb("continue", {})
        if self._written:
            return Verb("continue_open", {"count": str(self.open_items())})
        if not self.plans:
            return Verb("show_changes", {})
        return Verb("save_to_can" if Target.CAN in self.chosen else "save_to_file", {})

    def press(self) -> None:
        """What the verb says."""
        code = self.verb().code
        if code in ("continue", "continue_open"):
            self.session.advance()
        elif code == "show_changes":
            self.compare()
        else:
            self.commit()

    def done(self) -> bool:
        """Everything chosen is saved, or ticked."""
        return self._all_saved

    def open_items(self) -> int:
        """Ticks that are missing, or one for a save that was not made."""
        if self._all_saved:
            return 0
        left = set(HAND_FIELDS) - self.session.answers.stated
        ticks = len(left) if Target.BY_HAND in self.chosen else 0
        return ticks + (0 if self._written else 1)

    def problems(self) -> list[FieldProblem]:
        """Inputs of the profile, the file's path, and the confirmation of open items."""
        if not self.pressed:
            return []
        answers = self.session.answers
        found = [
            FieldProblem(f"save.{'secret' if d.secret else 'input'}.{d.name}", "missing")
            for d in self.declares
            if not self._given(d)
        ]
        if Target.FILE in self.chosen and not answers.file_path:
            found.append(FieldProblem("save.file_path", "missing"))
        needs_tick = self.plans and Target.CAN in self.chosen and answers.enable
        if needs_tick and self.open_elsewhere and not answers.enable_open:
            count = {"count": str(self.open_elsewhere)}
            found.append(FieldProblem("save.enable_open", "enable_open", count))
        return found

    def answers_changed(self, names: frozenset[str]) -> None:
        """Something else would be written: the difference has to be read again."""
        if names & self._rests_on:
            self.plans = ()
            self.results = ()
        gone = {tick for name in names & _TICKS.keys() for tick in _TICKS[name]}
        stated = self.session.answers.stated
        if stated & gone:
            self.session.update(stated=stated - gone)

    def answers_replaced(self) -> None:
        """Drop differences and results."""
        self.plans = ()
        self.results = ()
        self.pressed = False

    def entered(self) -> None:
        """A sitting that was taken up again: fetch what the page needs of the earlier one."""
        if Target.BY_HAND in self.offered:
            self.session.keeping.fetch_secret(APP_SECRET)
        profile = self.session.answers.profile
        if profile == BY_HAND or profile in self._known_declares:
            return

        async def work(place: Workplace, report: Report) -> tuple[Declared, ...]:
            from feishu_wizard.operations.knowledge import declared

            return declared(profile)

        def known(found: tuple[Declared, ...]) -> None:
            self._known_declares[profile] = found
            self.session.changed()

        self.session.background(work, known, self.session.say_error)

    # -- inside -----------------------------------------------------------------------

    @property
    def _profile_kept(self) -> bool:
        return bool(self.session.answers.api_base)

    @property
    def _rests_on(self) -> frozenset[str]:
        return _RESTS_ON | (_FILE_RESTS_ON if Target.FILE in self.chosen else frozenset())

    @property
    def _written(self) -> bool:
        """What the program writes is written; what is left is for a hand."""
        return set(self._written_targets()) <= {result.target for result in self.results}

    @property
    def _all_saved(self) -> bool:
        return self._written and (Target.BY_HAND not in self.chosen or self.by_hand)

    def _written_targets(self) -> tuple[Target, ...]:
        return tuple(t for t in self.offered if t in self.chosen and t is not Target.BY_HAND)

    def _given(self, declared: Declared) -> bool:
        answers = self.session.answers
        if declared.secret:
            name = f"can_{declared.name}"
            return answers.secret(name) is not None or bool(answers.ref(name))
        return bool(dict(answers.inputs).get(declared.name) or declared.default)

    def _compared(self, plans: tuple[SavePlan, ...]) -> None:
        self.plans = plans
        if all(plan.empty for plan in plans):
            self.results = tuple(_nothing_to_do(plan) for plan in plans)
            self.session.say(Severity.SUCCESS, "nothing_to_save")
        for declared in self.declares:
            if declared.secret:
                self.session.keeping.keep_secret(f"can_{declared.name}")

    def _saved(self, results: tuple[SaveResult, ...]) -> None:
        self.results = results
        self.session.say(Severity.SUCCESS, "saved", {"where": ", ".join(r.where for r in results)})
        self.session.keeping.soon()

    def _save_failed(self, error: WizardError) -> bool:
        """After a failed write the difference may be another: it is read again."""
        self.plans = ()
        return False

    def field_proofs(self) -> Mapping[str, Proof]:
        """How well each saved field is known, over all targets."""
        proofs: dict[str, Proof] = dict.fromkeys(
            (f for f in HAND_FIELDS if f in self.session.answers.stated), Proof.STATED
        )
        for result in self.results:
            if result.target is Target.CAN:
                proofs.update(result.fields)
        return proofs


def _nothing_to_do(plan: SavePlan) -> SaveResult:
    proofs = {row.field: Proof.CONFIGURED for row in plan.rows if not row.secret}
    return SaveResult(plan.target, plan.where, plan, written=False, fields=proofs)

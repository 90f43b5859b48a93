"""Step 4: read the difference, press the verb; saved only what was read back and is equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.change import Change, Consent, SavePlan, SaveResult
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard import save_file
from feishu_wizard.wizard.by_hand import HandTarget
from feishu_wizard.wizard.deployment import DeploymentFlow
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.save_asked import CHANGED, SaveAsked
from feishu_wizard.wizard.save_file import FileTarget
from feishu_wizard.wizard.save_undo import UndoFlow
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

_RESTS_ON = frozenset(
    {"app_id_text", "callback_text", "can_text", "no_can", "targets", "inputs", "file_path"}
    | {"file_plain", "enable", "profile", "api_base", "edition", "capabilities"}
    | {f"secret:{APP_SECRET}"}
)


class SaveStep(SaveAsked):
    """To CAN through a profile, by hand, to a file, or several."""

    plans: tuple[SavePlan, ...] = ()
    results: tuple[SaveResult, ...] = ()
    agreed: frozenset[Consent] = frozenset()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.file = FileTarget(session)
        self.undo = UndoFlow(session, self)
        self.hand = HandTarget(session)
        self.deployment = DeploymentFlow(session)

    # -- shown by the page ------------------------------------------------------------

    @property
    def known_by(self) -> str:
        """How well the profile is known by which CAN is saved to; "" when it is not told yet."""
        if Target.CAN not in self.chosen:
            return ""
        told = next((plan.known_by for plan in self.plans if plan.known_by), "")
        offer = self.session.prerequisites.offer
        return told or (offer.known_by if offer is not None and offer.fits else "")

    @property
    def needs(self) -> frozenset[Consent]:
        """What the plans ask a person to agree to."""
        return frozenset(consent for plan in self.plans for consent in plan.needs)

    @property
    def conflicts(self) -> tuple[SavePlan, ...]:
        """Plans that would replace what somebody else changed."""
        return tuple(plan for plan in self.plans if plan.conflicts)

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
        return Target.BY_HAND in self.chosen and self.hand.complete

    # -- changed by the page ----------------------------------------------------------

    def set_secret(self, name: str, text: str) -> None:
        """A secret that the profile declares; "" keeps the stored one."""
        self._drop()
        super().set_secret(name, text)

    def agree(self, consent: Consent, on: bool) -> None:
        """A tick by which a person confirms what the plan does beyond the usual."""
        self.agreed = self.agreed | {consent} if on else self.agreed - {consent}
        self.session.changed()

    def set_enable(self, on: bool) -> None:
        """Switch the integration on together with the save."""
        self.session.update(enable=on)

    def set_enable_open(self, confirmed: bool) -> None:
        """Switch it on although items are open."""
        self.session.update(enable_open=confirmed)

    def compare(self) -> None:
        """Read what is stored and show what would change."""
        self.agreed = frozenset()
        if not self.stop_at_problems():
            self._read(quiet=False)

    def _read(self, *, quiet: bool) -> None:
        kit = self.session.keeping.kit()
        targets = self._written_targets()

        async def work(place: Workplace, report: Report) -> tuple[SavePlan, ...]:
            from feishu_wizard.operations.save_setup import plan_saves

            return await plan_saves(place, kit, targets, report)

        self.session.start(
            "comparing",
            work,
            self._compared,
            failed=self._failed,
            quiet=quiet,
            rests_on=self._rests_on,
        )

    def commit(self) -> None:
        """Write, read back, compare."""
        if self.stop_at_problems():
            return
        kit = self.session.keeping.kit()
        plans, agreed = self.plans, self.agreed

        async def work(place: Workplace, report: Report) -> tuple[SaveResult, ...]:
            from feishu_wizard.operations.save_setup import save_all

            return await save_all(place, kit, plans, report, agreed)

        self.session.start(
            "saving", work, self._saved, failed=self._failed, rests_on=self._rests_on
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
        replaced = sum(len(plan.conflicts) for plan in self.plans)
        if replaced:
            return Verb("save_replace", {"count": str(replaced)})
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
        ticks = self.hand.left if Target.BY_HAND in self.chosen else 0
        return ticks + (0 if self._written else 1)

    def problems(self) -> list[FieldProblem]:
        """Inputs of the profile, the file's path, and what has to be confirmed."""
        if not self.pressed:
            return self.undo.problems()
        answers = self.session.answers
        found = self.asked_problems()
        if Target.FILE in self.chosen:
            found.extend(self.file.problems())
        found.extend(self._unconfirmed())
        needs_tick = self.plans and Target.CAN in self.chosen and answers.enable
        if needs_tick and self.open_elsewhere and not answers.enable_open:
            count = {"count": str(self.open_elsewhere)}
            found.append(FieldProblem("save.enable_open", "enable_open", count))
        return [*found, *self.undo.problems()]

    def _unconfirmed(self) -> list[FieldProblem]:
        """Ticks that a plan asks for and that are not set."""
        count = {"count": str(sum(len(plan.conflicts) for plan in self.plans))}
        return [
            FieldProblem(f"save.{consent.value}", f"save.{consent.value}", count)
            for consent in sorted(self.needs - self.agreed)
        ]

    def answers_changed(self, names: frozenset[str]) -> None:
        """Something else would be written: the difference has to be read again."""
        if names & self._rests_on:
            self._drop()
            self.undo.forget()
        self.hand.answers_changed(names)

    def answers_replaced(self) -> None:
        """Drop differences and results."""
        self._drop()
        self.forget_asked()
        self.deployment.forget()
        self.file.sealing.forget()
        self.hand.forget()
        self.undo.answers_replaced()

    def entered(self) -> None:
        """A sitting that was taken up again: fetch what the page needs of the earlier one."""
        if Target.BY_HAND in self.offered:
            self.hand.fetch_secret()
        self.undo.look()
        self.learn_declares()

    # -- inside -----------------------------------------------------------------------

    @property
    def _rests_on(self) -> frozenset[str]:
        return _RESTS_ON | (save_file.RESTS_ON if Target.FILE in self.chosen else frozenset())

    @property
    def _written(self) -> bool:
        """What the program writes is written; what is left is for a hand."""
        return set(self._written_targets()) <= {result.target for result in self.results}

    @property
    def _all_saved(self) -> bool:
        return self._written and (Target.BY_HAND not in self.chosen or self.by_hand)

    def _written_targets(self) -> tuple[Target, ...]:
        return tuple(t for t in self.offered if t in self.chosen and t is not Target.BY_HAND)

    def _compared(self, plans: tuple[SavePlan, ...]) -> None:
        self.plans = plans
        self.wants_app_secret = False
        if all(plan.empty for plan in plans):
            self.results = tuple(SaveResult.of_equal(plan) for plan in plans)
            self.session.say(Severity.SUCCESS, "nothing_to_save")
        for declared in self.declares:
            # A session of the browser lives in this run's memory only.
            if declared.secret and declared.keep != "run":
                self.session.keeping.secrets.keep(f"can_{declared.name}")

    def _saved(self, results: tuple[SaveResult, ...]) -> None:
        self.results = results
        self.agreed = frozenset()
        self.undo.look()
        self.session.say(Severity.SUCCESS, "saved", {"where": ", ".join(r.where for r in results)})
        self.session.keeping.soon()

    def _drop(self) -> None:
        """Something else would be written now: neither difference nor results are true."""
        self.plans, self.results, self.agreed = (), (), frozenset()

    def _failed(self, error: WizardError) -> bool:
        """After a failed write the difference may be another: it is read again, at once when
        somebody else saved, so that both sides can be seen."""
        self.plans, self.agreed = (), frozenset()
        self.ask_for(error)
        if error.code not in CHANGED:
            return False
        self.session.say_error(error)
        self._read(quiet=True)
        return True

    def undone(self) -> None:
        """The last save was taken back: what was saved here is stored no more."""
        self._drop()

    def field_proofs(self) -> Mapping[str, Proof]:
        """How well each saved field is known, over all targets."""
        proofs = self.hand.proofs
        for result in self.results:
            if result.target is Target.CAN:
                proofs.update(result.fields)
        return proofs

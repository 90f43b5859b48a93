"""Step 3: one release plan for everything that is missing on the Feishu side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import FeishuError, WizardError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.means import RELEASE, Means
from feishu_wizard.domain.outcomes import PermissionCheck
from feishu_wizard.domain.release import ReleasePlan
from feishu_wizard.domain.scan import ScanState
from feishu_wizard.domain.states import VersionState
from feishu_wizard.wizard.controller import proceed
from feishu_wizard.wizard.plan_view import PlanView
from feishu_wizard.wizard.said import compare
from feishu_wizard.wizard.steps import Severity, Verb
from feishu_wizard.wizard.waiting import ApprovalWait

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

# Another app; what is known of this one, its release too, says nothing of that.
_APP = frozenset({"app_id_text", "edition", "open_url"})
_RESTS_ON = _APP | {"capabilities", "callback_text"}


class PermissionsStep(PlanView):
    """What is granted, what is missing, and in which one version it goes."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.approval = ApprovalWait(session, lambda: self.check(quiet=True))
        self._scanned = False
        session.subscribe(self._look_at_scan)

    # -- shown by the page ------------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Looking once a minute whether somebody approved."""
        return self.approval.active

    @property
    def waiting_since(self) -> str:
        """When the version was submitted, as far as is known; "" when nothing is waited for."""
        return self.approval.since

    @waiting_since.setter
    def waiting_since(self, at: str) -> None:
        self.approval.since = at

    # -- changed by the page ----------------------------------------------------------

    def set_declined(self, need_id: str, declined: bool) -> None:
        """Left out on purpose: a state with a consequence, not a failure."""
        now = self.session.answers.declined
        self.session.update(declined=now | {need_id} if declined else now - {need_id})

    def choose(self, means: Means) -> None:
        """Do the next step another way."""
        self._chosen = (self.next.task, means)
        self.session.changed()

    def said_done(self, need_ids: Iterable[str]) -> None:
        """A person says that these are done in the console, where only a release will show it."""
        self.session.update(console_done=self.session.answers.console_done | frozenset(need_ids))

    def take_back(self, need_ids: Iterable[str]) -> None:
        """They are not done after all; without the release nothing is waited for."""
        ids = frozenset(need_ids)
        if RELEASE in ids:
            self.approval.forget()
        self.session.update(console_done=self.session.answers.console_done - ids)
        self.session.keeping.soon()
        self.session.changed()

    def done_in_console(self) -> None:
        """The next step was done in the console: believe it, and look where looking tells."""
        tells, rows = self.console_tells, self.next.rows
        self.said_done(row.need.id for row in rows)
        if tells:
            self.check()

    def ask_approval(self) -> None:
        """Ask the administrators by a call to approve what the app declares."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> Finding:
            from feishu_wizard.operations.ask_approval import ask_approval

            return await ask_approval(place, kit)

        self.session.start(
            "asking_approval", work, self._asked, failed=self._not_asked, rests_on=_RESTS_ON
        )

    def check(self, *, then_advance: bool = False, quiet: bool = False) -> None:
        """Read what is granted, and prove it with calls."""
        kit = self.session.keeping.kit()
        declined = self.session.answers.declined

        async def work(place: Workplace, report: Report) -> PermissionCheck:
            from feishu_wizard.operations.check_permissions import check_permissions

            return await check_permissions(place, kit, declined, report)

        self.session.start(
            "checking_permissions",
            work,
            lambda result: self._checked(result, then_advance),
            quiet=quiet,
            rests_on=_RESTS_ON,
        )

    def wait(self) -> None:
        """The version was submitted: look once a minute whether it was approved."""
        in_review = self.plan.version is VersionState.UNDER_REVIEW
        if not in_review:
            self.said_done({RELEASE})
        self.approval.begin(in_review=in_review)
        self.session.keeping.soon()
        self.session.changed()

    def stop_waiting(self) -> None:
        """Stop looking; the next start offers to check."""
        self.approval.end()
        self.session.changed()

    # -- the shell --------------------------------------------------------------------

    def verb(self) -> Verb:
        """Check first; once checked, go on (with open items when there are)."""
        if self.result is None:
            return Verb("check_permissions", {})
        return proceed(self.open_items())

    def press(self) -> None:
        """Check, or leave."""
        if self.result is None:
            self.check(then_advance=True)
        else:
            self.stop_waiting()
            self.session.advance()

    def done(self) -> bool:
        """Nothing required is open."""
        return self.result is not None and self.plan.complete

    def open_items(self) -> int:
        """Required needs that are not settled; 0 before the first check."""
        return len(self.plan.open_items) if self.result else 0

    def answers_changed(self, names: frozenset[str]) -> None:
        """Another app, other capabilities or callback: the result is void."""
        if names & _RESTS_ON:
            self._drop()
        if names & _APP:
            self._forget_app()
            if self.session.answers.console_done:
                self.session.update(console_done=frozenset())

    def answers_replaced(self) -> None:
        """Drop the result, and the wait for another app's approval."""
        self._drop()
        self._forget_app()

    def left(self) -> None:
        """Nobody looks any more, so nothing is asked any more."""
        self.approval.end()

    # -- inside -----------------------------------------------------------------------

    def _drop(self) -> None:
        self.result = None
        self.pressed = False
        self.approval.end()

    def _forget_app(self) -> None:
        self._refused, self._chosen = frozenset(), None
        if "scan" in vars(self):
            self.scan.put_away()
        self.approval.forget()

    def _look_at_scan(self) -> None:
        """What a scan has just brought is believed like a person's word: before a release
        nobody sees it."""
        done = "scan" in vars(self) and self.scan.state is ScanState.DONE
        if done and not self._scanned:
            self._scanned = True
            brought = set(self.scan.wish.scopes)
            self.said_done(row.need.id for row in self.states if row.need.scope in brought)
        self._scanned = done

    def _asked(self, finding: Finding) -> None:
        """Asked once is enough; refused, the next best way is offered."""
        self._refused |= {Means.APPLY}
        good = finding.status is Status.PASS
        severity = Severity.INFO if good else Severity.WARNING
        self.session.say(severity, finding.code, dict(finding.params), finding=finding)

    def _not_asked(self, error: WizardError) -> bool:
        """The platform's refusal closes this way; a failed connection does not."""
        if isinstance(error, FeishuError):
            self._refused |= {Means.APPLY}
        return False  # the strip tells it

    def _checked(self, result: PermissionCheck, then_advance: bool) -> None:
        wrong = self._compare(result)
        self.result = result
        plan = self.plan
        submitted = RELEASE in self.session.answers.console_done
        if plan.version is not VersionState.UNDER_REVIEW and not (submitted and self.waiting):
            if not submitted:
                self.approval.forget()
            self.approval.end()
        if wrong:
            first = {"first": wrong[0], "count": str(len(wrong))}
            self.session.say(Severity.WARNING, "plan.not_seen", first)
        else:
            self._tell(result, plan, then_advance and self.shown)
        self.session.keeping.soon()

    def _compare(self, result: PermissionCheck) -> tuple[str, ...]:
        """Drop what a person said and the check knows better; what it contradicts is returned."""
        said = self.session.answers.console_done
        wrong, known = compare(said, self.result, result)
        self.session.update(console_done=said - set(wrong) - known)
        return wrong

    def _tell(self, result: PermissionCheck, plan: ReleasePlan, then_advance: bool) -> None:
        failed = [f for f in result.findings if f.status is Status.FAIL]
        if plan.complete and not failed:
            if then_advance:
                self.session.advance()
            self.session.say(Severity.SUCCESS, "permissions_complete")
        elif plan.version is VersionState.UNDER_REVIEW:
            self.waiting_since = self.waiting_since or result.at
            self.session.say(Severity.INFO, "waiting_for_approval")
        elif failed:
            first = failed[0]
            self.session.say(Severity.ERROR, first.code, dict(first.params), finding=first)

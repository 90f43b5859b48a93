"""Step 3: one release plan for everything that is missing on the Feishu side."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feishu_wizard.domain.edition import ConsolePage, console_link
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.outcomes import PermissionCheck
from feishu_wizard.domain.permission import Kind, Need, NeedState, needs_of
from feishu_wizard.domain.release import ReleasePlan, import_json, plan_release
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.wizard.controller import Controller, proceed
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.runner import Timer

# Waiting for an approver costs one look a minute and stops after an hour.
WAIT_SECONDS = 60.0
WAIT_LOOKS = 60
RELEASE = "feishu.release"
# Another app; what is known of this one, its release too, says nothing of that.
_APP = frozenset({"app_id_text", "edition", "open_url"})
_RESTS_ON = _APP | {"capabilities", "callback_text"}


class PermissionsStep(Controller):
    """What is granted, what is missing, and in which one version it goes."""

    needs: tuple[Need, ...] = ()  # all of the knowledge; loaded once after the first paint
    result: PermissionCheck | None = None
    waiting_since: str = ""
    looks_left: int = 0
    _timer: Timer | None = None
    _wait: int = 0  # number of the wait: answers to looks of an earlier one are late
    _in_review: bool = False

    # -- shown by the page ------------------------------------------------------------

    @property
    def states(self) -> tuple[NeedState, ...]:
        """Every need of the chosen capabilities, declined ones marked as such."""
        chosen = needs_of(self.needs, self.session.answers.capabilities)
        known = {row.need.id: row for row in self.result.states} if self.result else {}
        rows = (
            known.get(need.id, NeedState(need, GrantState.UNKNOWN, "not_checked"))
            for need in chosen
        )
        return tuple(self._with_decline(row) for row in rows)

    @property
    def plan(self) -> ReleasePlan:
        """What is left to do, grouped."""
        version = self.result.plan.version if self.result else VersionState.UNKNOWN
        return plan_release(self.states, version)

    @property
    def missing_json(self) -> str:
        """The import text of only what is missing; "" when nothing is."""
        scopes = self.plan.missing_scopes()
        return import_json(scopes) if scopes else ""

    @property
    def version_incomplete(self) -> tuple[NeedState, ...]:
        """What a version created now would leave out: warned about before it is created."""
        rows = self.plan.with_version + self.plan.at_once
        undone = (GrantState.NOT_REQUESTED, GrantState.UNKNOWN)
        return tuple(
            row
            for row in rows
            if row.state in undone and row.need.required and row.need.id != RELEASE
        )

    @property
    def waiting(self) -> bool:
        """Looking once a minute whether somebody approved."""
        return self.looks_left > 0

    def link(self, row: NeedState) -> str:
        """The page of this very app where the need is met."""
        app_id = self.session.credentials.app_id.value
        page = ConsolePage(row.need.page or ConsolePage.PERMISSIONS.value)
        scopes = row.need.scope if row.need.kind is Kind.SCOPE else ""
        return console_link(self.session.answers.hosts, page, app_id, scopes)

    def page_link(self, page: ConsolePage) -> str:
        """A console page of this app."""
        scopes = ",".join(self.plan.missing_scopes()) if page is ConsolePage.PERMISSIONS else ""
        app_id = self.session.credentials.app_id.value
        return console_link(self.session.answers.hosts, page, app_id, scopes)

    def may_decline(self, need: Need) -> bool:
        """Some tenants refuse these on purpose, and the rest works without them."""
        if need.kind is not Kind.SCOPE:
            return False
        return not need.required or need.usually_reviewed or need.id == "permission.email"

    # -- changed by the page ----------------------------------------------------------

    def set_declined(self, need_id: str, declined: bool) -> None:
        """Left out on purpose: a state with a consequence, not a failure."""
        now = self.session.answers.declined
        self.session.update(declined=now | {need_id} if declined else now - {need_id})

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
        """Look once a minute whether the version was approved."""
        self.waiting_since = self.waiting_since or datetime.now(UTC).isoformat(timespec="seconds")
        self._end_wait()
        self.looks_left = WAIT_LOOKS
        self._in_review = self.plan.version is VersionState.UNDER_REVIEW
        self._schedule()
        self.session.keeping.soon()
        self.session.changed()

    def stop_waiting(self) -> None:
        """Stop looking; the next start offers to check."""
        self._end_wait()
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
            self.waiting_since = ""

    def answers_replaced(self) -> None:
        """Drop the result, and the wait for another app's approval."""
        self._drop()
        self.waiting_since = ""

    def left(self) -> None:
        """Nobody looks any more, so nothing is asked any more."""
        self._end_wait()

    # -- inside -----------------------------------------------------------------------

    def _with_decline(self, row: NeedState) -> NeedState:
        if row.need.id in self.session.answers.declined and not row.state.settled:
            return replace(row, state=GrantState.DECLINED)
        return row

    def _drop(self) -> None:
        self.result = None
        self.pressed = False
        self._end_wait()

    def _end_wait(self) -> None:
        self._wait += 1
        self.looks_left = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        self._timer = self.session.later(WAIT_SECONDS, self._look)

    def _look(self) -> None:
        self._timer = None
        if self.looks_left <= 0:
            return
        self.looks_left -= 1
        self._look_once()
        if self.looks_left:
            self._schedule()
        self.session.changed()

    def _look_once(self) -> None:
        """One cheap call; the full check only when the version is no longer under review."""
        if self.session.busy is not None:
            return
        kit, wait = self.session.keeping.kit(), self._wait

        async def work(place: Workplace, report: Report) -> VersionState:
            from feishu_wizard.operations.watch_approval import version_state

            return await version_state(place, kit)

        def seen(state: VersionState) -> None:
            if wait == self._wait and self._decided(state):
                self.stop_waiting()
                self.check(quiet=True)

        def broke(error: WizardError) -> None:
            if wait == self._wait:
                self.session.say_error(error)

        self.session.background(work, seen, broke)

    def _decided(self, state: VersionState) -> bool:
        """The review is over. Before the first release a version that was submitted cannot
        always be told from none, so "none" counts only after one was seen under review."""
        if state is VersionState.UNDER_REVIEW:
            self._in_review = True
            return False
        return state is not VersionState.NEVER_RELEASED or self._in_review

    def _checked(self, result: PermissionCheck, then_advance: bool) -> None:
        self.result = result
        plan = self.plan
        if plan.version is not VersionState.UNDER_REVIEW:
            self.waiting_since = ""
            self._end_wait()
        self._tell(result, plan, then_advance and self.shown)
        self.session.keeping.soon()

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

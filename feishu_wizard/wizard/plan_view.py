"""How the permissions step looks at what was checked: the plan, and the one thing to do next."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from feishu_wizard.domain.edition import AppType, ConsolePage, Edition, console_link
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.means import RELEASE, Means, NextStep, Task, Ways, next_step
from feishu_wizard.domain.outcomes import PermissionCheck
from feishu_wizard.domain.permission import Kind, Need, NeedState, needs_of
from feishu_wizard.domain.release import ReleasePlan, import_json, plan_release
from feishu_wizard.domain.scan import ScanState
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.controller import Controller

if TYPE_CHECKING:
    from feishu_wizard.wizard.scan import ScanFlow
    from feishu_wizard.wizard.self_change import ChangeFlow


class PlanView(Controller):
    """Answers and the result of the check, read as a plan. Changes nothing."""

    needs: tuple[Need, ...] = ()  # all of the knowledge; loaded once after the first paint
    result: PermissionCheck | None = None
    _refused: frozenset[Means] = frozenset()  # by the platform, for this app
    _chosen: tuple[Task, Means] | None = None  # another way than the first, picked by hand

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
    def standing(self) -> AppStanding:
        """How the app itself stands, as the last check saw it."""
        return self.result.standing if self.result else AppStanding()

    @property
    def shut_out(self) -> bool:
        """Something keeps every call from being answered, so no row can tell more."""
        findings = self.result.findings if self.result else ()
        return any(finding.status is Status.FAIL for finding in findings)

    @cached_property
    def scan(self) -> ScanFlow:
        """A scan that completes the permissions of this app."""
        from feishu_wizard.wizard.scan import ScanFlow

        return ScanFlow(self.session, completing=True)

    @cached_property
    def change(self) -> ChangeFlow:
        """The change that this app makes to itself."""
        from feishu_wizard.wizard.self_change import ChangeFlow

        return ChangeFlow(self.session)

    @property
    def refused(self) -> frozenset[Means]:
        """Means that the platform does not offer here, as was seen in this sitting."""
        found = set(self._refused)
        if "scan" in vars(self) and self.scan.state is ScanState.NOT_OFFERED:
            found.add(Means.SCAN)
        if "change" in vars(self):
            found |= self.change.refused
        return frozenset(found)

    @property
    def changed_itself(self) -> bool:
        """What the app did to itself is still to be read, and may be undone."""
        flow = self.change if "change" in vars(self) else None
        return flow is not None and (flow.result is not None or flow.interrupted)

    @property
    def ways(self) -> Ways:
        """What can be used to get things done."""
        answers = self.session.answers
        offered = answers.edition is not Edition.PRIVATE or bool(answers.accounts_url)
        return Ways(
            refused=self.refused,
            colleague=answers.console_by is ConsoleBy.COLLEAGUE,
            scan=offered and answers.app_type is AppType.SELF_BUILT,
            stated=answers.console_done,
        )

    @property
    def next(self) -> NextStep:
        """The one thing to do, by the best means or the one that was chosen instead."""
        step = next_step(self.plan, self.standing, self.ways)
        task, means = self._chosen or (None, None)
        if means is None or task is not step.task or means not in step.others:
            return step
        rest = (step.means, *(other for other in step.others if other is not means))
        return replace(step, means=means, others=rest)

    @property
    def said(self) -> tuple[NeedState, ...]:
        """What a person says is done and nothing has shown yet."""
        done = self.session.answers.console_done
        return tuple(r for r in self.states if r.need.id in done and not r.state.settled)

    @property
    def console_tells(self) -> bool:
        """A check can see more now than what a person says about the next step."""
        if self.plan.version is not VersionState.NEVER_RELEASED:
            return True
        return any(row.state is not GrantState.UNKNOWN for row in self.next.rows)

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
        told = self.session.answers.console_done | {RELEASE}
        return tuple(
            row
            for row in rows
            if row.state in undone and row.need.required and row.need.id not in told
        )

    @property
    def admin_link(self) -> str:
        """The Feishu administrator's own page for the next step."""
        acts = self.next.task in (Task.ENABLE_APP, Task.ENABLE_BOT, Task.SET_AUDIENCE)
        return self.page_link(ConsolePage.MANAGE if acts else ConsolePage.AUDIT)

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
        """Some tenants refuse these on purpose, and the rest works without them. A contacts range
        of a part of the company may be meant so."""
        if need.kind is not Kind.SCOPE:
            return need.id == "feishu.contact_range"
        return not need.required or need.usually_reviewed or need.id == "permission.email"

    def _with_decline(self, row: NeedState) -> NeedState:
        if row.need.id in self.session.answers.declined and not row.state.settled:
            return replace(row, state=GrantState.DECLINED)
        return row

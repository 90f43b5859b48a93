"""What somebody else is asked to do on the Feishu side: the developer of the app, or the
administrator of the company."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import ConsolePage, Edition, Hosts, console_link
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.means import BLIND, LOGIN, RELEASE, Means, NextStep, Task, Ways
from feishu_wizard.domain.permission import Kind, NeedState
from feishu_wizard.domain.release import ReleasePlan, import_json
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.domain.web_address import parse_web_address


class Audience(StrEnum):
    """Who reads the sheet."""

    DEVELOPER = "developer"
    ADMIN = "admin"


class Errand(StrEnum):
    """What the sheet asks for."""

    FINISH = "finish"  # the console part
    LOCKED = "locked"  # the developer, while a version is under review
    APPROVE = "approve"  # the administrator: a version waits
    EXPECT = "expect"  # the administrator: a version will come
    SET_AT_ONCE = "set_at_once"  # the administrator: a setting, no version
    ENABLE = "enable"  # the administrator: the app is stopped


@dataclass(frozen=True, slots=True)
class Handoff:
    """All that a sheet tells. No secret is among it.

    ``redirects``: URLs that have to be registered. ``submitted``: a version waits for approval, as
    the platform or a person says. ``asks_approval``: a version in force declares permissions that
    the administrator has not granted. ``declined``: needs left out on purpose; ``declinable``: ids
    of needs that may be.
    """

    audience: Audience
    plan: ReleasePlan
    hosts: Hosts
    app_id: str
    edition: Edition = Edition.FEISHU
    app_name: str = ""
    standing: AppStanding = field(default_factory=AppStanding)
    ways: Ways = field(default_factory=Ways)
    chosen: frozenset[Capability] = frozenset()
    can_origin: str = ""
    redirects: tuple[str, ...] = ()
    submitted: bool = False
    asks_approval: bool = False
    declined: tuple[NeedState, ...] = ()
    declinable: frozenset[str] = frozenset()
    at: str = ""  # when it was checked, RFC 3339

    @property
    def errand(self) -> Errand:
        """What is asked for."""
        waiting = self.submitted or self.plan.version is VersionState.UNDER_REVIEW
        if self.audience is Audience.DEVELOPER:
            return Errand.LOCKED if waiting else Errand.FINISH
        if self.standing.stopped:
            return Errand.ENABLE
        if waiting or self.asks_approval:
            return Errand.APPROVE
        return Errand.EXPECT if self.plan.release_needed else Errand.SET_AT_ONCE

    @property
    def scopes(self) -> tuple[NeedState, ...]:
        """Permissions that have to be added, as far as is known. The console's import is additive,
        so what nobody tells is among them."""
        rows = self._absent() + tuple(row for row in self.plan.unknown if self.ways.absent(row))
        return tuple(row for row in rows if row.need.kind is Kind.SCOPE)

    @property
    def settings(self) -> tuple[NeedState, ...]:
        """Settings that have to be made, or looked at because nobody tells; the release apart."""
        blind = (r for r in self.plan.unknown if r.reason in BLIND and self.ways.absent(r))
        rows = (row for row in (*self._absent(), *blind) if row.need.kind is Kind.SETTING)
        return tuple(row for row in rows if row.need.id not in (RELEASE, LOGIN) and _wanted(row))

    @property
    def by_admin(self) -> tuple[NeedState, ...]:
        """Settings that the administrator can make at once: a version is in force already."""
        at_once = self.standing.online is True
        rows = tuple(row for row in self.settings if row.need.by_admin and at_once)
        return rows + tuple(r for r in self.plan.admin_only if r.need.kind is Kind.SETTING)

    @property
    def missing_json(self) -> str:
        """The text for the batch import: only what is missing; "" when nothing is."""
        scopes = tuple(dict.fromkeys(row.need.scope for row in self.scopes))
        return import_json(scopes) if scopes else ""

    def page(self, page: ConsolePage) -> str:
        """The address of a page of this very app; "" when there is none of its platform."""
        return own_page(console_link(self.hosts, page, self.app_id), self.hosts)

    def page_of(self, row: NeedState) -> str:
        """The address of the page where a need is met."""
        return self.page(ConsolePage(row.need.page or ConsolePage.PERMISSIONS.value))

    def _absent(self) -> tuple[NeedState, ...]:
        plan = self.plan
        rows = plan.at_once + plan.with_version
        return tuple(row for row in rows if self.ways.absent(row))


def own_page(url: str, hosts: Hosts) -> str:
    """``url`` when it is a page of this platform, else ""."""
    try:
        origin = parse_web_address(url).origin
        own = {parse_web_address(hosts.open).origin}
        own.add(parse_web_address(console_link(hosts, ConsolePage.AUDIT)).origin)
    except InputError:
        return ""
    return url if origin in own else ""


def audience_of(step: NextStep) -> Audience:
    """Who has to act next."""
    admin = step.task is Task.WAIT or Means.ADMIN in (step.means, *step.others)
    return Audience.ADMIN if admin else Audience.DEVELOPER


def _wanted(row: NeedState) -> bool:
    """What is needed only sometimes is asked for only when it is known to be missing."""
    return row.need.required or row.state is GrantState.NOT_REQUESTED

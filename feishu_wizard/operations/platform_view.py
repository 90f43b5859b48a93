"""What the platform says about the app: the raw material of every judgement on it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakSet

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.states import VersionState
from feishu_wizard.services.feishu.application import (
    AppInfo,
    AppVersion,
    Availability,
    ScopeGrant,
    describe_app,
)
from feishu_wizard.services.feishu.bot import BotInfo
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import ContactRange, User
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.probes import Department

T = TypeVar("T")
# Official docs: general error codes of the server API; application-v6 scope list (212100).
NOT_INSTALLED = 212100
NO_BOT = 11205
NO_SCOPE = 99991672
IP_DENIED = 99991401
QUOTA_SPENT = 99991403
BUSY = 99991400
STOPPED = frozenset({99991662, 20069})

# An answer, or the platform's refusal, which is an answer too; None when it was not asked.
Read = Answer[T] | FeishuError | None


async def kept(call: Awaitable[Answer[T]]) -> Answer[T] | FeishuError:
    """The answer, or the platform's refusal as a value; network failures are raised."""
    try:
        return await call
    except FeishuError as error:
        return error


@dataclass(frozen=True, slots=True)
class PlatformView:
    """Everything that was read. A refusal is kept: it often says more than an answer.

    ``people`` is a sample; ``root`` the people right below the root department, which only a
    range of "everybody" may read. ``sending``, ``finding`` and ``department`` are the minimal
    real calls that use a permission.
    """

    grants: Read[list[ScopeGrant]]
    app: Read[AppInfo]
    versions: Read[list[AppVersion]]
    bot: Read[BotInfo]
    range: Read[ContactRange]
    people: tuple[Answer[User], ...]
    availability: Read[list[Availability]]
    root: Read[list[User]] = None
    sending: Read[bool] = None
    finding: Read[bool] = None
    department: Read[Department] = None

    @property
    def version(self) -> VersionState:
        """Where the app stands in its release cycle, as far as the platform tells.

        REJECTED also while an older version is in force: see ``online``.
        """
        if isinstance(self.app, Answer):
            return self._told_version(self.app.value)
        if isinstance(self.grants, Answer):
            return VersionState.RELEASED  # the list is only told of an installed app
        if isinstance(self.grants, FeishuError) and self.grants.feishu_code == NOT_INSTALLED:
            return VersionState.NEVER_RELEASED
        return VersionState.UNKNOWN

    @property
    def online(self) -> bool | None:
        """A version is in force; None when nobody tells."""
        if isinstance(self.app, Answer):
            return bool(self.app.value.online_version_id)
        if isinstance(self.grants, Answer):
            return True
        if isinstance(self.grants, FeishuError) and self.grants.feishu_code == NOT_INSTALLED:
            return False
        return None

    @property
    def stopped(self) -> bool:
        """The company has switched the app off."""
        if isinstance(self.app, Answer) and self.app.value.status == 0:
            return True
        reads = (self.grants, self.app, self.bot)
        return any(isinstance(r, FeishuError) and r.feishu_code in STOPPED for r in reads)

    @property
    def newest(self) -> AppVersion | None:
        """The newest version, whatever became of it; None when none was told."""
        return self._versions[0] if self._versions else None

    @property
    def in_force(self) -> AppVersion | None:
        """The version in force, when it is among those that were read."""
        if not isinstance(self.app, Answer):
            return None
        online = self.app.value.online_version_id
        return next((v for v in self._versions if online and v.version_id == online), None)

    @property
    def _versions(self) -> list[AppVersion]:
        return self.versions.value if isinstance(self.versions, Answer) else []

    def _told_version(self, app: AppInfo) -> VersionState:
        newest = self.newest
        if app.unaudit_version_id or (newest and newest.in_review):
            return VersionState.UNDER_REVIEW
        if newest and newest.rejected:
            return VersionState.REJECTED
        return VersionState.RELEASED if app.online_version_id else VersionState.NEVER_RELEASED


# Apps that lack the permission to be described, as far as was seen in this run: a look that
# costs one call cannot try that first. A client stands for one app with one secret.
_REFUSED: WeakSet[FeishuClient] = WeakSet()


def describes_itself(client: FeishuClient) -> bool:
    """Whether it is worth asking the app about itself: the last time it was not refused."""
    return client not in _REFUSED


async def described(client: FeishuClient) -> Answer[AppInfo]:
    """The app's own description; raises as ``describe_app``, and remembers a refusal."""
    try:
        answer = await describe_app(client)
    except FeishuError as error:
        if error.feishu_code == NO_SCOPE:
            _REFUSED.add(client)
        raise
    _REFUSED.discard(client)
    return answer


def refused_with(read: object, *codes: int) -> bool:
    """Tell whether the platform refused with one of these codes."""
    return isinstance(read, FeishuError) and read.feishu_code in codes

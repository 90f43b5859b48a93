"""One cheap look at whether a version was approved: one authenticated call, never repeated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.states import VersionState
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.platform_view import (
    BUSY,
    NO_SCOPE,
    NOT_INSTALLED,
    QUOTA_SPENT,
    described,
    describes_itself,
)
from feishu_wizard.services.feishu.application import AppInfo, granted_scopes
from feishu_wizard.services.feishu.client import FeishuClient

BROKEN = "net.reset"  # a kept connection that the other side had closed
_SLOWED = frozenset({BUSY, QUOTA_SPENT})


@dataclass(frozen=True, slots=True)
class Look:
    """What one look told.

    ``online``: a version is in force; None when nobody tells. ``slow``: code of the reply that
    asks to come less often ("feishu.99991400", "feishu.99991403"), "" when none did; ``state`` is
    UNKNOWN then. ``retry_after``: the wait it names, in seconds, 0.0 for none.
    """

    state: VersionState
    online: bool | None = None
    slow: str = ""
    retry_after: float = 0.0


async def look(place: Workplace, kit: Kit) -> Look:
    """Ask the app about itself; where that was refused before, ask the list of permissions.

    One authenticated call; a token that the platform has withdrawn costs a second one. The list
    cannot tell a version under review from none. UNKNOWN when the app may not be described after
    all: the next look asks the list. Raises every failure but "come again later" and a spent
    monthly quota, which are values.
    """
    try:
        return await _look(await place.feishu(kit))
    except FeishuError as error:
        if error.feishu_code not in _SLOWED:
            raise
        return Look(VersionState.UNKNOWN, slow=error.code, retry_after=_wait(error))


async def version_state(place: Workplace, kit: Kit) -> VersionState:
    """The state alone; a reply that asks to come less often is raised as any other failure.

    One authenticated call, two when it has to find out that the app may not be described.
    """
    client = await place.feishu(kit)
    seen = await _look(client)
    if seen.state is VersionState.UNKNOWN:
        seen = await _look(client)
    return seen.state


async def _look(client: FeishuClient) -> Look:
    """One look; the next one is its repetition, unless the connection broke: then nobody saw it."""
    client.spare_calls(0)
    try:
        return await _ask(client)
    except NetworkError as error:
        if error.code != BROKEN:
            raise
        return await _ask(client)
    finally:
        client.spare_calls(None)


async def _ask(client: FeishuClient) -> Look:
    return await (_described(client) if describes_itself(client) else _listed(client))


async def _described(client: FeishuClient) -> Look:
    try:
        app = (await described(client)).value
    except FeishuError as error:
        if error.feishu_code == NOT_INSTALLED:
            return Look(VersionState.NEVER_RELEASED, online=False)
        if error.feishu_code != NO_SCOPE:
            raise
        return Look(VersionState.UNKNOWN)
    return Look(_state_of(app), online=bool(app.online_version_id))


def _state_of(app: AppInfo) -> VersionState:
    if app.unaudit_version_id:
        return VersionState.UNDER_REVIEW
    return VersionState.RELEASED if app.online_version_id else VersionState.NEVER_RELEASED


async def _listed(client: FeishuClient) -> Look:
    """The list is only told of an app that is installed, which is after its first release."""
    try:
        await granted_scopes(client)
    except FeishuError as error:
        if error.feishu_code != NOT_INSTALLED:
            raise
        return Look(VersionState.NEVER_RELEASED, online=False)
    return Look(VersionState.RELEASED, online=True)


def _wait(error: FeishuError) -> float:
    """Seconds that the reply names; 0.0 when it names none."""
    text = error.params.get("retry_after", "")
    return float(text) if re.fullmatch(r"\d{1,6}", text) else 0.0

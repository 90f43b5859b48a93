"""One cheap look at whether a version was approved."""

from __future__ import annotations

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.states import VersionState
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.platform_view import NO_SCOPE, NOT_INSTALLED
from feishu_wizard.services.feishu.application import describe_app, granted_scopes


async def version_state(place: Workplace, kit: Kit) -> VersionState:
    """Ask the app about itself; where that is not allowed, ask the list of permissions.

    One authenticated call, two when the first is refused.
    """
    client = await place.feishu(kit)
    try:
        app = (await describe_app(client)).value
    except FeishuError as error:
        if error.feishu_code not in (NO_SCOPE, NOT_INSTALLED):
            raise
    else:
        if app.unaudit_version_id:
            return VersionState.UNDER_REVIEW
        return VersionState.RELEASED if app.online_version_id else VersionState.NEVER_RELEASED
    try:
        await granted_scopes(client)
    except FeishuError as error:
        if error.feishu_code == NOT_INSTALLED:
            return VersionState.NEVER_RELEASED
        raise
    return VersionState.RELEASED

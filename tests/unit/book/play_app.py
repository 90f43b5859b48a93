"""What the operations make of the platform's answers about the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.setup import AppType
from feishu_wizard.operations.check_credentials import check_credentials
from feishu_wizard.operations.check_permissions import judge
from feishu_wizard.operations.check_prerequisites import platform_mark
from feishu_wizard.operations.diagnose.platform_checks import platform_looks
from feishu_wizard.services.feishu.application import AppVersion, Availability
from feishu_wizard.services.feishu.auth import BOT_PATH, TOKEN_PATH
from feishu_wizard.services.feishu.contact import ContactRange
from tests.unit.book.desk import Answered, Desk, fixture, serving
from tests.unit.operations.diagnose.practice_case import found_by
from tests.unit.operations.test_judge import KIT, NEEDS, app, refused, told, view

APP_PATH = "/open-apis/application/v6/applications/me"
TENANT_PATH = "/open-apis/tenant/v2/tenant/query"
NO_SCOPE = Answered({"code": 99991672, "msg": "no"}, 400)
HEALTHY = {
    BOT_PATH: Answered(fixture("bot_info")),
    APP_PATH: Answered(fixture("application_me")),
    TENANT_PATH: Answered({"code": 0, "data": {"tenant": {"name": "Example Co"}}}),
}
_ORDER = ("feishu.credentials", "feishu.app", "feishu.bot", "feishu.tenant")


def _checked(check: str, **changes: Any) -> Callable[[Desk], Any]:
    """The finding of a check after the platform answered; ``bot=``, ``app=``, ``tenant=``."""
    paths = {"bot": BOT_PATH, "app": APP_PATH, "tenant": TENANT_PATH}

    async def play(desk: Desk) -> Any:
        routes = HEALTHY | {paths[name]: answer for name, answer in changes.items()}
        async with serving(routes) as platform, desk.place() as place:
            found = await check_credentials(place, desk.kit(platform.origin), silent)
        return found.findings[_ORDER.index(check)]

    return play


def _bot(status: int) -> Callable[[Desk], Any]:
    body = fixture("bot_info")
    body["bot"]["activate_status"] = status
    return _checked("feishu.bot", bot=Answered(body))


def _app(**values: Any) -> Callable[[Desk], Any]:
    body = fixture("application_me")
    body["data"]["app"].update(values)
    return _checked("feishu.app", app=Answered(body))


def _store_app(desk: Desk) -> Any:
    """A diagnosis has no ticket, and asks nobody to send one."""
    kit = desk.kit("http://127.0.0.1:1")
    feishu = msgspec.structs.replace(kit.setup.feishu, app_type=AppType.STORE)
    kit = replace(kit, setup=msgspec.structs.replace(kit.setup, feishu=feishu))
    return found_by(platform_looks, desk.folder, kit)["feishu.credentials"]


async def _fingerprint(desk: Desk) -> Any:
    routes = {
        TOKEN_PATH: Answered({"code": 10003, "msg": "invalid param"}, 400),
        BOT_PATH: Answered({"code": 99991661, "msg": "Missing access token"}, 400),
    }
    async with serving(routes) as platform:
        return await platform_mark(platform.http, desk.kit(platform.origin))


def _judged(need: str, **changes: Any) -> Callable[[Desk], Any]:
    return lambda desk: judge(NEEDS[need], view(**changes), KIT)


def _released(online: str, review: str, *versions: int) -> Callable[[Desk], Any]:
    rows = told([AppVersion(status=status) for status in versions])
    changes = {"app": app(online=online, review=review), "versions": rows}
    return _judged("feishu.release", **changes)


PLAYERS: dict[str, Callable[[Desk], Any]] = {
    "credentials_ok": _checked("feishu.credentials"),
    "fingerprint_ok": _fingerprint,
    "store_app": _store_app,
    "app_released": _app(),
    "app_not_released": _app(online_version_id=""),
    "app_stopped": _app(status=0),
    "app_not_told": _checked("feishu.app", app=NO_SCOPE),
    "tenant_named": _checked("feishu.tenant"),
    "tenant_not_told": _checked("feishu.tenant", tenant=NO_SCOPE),
    "bot_ok": _bot(2),
    "bot_not_released": _checked("feishu.bot", bot=Answered({"code": 11205, "msg": "no"}, 400)),
    **{f"bot_status.{status}": _bot(status) for status in (0, 1, 3, 4, 5, 6)},
    "bot_status.*": _bot(9),
    # permissions
    "not_checked": _judged("permission.email", grants=NetworkError("net.timeout", {"host": "h"})),
    "list_refused": _judged("permission.email", grants=refused(99991663)),
    "never_released": _judged("permission.email", grants=refused(212100)),
    "needs_contact_scope": _judged("feishu.contact_range", range=refused(99991672)),
    "range_seen": _judged("feishu.contact_range"),
    "range_empty": _judged("feishu.contact_range", range=told(ContactRange())),
    "availability_not_told": _judged("feishu.availability", availability=refused(99991672)),
    "availability_sampled": _judged("feishu.availability"),
    "nobody_available": _judged(
        "feishu.availability",
        availability=told([Availability(user_id="ou_1", in_white_list=False)]),
    ),
    "not_released": _judged("permission.login", app=app(online=""), versions=told([])),
    "version.never_released": _released("", ""),
    "version.under_review": _released("", "v2", 3),
    "version.rejected": _released("", "", 2),
    "version.released": _judged("feishu.release", app=refused(99991672)),
    "version.unknown": _judged("feishu.release", app=refused(99991672), grants=refused(99991672)),
}

"""What the platform would answer for a row of the matrix, as the view of a check."""

from __future__ import annotations

from typing import Any

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.permission import Kind
from feishu_wizard.domain.setup import Office, Setup
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.operations.platform_view import PlatformView
from feishu_wizard.services.feishu.application import (
    AppInfo,
    AppScope,
    AppVersion,
    Availability,
    Owner,
    ScopeGrant,
)
from feishu_wizard.services.feishu.bot import BotInfo
from feishu_wizard.services.feishu.contact import ContactRange, User, UserStatus
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.probes import Department
from tests.unit.operations.permissions.matrix import SCOPES, Row

CALLBACK = "https://can.example.com/user/softLogin"
KIT = Kit(Setup(id="abc234", office=Office(url="https://can.example.com", callback_url=CALLBACK)))
NEEDS = {need.id: need for need in needs()}
OWNER = "ou_owner"
ALL_SCOPES = tuple(need.scope for need in needs() if need.kind is Kind.SCOPE)


def seen(path: str) -> Evidence:
    return Evidence(method="GET", host="open.feishu.cn", path=path, log_id=f"log-{path}")


def told(value: Any, path: str = "/x") -> Answer[Any]:
    return Answer(value, seen(path))


def refused(code: int, path: str = "/x", msg: str = "no") -> FeishuError:
    return FeishuError(code, msg, evidence=seen(path))


def of_row(row: Row, need_id: str) -> PlatformView:
    """The view; every other permission acts."""
    first, second = SCOPES[need_id]
    rest = [scope for scope in ALL_SCOPES if scope != first]
    acting = {scope: ["tenant"] for scope in rest}
    waiting = [first] if row.permission == "requested" else []
    if row.acts:
        acting[first if row.permission == "granted" else second] = ["tenant"]
    if row.permission == "user_only":
        acting[first] = ["user"]
    people = _people(row, set(acting) - {s for s in acting if acting[s] == ["user"]})
    return PlatformView(
        grants=_list(row, acting, waiting),
        app=_description(row, acting),
        versions=_versions(row, acting, waiting),
        bot=_bot(row),
        range=_range(row),
        people=tuple(told(person, "/root") for person in people),
        availability=_available(row, people),
        root=told(people, "/root") if row.online and row.range == "all" else refused(40004),
        sending=_sending(row, acting),
        finding=told(True, "/batch_get_id"),
        department=_department(row),
    )


def _list(row: Row, acting: dict[str, list[str]], waiting: list[str]) -> Any:
    if not row.online:
        return refused(212100, "/scopes")
    rows = [
        ScopeGrant(name=name, grant_status=1, token_type=kind)
        for name, kinds in acting.items()
        for kind in kinds
    ]
    asked = [ScopeGrant(name=name, grant_status=2, token_type="tenant") for name in waiting]
    return told(rows + asked, "/scopes")


def _description(row: Row, acting: dict[str, list[str]]) -> Answer[AppInfo]:
    info = AppInfo(
        app_name="CAN",
        status=1 if row.online else 2,
        scene_type=0,
        redirect_urls=[CALLBACK] if row.redirect else [],
        scopes=[AppScope(name=name, token_types=kinds) for name, kinds in acting.items()],
        online_version_id="oav_1" if row.online else "",
        unaudit_version_id="oav_1" if row.app == "review" else "",
        owner=Owner(type=2, owner_id=OWNER),
        present=frozenset({"redirect_urls", "scopes", "online_version_id"}),
    )
    return told(info, "/me")


def _versions(row: Row, acting: dict[str, list[str]], waiting: list[str]) -> Answer[Any]:
    if row.app == "never":
        return told([], "/app_versions")
    declared = [AppScope(name=name, token_types=kinds) for name, kinds in acting.items()]
    if row.app != "old":
        declared += [AppScope(name=name, token_types=["tenant"]) for name in waiting]
    status = {"review": 3, "rejected": 2}.get(row.app, 1)
    ability = {"bot": {}} if row.bot else {}
    made = AppVersion(
        version_id="oav_1", version="1.0.0", status=status, scopes=declared, ability=ability
    )
    return told([made], "/app_versions")


def _bot(row: Row) -> Any:
    if not (row.online and row.bot):
        return refused(11205, "/bot")
    return told(BotInfo(open_id="ou_bot", app_name="CAN", activate_status=2), "/bot")


def _range(row: Row) -> Answer[ContactRange]:
    some = row.online and row.range != "nobody"
    return told(ContactRange(department_ids=["od-1"] if some else []), "/range")


def _people(row: Row, acting: set[str]) -> list[User]:
    """A field comes with its permission only; a catch-all opens names."""
    if not row.online or row.range == "nobody":
        return []
    names = {"contact:user.base:readonly", "contact:contact:readonly_as_app"}
    return [
        User(
            open_id=open_id,
            user_id="wei",
            email="wei@example.com",
            name="Wei" if acting & names else "",
            mobile="+8613800000000" if "contact:user.phone:readonly" in acting else "",
            department_ids=["od-1"],
            status=UserStatus(is_activated=True),
        )
        for open_id in (OWNER, "ou_2", "ou_3")
    ]


def _available(row: Row, people: list[User]) -> Any:
    if not people:
        return None
    inside = {OWNER} if row.available == "owner" else {person.open_id for person in people}
    ids = [person.open_id for person in people]
    return told([Availability(user_id=one, in_white_list=one in inside) for one in ids], "/lists")


def _sending(row: Row, acting: dict[str, list[str]]) -> Any:
    if not any("tenant" in acting.get(s, []) for s in SCOPES["permission.send_message"]):
        return told(False, "/messages")
    return told(True, "/messages") if row.online and row.bot else refused(230006, "/messages")


def _department(row: Row) -> Any:
    if not row.online or row.range == "nobody":
        return None
    present = frozenset({"name", "parent_department_id"})
    return told(Department(open_department_id="od-1", name="R&D", present=present), "/departments")

"""CAN's part of the integration: the user sync job, the push, and the end of a sign-in."""

from __future__ import annotations

import json
from typing import Any

from feishu_wizard.sandbox.can.feishu_client import FeishuClient, UpstreamError
from feishu_wizard.sandbox.can.office import CanOffice
from feishu_wizard.sandbox.can.replies import CanError
from feishu_wizard.sandbox.can.store import Setting

NO_DEPARTMENT_AUTHORITY = 40004
PAGE = {"page_size": "50"}
Json = dict[str, Any]


def active_setting(office: CanOffice) -> Setting:
    """The stored Feishu setting; OS_INCOMPLETE unless enabled and configured."""
    setting = office.setting()
    if not setting.active:
        raise CanError("OS_INCOMPLETE", "the Feishu integration is not configured and enabled")
    return setting


async def sync_users(office: CanOffice) -> Json:
    """Walk the visible departments and people and store them as accounts."""
    setting = active_setting(office)
    run: Json = {"at": office.world.timestamp(), "ok": True, "error": None, "code": None}
    people: dict[str, Json] = {}
    departments: list[str] = []
    async with FeishuClient(office, setting.app_id, setting.app_secret) as feishu:
        try:
            await feishu.login()
            departments = await _visible(feishu, people)
            for department in departments:
                await _members(feishu, department, people)
        except UpstreamError as error:
            run.update(ok=False, error=error.message, code=error.code)
    matched = {k: p for k, p in people.items() if p.get("user_id")}
    rows = [
        (key, str(p.get("name", key)), str(p.get("email", "")), "USAGER", "feishu")
        for key, p in matched.items()
    ]
    created = office.store.put_accounts(rows) if run["ok"] else 0
    run.update(
        users=len(people),
        without_user_id=len(people) - len(matched),
        departments=len(departments),
        created=created,
        updated=len(rows) - created if run["ok"] else 0,
    )
    office.store.remember("sync_run", run)
    return run


async def _visible(feishu: FeishuClient, people: dict[str, Json]) -> list[str]:
    """All departments below the root where allowed, else those in the contacts range."""
    try:
        departments = await _below(feishu, "0")
        return ["0", *departments]
    except UpstreamError as error:
        if error.code != NO_DEPARTMENT_AUTHORITY:
            raise
    tops: list[str] = []
    async for page in feishu.pages("/contact/v3/scopes", {"page_size": "100"}):
        tops += page.get("department_ids") or []
        for user in page.get("user_ids") or []:
            reply = await feishu.call("GET", f"/contact/v3/users/{user}")
            _add(people, reply["data"]["user"])
    found = list(tops)
    for department in tops:
        found += await _below(feishu, department)
    return list(dict.fromkeys(found))


async def _below(feishu: FeishuClient, department: str) -> list[str]:
    path = f"/contact/v3/departments/{department}/children"
    found: list[str] = []
    async for page in feishu.pages(path, {**PAGE, "fetch_child": "true"}):
        found += [item["open_department_id"] for item in page.get("items") or []]
    return found


async def _members(feishu: FeishuClient, department: str, people: dict[str, Json]) -> None:
    query = {**PAGE, "department_id": department}
    async for page in feishu.pages("/contact/v3/users/find_by_department", query):
        for user in page.get("items") or []:
            _add(people, user)


def _add(people: dict[str, Json], user: Json) -> None:
    people[str(user.get("user_id") or user["open_id"])] = user


async def push(office: CanOffice, accounts: list[str], content: str) -> list[Json]:
    """Send a text to each account, taking its name as the Feishu ``user_id``."""
    setting = active_setting(office)
    results: list[Json] = []
    async with FeishuClient(office, setting.app_id, setting.app_secret) as feishu:
        try:
            await feishu.login()
        except UpstreamError as error:
            results = [_outcome(account, error) for account in accounts]
        else:
            for account in accounts:
                results.append(await _push_one(feishu, account, content))
    for result in results:
        office.store.remember("push", {"at": office.world.timestamp(), **result})
    return results


async def _push_one(feishu: FeishuClient, account: str, content: str) -> Json:
    text = json.dumps({"text": content}, ensure_ascii=False)
    body = {"receive_id": account, "msg_type": "text", "content": text}
    try:
        reply = await feishu.call("POST", "/im/v1/messages", {"receive_id_type": "user_id"}, body)
    except UpstreamError as error:
        return _outcome(account, error)
    message_id = reply["data"]["message_id"]
    return {"account": account, "ok": True, "message_id": message_id, "code": 0, "error": None}


def _outcome(account: str, error: UpstreamError) -> Json:
    return {
        "account": account,
        "ok": False,
        "message_id": None,
        "code": error.code,
        "error": error.message,
    }


async def sign_in(office: CanOffice, code: str) -> Json:
    """Exchange a code with what was saved; tells who signed in and which account that is."""
    entry: Json = {"at": office.world.timestamp(), "ok": False, "account": None, "code": None}
    entry |= {"name": None, "user_id": None, "error": None}
    try:
        setting = active_setting(office)
    except CanError as error:
        entry["error"] = error.message
        office.store.remember("login", entry)
        return entry
    async with FeishuClient(office, setting.app_id, setting.app_secret) as feishu:
        try:
            person = await feishu.exchange(code, setting.callback_url)
        except UpstreamError as error:
            entry.update(error=error.message, code=error.code)
        else:
            account = office.store.account(str(person.get("user_id", "")))
            entry.update(
                ok=account is not None,
                account=account["name"] if account else None,
                name=person.get("name"),
                user_id=person.get("user_id"),
                error=None if account else "no CAN account has this Feishu user_id as its name",
            )
    office.store.remember("login", entry)
    return entry

"""Every code of the platform, played as a real HTTP reply to the program's real client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu.application import (
    apply_scopes,
    describe_app,
    granted_scopes,
    in_availability,
    latest_versions,
)
from feishu_wizard.services.feishu.auth import TOKEN_PATH, fetch_tenant_token
from feishu_wizard.services.feishu.bot import bot_info
from feishu_wizard.services.feishu.contact import contact_range, find_ids, get_user
from feishu_wizard.services.feishu.envelope import answer_of
from feishu_wizard.services.feishu.im import list_chats, send_message
from feishu_wizard.services.feishu.registration import begin
from feishu_wizard.services.feishu.self_config import (
    AbilityChange,
    ConfigChange,
    ScopeRef,
    change_ability,
    change_config,
    publish,
)
from feishu_wizard.services.feishu.tenant import tenant_info
from feishu_wizard.services.net.http import Policy
from feishu_wizard.text import book
from tests.unit.book.desk import (
    APP_ID,
    APP_SECRET,
    LOG_ID,
    Answered,
    Desk,
    Platform,
    refusal,
    serving,
)

Call = Callable[[Platform], Awaitable[Any]]
Player = Callable[[Desk], Any]


async def _by_hand(platform: Platform) -> Any:
    """What the program does not ask for itself goes through the same envelope."""
    url = f"{platform.origin}/open-apis/some/v1/thing"
    reply = await platform.http.request("POST", url, policy=Policy.FEISHU, json={})
    return answer_of(reply, dict)


CALLS: dict[str, Call] = {
    "token": lambda p: fetch_tenant_token(p.http, p.hosts, APP_ID, Secret(APP_SECRET)),
    "bot": lambda p: bot_info(p.client),
    "tenant": lambda p: tenant_info(p.client),
    "app": lambda p: describe_app(p.client),
    "versions": lambda p: latest_versions(p.client),
    "scopes": lambda p: granted_scopes(p.client),
    "available": lambda p: in_availability(p.client, ["5d9bdxxx"]),
    "range": lambda p: contact_range(p.client),
    "find": lambda p: find_ids(p.client, ["zhangsan@z.com"], []),
    "person": lambda p: get_user(p.client, "3e3cf96b"),
    "groups": lambda p: list_chats(p.client),
    "apply": lambda p: apply_scopes(p.client),
    "config": lambda p: change_config(p.client, ConfigChange(add_scopes=(ScopeRef("im:message"),))),
    "ability": lambda p: change_ability(p.client, AbilityChange(bot=True)),
    "publish": lambda p: publish(p.client, "1.0.1", "what is new", "why"),
    "send": lambda p: send_message(p.client, "user_id", "3e3cf96b", "text", {"text": "x"}, "u-1"),
    "other": _by_hand,
}
#: Which call meets a code, with which HTTP status. What is not named here: ``other``, 400.
MET: dict[str, tuple[int, str]] = {
    "token": (200, "10003 10005 10012 10013 10014 10015 10016 99991543"),
    "bot": (400, "11205 11207 11209 11210 99991661 99991662 99991663 99991664 99991665 99991668"),
    "tenant": (403, "1184000 1184001 42008"),
    "app": (400, "99991672 99992402 210503 210504 210505 210508 99991673 99991401 99991403"),
    "versions": (400, "210506 99991676"),
    "scopes": (400, "212100"),
    "apply": (400, "212001 212002 212003 212004"),
    "config": (400, "210031 210032 210034 210035 210036 210037 210040 210041 210042 210043"),
    "ability": (400, "210011 210020 210021"),
    "publish": (400, "210001 210302 210303 210304 210399"),
    "available": (400, "99992360 99992361"),
    "range": (403, "40004 40011 40012 40014 43010"),
    "find": (400, "40001 40013 99991671"),
    "person": (400, "40003 40007 40008 41012 41050 99992351 99992364 99992381"),
    "groups": (400, "232001 232009 232025 232034"),
    "send": (
        400,
        "230001 230002 230006 230013 230020 230022 230025 230027 230028 230029 230034 230035 "
        "230038 230049 230053 230099 18120 18121 11232",
    ),
}
_CALL_OF = {
    code: (CALLS[name], status) for name, (status, codes) in MET.items() for code in codes.split()
}
#: A code that the book does not name, for each family of codes.
OF_FAMILIES = {
    "feishu.*": "424242",
    "feishu.200*": "20099",
    "feishu.2100*": "210011",
    "feishu.2103*": "210399",
    "feishu.2105*": "210599",
    "feishu.2300*": "230077",
    "feishu.2301*": "230177",
    "feishu.2320*": "232077",
}


def _player(number: str) -> Player:
    call, status = _CALL_OF.get(number, (CALLS["other"], 400))

    async def play(desk: Desk) -> Any:
        body = {"code": int(number), "msg": f"refused as {number}", "error": {"log_id": LOG_ID}}
        headers = {"x-ogw-ratelimit-reset": "1"} if number == "99991400" else {}
        answered = Answered(body, 429 if number == "99991400" else status, headers)
        routes = {TOKEN_PATH: answered} if call is CALLS["token"] else {}
        async with serving(routes, answered) as platform:
            error = await refusal(call(platform))
        assert error.code == f"feishu.{number}"
        assert error.params["msg"] == f"refused as {number}"
        assert error.params["log_id"] == LOG_ID
        return error

    return play


async def _lost(desk: Desk) -> Any:
    """A gateway gave up on a release."""
    answered = Answered(b"<html><title>504 Gateway Time-out</title></html>", 504)
    async with serving({}, answered) as platform:
        return await refusal(CALLS["publish"](platform))


def _begin(body: Any, status: int) -> Player:
    """What a host answers when a scan is to begin."""

    async def play(desk: Desk) -> Any:
        async with serving({}, Answered(body, status)) as platform:
            return await refusal(begin(platform.http, platform.hosts))

    return play


def _word(word: str) -> Player:
    """The login host answers OAuth errors with a word; a person pastes what came back."""

    async def play(desk: Desk) -> Any:
        body = {"error": word, "error_description": f"refused as {word}"}
        async with serving({}, Answered(body, 400)) as platform:
            url = f"{platform.origin}/oauth/v1/app/registration"
            reply = await platform.http.request("POST", url, policy=Policy.FEISHU, form={})
        return reply.body.decode()

    return play


def _codes(prefix: str) -> list[str]:
    codes = [code for entry in book.entries() for code in entry.codes]
    return [code for code in codes if code.startswith(prefix) and not code.endswith("*")]


PLAYERS: dict[str, Player] = (
    {code: _player(code[7:]) for code in _codes("feishu.") if code[7:].isdecimal()}
    | {family: _player(number) for family, number in OF_FAMILIES.items()}
    | {code: _word(code[6:]) for code in _codes("oauth.")}
    | {"oauth.*": _word("brand_new_word")}
    | {
        "scan.not_offered": _begin({"error": "unauthorized_client"}, 400),
        "scan.refused": _begin({"error": "brand_new_word", "error_description": "no"}, 400),
        "net.outcome_unknown": _lost,
    }
)

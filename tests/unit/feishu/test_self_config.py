"""The app changes itself: what is sent, what is repeated, and what a lost answer means."""

from __future__ import annotations

from typing import Any

import pytest

from feishu_wizard.domain.errors import FeishuError, InputError, NetworkError
from feishu_wizard.domain.finding import Who
from feishu_wizard.services.feishu import self_config
from feishu_wizard.services.feishu.self_config import (
    AbilityChange,
    ConfigChange,
    ContactsRange,
    Listed,
    ScopeRef,
    Visibility,
)
from tests.unit.feishu.fake import APP_ID, HOSTS, HTML, client, reply

pytestmark = pytest.mark.anyio
OK = {"code": 0, "msg": "success", "data": {}}
V7 = f"{HOSTS.open}/open-apis/application/v7/applications/{APP_ID}"
BUSY = reply({"code": 99991400, "msg": "later"}, 429)
EMAIL = ScopeRef("contact:user.email:readonly")


async def sent(http, change) -> Any:
    http.queue.append(reply(OK, headers={"X-Tt-Logid": "LOG"}))
    answer = await change(client(http))
    assert answer.value is None
    assert answer.evidence.log_id == "LOG"
    return http.sent[-1]


async def config(http, **parts) -> Any:
    change = ConfigChange(**parts)
    return (await sent(http, lambda c: self_config.change_config(c, change))).json


async def test_where_a_configuration_goes(http):
    change = ConfigChange(add_scopes=(EMAIL,))
    asked = await sent(http, lambda c: self_config.change_config(c, change))
    assert (asked.method, asked.url) == ("PATCH", f"{V7}/config")
    assert asked.params == {
        "user_id_type": "open_id",
        "department_id_type": "open_department_id",
    }


async def test_scopes_carry_their_identity(http):
    body = await config(
        http, add_scopes=(EMAIL,), remove_scopes=(ScopeRef("offline_access", "user"),)
    )
    assert body == {
        "scope": {
            "add_scopes": [{"scope_name": EMAIL.name, "token_type": "tenant"}],
            "remove_scopes": [{"scope_name": "offline_access", "token_type": "user"}],
        }
    }


async def test_urls_and_addresses_are_added_and_removed(http):
    url = "https://can.example.com/user/softLogin"
    body = await config(
        http,
        add_redirect_urls=(url,),
        add_ips=("203.0.113.7",),
        remove_redirect_urls=("http://old.example.com/",),
    )
    assert body == {
        "security": {
            "add": {"redirect_urls": [url], "allowed_ips": ["203.0.113.7"]},
            "remove": {"redirect_urls": ["http://old.example.com/"]},
        }
    }
    assert await config(http, remove_ips=("203.0.113.7",)) == {
        "security": {"remove": {"allowed_ips": ["203.0.113.7"]}}
    }


@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        (Visibility(everybody=True), {"is_visible_to_all": True}),
        (
            Visibility(listed=Listed(("ou_1",), ("od-1",), ("g1",))),
            {
                "is_visible_to_all": False,
                "visible_list": {
                    "user_ids": ["ou_1"],
                    "department_ids": ["od-1"],
                    "group_ids": ["g1"],
                },
            },
        ),
    ],
)
async def test_availability(http, wanted, body):
    assert await config(http, visibility=wanted) == {"visibility": body}


@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        (ContactsRange("all"), {"contacts_range_type": "all"}),
        (
            ContactsRange("equal_to_availability", Listed(("ou_1",))),
            {"contacts_range_type": "equal_to_availability"},
        ),
        (
            ContactsRange("some", Listed(department_ids=("od-1",))),
            {"contacts_range_type": "some", "visible_list": {"department_ids": ["od-1"]}},
        ),
    ],
)
async def test_contacts_range_with_the_next_version(http, wanted, body):
    assert await config(http, contacts=wanted) == {"contacts": body}


async def test_contacts_range_at_once(http):
    def change(c):
        return self_config.set_contacts_range(
            c, "some", add=Listed(("ou_1",)), remove=Listed(department_ids=("od-2",))
        )

    asked = await sent(http, change)
    path = f"/open-apis/application/v6/applications/{APP_ID}/contacts_range"
    assert (asked.method, asked.url) == ("PATCH", HOSTS.open + path)
    assert asked.json == {
        "contacts_range_type": "some",
        "add_visible_list": {"user_ids": ["ou_1"]},
        "del_visible_list": {"department_ids": ["od-2"]},
    }
    asked = await sent(http, lambda c: self_config.set_contacts_range(c, "all"))
    assert asked.json == {"contacts_range_type": "all"}


@pytest.mark.parametrize("on", [True, False])
async def test_bot(http, on):
    asked = await sent(http, lambda c: self_config.change_ability(c, AbilityChange(bot=on)))
    assert (asked.method, asked.url) == ("PATCH", f"{V7}/ability")
    assert asked.json == {"bot": {"enable": on}}


async def test_an_empty_change_is_never_sent(http):
    with pytest.raises(ValueError, match="empty"):
        await self_config.change_config(client(http), ConfigChange())
    assert http.sent == []


@pytest.mark.parametrize("part", ["add_redirect_urls", "remove_ips", "add_scopes"])
async def test_too_much_at_once(http, part):
    value = (EMAIL,) if part == "add_scopes" else ("203.0.113.7",)
    with pytest.raises(InputError) as caught:
        await self_config.change_config(client(http), ConfigChange(**{part: value * 301}))
    assert (caught.value.code, caught.value.params["limit"]) == ("feishu.too_many", "300")
    assert http.sent == []


@pytest.mark.parametrize("first", [BUSY, NetworkError("net.reset", {"host": "h"})])
async def test_changes_lead_to_the_same_end_and_are_repeated(http, first):
    http.queue += [first, reply(OK), first, reply(OK), first, reply(OK)]
    feishu = client(http)
    await self_config.change_config(feishu, ConfigChange(add_scopes=(EMAIL,)))
    await self_config.change_ability(feishu, AbilityChange(bot=True))
    await self_config.set_contacts_range(feishu, "all")
    assert [one.json for one in http.sent[::2]] == [one.json for one in http.sent[1::2]]
    assert feishu.calls == 6


@pytest.mark.parametrize(
    ("code", "who"),
    [
        (210031, Who.DEVELOPER),
        (210040, Who.FEISHU_ADMIN),
        (210043, Who.DEVELOPER),
        (210037, Who.DEVELOPER),
        (99991672, Who.DEVELOPER),
    ],
)
async def test_a_refusal_tells_who_can_mend_it(http, code, who):
    violation = {"type": "action_scope_required", "subject": "application:application:patch"}
    body = {"code": code, "msg": "no", "error": {"permission_violations": [violation]}}
    http.queue.append(reply(body, 400))
    with pytest.raises(FeishuError) as caught:
        await self_config.change_config(client(http), ConfigChange(add_ips=("203.0.113.7",)))
    assert (caught.value.feishu_code, caught.value.who) == (code, who)
    assert caught.value.violations == ("application:application:patch",)
    assert len(http.sent) == 1


def release(http, **options) -> Any:
    return self_config.publish(client(http), "1.0.2", "what is new", "why", **options)


async def test_publish(http):
    data = {"version_id": "oav_7c1a90b7258ad0372aa53963cda70d31", "version": "1.0.2"}
    http.queue.append(reply({"code": 0, "data": data}))
    made = (await release(http)).value
    assert (made.version_id, made.version) == (data["version_id"], "1.0.2")
    assert (http.sent[0].method, http.sent[0].url) == ("POST", f"{V7}/publish")
    assert http.sent[0].json == {
        "version": "1.0.2",
        "changelog": "what is new",
        "remark": "why",
        "mobile_default_ability": "bot",
        "pc_default_ability": "bot",
    }


async def test_publish_without_bot_and_number(http):
    http.queue.append(reply({"code": 0, "data": {"version_id": "oav_1"}}))
    await self_config.publish(client(http), "", "note", "why", ability="")
    assert http.sent[0].json == {"changelog": "note", "remark": "why"}


@pytest.mark.parametrize("code", [210001, 210302, 210303, 210304, 99991400])
async def test_a_refused_release_is_said_as_it_is_and_not_repeated(http, code):
    http.queue.append(reply({"code": code, "msg": "no"}, 400))
    with pytest.raises(FeishuError) as caught:
        await release(http)
    assert caught.value.feishu_code == code
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (NetworkError("net.timeout", {"host": "open.example.com"}), "net.timeout"),
        (NetworkError("net.reset", {"host": "open.example.com"}), "net.reset"),
        (reply(HTML, 200), "net.not_json"),
        (reply(HTML, 504), "net.not_json"),
        (reply({"code": 0, "data": []}), "net.unexpected"),
        (reply({"code": 5000, "msg": "bad gateway"}, 502), "feishu.5000"),
    ],
)
async def test_a_lost_answer_is_an_unknown_outcome_and_never_repeated(http, outcome, reason):
    http.queue.append(outcome)
    with pytest.raises(NetworkError) as caught:
        await release(http)
    assert caught.value.code == "net.outcome_unknown"
    assert caught.value.params == {"host": "open.example.com", "reason": reason}
    assert len(http.sent) == 1


@pytest.mark.parametrize("code", ["net.dns", "net.refused", "net.proxy.auth", "net.tls.untrusted"])
async def test_what_never_left_is_no_unknown_outcome(http, code):
    http.queue.append(NetworkError(code, {"host": "h"}))
    with pytest.raises(NetworkError) as caught:
        await release(http)
    assert caught.value.code == code


async def test_a_token_that_does_not_come_is_no_unknown_outcome(http):
    http.raw = True
    http.queue += [NetworkError("net.timeout", {"host": "h"})] * 3
    with pytest.raises(NetworkError) as caught:
        await release(http)
    assert caught.value.code == "net.timeout"

"""Each endpoint: what is asked, and what is read from the documented answer."""

from __future__ import annotations

import json

import msgspec
import pytest

from feishu_wizard.domain.errors import FeishuError, InputError, NetworkError
from feishu_wizard.services.feishu import application, auth, bot, contact, im
from feishu_wizard.services.feishu.paths import api_path
from feishu_wizard.services.feishu.versions import VisibleList
from feishu_wizard.services.net.http import Policy
from tests.unit.feishu.fake import (
    APP_ID,
    APP_SECRET,
    ENDPOINTS,
    HOSTS,
    HTML,
    FakeHttp,
    client,
    fixture,
    reply,
)

pytestmark = pytest.mark.anyio
OPEN = HOSTS.open


async def ask(name, http):
    http.queue.append(reply(fixture(name), headers={"X-Tt-Logid": "LOG"}))
    answer = await ENDPOINTS[name](client(http))
    assert http.sent[0].policy is Policy.FEISHU
    assert http.sent[0].headers["Authorization"].startswith("Bearer t-")
    assert answer.evidence.log_id == "LOG"
    assert answer.evidence.feishu_code == 0
    return answer.value, http.sent[0]


async def test_bot(http):
    value, sent = await ask("bot_info", http)
    assert (sent.method, sent.url) == ("GET", f"{OPEN}/open-apis/bot/v3/info")
    assert (value.app_name, value.activate_status) == ("数据助手", 2)
    assert value.ip_white_list == ["203.0.113.7"]


async def test_no_bot_is_the_platforms_own_code(http):
    http.queue.append(reply({"code": 11205, "msg": "app do not have bot"}))
    with pytest.raises(FeishuError) as caught:
        await bot.bot_info(client(http))
    assert caught.value.feishu_code == 11205


async def test_an_answer_without_a_bot_is_no_bot(http):
    http.queue.append(reply({"code": 0, "msg": "ok"}))
    with pytest.raises(NetworkError) as caught:
        await bot.bot_info(client(http))
    assert caught.value.code == "net.unexpected"


async def test_granted_scopes(http):
    value, sent = await ask("application_scopes", http)
    assert sent.url == f"{OPEN}/open-apis/application/v6/scopes"
    assert [(s.name, s.granted, s.token_type) for s in value] == [
        ("contact:user.employee_id:readonly", True, "tenant"),
        ("contact:user.phone:readonly", False, "tenant"),
        ("im:message:send_as_bot", True, ""),
    ]


async def test_describe_app(http):
    value, sent = await ask("application_me", http)
    assert sent.url == f"{OPEN}/open-apis/application/v6/applications/me"
    assert sent.params["lang"] == "zh_cn"
    assert value.redirect_urls == ["https://can.example.com/user/softLogin"]
    assert (value.status, value.scene_type, value.unaudit_version_id) == (1, 0, "")
    assert value.owner_id == "ou_d317f090b7258ad0372aa53963cda70d"
    assert value.scopes[0].token_types == ["tenant", "user"]
    assert {"redirect_urls", "scopes", "unaudit_version_id"} <= value.present


async def test_a_list_that_did_not_come_is_not_empty(http):
    body = fixture("application_me")
    del body["data"]["app"]["redirect_urls"]
    http.queue.append(reply(body))
    value = (await application.describe_app(client(http))).value
    assert value.redirect_urls == []
    assert "redirect_urls" not in value.present


async def test_latest_versions(http):
    value, sent = await ask("application_versions", http)
    path = f"/open-apis/application/v6/applications/{APP_ID}/app_versions"
    assert sent.url == OPEN + path
    assert sent.params == {"lang": "zh_cn", "page_size": "3", "order": "0"}
    assert [(v.version, v.status, v.ability_bot) for v in value] == [
        ("1.0.1", 3, True),
        ("1.0.0", 1, False),
    ]


async def test_what_a_version_tells(http):
    value, _sent = await ask("application_versions", http)
    waiting, online = value
    assert (waiting.in_review, waiting.approved, waiting.rejected, waiting.draft) == (
        (True, False, False, False)
    )
    assert (waiting.published_at, online.published_at) == (1610462759.0, None)
    assert (waiting.declares("im:message:send_as_bot"), waiting.ability_web_app) == (True, False)
    assert not waiting.declares("im:message:send_as_bot", "user")
    assert (online.approved, online.ability_web_app) == (True, True)
    assert "scopes" in waiting.present
    assert "scopes" not in online.present


@pytest.mark.parametrize(
    ("time", "at"), [(1610462759, 1610462759.0), ("0", None), ("", None), ("²", None), (0, None)]
)
def test_times_come_as_text_or_number(time, at):
    assert application.AppVersion(publish_time=time).published_at == at


async def test_version_detail(http):
    value, sent = await ask("application_version", http)
    path = f"/open-apis/application/v6/applications/{APP_ID}/app_versions/{value.version_id}"
    assert (sent.method, sent.url) == ("GET", OPEN + path)
    assert (value.version, value.status, value.ability_bot) == ("1.0.1", 3, True)
    assert value.remark["update_remark"] == "新增机器人"


async def test_suggested_range(http):
    value, sent = await ask("contacts_range_suggest", http)
    assert sent.url.endswith("/contacts_range_suggest")
    assert sent.params == {"user_id_type": "open_id", "department_id_type": "open_department_id"}
    assert (value.kind, value.visible_list.group_ids) == ("some", [])
    assert value.visible_list.people == ["ou_d317f090b7258ad0372aa53963cda70d"]


async def test_approval_is_asked_for_once(http):
    http.queue.append(reply({"code": 0, "msg": "success", "data": {}}))
    answer = await application.apply_scopes(client(http))
    assert answer.evidence.feishu_code == 0
    sent = http.sent[0]
    assert (sent.method, sent.url) == ("POST", f"{OPEN}/open-apis/application/v6/scopes/apply")
    assert sent.json is None
    http.queue.append(NetworkError("net.timeout", {"host": "h"}))
    with pytest.raises(NetworkError):
        await application.apply_scopes(client(http))
    assert len(http.sent) == 2


@pytest.mark.parametrize("code", [212001, 212002, 212003, 212004])
async def test_approval_refused(http, code):
    http.queue.append(reply({"code": code, "msg": "no"}, 400))
    with pytest.raises(FeishuError) as caught:
        await application.apply_scopes(client(http))
    assert caught.value.feishu_code == code


async def test_availability(http):
    value, sent = await ask("check_white_black_list", http)
    assert sent.method == "POST"
    assert sent.url.endswith(f"/applications/{APP_ID}/visibility/check_white_black_list")
    assert sent.params == {"user_id_type": "user_id"}
    assert sent.json == {"user_ids": ["5d9bdxxx"]}
    assert value[0].available


async def test_contact_range(http):
    value, sent = await ask("contact_scopes", http)
    assert sent.url == f"{OPEN}/open-apis/contact/v3/scopes"
    assert sent.params["page_size"] == "100"
    assert value.department_ids == ["od-4e6ac4d14bcd5071a37a39de902c7141"]
    assert value.has_more


async def test_find_ids_keeps_who_was_not_found(http):
    value, sent = await ask("batch_get_id", http)
    assert sent.json == {"emails": ["zhangsan@z.com"], "mobiles": ["13011111111"]}
    assert [(f.query, f.id) for f in value] == [("zhangsan@z.com", "3e3cf96b"), ("13011111111", "")]


async def test_user_and_the_fields_that_came(http):
    value, sent = await ask("contact_user", http)
    assert sent.url == f"{OPEN}/open-apis/contact/v3/users/3e3cf96b"
    assert sent.params["user_id_type"] == "user_id"
    assert (value.name, value.mobile) == ("张三", "13011111111")
    assert value.status.is_activated
    assert {"mobile", "email", "user_id"} <= value.present


@pytest.mark.parametrize("gone", [None, "absent"])
async def test_a_hidden_field_is_not_present(http, gone):
    body = fixture("contact_user")
    if gone is None:
        body["data"]["user"]["mobile"] = None
    else:
        del body["data"]["user"]["mobile"]
    http.queue.append(reply(body))
    value = (await contact.get_user(client(http), "3e3cf96b")).value
    assert value.mobile == ""
    assert "mobile" not in value.present


async def test_send_message(http):
    value, sent = await ask("im_message_create", http)
    assert sent.url == f"{OPEN}/open-apis/im/v1/messages"
    assert sent.params == {"receive_id_type": "user_id"}
    assert json.loads(sent.json["content"]) == {"text": "监控消息"}
    assert len(sent.json["uuid"]) == 36
    assert value.message_id == "om_dc13264520392913993dd051dba21dcf"


@pytest.mark.parametrize("uuid", ["", "x" * 51])
async def test_no_message_without_a_usable_uuid(http, uuid):
    with pytest.raises(InputError) as caught:
        await im.send_message(client(http), "open_id", "ou_1", "text", {"text": "x"}, uuid)
    assert caught.value.code == "feishu.bad_uuid"
    assert http.sent == []


async def test_chats(http):
    value, sent = await ask("im_chats", http)
    assert sent.params == {"page_size": "100"}
    assert [(c.name, c.external) for c in value.items] == [("数据值班群", False)]
    http.queue.append(reply(fixture("im_chats")))
    await im.list_chats(client(http), value.page_token)
    assert http.sent[1].params["page_token"] == value.page_token


async def test_get_message(http):
    value, sent = await ask("im_message_get", http)
    assert sent.url.endswith("/im/v1/messages/om_dc13264520392913993dd051dba21dcf")
    assert json.loads(value.body.content) == {"text": "监控消息"}
    http.queue.append(reply({"code": 0, "data": {"items": []}}))
    with pytest.raises(NetworkError):
        await im.get_message(client(http), "om_x")


@pytest.mark.parametrize(
    ("count", "ask_for"),
    [
        (51, lambda c, ids: contact.find_ids(c, emails=ids)),
        (51, lambda c, ids: contact.find_ids(c, mobiles=ids)),
        (101, application.in_availability),
    ],
)
async def test_too_many_at_once(http, count, ask_for):
    with pytest.raises(InputError) as caught:
        await ask_for(client(http), [f"u{n}" for n in range(count)])
    assert caught.value.code == "feishu.too_many"
    assert http.sent == []


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("3e3cf96b", "3e3cf96b"),
        ("a/b", "a%2Fb"),
        ("../scopes", "..%2Fscopes"),
        ("a?b#c", "a%3Fb%23c"),
        ("张三", "%E5%BC%A0%E4%B8%89"),
        ("a%2e", "a%252e"),
    ],
)
def test_ids_stay_in_their_place(value, quoted):
    assert api_path("/users/{}", value) == f"/users/{quoted}"


@pytest.mark.parametrize("value", ["", ".", "..", "a b", "a\r\nX: y", "\x00"])
def test_ids_that_would_name_another_endpoint_are_refused(value):
    with pytest.raises(InputError) as caught:
        api_path("/users/{}", value)
    assert caught.value.code == "feishu.bad_id"


TOKEN = reply({"code": 10003, "msg": "invalid param"}, 400)
NO_TOKEN = reply({"code": 99991661, "msg": "Missing access token"}, 400)


class TestFingerprint:
    async def test_the_platform_is_recognised_without_a_credential(self):
        http = FakeHttp([TOKEN, NO_TOKEN], raw=True)
        answer = await auth.fingerprint(http, HOSTS)
        assert answer.value == OPEN
        assert [s.json for s in http.sent] == [{}, None]
        assert all("Authorization" not in s.headers for s in http.sent)

    @pytest.mark.parametrize(
        "queue",
        [
            [reply(HTML)],
            [reply({"code": 0, "msg": "ok"})],
            [reply({"code": 404, "msg": "not found"}, 404)],
            [reply({"success": False})],
            [TOKEN, reply(HTML, 404)],
            [TOKEN, reply({"code": 0, "msg": "ok", "bot": {}})],
            [TOKEN, reply({"code": 11205, "msg": "?"})],
        ],
    )
    async def test_anything_else_is_not(self, queue):
        with pytest.raises(NetworkError) as caught:
            await auth.fingerprint(FakeHttp(list(queue), raw=True), HOSTS)
        assert caught.value.code == "net.not_feishu"
        assert caught.value.params["host"] == "open.example.com"

    async def test_the_title_of_a_portal_is_told(self):
        with pytest.raises(NetworkError) as caught:
            await auth.fingerprint(FakeHttp([reply(HTML)], raw=True), HOSTS)
        assert caught.value.params["title"] == "Please sign in"


@pytest.mark.parametrize(
    ("code", "known"), [(10014, True), (10015, True), (10003, False), (99991400, None), (0, None)]
)
async def test_brand_probe_sends_no_real_secret(code, known):
    http = FakeHttp([reply({"code": code, "msg": "m"}, 400)], raw=True)
    assert await auth.knows_app(http, HOSTS, APP_ID) is known
    assert http.sent[0].json["app_id"] == APP_ID
    assert APP_SECRET not in str(http.sent)


def test_people_of_a_range_are_read_under_either_name():
    told = msgspec.convert({"user_ids": ["ou_1", "ou_2"], "department_ids": []}, VisibleList)
    assert told.people == ["ou_1", "ou_2"]

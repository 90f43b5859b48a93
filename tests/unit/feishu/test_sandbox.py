"""The client against the sandbox: every endpoint over real HTTP, drills and a fresh tenant."""

from __future__ import annotations

from typing import Any

import pytest

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu import application, auth, bot, contact, im
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.net.http import Http, NetSettings

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def healthy(module_sandbox):
    return module_sandbox("--users", "20")


@pytest.fixture
async def http() -> Any:
    async with Http(NetSettings(proxy="none")) as made:
        yield made


def hosts_of(sandbox) -> Hosts:
    return Hosts(sandbox["feishu"], sandbox["accounts"])


def client_of(sandbox, http, secret: str = "") -> FeishuClient:
    pair = Secret(secret or sandbox["app_secret"])
    return FeishuClient(http, hosts_of(sandbox), sandbox["app_id"], pair)


async def test_every_endpoint_answers(healthy, http):
    feishu = client_of(healthy, http)
    info = (await bot.bot_info(feishu)).value
    assert info.activate_status == 2
    grants = (await application.granted_scopes(feishu)).value
    assert any(g.name == "im:message:send_as_bot" and g.granted for g in grants)
    app = await application.describe_app(feishu)
    assert app.value.app_name == info.app_name
    assert "redirect_urls" in app.value.present
    assert app.evidence.log_id
    versions = (await application.latest_versions(feishu)).value
    assert versions[0].status == 1
    assert versions[0].ability_bot
    span = (await contact.contact_range(feishu)).value
    assert span.department_ids or span.user_ids
    await im.list_chats(feishu)
    assert feishu.calls == 6


async def test_a_person_found_read_available_and_written_to(healthy, http):
    feishu = client_of(healthy, http)
    user_id = person(healthy)["user_id"]
    user = (await contact.get_user(feishu, user_id)).value
    assert user.user_id == user_id
    assert {"name", "email"} <= user.present
    emails = [user.email, "nobody@nowhere.invalid"]
    found = (await contact.find_ids(feishu, emails, [])).value
    assert {f.query: f.id for f in found} == {user.email: user_id, emails[1]: ""}
    able = (await application.in_availability(feishu, [user_id])).value
    assert able[0].available
    uuid = "6b1f6f0e-6a1f-5d6e-9f3e-0a4f2a9d7c55"
    args = ("user_id", user_id, "text", {"text": "数据监控：昨日销售额低于阈值"}, uuid)
    first = (await im.send_message(feishu, *args)).value
    second = (await im.send_message(feishu, *args)).value
    assert first.message_id == second.message_id
    healthy.control("grant", scopes=["im:message:readonly"], token_type="tenant")
    kept = (await im.get_message(feishu, first.message_id)).value
    assert "销售额" in kept.body.content


def person(sandbox) -> dict[str, Any]:
    """Somebody of the made-up company."""
    people: list[dict[str, Any]] = sandbox.state()["people"]
    return people[0]


async def test_fingerprint_and_brand(healthy, http):
    assert (await auth.fingerprint(http, hosts_of(healthy))).value == healthy["feishu"]
    assert await auth.knows_app(http, hosts_of(healthy), healthy["app_id"]) is True
    assert await auth.knows_app(http, hosts_of(healthy), "cli_0000000000000000") is False


async def test_can_is_no_feishu(healthy, http):
    with pytest.raises(NetworkError) as caught:
        await auth.fingerprint(http, Hosts(healthy["can"], healthy["can"]))
    assert caught.value.code == "net.not_feishu"


async def test_wrong_secret(healthy, http):
    with pytest.raises(FeishuError) as caught:
        await client_of(healthy, http, "wrong" * 6).tenant_token()
    assert caught.value.feishu_code == 10014


async def test_unknown_person(healthy, http):
    with pytest.raises(FeishuError):
        await contact.get_user(client_of(healthy, http), "nobody00")


async def test_a_fresh_tenant(sandbox, http):
    fresh = sandbox("--fresh")
    feishu = client_of(fresh, http)
    with pytest.raises(FeishuError) as caught:
        await bot.bot_info(feishu)
    assert caught.value.feishu_code == 11205
    with pytest.raises(FeishuError) as caught:
        await contact.contact_range(feishu)
    assert caught.value.feishu_code == 99991672
    assert "contact:contact.base:readonly" in caught.value.violations
    assert caught.value.links[0].url.startswith(fresh["console"])
    assert caught.value.params["log_id"]


@pytest.mark.parametrize(
    ("drill", "code"), [("ip-denied", 99991401), ("no-bot", 11205), ("quota-exhausted", 99991403)]
)
async def test_drills(sandbox, http, drill, code):
    broken = sandbox("--drill", drill)
    with pytest.raises(FeishuError) as caught:
        await bot.bot_info(client_of(broken, http))
    assert caught.value.feishu_code == code


async def test_a_missing_field_permission_is_silent(sandbox, http):
    broken = sandbox("--drill", "missing-scope:contact:user.phone:readonly")
    feishu = client_of(broken, http)
    user = (await contact.get_user(feishu, person(broken)["user_id"])).value
    assert "mobile" not in user.present
    assert "email" in user.present

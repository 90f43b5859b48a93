"""Registration, self-change, approval, probes and store apps against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import FeishuError, WizardError
from feishu_wizard.domain.launch import launch_url
from feishu_wizard.domain.scan import ScanWish
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu import (
    application,
    bot,
    contact,
    probes,
    registration,
    self_config,
    store_app,
)
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.self_config import (
    AbilityChange,
    ConfigChange,
    ContactsRange,
    Listed,
    ScopeRef,
    Visibility,
)
from feishu_wizard.services.feishu.store_app import StoreTokens
from feishu_wizard.services.net.http import Http, NetSettings

pytestmark = pytest.mark.anyio
PATCH = "application:application:patch"
RANGE = "application:application.contacts_range:write"
MANAGE = "application:application:self_manage"
SEND, EMAIL = "im:message:send_as_bot", "contact:user.email:readonly"
FIND, PHONE = "contact:user.id:readonly", "contact:user.phone:readonly"
URL = "https://can.example.com/user/softLogin"


@pytest.fixture
async def http() -> Any:
    async with Http(NetSettings(proxy="none")) as made:
        yield made


def hosts_of(sandbox) -> Hosts:
    return Hosts(sandbox["feishu"], sandbox["accounts"])


def client_of(sandbox, http) -> FeishuClient:
    pair = Secret(sandbox["app_secret"])
    return FeishuClient(http, hosts_of(sandbox), sandbox["app_id"], pair)


@pytest.fixture
def console(sandbox):
    """A fresh tenant whose app was given the right to change itself, and was released once."""
    running = sandbox("--fresh")
    running.control("grant", scopes=[PATCH, RANGE, MANAGE])
    running.control("release")
    running.control("approve")
    return running


def app_of(running) -> Any:
    return running.state()["apps"][running["app_id"]]


async def code_of(call: Any) -> int:
    with pytest.raises(FeishuError) as caught:
        await call
    return caught.value.feishu_code


async def test_an_app_sets_itself_up_and_publishes(console, http):
    feishu = client_of(console, http)
    await self_config.change_ability(feishu, AbilityChange(bot=True))
    change = ConfigChange(
        add_scopes=(ScopeRef(SEND), ScopeRef(EMAIL), ScopeRef(EMAIL, "user"), ScopeRef(PHONE)),
        add_redirect_urls=(URL,),
        contacts=ContactsRange("all"),
        visibility=Visibility(everybody=True),
    )
    await self_config.change_config(feishu, change)
    await self_config.change_config(feishu, change)  # the same end
    info = (await application.describe_app(feishu)).value
    assert info.redirect_urls == [URL]
    assert {"tenant", "user"} == set(
        next(row for row in info.scopes if row.name == EMAIL).token_types
    )
    assert await code_of(bot.bot_info(feishu)) == 11205
    made = (await self_config.publish(feishu, "2.0.0", "CAN 集成", "用户同步与监控消息")).value
    waiting = (await application.version_detail(feishu, made.version_id)).value
    assert (waiting.version, waiting.in_review, waiting.ability_bot) == ("2.0.0", True, True)
    assert waiting.declares(PHONE)
    assert waiting.published_at is None
    asked = (await application.suggested_range(feishu, made.version_id)).value
    assert asked.kind == "all"
    assert await code_of(self_config.change_config(feishu, change)) == 210040
    assert await code_of(self_config.change_ability(feishu, AbilityChange(bot=False))) == 210020
    assert await code_of(self_config.publish(feishu, "2.0.1", "n", "r")) == 210302
    console.control("approve")
    assert (await bot.bot_info(feishu)).value.active
    online = (await application.latest_versions(feishu, 1)).value[0]
    assert online.approved
    assert online.published_at


async def test_what_was_added_is_taken_back(console, http):
    feishu = client_of(console, http)
    add = ConfigChange(
        add_scopes=(ScopeRef(EMAIL),), add_redirect_urls=(URL,), add_ips=("127.0.0.1",)
    )
    await self_config.change_config(feishu, add)
    assert app_of(console)["redirect_urls"] == [URL]
    assert (await application.granted_scopes(feishu)).value
    remove = ConfigChange(
        remove_scopes=(ScopeRef(EMAIL),), remove_redirect_urls=(URL,), remove_ips=("127.0.0.1",)
    )
    for _ in range(2):
        await self_config.change_config(feishu, remove)
    assert app_of(console)["redirect_urls"] == []
    grants = (await application.granted_scopes(feishu)).value
    assert EMAIL not in {row.name for row in grants if row.granted}


async def test_refusals_of_values_change_nothing(console, http):
    feishu = client_of(console, http)
    wrong = ConfigChange(add_scopes=(ScopeRef("no:such:scope"),), add_redirect_urls=(URL,))
    assert await code_of(self_config.change_config(feishu, wrong)) == 210031
    nobody = ConfigChange(visibility=Visibility(listed=Listed(("ou_nobody",))))
    assert await code_of(self_config.change_config(feishu, nobody)) == 210031
    assert app_of(console)["redirect_urls"] == []
    assert await code_of(self_config.publish(feishu, "0.0.1", "n", "r")) == 210303
    assert await code_of(self_config.publish(feishu, "9.0.0", "", "")) == 210304


async def test_the_range_at_once(console, http):
    console.control("grant", scopes=["contact:contact.base:readonly"])
    feishu = client_of(console, http)
    owner = console.state()["named"]["owner"]["open_id"][console["app_id"]]
    await self_config.set_contacts_range(feishu, "some", add=Listed((owner,)))
    assert (await contact.contact_range(feishu)).value.user_ids == [owner]
    await self_config.set_contacts_range(feishu, "all")
    departments = (await contact.contact_range(feishu)).value.department_ids
    assert departments
    first = (await probes.first_department(feishu, departments[0])).value
    assert (first.open_department_id, "name" in first.present) == (departments[0], False)
    console.control("grant", scopes=["contact:department.base:readonly"])
    assert (await probes.first_department(feishu, departments[0])).value.name


@pytest.mark.parametrize(
    ("source", "codes"), [("scan", (210043, 210021, 210001)), ("base", (210035,))]
)
async def test_an_app_of_another_making(sandbox, http, source, codes):
    running = sandbox("--fresh")
    with running.client(base_url=running["console"]) as browser:
        made = browser.post("/control/apps", json={"name": "Other", "source": source}).json()
    running.control("grant", made["app_id"], scopes=[PATCH])
    running.control("release", made["app_id"])
    running.control("approve", made["app_id"])
    feishu = FeishuClient(http, hosts_of(running), made["app_id"], Secret(made["app_secret"]))
    calls = (
        self_config.change_config(feishu, ConfigChange(add_redirect_urls=(URL,))),
        self_config.change_ability(feishu, AbilityChange(bot=True)),
        self_config.publish(feishu, "9.0.0", "n", "r"),
    )
    found = [await code_of(call) for call in calls]
    assert tuple(found[: len(codes)]) == codes


async def test_without_the_permission_nothing_can_be_changed(sandbox, http):
    running = sandbox("--fresh")
    feishu = client_of(running, http)
    call = self_config.change_config(feishu, ConfigChange(add_redirect_urls=(URL,)))
    assert await code_of(call) == 99991672
    assert await code_of(self_config.set_contacts_range(feishu, "all")) == 99991672


async def test_approval_is_asked_for(console, http):
    console.control("grant", scopes=[PHONE])
    console.control("release")
    console.control("approve", **{"except": [PHONE]})
    feishu = client_of(console, http)
    await application.apply_scopes(feishu)
    assert await code_of(application.apply_scopes(feishu)) == 212004
    console.control("approve-scopes")
    grants = (await application.granted_scopes(feishu)).value
    assert PHONE in {row.name for row in grants if row.granted}
    assert await code_of(application.apply_scopes(feishu)) == 212002


async def test_probes_tell_of_permissions_and_do_nothing(sandbox, http):
    running = sandbox("--fresh")
    feishu = client_of(running, http)
    assert (await probes.may_send(feishu)).value is False
    assert (await probes.may_find_ids(feishu)).value is False
    running.control("grant", scopes=[SEND, FIND])
    sent = await probes.may_send(feishu)
    assert (sent.value, sent.evidence.feishu_code) == (True, 99992402)
    assert (await probes.may_find_ids(feishu)).value is True
    assert running.state()["messages"] == []
    assert feishu.calls == 4


async def test_gates_come_before_parameters(sandbox, http):
    denied = sandbox("--drill", "ip-denied")
    assert await code_of(probes.may_send(client_of(denied, http))) == 99991401


def store(running) -> Any:
    with running.client(base_url=running["console"]) as browser:
        return browser.post("/control/apps", json={"name": "Store", "type": "store"}).json()


async def test_a_store_app(sandbox, http):
    running = sandbox("--fresh")
    made, hosts = store(running), hosts_of(running)
    app_id, secret = made["app_id"], Secret(made["app_secret"])
    await store_app.resend_ticket(http, hosts, app_id, secret)
    wrong = store_app.resend_ticket(http, hosts, app_id, Secret("x" * 32))
    assert await code_of(wrong) == 10014

    def source(ticket: str, tenant: str) -> StoreTokens:
        return StoreTokens(http, hosts, app_id, secret, Secret(ticket), tenant)

    ticket = running.state()["apps"][app_id]["app_ticket"]
    right = source(ticket, made["tenant_key"])
    assert await code_of(right.fetch()) == 10005  # not installed in any company yet
    running.control("grant", app_id, scopes=[MANAGE])
    running.control("release", app_id)
    running.control("approve", app_id)
    assert (await right.fetch()).value.lifetime > 0
    assert await code_of(source("no-such-ticket", made["tenant_key"]).fetch()) == 10012
    assert await code_of(source(ticket, "0" * 16).fetch()) == 10005
    feishu = FeishuClient(http, hosts, app_id, secret, right)
    info = (await application.describe_app(feishu)).value
    assert (info.scene_type, info.app_name) == (1, "Store")


async def test_a_self_built_app_has_no_ticket(sandbox, http):
    running = sandbox("--fresh")
    secret = Secret(running["app_secret"])
    call = store_app.resend_ticket(http, hosts_of(running), running["app_id"], secret)
    assert await code_of(call) == 10016


async def test_registration_from_the_first_question_to_the_pair(sandbox, http):
    running = sandbox("--fresh")
    hosts = hosts_of(running)
    assert await registration.supported(http, hosts)
    offer = await registration.begin(http, hosts)
    assert (await registration.poll(http, hosts, offer.device_code)).state == "pending"
    assert (await registration.poll(http, hosts, offer.device_code)).state == "slow_down"
    url = launch_url(offer.url, ScanWish((SEND, MANAGE), name="CAN 集成"))
    running.approve_registration(offer.user_code, url=url)
    polled = await registration.poll(http, hosts, offer.device_code)
    assert (polled.state, polled.brand) == ("done", "feishu")
    assert polled.open_id.startswith("ou_")
    assert (await registration.poll(http, hosts, offer.device_code)).state == "taken"
    feishu = FeishuClient(http, hosts, polled.app_id, polled.secret)
    info = (await application.describe_app(feishu)).value
    assert info.app_name == "CAN 集成"
    assert {row.name for row in info.scopes} == {SEND, MANAGE}


async def test_a_registration_that_is_closed_refused_or_over(sandbox, http):
    running = sandbox("--fresh")
    hosts = hosts_of(running)
    ends = {}
    with running.client(base_url=running["console"]) as browser:
        for end in ("deny", "expire"):
            offer = await registration.begin(http, hosts)
            browser.post(f"/control/registration/{offer.user_code}/{end}", json={})
            ends[end] = (await registration.poll(http, hosts, offer.device_code)).state
        browser.post("/control/tenant", json={"registration": "closed"})
    assert ends == {"deny": "denied", "expire": "expired"}
    assert not await registration.supported(http, hosts)
    with pytest.raises(WizardError) as caught:
        await registration.begin(http, hosts)
    assert caught.value.code == "scan.not_offered"


async def test_a_person_of_the_other_brand(sandbox, http):
    running = sandbox("--fresh")
    hosts = hosts_of(running)
    twin = Hosts(*(url.replace("127.0.0.1", "localhost") for url in (hosts.open, hosts.accounts)))
    with running.client(base_url=running["console"]) as browser:
        browser.post("/control/tenant", json={"brand": "lark"})
    offer = await registration.begin(http, hosts)
    url = launch_url(offer.url, ScanWish((SEND,)))
    running.approve_registration(offer.user_code, url=url)
    here = await registration.poll(http, hosts, offer.device_code)
    assert (here.state, here.brand, bool(here.secret)) == ("other_brand", "lark", False)
    there = await registration.poll(http, twin, offer.device_code, switched=True)
    assert (there.state, there.brand, bool(there.secret)) == ("done", "lark", True)

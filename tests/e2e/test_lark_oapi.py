"""An independent consumer: the official SDK, unmodified, with what the practice CAN stored."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.launch import decode_addons, launch_url
from feishu_wizard.domain.scan import ScanWish
from feishu_wizard.services.feishu import registration
from feishu_wizard.services.net.http import Http, NetSettings
from tests.sandbox_process import SandboxProcess, sandbox_factory

# The SDK is written for older Pythons: what it does on import is not ours to repair.
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,  # importing the SDK alone takes 14 CPU seconds
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def running(tmp_path):
    with sandbox_factory(tmp_path / "sandbox") as start:
        yield start()


@pytest.fixture
def lark(monkeypatch):
    # The SDK reads proxy settings from the environment; the sandbox is on loopback.
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # its websocket module asks for a loop when it is imported
    try:
        import lark_oapi

        yield lark_oapi
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def stored_client(lark, running: SandboxProcess):
    stored = running.state()["can"]["settings"]["feishu"]
    builder = lark.Client.builder().app_id(stored["app_id"]).app_secret(stored["app_secret"])
    return builder.domain(running["feishu"]).build()


def test_the_sdk_looks_up_a_user_and_sends(lark, running):
    from lark_oapi.api.contact.v3 import (
        BatchGetIdUserRequest,
        BatchGetIdUserRequestBody,
        GetUserRequest,
    )
    from lark_oapi.api.im.v1 import CreateMessageRequest, CreateMessageRequestBody

    client = stored_client(lark, running)
    owner = running.state()["named"]["owner"]
    wanted = BatchGetIdUserRequestBody.builder().emails([owner["email"]]).build()
    request = BatchGetIdUserRequest.builder().user_id_type("open_id").request_body(wanted).build()
    found = client.contact.v3.user.batch_get_id(request)
    assert found.success(), found.msg
    open_id = found.data.user_list[0].user_id
    assert open_id == owner["open_id"][running["app_id"]]

    request = GetUserRequest.builder().user_id(open_id).user_id_type("open_id").build()
    user = client.contact.v3.user.get(request)
    assert user.success(), user.msg
    assert (user.data.user.name, user.data.user.user_id) == (owner["name"], owner["user_id"])
    assert user.get_log_id()

    content = json.dumps({"text": "CAN: 指标告警 metric alert"}, ensure_ascii=False)
    body = (
        CreateMessageRequestBody.builder()
        .receive_id(owner["user_id"])
        .msg_type("text")
        .content(content)
        .uuid("sdk-1")
        .build()
    )
    request = CreateMessageRequest.builder().receive_id_type("user_id").request_body(body).build()
    first, second = (client.im.v1.message.create(request) for _ in range(2))
    assert first.success(), first.msg
    assert second.data.message_id == first.data.message_id
    messages = running.state()["messages"]
    assert [(m["user_id"], m["content"]) for m in messages] == [(owner["user_id"], content)]


def test_the_sdk_reads_pages_and_errors(lark, running):
    from lark_oapi.api.application.v6 import GetApplicationRequest
    from lark_oapi.api.contact.v3 import ChildrenDepartmentRequest, GetUserRequest

    client = stored_client(lark, running)
    request = ChildrenDepartmentRequest.builder().department_id("0").page_size(3).build()
    page = client.contact.v3.department.children(request)
    assert (len(page.data.items), page.data.has_more) == (3, True)
    me = client.application.v6.application.get(
        GetApplicationRequest.builder().app_id("me").lang("zh_cn").build()
    )
    assert me.data.app.redirect_urls == [f"{running['can']}/user/softLogin"]
    nobody = client.contact.v3.user.get(GetUserRequest.builder().user_id("ou_0").build())
    assert (nobody.success(), nobody.code) == (False, 99992351)
    assert nobody.error["log_id"] == nobody.get_log_id()


def test_a_wrong_secret_is_told_by_the_sdk(lark, running):
    from lark_oapi.api.im.v1 import ListChatRequest

    builder = lark.Client.builder().app_id(running["app_id"]).app_secret("x" * 32)
    # The SDK caches tokens by App ID for the whole process: an app of its own is needed here.
    with running.client(base_url=running["console"]) as console:
        made = console.post("/control/apps", json={"name": "Other"}).json()
    client = builder.app_id(made["app_id"]).domain(running["feishu"]).build()
    from lark_oapi.core.exception import ObtainAccessTokenException

    with pytest.raises(ObtainAccessTokenException) as caught:
        client.im.v1.chat.list(ListChatRequest.builder().build())
    assert caught.value.code == 10014


def test_the_sdk_registers_an_app_by_scan(lark, running):
    from lark_oapi.scene.registration import register_app

    shown, links = Event(), []

    def show(qr):
        links.append(qr["url"])
        shown.set()

    scopes = {"tenant": ["im:message:send_as_bot", "contact:user.email:readonly"], "user": []}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            register_app,
            on_qr_code=show,
            addons={"preset": False, "scopes": scopes},
            create_only=True,
            app_preset={"name": "CAN 集成"},
            domain=running["accounts"],
            lark_domain=running["accounts"],
        )
        assert shown.wait(20)
        code = parse_qs(urlsplit(links[0]).query)["user_code"][0]
        running.approve_registration(code, url=links[0])
        made = waiting.result(20)
    app = running.state()["apps"][made["client_id"]]
    assert app["name"] == "CAN 集成"
    assert set(app["scopes"]["tenant"]) == set(scopes["tenant"])
    assert app["redirect_urls"] == []
    client = (
        lark.Client.builder()
        .app_id(made["client_id"])
        .app_secret(made["client_secret"])
        .domain(running["feishu"])
        .build()
    )
    from lark_oapi.api.im.v1 import CreateMessageRequest, CreateMessageRequestBody

    body = CreateMessageRequestBody.builder().receive_id(made["user_info"]["open_id"])
    body = body.msg_type("text").content('{"text": "made by scan"}').build()
    request = CreateMessageRequest.builder().receive_id_type("open_id").request_body(body).build()
    assert client.im.v1.message.create(request).success()


SCOPES = ("im:message:send_as_bot", "contact:user.email:readonly")
ADDONS = {"preset": False, "scopes": {"tenant": list(SCOPES)}}


class Phone:
    """Somebody who scans whatever code is shown, and confirms with the very link behind it."""

    def __init__(self, running: SandboxProcess) -> None:
        self.running = running
        self.links: list[str] = []

    def show(self, qr) -> None:
        self.scan(qr["url"])

    def scan(self, url: str) -> None:
        self.links.append(url)
        code = parse_qs(urlsplit(url).query)["user_code"][0]
        self.running.approve_registration(code, url=url)

    @property
    def asked(self) -> dict[str, str]:
        """The query of the last link, without the code of that one scan and the addons."""
        query = {
            name: values[0] for name, values in parse_qs(urlsplit(self.links[-1]).query).items()
        }
        return {name: query[name] for name in sorted(query.keys() - {"user_code", "addons"})}

    @property
    def addons(self) -> object:
        return decode_addons(parse_qs(urlsplit(self.links[-1]).query)["addons"][0])


@pytest.fixture
def phone(running):
    """A phone, and a host that wants to be asked every second only."""
    with running.client(base_url=running["console"]) as console:
        console.post("/control/tenant", json={"poll_seconds": 1}).raise_for_status()
    return Phone(running)


def theirs(lark, phone: Phone, wish: ScanWish, kind: str) -> tuple[str, str]:
    """The SDK's own registration: App ID and secret."""
    from lark_oapi.scene.registration import aregister_app, register_app

    preset = {"name": wish.name, "desc": wish.description} if wish.name else None
    options = {
        "on_qr_code": phone.show,
        "source": "feishu-wizard",
        "addons": ADDONS,
        "app_preset": preset,
        "domain": phone.running["accounts"],
        "lark_domain": phone.running["accounts"],
    }
    options |= {"app_id": wish.app_id} if wish.app_id else {"create_only": True}
    made = register_app(**options) if kind == "sync" else asyncio.run(aregister_app(**options))
    assert made["user_info"]["open_id"].startswith("ou_")
    return made["client_id"], made["client_secret"]


async def _ours(running: SandboxProcess, phone: Phone, wish: ScanWish) -> tuple[str, str]:
    hosts = Hosts(running["feishu"], running["accounts"])
    async with Http(NetSettings(proxy="none")) as http:
        offer = await registration.begin(http, hosts)
        before = await registration.poll(http, hosts, offer.device_code)
        assert before.state == "pending"
        phone.scan(launch_url(offer.url, wish))
        made = await registration.poll(http, hosts, offer.device_code)
    assert (made.state, made.brand) == ("done", "feishu")
    assert made.open_id.startswith("ou_")
    return made.app_id, made.secret.reveal()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_new_app_is_asked_for_as_the_sdk_does(lark, running, phone, kind):
    wish = ScanWish(SCOPES, name="CAN 集成", description="用户同步与监控消息 & more")
    first, first_secret = theirs(lark, phone, wish, kind)
    asked, addons = phone.asked, phone.addons
    second, second_secret = asyncio.run(_ours(running, phone, wish))
    assert (phone.asked, phone.addons) == (asked, addons)
    assert addons == ADDONS
    assert asked["createOnly"] == "true"
    assert len({first, second, running["app_id"]}) == 3
    apps = running.state()["apps"]
    for app_id, secret in ((first, first_secret), (second, second_secret)):
        assert set(apps[app_id]["scopes"]["tenant"]) == set(SCOPES)
        assert (apps[app_id]["name"], apps[app_id]["redirect_urls"]) == ("CAN 集成", [])
        assert len(secret) == 32


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_existing_app_is_completed_as_the_sdk_does(lark, running, phone, kind):
    with running.client(base_url=running["console"]) as console:
        made = console.post("/control/apps", json={"name": "Mine"}).json()
    pair = (made["app_id"], made["app_secret"])
    before = set(running.state()["apps"])
    wish = ScanWish(SCOPES, app_id=made["app_id"])
    assert theirs(lark, phone, wish, kind) == pair
    asked, addons = phone.asked, phone.addons
    assert asyncio.run(_ours(running, phone, wish)) == pair
    assert (phone.asked, phone.addons) == (asked, addons)
    assert asked["clientID"] == made["app_id"]
    assert "createOnly" not in asked
    apps = running.state()["apps"]
    assert set(apps) == before
    assert set(apps[made["app_id"]]["scopes"]["tenant"]) == set(SCOPES)

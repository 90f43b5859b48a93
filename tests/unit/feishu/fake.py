"""An ``Http`` that answers from a list, and the fixture answers of every endpoint."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu import (
    application,
    auth,
    bot,
    contact,
    im,
    probes,
)
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.net.http import Policy, Reply

REPLIES = Path(__file__).parent / "replies"
HOSTS = Hosts("https://open.example.com", "https://accounts.example.com")
APP_ID = "cli_a8c029e757e6500b"
APP_SECRET = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"
HTML = b"<html><head><title>Please sign in</title></head><body></body></html>"


@dataclass
class Sent:
    """A request as it was asked for."""

    method: str
    url: str
    policy: Policy
    headers: Mapping[str, str]
    params: Mapping[str, Any]
    json: Any


@dataclass
class FakeHttp:
    """Gives the queued answers in order; an exception in the queue is raised."""

    queue: list[Any] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    tokens: list[Any] = field(default_factory=list)
    raw: bool = False

    async def request(
        self,
        method: str,
        url: str,
        *,
        policy: Policy,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Reply:
        sent = Sent(method, url, policy, dict(headers or {}), dict(params or {}), json)
        if url.endswith(auth.TOKEN_PATH) and "Authorization" not in sent.headers and not self.raw:
            return self._token_reply(sent)
        self.sent.append(sent)
        answer = self.queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(method, url)

    def _token_reply(self, sent: Sent) -> Reply:
        self.tokens.append(sent)
        body = {
            "code": 0,
            "msg": "ok",
            "tenant_access_token": f"t-g10400token{len(self.tokens):022d}",
            "expire": 7200,
        }
        return reply(body)(sent.method, sent.url)


def reply(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[str, str], Reply]:
    """A queued answer: an object is sent as JSON, bytes as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    lower = {name.lower(): value for name, value in (headers or {}).items()}

    def make(method: str, url: str) -> Reply:
        return Reply(method, url, status, lower, raw, 12, "2026-11-22T08:00:00.000Z")

    return make


def fixture(name: str) -> dict[str, Any]:
    """The answer of an endpoint as the documentation shapes it."""
    loaded: dict[str, Any] = json.loads((REPLIES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def client(http: FakeHttp) -> FeishuClient:
    """A client of the sample app on the fake."""
    return FeishuClient(http, HOSTS, APP_ID, Secret(APP_SECRET))  # type: ignore[arg-type]


Call = Callable[[FeishuClient], Awaitable[Answer[Any]]]

#: Every authenticated endpoint by the name of its fixture.
ENDPOINTS: dict[str, Call] = {
    "bot_info": bot.bot_info,
    "application_scopes": application.granted_scopes,
    "application_me": application.describe_app,
    "application_versions": application.latest_versions,
    "check_white_black_list": lambda c: application.in_availability(c, ["5d9bdxxx"]),
    "contact_scopes": contact.contact_range,
    "batch_get_id": lambda c: contact.find_ids(c, ["zhangsan@z.com"], ["13011111111"]),
    "contact_user": lambda c: contact.get_user(c, "3e3cf96b"),
    "im_message_create": lambda c: im.send_message(
        c,
        "user_id",
        "3e3cf96b",
        "text",
        {"text": "监控消息"},
        "9d1a51e2-5d0c-5f0f-8f57-1f7f9f1e0c11",
    ),
    "im_chats": im.list_chats,
    "application_version": lambda c: application.version_detail(
        c, "oav_7c1a90b7258ad0372aa53963cda70d31"
    ),
    "contacts_range_suggest": lambda c: application.suggested_range(
        c, "oav_7c1a90b7258ad0372aa53963cda70d31"
    ),
    "contact_department": lambda c: probes.first_department(
        c, "od-4e6ac4d14bcd5071a37a39de902c7141"
    ),
    "im_message_get": lambda c: im.get_message(c, "om_dc13264520392913993dd051dba21dcf"),
}

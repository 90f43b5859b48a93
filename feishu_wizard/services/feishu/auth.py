"""The calls that need no token: getting one, and finding out who answers at a host."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.finding import Evidence, Who
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu.envelope import Answer, answer_of, nothing, of_body
from feishu_wizard.services.net.http import Http, Policy, Reply
from feishu_wizard.services.net.retry import with_retries

TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105 - an address
BOT_PATH = "/open-apis/bot/v3/info"
# A secret that no app has: tells "no such app" from "another secret" (community observation).
_WRONG_SECRET = "brand-probe-without-a-real-secret"  # noqa: S105 - wrong on purpose
_NO_SUCH_APP = 10003
_WRONG = frozenset({10014, 10015})
_THROTTLED = 99991400


@dataclass(frozen=True, slots=True)
class Token:
    """A tenant access token and the moment of ``time.monotonic()`` at which it ends."""

    value: Secret
    expires_at: float
    lifetime: float


class TokenSource(Protocol):
    """Where a client's tokens come from: the pair of a self-built app, or a store app's ticket."""

    async def fetch(self) -> Answer[Token]:
        """Ask for a token; ``FeishuError`` says what was refused."""


class _TokenWire(msgspec.Struct):
    tenant_access_token: str
    expire: float


async def fetch_tenant_token(
    http: Http, hosts: Hosts, app_id: str, secret: Secret
) -> Answer[Token]:
    """Exchange App ID and App Secret of a self-built app for a token.

    ``FeishuError`` 10003: unknown App ID; 10014: wrong secret. IP allow-list and permissions
    are not looked at here (official docs: tenant_access_token_internal).
    """
    body = {"app_id": app_id, "app_secret": secret.reveal()}
    reply = await with_retries(lambda: _ask_token(http, hosts, body))
    answer = answer_of(reply, of_body(_TokenWire))
    wire = answer.value
    token = Token(Secret(wire.tenant_access_token), time.monotonic() + wire.expire, wire.expire)
    return Answer(token, answer.evidence)


@dataclass(frozen=True, slots=True)
class PairTokens:
    """Tokens of a self-built app."""

    http: Http = field(repr=False)
    hosts: Hosts
    app_id: str
    secret: Secret

    async def fetch(self) -> Answer[Token]:
        """A tenant access token for App ID and App Secret."""
        return await fetch_tenant_token(self.http, self.hosts, self.app_id, self.secret)


async def fingerprint(http: Http, hosts: Hosts) -> Answer[str]:
    """Find out, without a credential, whether the Open Platform answers at ``hosts.open``.

    The value is that origin. It is recognised by two refusals: of an empty token request, and
    of a call without a token. Anything else raises ``NetworkError`` ``net.not_feishu``
    (params host, status, title).
    """
    _expect_refusal(await _ask_token(http, hosts, {}), lambda code: 10000 <= code < 10100)
    info = await http.request("GET", hosts.open + BOT_PATH, policy=Policy.FEISHU)
    return Answer(hosts.open, _expect_refusal(info, lambda code: code // 10 == 9999166))


async def knows_app(http: Http, hosts: Hosts, app_id: str) -> bool | None:
    """Tell whether this brand knows an App ID; None when the answer tells neither.

    Asked with a deliberately wrong secret, so no real one leaves this computer.
    """
    body = {"app_id": app_id, "app_secret": _WRONG_SECRET}
    try:
        answer_of(await _ask_token(http, hosts, body), nothing)
    except FeishuError as error:
        if error.feishu_code in _WRONG:
            return True
        return False if error.feishu_code == _NO_SUCH_APP else None
    return None


async def _ask_token(http: Http, hosts: Hosts, body: dict[str, str]) -> Reply:
    return await http.request("POST", hosts.open + TOKEN_PATH, policy=Policy.FEISHU, json=body)


def _expect_refusal(reply: Reply, expected: Callable[[int], bool]) -> Evidence:
    try:
        answer_of(reply, nothing)
    except FeishuError as error:
        if expected(error.feishu_code) or error.feishu_code == _THROTTLED:
            return error.evidence[0]
    except NetworkError as error:
        raise _foreign(reply, error.params.get("title", "")) from error
    raise _foreign(reply, "")


def _foreign(reply: Reply, title: str) -> NetworkError:
    evidence = reply.evidence()
    params = {"host": evidence.host, "status": str(reply.status), "title": title}
    return NetworkError("net.not_feishu", params, who=Who.NETWORK, evidence=(evidence,))

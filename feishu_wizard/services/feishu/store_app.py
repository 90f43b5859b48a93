"""Tokens of a store app: pair and ticket give an app token, that and a company a tenant token.

Official docs: app_ticket_resend, app_access_token, tenant_access_token. The ticket reaches the
app's own web server only, every hour; here it is pasted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import msgspec

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu.auth import Token
from feishu_wizard.services.feishu.envelope import Answer, answer_of, nothing, of_body
from feishu_wizard.services.net.http import Http, Policy, Reply
from feishu_wizard.services.net.retry import with_retries

_AUTH = "/open-apis/auth/v3"
RESEND_PATH = f"{_AUTH}/app_ticket/resend"
APP_TOKEN_PATH = f"{_AUTH}/app_access_token"
TENANT_TOKEN_PATH = f"{_AUTH}/tenant_access_token"
# The app token is spent, or was made with a ticket that a newer one replaced.
_APP_TOKEN_SPENT = 99991664
_MARGIN_S = 60.0


class _AppTokenWire(msgspec.Struct):
    app_access_token: str
    expire: float


class _TenantTokenWire(msgspec.Struct):
    tenant_access_token: str
    expire: float


async def resend_ticket(http: Http, hosts: Hosts, app_id: str, secret: Secret) -> Answer[None]:
    """Ask for the ticket to be pushed again to the app's web server.

    The only thing that proves the pair of a store app without a ticket. ``FeishuError`` 10003:
    unknown App ID; 10014: wrong secret; 10016: this is a self-built app.
    """
    body = {"app_id": app_id, "app_secret": secret.reveal()}
    reply = await with_retries(lambda: _post(http, hosts, RESEND_PATH, body))
    return answer_of(reply, nothing)


async def fetch_app_token(
    http: Http, hosts: Hosts, app_id: str, secret: Secret, ticket: Secret
) -> Answer[Token]:
    """Exchange pair and ticket for an app token. ``FeishuError`` 10012: the ticket is no good."""
    body = {"app_id": app_id, "app_secret": secret.reveal(), "app_ticket": ticket.reveal()}
    reply = await with_retries(lambda: _post(http, hosts, APP_TOKEN_PATH, body))
    answer = answer_of(reply, of_body(_AppTokenWire))
    wire = answer.value
    return Answer(_token(wire.app_access_token, wire.expire), answer.evidence)


async def fetch_tenant_token(
    http: Http, hosts: Hosts, app_token: Token, tenant_key: str
) -> Answer[Token]:
    """Exchange an app token for the token of one company that installed the app."""
    body = {"app_access_token": app_token.value.reveal(), "tenant_key": tenant_key}
    reply = await with_retries(lambda: _post(http, hosts, TENANT_TOKEN_PATH, body))
    answer = answer_of(reply, of_body(_TenantTokenWire))
    wire = answer.value
    return Answer(_token(wire.tenant_access_token, wire.expire), answer.evidence)


@dataclass(slots=True)
class StoreTokens:
    """Tokens of a store app in one company; give it to ``FeishuClient`` as its ``source``.

    The app token is kept while it lasts, so a ticket is needed once in about two hours.
    """

    http: Http = field(repr=False)
    hosts: Hosts
    app_id: str
    secret: Secret
    ticket: Secret
    tenant_key: str
    _app_token: Token | None = None

    async def fetch(self) -> Answer[Token]:
        """A tenant access token, by an app token that is new when it has to be."""
        kept = self._app_token
        if kept is not None and kept.expires_at - time.monotonic() > _MARGIN_S:
            try:
                return await fetch_tenant_token(self.http, self.hosts, kept, self.tenant_key)
            except FeishuError as error:
                if error.feishu_code != _APP_TOKEN_SPENT:
                    raise
        new = await fetch_app_token(self.http, self.hosts, self.app_id, self.secret, self.ticket)
        self._app_token = new.value
        return await fetch_tenant_token(self.http, self.hosts, new.value, self.tenant_key)


def _token(value: str, expire: float) -> Token:
    return Token(Secret(value), time.monotonic() + expire, expire)


async def _post(http: Http, hosts: Hosts, path: str, body: dict[str, str]) -> Reply:
    return await http.request("POST", hosts.open + path, policy=Policy.FEISHU, json=body)

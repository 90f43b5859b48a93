"""Making or completing an app by scan: a device flow on the accounts host, without a token.

Source: official SDK ``lark-oapi`` 1.7.5, scene/registration; RFC 8628. "Not yet" and the other
refusals come with HTTP 400 and an ``error`` word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from feishu_wizard.domain.edition import Edition, Hosts, hosts_of
from feishu_wizard.domain.errors import NetworkError, WizardError
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.scan import ScanOffer
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu.device_flow import (
    ABSENT,
    device_code_of,
    page_of,
    seconds_of,
    text_of,
)
from feishu_wizard.services.feishu.envelope import MSG_LIMIT, read_object, unexpected
from feishu_wizard.services.net.http import Http, Policy, Reply
from feishu_wizard.services.net.retry import is_busy, with_retries

PATH = "/oauth/v1/app/registration"
State = Literal["pending", "slow_down", "denied", "expired", "taken", "done", "other_brand"]

_BEGIN = {
    "action": "begin",
    "archetype": "PersonalAgent",
    "auth_method": "client_secret",
    "request_user_info": "open_id tenant_brand",
}
_STATES: dict[str, State] = {
    "authorization_pending": "pending",
    "slow_down": "slow_down",
    "temporarily_unavailable": "slow_down",
    "server_error": "slow_down",
    "access_denied": "denied",
    "expired_token": "expired",
    "invalid_grant": "taken",
}
_BRANDS = frozenset({"feishu", "lark"})
_NOT_OFFERED = frozenset({"unsupported_auth_method", "unauthorized_client", "unsupported_action"})
_INTERVAL, _LIFETIME = 5.0, 600.0
_LONGEST_INTERVAL, _LONGEST_LIFETIME = 60.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought. App ID, secret and ``open_id`` (of who scanned) with "done" only.

    ``brand``: "feishu", "lark" or "" when not told; with "other_brand", where the result waits.
    "taken": the code was redeemed already, or is of no use any more.
    """

    state: State
    app_id: str = ""
    secret: Secret = field(default_factory=lambda: Secret(""))
    open_id: str = ""
    brand: str = ""


async def supported(http: Http, hosts: Hosts) -> bool:
    """Tell whether this host registers apps and hands out a secret (``action=init``).

    A host that answers in another language than JSON, or not at all, raises ``NetworkError``.
    """
    reply = await with_retries(lambda: _ask(http, hosts, {"action": "init"}))
    if reply.status in ABSENT:
        return False
    methods = read_object(reply).get("supported_auth_methods")
    # The answer is optional in the protocol: without a list, ``begin`` tells.
    return not isinstance(methods, list) or "client_secret" in methods


async def begin(http: Http, hosts: Hosts) -> ScanOffer:
    """Open a registration. ``url`` is ``verification_uri_complete`` as it was answered.

    Raises ``WizardError`` ``scan.not_offered`` (params host, error, msg) where the host does not
    register apps, ``scan.refused`` for any other OAuth error word.
    """
    reply = await with_retries(lambda: _ask(http, hosts, _BEGIN))
    body = _answer(reply)
    if body.get("error") or reply.status >= 400:
        raise _refused(reply, body)
    return ScanOffer(
        url=page_of(reply, text_of(body.get("verification_uri_complete"))),
        user_code=text_of(body.get("user_code")),
        lifetime=seconds_of(body, ("expires_in", "expire_in"), _LIFETIME, _LONGEST_LIFETIME),
        interval=seconds_of(body, ("interval",), _INTERVAL, _LONGEST_INTERVAL),
        device_code=device_code_of(reply, body),
    )


async def poll(http: Http, hosts: Hosts, device_code: Secret, *, switched: bool = False) -> Polled:
    """Ask once for the result; never repeated here, for it is handed out once.

    ``slow_down``: five more seconds between polls from now on; also said of a busy host.
    ``switched``: the caller went to the other brand's host already, so no switch is told again.
    Raises ``scan.refused`` for an error word that nobody documented.
    """
    form = {"action": "poll", "device_code": device_code.reveal()}
    reply = await _ask(http, hosts, form)
    if is_busy(reply):
        return Polled("slow_down")
    body = _answer(reply)
    user = body.get("user_info")
    user = user if isinstance(user, Mapping) else {}
    brand = _brand(user)
    if body.get("client_id") and body.get("client_secret"):
        return _done(reply, body, user, brand)
    if brand and brand != _brand_of(hosts) and not switched:
        return Polled("other_brand", brand=brand)
    return _undecided(reply, body, brand, switched)


def _undecided(reply: Reply, body: Mapping[str, Any], brand: str, switched: bool) -> Polled:
    word = text_of(body.get("error"))
    if word in _STATES:
        return Polled(_STATES[word], brand=brand)
    if not word and brand and (switched or reply.status < 300):
        return Polled("pending", brand=brand)  # somebody scanned; the app is not there yet
    raise _refused(reply, body)


def _done(reply: Reply, body: Mapping[str, Any], user: Mapping[str, Any], brand: str) -> Polled:
    app_id, secret = body["client_id"], body["client_secret"]
    if not isinstance(secret, str):
        raise unexpected(reply, "$.client_secret")
    kept = Secret(secret)
    if not isinstance(app_id, str):
        raise unexpected(reply, "$.client_id")
    return Polled("done", app_id.strip(), kept, text_of(user.get("open_id")), brand)


async def _ask(http: Http, hosts: Hosts, form: Mapping[str, str]) -> Reply:
    return await http.request("POST", hosts.accounts + PATH, policy=Policy.FEISHU, form=form)


def _answer(reply: Reply) -> dict[str, Any]:
    """The decoded answer; of a host that has no such endpoint: ``scan.not_offered``."""
    try:
        return read_object(reply)
    except NetworkError as error:
        if reply.status in ABSENT:
            raise _refusal("scan.not_offered", reply, "", "") from error
        raise


def _refused(reply: Reply, body: Mapping[str, Any]) -> WizardError:
    word, told = text_of(body.get("error")), text_of(body.get("error_description"))
    if not word and not told and reply.status not in ABSENT and "code" not in body:
        return unexpected(reply, "$")
    absent = word in _NOT_OFFERED or (reply.status in ABSENT and word not in _STATES)
    told = told or text_of(body.get("msg"))
    return _refusal("scan.not_offered" if absent else "scan.refused", reply, word, told)


def _refusal(code: str, reply: Reply, word: str, told: str) -> WizardError:
    """``error`` and ``msg`` as the host said them, without what must not be seen."""
    msg = redact(told)[:MSG_LIMIT]
    evidence = reply.evidence(msg=msg, log_id=reply.headers.get("x-tt-logid", ""))
    params = {"host": evidence.host, "status": str(reply.status), "msg": msg}
    params["error"] = redact(word)[:MSG_LIMIT]
    return WizardError(code, params, who=Who.YOU, evidence=(evidence,))


def _brand(user: Mapping[str, Any]) -> str:
    brand = text_of(user.get("tenant_brand")).lower()
    return brand if brand in _BRANDS else ""


def _brand_of(hosts: Hosts) -> str:
    """The brand that answers there; every host but Lark's own begins as Feishu."""
    return "lark" if hosts.accounts == hosts_of(Edition.LARK).accounts else "feishu"

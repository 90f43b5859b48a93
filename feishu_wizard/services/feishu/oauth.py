"""Signing a person in: the authorize page, the device grant, and who that is.

Sources: official docs (obtain-oauth-code, get-user-access-token, user information) and, for the
device grant, the official command line (internal/auth/device_flow.go). The token endpoint is flat
and answers with ``code`` beside OAuth's ``error`` and ``error_description``; ``user_info`` answers
its errors with HTTP 200. Which ``code`` stands beside the words of the device grant is published
nowhere: the word decides, unless the code is one that says more.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import NetworkError, WizardError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.pkce import METHOD, ProofKey
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.sign_in import SignInOffer, SignInWay
from feishu_wizard.services.feishu.device_flow import (
    ABSENT,
    device_code_of,
    page_of,
    seconds_of,
    text_of,
)
from feishu_wizard.services.feishu.envelope import (
    MSG_LIMIT,
    Answer,
    Body,
    answer_of,
    read_object,
    refusal,
    unexpected,
)
from feishu_wizard.services.net.http import Http, Policy, Reply
from feishu_wizard.services.net.retry import is_busy, with_retries

AUTHORIZE_PATH = "/open-apis/authen/v1/authorize"
DEVICE_PATH = "/oauth/v1/device_authorization"
TOKEN_PATH = "/open-apis/authen/v2/oauth/token"  # noqa: S105 - an address
INFO_PATH = "/open-apis/authen/v1/user_info"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL, _LIFETIME = 5.0, 240.0  # without numbers of its own, as the official command line
_LONGEST_INTERVAL, _LONGEST_LIFETIME = 60.0, 3600.0

State = Literal["pending", "slow_down", "denied", "expired", "done"]
_STATES: dict[str, State] = {
    "authorization_pending": "pending",
    "slow_down": "slow_down",
    "temporarily_unavailable": "slow_down",
    "server_error": "slow_down",
    "access_denied": "denied",
    "expired_token": "expired",
    "invalid_grant": "expired",
}
_NOT_OFFERED = frozenset({"unauthorized_client", "unsupported_grant_type", "unsupported_action"})
# Codes of the token call that say more than the word beside them.
_TELLING = frozenset({20002, 20008, 20009, 20010, 20021, 20022, 20023, 20046, 20048, 20068, 20069})
_WORD = re.compile(r"[a-z][a-z_]{0,63}")
# What a sign-in tells (official docs: user information), by the names of this program's domain.
FIELDS = (
    "open_id",
    "union_id",
    "user_id",
    "name",
    "email",
    "enterprise_email",
    "mobile",
    "employee_no",
    "tenant_key",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The app that somebody signs in to."""

    app_id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class UserToken:
    """A person's access token; ``scopes``: what the platform says that it may."""

    value: Secret
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought; ``token`` with "done" only."""

    state: State
    token: Answer[UserToken] | None = None


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Who signed in. ``values``: the fields of ``FIELDS``, "" for what did not come or is blank.
    ``present``: the names that came at all: without its permission a field is not there."""

    values: Mapping[str, str]
    present: frozenset[str]


def authorize_url(
    hosts: Hosts,
    app_id: str,
    redirect_uri: str,
    state: Secret,
    *,
    challenge: str = "",
    scopes: Sequence[str] = (),
) -> str:
    """The page on which a person signs in. Identity needs no scope; one that the app does not have
    for user identity makes the page show 20027 (official docs: obtain-oauth-code)."""
    query = {
        "client_id": app_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "state": state.reveal(),
    }
    if scopes:
        query["scope"] = " ".join(scopes)
    if challenge:
        query |= {"code_challenge": challenge, "code_challenge_method": METHOD}
    return f"{hosts.accounts}{AUTHORIZE_PATH}?{urlencode(query)}"


async def exchange_code(
    http: Http, hosts: Hosts, pair: Pair, code: Secret, redirect_uri: str, key: ProofKey
) -> Answer[UserToken]:
    """Redeem a code. Never repeated: it is good for once, and a lost answer used it up."""
    body = {
        "grant_type": "authorization_code",
        "client_id": pair.app_id,
        "client_secret": pair.secret.reveal(),
        "code": code.reveal(),
        "redirect_uri": redirect_uri,
        "code_verifier": key.verifier.reveal(),
    }
    reply = await http.request("POST", hosts.open + TOKEN_PATH, policy=Policy.FEISHU, json=body)
    return _token_of(reply, read_object(reply))


async def begin_device(http: Http, hosts: Hosts, pair: Pair) -> SignInOffer:
    """Ask for a code that somebody confirms; no redirect URL is needed.

    Raises ``WizardError`` sign_in.not_offered (params host, error, msg) where the host or this app
    has no device grant, oauth.* and feishu.* for other refusals.
    """
    basic = base64.b64encode(f"{pair.app_id}:{pair.secret.reveal()}".encode()).decode("ascii")
    reply = await with_retries(
        lambda: http.request(
            "POST",
            hosts.accounts + DEVICE_PATH,
            policy=Policy.FEISHU,
            headers={"Authorization": f"Basic {basic}"},
            form={"client_id": pair.app_id, "scope": ""},
        )
    )
    body = _device_body(reply)
    url = text_of(body.get("verification_uri_complete")) or text_of(body.get("verification_uri"))
    return SignInOffer(
        SignInWay.DEVICE,
        page_of(reply, url),
        seconds_of(body, ("expires_in",), _LIFETIME, _LONGEST_LIFETIME),
        user_code=text_of(body.get("user_code")),
        device_code=device_code_of(reply, body),
        interval=seconds_of(body, ("interval",), _INTERVAL, _LONGEST_INTERVAL),
    )


async def poll_device(http: Http, hosts: Hosts, pair: Pair, device_code: Secret) -> Polled:
    """Ask once whether somebody has confirmed; never repeated here, for the token comes once.

    "slow_down" is also said of a busy host. Raises ``FeishuError`` for a code that says more, such
    as 20010, and oauth.* for a word that nobody documented.
    """
    form = {
        "grant_type": _DEVICE_GRANT,
        "device_code": device_code.reveal(),
        "client_id": pair.app_id,
        "client_secret": pair.secret.reveal(),
    }
    reply = await http.request("POST", hosts.open + TOKEN_PATH, policy=Policy.FEISHU, form=form)
    if is_busy(reply):
        return Polled("slow_down")
    body = read_object(reply)
    word = text_of(body.get("error"))
    if word in _STATES and _code(body) not in _TELLING:
        return Polled(_STATES[word])
    return Polled("done", _token_of(reply, body))


async def user_info(http: Http, hosts: Hosts, token: UserToken) -> Answer[UserInfo]:
    """Who the token belongs to. Mail and mobile were entered by an administrator: the platform
    does not say that they are the person's (official docs: user information)."""
    headers = {"Authorization": f"Bearer {token.value.reveal()}"}
    url = hosts.open + INFO_PATH
    reply = await with_retries(
        lambda: http.request("GET", url, policy=Policy.FEISHU, headers=headers)
    )
    return answer_of(reply, _info)


def _info(body: Body) -> UserInfo:
    data = body.get("data")
    # The historic twin of this call is flat; a private deployment may answer like it.
    data = data if isinstance(data, Mapping) else body
    values = {name: text_of(data.get(name)) for name in FIELDS}
    return UserInfo(values, frozenset(name for name in FIELDS if name in data))


def _token_of(reply: Reply, body: Mapping[str, Any]) -> Answer[UserToken]:
    """The token of a flat answer; what else may stand there is a refusal."""
    evidence = _evidence(reply, body)
    value = body.get("access_token")
    if isinstance(value, str) and value and not body.get("error") and not body.get("code"):
        scopes = tuple(text_of(body.get("scope")).split())
        return Answer(UserToken(Secret(value), scopes), evidence)
    raise _refused(reply, body, evidence)


def _refused(reply: Reply, body: Mapping[str, Any], evidence: Evidence) -> WizardError:
    """By the platform's code where there is one, else by OAuth's word."""
    if evidence.feishu_code:
        return refusal(reply, evidence.feishu_code, body, evidence)
    word = text_of(body.get("error"))
    if not word:
        return unexpected(reply, "$.access_token", evidence)
    known = word if _WORD.fullmatch(word) else "unknown"
    params = {"error": redact(word)[:MSG_LIMIT], "msg": evidence.msg, "host": evidence.host}
    return WizardError(f"oauth.{known}", params, evidence=(evidence,))


def _evidence(reply: Reply, body: Mapping[str, Any]) -> Evidence:
    told = text_of(body.get("error_description")) or text_of(body.get("msg"))
    return reply.evidence(
        feishu_code=_code(body),
        msg=redact(told)[:MSG_LIMIT],
        log_id=reply.headers.get("x-tt-logid", ""),
    )


def _code(body: Mapping[str, Any]) -> int | None:
    code = body.get("code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _device_body(reply: Reply) -> Mapping[str, Any]:
    """The answer to a device grant that was begun."""
    try:
        body = read_object(reply)
    except NetworkError as error:
        if reply.status in ABSENT:
            raise _not_offered(reply, {}) from error
        raise
    word = text_of(body.get("error"))
    if reply.status in ABSENT or word in _NOT_OFFERED:
        raise _not_offered(reply, body)
    if word or body.get("code") or reply.status >= 400:
        raise _refused(reply, body, _evidence(reply, body))
    # One SDK expects the fields in ``data`` of some deployments (lark-oapi, channel/auth).
    data = body.get("data")
    return data if isinstance(data, Mapping) else body


def _not_offered(reply: Reply, body: Mapping[str, Any]) -> WizardError:
    evidence = _evidence(reply, body)
    word = redact(text_of(body.get("error")))[:MSG_LIMIT]
    params = {"host": evidence.host, "error": word, "msg": evidence.msg}
    return WizardError("sign_in.not_offered", params, evidence=(evidence,))

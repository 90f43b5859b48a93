"""Sign-in: user tokens and user information (official docs: authentication-management).

``authen/v2/oauth/token`` is flat and answers in OAuth's words; the historic token calls and
``user_info`` answer errors with HTTP 200. Fields of a user are given when the app has their
permission for either identity.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

from feishu_wizard.sandbox.feishu.bot import avatar
from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.gates import bearer
from feishu_wizard.sandbox.feishu.person_body import EMAIL, EMPLOYEE, EMPLOYEE_ID, NUMBER, PHONE
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, ok
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.directory import Person
from feishu_wizard.sandbox.world.registration import Sessions
from feishu_wizard.sandbox.world.tokens import LIFETIME, REFRESH_LIFETIME, Code

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def oauth_error(code: int, error: str, why: str) -> PlatformError:
    """A refusal in OAuth's words beside the platform's code."""
    return PlatformError(code, why, 400, None, {}, {"error": error, "error_description": why})


async def _form_or_json(call: Call) -> Json:
    if "form" in call.request.headers.get("content-type", ""):
        return dict(parse_qsl((await call.request.body()).decode("utf-8", "replace")))
    try:
        return await call.json()
    except PlatformError as error:
        raise oauth_error(20063, "invalid_request", "the request body is malformed") from error


async def token(call: Call) -> Json:
    """``authen/v2/oauth/token``: code, refresh token or device code for a user token."""
    body = await _form_or_json(call)
    app = _client(call, body)
    grants = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh,
        DEVICE_GRANT: _by_device,
    }
    grant = grants.get(str(body.get("grant_type", "")))
    if grant is None:
        raise oauth_error(20036, "unsupported_grant_type", "the grant_type is not supported")
    person, scope = grant(call, app, body)
    _check_person(call, app, person)
    return _token_body(call, app, person, scope)


def _client(call: Call, body: Json) -> App:
    for name in ("grant_type", "client_id", "client_secret"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise oauth_error(20001, "invalid_request", f"{name} is required")
    if call.request.headers.get("authorization", "").startswith("Basic "):
        raise oauth_error(20070, "invalid_request", "two client authentications were sent")
    app = call.world.find_app(body["client_id"])
    if app is None:
        raise oauth_error(20048, "invalid_client", "the app does not exist")
    call.seen.app_id = app.app_id
    if app.brand != call.brand:
        raise oauth_error(20046, "invalid_client", "brand inconsistency")
    if body["client_secret"] != app.secret:
        raise oauth_error(20002, "invalid_client", "the client secret is invalid")
    if app.stopped:
        raise oauth_error(20069, "invalid_client", "the app is not enabled")
    return app


def _by_code(call: Call, app: App, body: Json) -> tuple[int, str]:
    code = _take_code(call, app, str(body.get("code") or ""))
    if code.redirect_uri != str(body.get("redirect_uri") or code.redirect_uri):
        raise oauth_error(20071, "invalid_grant", "redirect_uri differs from the authorize step")
    if code.challenge and not _verified(code, str(body.get("code_verifier") or "")):
        raise oauth_error(20049, "invalid_grant", "PKCE verification failed")
    code.used = True
    return code.person, code.scope


def _take_code(call: Call, app: App, value: str) -> Code:
    if not value:
        raise oauth_error(20001, "invalid_request", "code is required")
    code = call.world.tokens.codes.get(value)
    if code is None:
        raise oauth_error(20003, "invalid_grant", "the authorization code was not found")
    if code.app_id != app.app_id:
        raise oauth_error(20024, "invalid_grant", "the code belongs to another client")
    if code.used:
        raise oauth_error(20065, "invalid_grant", "the authorization code has been used")
    if code.expires <= call.world.now():
        raise oauth_error(20004, "invalid_grant", "the authorization code has expired")
    return code


def _verified(code: Code, verifier: str) -> bool:
    if code.method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(code.challenge.encode(), verifier.encode())


def _by_refresh(call: Call, app: App, body: Json) -> tuple[int, str]:
    known = call.world.tokens.refreshes.get(str(body.get("refresh_token") or ""))
    if known is None or known.app_id != app.app_id:
        raise oauth_error(20026, "invalid_grant", "the refresh token is invalid")
    if known.used:
        raise oauth_error(20073, "invalid_grant", "the refresh token has been used")
    if known.expires <= call.world.now():
        raise oauth_error(20037, "invalid_grant", "the refresh token has expired")
    known.used = True
    return known.person, known.scope


def _by_device(call: Call, app: App, body: Json) -> tuple[int, str]:
    sessions = call.world.device_grants
    session = sessions.by_device.get(str(body.get("device_code") or ""))
    if session is not None and session.app_id != app.app_id:
        session = None
    error = Sessions.poll_error(session, call.world.now())
    if error or session is None:
        raise oauth_error(20001, error or "invalid_grant", error or "invalid_grant")
    session.used = True
    return session.person, session.scope


def _check_person(call: Call, app: App, number: int) -> None:
    if not app.installed:
        raise oauth_error(20009, "invalid_grant", "the app is not installed in the tenant")
    if not app.availability.has_person(call.world.directory, number):
        raise oauth_error(20010, "access_denied", "the user is not in the app's availability")


def _token_body(call: Call, app: App, number: int, scope: str) -> Json:
    made = call.world.tokens.user(app.app_id, number, scope)
    body: Json = {
        "code": 0,
        "access_token": made.value,
        "expires_in": LIFETIME,
        "token_type": "Bearer",
        "scope": scope,
    }
    if "offline_access" in scope.split():
        body["refresh_token"] = call.world.tokens.new_refresh(app.app_id, number, scope)
        body["refresh_token_expires_in"] = REFRESH_LIFETIME
    return body


def profile(call: Call, app: App, person: Person) -> Json:
    """What a sign-in tells about a person."""
    picture = avatar(call)
    body: Json = {
        "name": person.name,
        "en_name": person.en_name,
        "avatar_url": picture,
        "avatar_thumb": picture,
        "avatar_middle": picture,
        "avatar_big": picture,
        "open_id": app.open_ids.encode(person.number),
        "union_id": call.world.union_ids.encode(person.number),
        "tenant_key": call.world.tenant.key,
    }
    gated = (
        ("user_id", person.user_id, (EMPLOYEE_ID,)),
        ("mobile", person.mobile, (PHONE,)),
        ("email", person.email, (EMAIL,)),
        ("enterprise_email", person.enterprise_email, EMPLOYEE),
        ("employee_no", person.employee_no, NUMBER),
    )
    for name, value, scopes in gated:
        if app.has_scope(*scopes) or app.has_scope(*scopes, identity="user"):
            body[name] = value
    return body


async def user_info(call: Call) -> Json:
    """``authen/v1/user_info``: errors come with HTTP 200."""
    try:
        value = bearer(call.request)
    except PlatformError as error:
        raise PlatformError(20001, "the user access token is missing", 200) from error
    found = call.world.tokens.find(value)
    app = call.world.find_app(found.app_id, call.brand) if found else None
    if found is None or found.kind != "user" or call.world.tokens.expired(found) or app is None:
        raise PlatformError(20005, "The user access token passed is invalid.", 200)
    call.seen.app_id = app.app_id
    person = call.world.directory.people[found.person]
    if person.resigned:
        raise PlatformError(20021, "User resigned", 200)
    if person.frozen:
        raise PlatformError(20022, "User frozen", 200)
    return ok(profile(call, app, person))


async def historic_token(call: Call) -> Json:
    """``authen/v1/access_token``: app token in the header; token and profile in one answer."""
    app = call.app
    body = await call.json()
    if body.get("grant_type") != "authorization_code" or not body.get("code"):
        raise PlatformError(20001, "invalid request: grant_type and code are required", 200)
    try:
        code = _take_code(call, app, str(body["code"]))
        _check_person(call, app, code.person)
    except PlatformError as failure:
        raise PlatformError(
            20007 if failure.code == 20003 else failure.code, failure.msg, 200
        ) from failure
    code.used = True
    person = call.world.directory.people[code.person]
    made = call.world.tokens.user(app.app_id, code.person, code.scope)
    refresh = call.world.tokens.new_refresh(app.app_id, code.person, code.scope)
    tokens = {
        "access_token": made.value,
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "refresh_token": refresh,
        "refresh_expires_in": REFRESH_LIFETIME,
    }
    return ok({**tokens, **profile(call, app, person)})


OPEN = (
    Api("POST", "/authen/v2/oauth/token", token),
    Api("GET", "/authen/v1/user_info", user_info),
)
GATED = (
    Api("POST", "/authen/v1/access_token", historic_token),
    Api("POST", "/authen/v1/oidc/access_token", historic_token),
)

"""Sign-in: the authorize page, codes, PKCE, user tokens, the device grant."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from feishu_wizard.sandbox.world.directory import OUTSIDE

pytestmark = pytest.mark.anyio

AUTHORIZE = "/open-apis/authen/v1/authorize"
TOKEN = "/open-apis/authen/v2/oauth/token"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


def query(sandbox, **more):
    return {
        "client_id": sandbox.app_id,
        "response_type": "code",
        "redirect_uri": sandbox.apps.office.callback,
        "state": "s&1",
        **more,
    }


async def decide(sandbox, number=0, decision="", **more):
    person = sandbox.world.directory.people[number].user_id
    form = {"decision": decision} if decision else {"person": person}
    reply = await sandbox.accounts.post(AUTHORIZE, params=query(sandbox, **more), data=form)
    assert reply.status_code == 302, reply.text
    return {k: v[0] for k, v in parse_qs(urlsplit(reply.headers["location"]).query).items()}


async def exchange(sandbox, value, **more):
    body = {
        "grant_type": "authorization_code",
        "client_id": sandbox.app_id,
        "client_secret": sandbox.world.app.secret,
        "code": value,
        **more,
    }
    return await sandbox.feishu.post(TOKEN, json={k: v for k, v in body.items() if v is not None})


async def user_info(sandbox, token):
    headers = {"Authorization": f"Bearer {token}"}
    return await sandbox.feishu.get("/open-apis/authen/v1/user_info", headers=headers)


async def test_the_whole_sign_in(sandbox):
    page = await sandbox.accounts.get(AUTHORIZE, params=query(sandbox))
    assert page.status_code == 200
    assert sandbox.world.directory.people[0].name in page.text
    back = await decide(sandbox, scope="offline_access contact:user.email:readonly")
    assert back["state"] == "s&1"
    reply = await exchange(sandbox, back["code"], redirect_uri=sandbox.apps.office.callback)
    token = reply.json()
    assert token["code"] == 0
    assert token["token_type"] == "Bearer"
    assert 1000 < len(token["access_token"]) < 4096
    info = (await user_info(sandbox, token["access_token"])).json()["data"]
    person = sandbox.world.directory.people[0]
    assert (info["user_id"], info["email"], info["open_id"]) == (
        person.user_id, person.email, sandbox.open_id(),
    )  # fmt: skip
    again = {"grant_type": "refresh_token", "code": None, "refresh_token": token["refresh_token"]}
    assert (await exchange(sandbox, "", **again)).json()["code"] == 0
    assert (await exchange(sandbox, "", **again)).json()["code"] == 20073


async def test_refusal(sandbox):
    back = await decide(sandbox, decision="refuse")
    assert back == {"error": "access_denied", "state": "s&1"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/other"}, 20029),
        ({"client_id": "cli_0000000000000000"}, 20048),
        ({"scope": "contact:contact:readonly"}, 20027),
        ({"scope": " ".join(f"s{n}" for n in range(51))}, 20084),
        ({"response_type": "token"}, 20001),
    ],
)
async def test_errors_on_the_page(sandbox, change, code):
    for client in (sandbox.accounts, sandbox.feishu):
        reply = await client.get(AUTHORIZE, params=query(sandbox, **change))
        assert reply.status_code == 400
        assert f'<code id="code">{code}</code>' in reply.text
    posted = await sandbox.accounts.post(AUTHORIZE, params=query(sandbox, **change), data={})
    assert posted.status_code == 400


@pytest.mark.parametrize(
    ("suffix", "fine"), [("?a=1", True), ("#x", True), ("/", False), ("%20", False)]
)
async def test_query_and_fragment_of_a_redirect_do_not_count(sandbox, suffix, fine):
    wanted = sandbox.apps.office.callback + suffix
    reply = await sandbox.accounts.get(AUTHORIZE, params=query(sandbox, redirect_uri=wanted))
    assert (reply.status_code == 200) is fine


async def test_query_of_the_redirect_is_kept(sandbox):
    wanted = sandbox.apps.office.callback + "?next=%2Fhome"
    assert (await decide(sandbox, redirect_uri=wanted))["next"] == "/home"


async def test_codes_serve_once_for_their_app_and_five_minutes(sandbox):
    code = (await decide(sandbox))["code"]
    assert (await exchange(sandbox, code, redirect_uri="http://x/")).json()["code"] == 20071
    assert (await exchange(sandbox, code)).json()["code"] == 0
    assert (await exchange(sandbox, code)).json()["code"] == 20065
    assert (await exchange(sandbox, "unknown")).json()["code"] == 20003
    late = (await decide(sandbox))["code"]
    sandbox.clock.seconds += 301
    assert (await exchange(sandbox, late)).json()["code"] == 20004
    other = sandbox.world.add_app("Other", "")
    mine = (await decide(sandbox))["code"]
    stolen = {"client_id": other.app_id, "client_secret": other.secret}
    assert (await exchange(sandbox, mine, **stolen)).json()["code"] == 20024


async def test_pkce(sandbox):
    more = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    for verifier, code in ((None, 20049), ("wrong", 20049), (VERIFIER, 0)):
        fresh_code = (await decide(sandbox, **more))["code"]
        reply = (await exchange(sandbox, fresh_code, code_verifier=verifier)).json()
        assert reply["code"] == code


async def test_not_available(make):
    sandbox = make(drills=("recipient-outside",))
    code = (await decide(sandbox, OUTSIDE))["code"]
    reply = await exchange(sandbox, code)
    assert (reply.status_code, reply.json()["code"]) == (400, 20010)
    assert reply.json()["error"] == "access_denied"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_secret": "x"}, 20002),
        ({"client_id": "cli_0000000000000000"}, 20048),
        ({"grant_type": "password"}, 20036),
        ({"grant_type": None}, 20001),
        ({"code": None}, 20001),
    ],
)
async def test_token_errors_speak_oauth(sandbox, change, code):
    reply = await exchange(sandbox, "x", **change)
    body = reply.json()
    assert (reply.status_code, body["code"]) == (400, code)
    assert isinstance(body["error"], str)
    assert body["error_description"]


async def test_user_info_errors_come_with_http_200(sandbox):
    reply = await user_info(sandbox, "eyJnonsense")
    assert (reply.status_code, reply.json()["code"]) == (200, 20005)
    bare = await sandbox.feishu.get("/open-apis/authen/v1/user_info")
    assert (bare.status_code, bare.json()["code"]) == (200, 20001)


async def test_historic_token(sandbox):
    code = (await decide(sandbox))["code"]
    body = {"grant_type": "authorization_code", "code": code}
    path = "/authen/v1/access_token"
    data = (await sandbox.post(path, json=body)).json()["data"]
    assert data["open_id"] == sandbox.open_id()
    again = await sandbox.post(path, json=body)
    assert (again.status_code, again.json()["code"]) == (200, 20065)


async def test_forms_from_other_pages_are_refused(sandbox):
    headers = {"Origin": "http://evil.example.com"}
    person = sandbox.world.directory.people[0].user_id
    reply = await sandbox.accounts.post(
        AUTHORIZE, params=query(sandbox), data={"person": person}, headers=headers
    )
    assert reply.status_code == 400
    assert not sandbox.world.tokens.codes


async def test_device_grant(sandbox):
    pair = (sandbox.app_id, sandbox.world.app.secret)
    form = {"client_id": sandbox.app_id, "scope": ""}
    path = "/oauth/v1/device_authorization"
    begun = (await sandbox.accounts.post(path, data=form, auth=pair)).json()
    grant = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": begun["device_code"],
        "client_id": pair[0],
        "client_secret": pair[1],
    }
    waiting = await sandbox.feishu.post(TOKEN, data=grant)
    assert (waiting.status_code, waiting.json()["error"]) == (400, "authorization_pending")
    assert (await sandbox.feishu.post(TOKEN, data=grant)).json()["error"] == "slow_down"
    person = sandbox.world.directory.people[3]
    approve = f"/control/device/{begun['user_code']}/approve"
    await sandbox.feishu.post(approve, json={"person": person.email})
    token = (await sandbox.feishu.post(TOKEN, data=grant)).json()["access_token"]
    assert (await user_info(sandbox, token)).json()["data"]["user_id"] == person.user_id
    assert (await sandbox.feishu.post(TOKEN, data=grant)).json()["error"] == "invalid_grant"
    wrong = await sandbox.accounts.post(path, data=form, auth=(pair[0], "x"))
    assert wrong.status_code == 401

"""Cookies, CSRF, forms and headers of single calls."""

from __future__ import annotations

from typing import Any

import pytest

from feishu_wizard.domain.errors import CanError, InputError
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.client import CanClient, Wanted
from feishu_wizard.services.can.profile import checked
from tests.unit.can.answers import APP_ID, CALLBACK, fine, refused, setting
from tests.unit.can.test_profile_agreement import EVERYTHING

pytestmark = pytest.mark.anyio
LABEL = {"label": {"en": "a", "zh_Hans": "b"}}
SID, CSRF = "s3ss10n-0123456789", "t0ken-abcdef"
LOGIN, READ, SAVE = "POST /login", "GET /s", "PUT /s"
COOKIES = {"names": ["sid"], "csrf": {"cookie": "csrf", "header": "X-CSRF"}}
GIVEN = {"Set-Cookie": f"sid={SID}; Path=/; HttpOnly; Secure\ncsrf={CSRF}; Path=/\ntrack=1"}


def profile(auth: dict[str, Any], **parts: Any) -> Any:
    document = {
        "schema": "can-profile/1",
        "id": "cookies",
        "name": EVERYTHING["name"],
        "evidence": "source",
        "inputs": {"user": LABEL},
        "secrets": {"password": LABEL, "cookie": LABEL | {"keep": "run"}},
        "auth": auth,
        "envelope": {"ok": [{"at": "/success", "in": [True]}], "data": "/data"},
        "fields": {"app_id": "/appId", "app_secret": "/appSecret", "callback_url": "/callbackUrl"},
        "ops": {
            "get": {"path": "/s"},
            "save": {
                "method": "PUT",
                "path": "/s",
                "headers": {"X-Requested-With": "XMLHttpRequest", "x-user": "${input.user}"},
                "send": ["app_id", "app_secret", "callback_url"],
            },
        },
    }
    return checked(document | parts, "cookies")


def by_login(**login: Any) -> dict[str, Any]:
    body = {"/user": "${input.user}", "/password": "${secret.password}", "/keep": True, "/n": None}
    made = {"path": "/login", "set": body, "token_at": None} | login
    return {"login": made, "cookies": {"source": "login", **COOKIES}, "headers": {"X-User": "x"}}


def by_secret(**cookies: Any) -> dict[str, Any]:
    return {"cookies": {"source": "secret", "secret": "cookie", **COOKIES, **cookies}}


def can(http, stub, auth, cookie: str = "", **parts) -> CanClient:
    secrets = {"password": Secret("pa55w0rd+&=密"), "cookie": Secret(cookie)}
    return CanClient(http, stub.origin, profile(auth, **parts), {"user": "li na"}, secrets)


class TestCookiesOfALogin:
    async def test_reads_carry_the_session_and_writes_the_csrf_header(self, stub, http):
        stub.queue(LOGIN, fine(None), headers=GIVEN)
        stub.queue(READ, fine(setting()))
        stub.queue(SAVE, fine(None))
        client = can(http, stub, by_login(encoding="form"))
        await client.save(Wanted(APP_ID, CALLBACK), await client.read())
        (_, login, form), (_, read, _), (_, save, body), _ = stub.seen
        assert form == {"user": "li na", "password": "pa55w0rd+&=密", "keep": "true"}
        assert login["content-type"] == "application/x-www-form-urlencoded"
        assert "cookie" not in login
        assert read["cookie"] == f"sid={SID}; csrf={CSRF}"
        assert "x-csrf" not in read
        assert save["x-csrf"] == CSRF
        assert save["x-requested-with"] == "XMLHttpRequest"
        assert (read["x-user"], save["x-user"]) == ("x", "li na")  # the call's own header wins
        assert body == {"appId": APP_ID, "callbackUrl": CALLBACK}
        assert redact(f"{SID} {CSRF}") == "*** ***"

    async def test_a_spent_session_is_renewed_once(self, stub, http):
        stub.queue(LOGIN, fine(None), headers=GIVEN)
        stub.queue(LOGIN, fine(None), headers={"Set-Cookie": "sid=second-session\ncsrf=c2"})
        stub.queue(READ, refused("X"), 401)
        stub.queue(READ, fine(setting()))
        await can(http, stub, by_login()).read()
        assert [h.get("cookie") for _, h, _ in stub.requests("GET")] == [
            f"sid={SID}; csrf={CSRF}",
            "sid=second-session; csrf=c2",
        ]

    async def test_what_the_server_renews_is_followed_and_nothing_else(self, stub, http):
        stub.queue(LOGIN, fine(None), headers=GIVEN)
        fresh = "csrf=rotated\nevil=1\nsid=; Max-Age=0\nsid=bad\x01value"
        stub.queue(READ, fine(setting()), headers={"Set-Cookie": fresh.replace("\x01", "\t")})
        client = can(http, stub, by_login())
        await client.read()
        await client.read()
        assert stub.requests("GET")[1][1]["cookie"] == f"sid={SID}; csrf=rotated"

    @pytest.mark.parametrize("given", ["", "csrf=x", "sid=; Max-Age=0", "sid=a; Max-Age=0", "sid"])
    async def test_a_login_without_the_cookie(self, stub, http, given):
        stub.queue(LOGIN, fine(None), headers={"Set-Cookie": given} if given else {})
        with pytest.raises(CanError) as caught:
            await can(http, stub, by_login()).read()
        assert (caught.value.outcome, caught.value.params["at"]) == ("unexpected", "Set-Cookie")
        assert stub.requests("GET") == []

    async def test_without_names_all_are_sent(self, stub, http):
        stub.queue(LOGIN, b"", 204, headers={"Set-Cookie": "a=1\nb=2\na=3"})
        stub.queue(READ, setting())
        auth = by_login() | {"cookies": {"source": "login"}}
        await can(http, stub, auth, envelope={}).read()
        assert stub.requests("GET")[0][1]["cookie"] == "a=3; b=2"

    async def test_two_servers_never_share_a_session(self, stub, http):
        stub.queue(LOGIN, fine(None), headers=GIVEN)
        stub.queue(READ, fine(setting()))
        await can(http, stub, by_login()).read()
        await can(http, stub, {}).read()
        assert "cookie" not in stub.seen[-1][1]


class TestPastedCookies:
    async def test_only_the_named_ones_travel(self, stub, http):
        stub.queue(READ, fine(setting()))
        stub.queue(SAVE, fine(None))
        pasted = f" Cookie: track=1; sid={SID}; sid=other; csrf={CSRF}; x=\n"
        client = can(http, stub, by_secret(), pasted)
        await client.save(Wanted(APP_ID, CALLBACK), await client.read())
        assert {h["cookie"] for _, h, _ in stub.seen} == {f"sid={SID}; csrf={CSRF}"}
        assert stub.requests("PUT")[0][1]["x-csrf"] == CSRF

    @pytest.mark.parametrize(
        "pasted",
        ["nonsense", "sid=a\r\nX-Evil: 1", "sid=a\x00b", "sid=密钥", "sid=a; b", "s d=a", ";", "=a",
         "; ".join(f"c{n}=1" for n in range(60)), "sid=" + "a" * 5000],
    )  # fmt: skip
    async def test_hostile_texts_are_not_sent(self, stub, http, pasted):
        with pytest.raises(InputError) as caught:
            await can(http, stub, by_secret(), pasted).read()
        assert caught.value.code == "can.cookie_invalid"
        assert caught.value.params["name"] == "cookie"
        assert stub.seen == []

    async def test_a_cookie_that_was_not_copied(self, stub, http):
        with pytest.raises(InputError) as caught:
            await can(http, stub, by_secret(), "csrf=x").read()
        assert caught.value.code == "can.cookie_missing"
        assert caught.value.params == {"name": "cookie", "cookie": "sid"}

    async def test_a_write_needs_the_csrf_cookie(self, stub, http):
        stub.queue(READ, fine(setting()))
        client = can(http, stub, by_secret(), f"sid={SID}")
        current = await client.read()
        with pytest.raises(InputError) as caught:
            await client.save(Wanted(APP_ID, CALLBACK), current)
        assert caught.value.params == {"name": "cookie", "cookie": "csrf"}
        assert stub.requests("PUT") == []

    async def test_a_session_that_ended_is_told(self, stub, http):
        stub.queue(READ, refused("X"), 401)
        with pytest.raises(CanError) as caught:
            await can(http, stub, by_secret(), f"sid={SID}").read()
        assert caught.value.outcome == "unauthenticated"
        assert len(stub.seen) == 1


class TestForms:
    def _parts(self, **save: Any) -> dict[str, Any]:
        made = {"method": "POST", "path": "/s", "encoding": "form", "send": ["app_id"]} | save
        return {"ops": {"get": {"path": "/s"}, "save": made}}

    async def test_a_flat_body(self, stub, http):
        stub.queue(READ, fine(setting(keep="a b&c", on=True, nothing=None)))
        stub.queue("POST /s", fine(None))
        client = can(http, stub, {}, **self._parts(carry=["/keep", "/on", "/nothing"]))
        await client.save(Wanted(APP_ID, CALLBACK), await client.read())
        body = stub.requests("POST")[0][2]
        assert body == {"keep": "a b&c", "on": "true", "appId": APP_ID}

    async def test_what_no_form_can_hold(self, stub, http):
        stub.queue(READ, fine(setting(keep={"a": 1})))
        client = can(http, stub, {}, **self._parts(carry=[""]))
        current = await client.read()
        with pytest.raises(InputError) as caught:
            await client.save(Wanted(APP_ID, CALLBACK), current)
        assert caught.value.code == "can.form_nested"
        assert stub.requests("POST") == []

    async def test_an_object_as_a_json_string_fits(self, stub, http):
        fields = {"app_id": "/config/a", "app_secret": "/config/s"}
        parts = {"fields": fields, "json_strings": ["/config"], "verify": {"after_save": []}}
        stub.queue(READ, fine({"config": '{"a": "old", "k": 1}'}))
        stub.queue("POST /s", fine(None))
        client = can(http, stub, {}, **parts, **self._parts(carry=["/config"]))
        await client.save(Wanted(APP_ID, ""), await client.read())
        assert stub.requests("POST")[0][2] == {"config": f'{{"a": "{APP_ID}", "k": 1}}'}

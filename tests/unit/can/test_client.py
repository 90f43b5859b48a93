"""Requests as the profile says: headers, login, bodies, versions; and what is never sent."""

from __future__ import annotations

import json

import msgspec
import pytest

from feishu_wizard.domain.errors import CanError, InputError, NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.client import CanClient, Wanted
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.can.transport import api_base
from feishu_wizard.services.net.http import Http, NetSettings
from tests.unit.can.answers import (
    APP_ID,
    CALLBACK,
    ENABLE,
    READ,
    SAVE,
    TEST,
    TOKEN,
    VERB_ENABLE,
    VERB_READ,
    VERB_SAVE,
    VERB_TEST,
    fine,
    fresh,
    refused,
    setting,
)
from tests.unit.can.conftest import API_KEY, KEY_SECRET

pytestmark = pytest.mark.anyio
ETAG = {"ETag": '"v7"'}
NEW_SECRET = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"


def variant(profile: Profile, **parts) -> Profile:
    return msgspec.convert(msgspec.to_builtins(profile) | parts, Profile)


async def test_read(stub, client, rest):
    stub.queue(READ, fine(setting(enabled=True)), headers=ETAG)
    seen = await client(rest).read()
    assert (seen.app_id, seen.callback_url, seen.enabled) == (APP_ID, CALLBACK, True)
    assert (seen.secret_set, seen.secret_hint, seen.version) == (True, "9TaE", '"v7"')
    assert seen.raw_extra["capabilities"]["push"] is True
    assert not seen.empty
    headers = stub.seen[0][1]
    assert headers["tenant-id"] == "1"
    assert (headers["auth-type"], headers["auth-value"]) == ("APIKEY", API_KEY)


async def test_nothing_stored_yet(stub, client, rest):
    stub.queue(READ, fine(fresh()), headers={"ETag": '"v0"'})
    seen = await client(rest).read()
    assert seen.empty
    assert (seen.enabled, seen.secret_set, seen.secret_hint) == (False, False, "")


@pytest.mark.parametrize("tag", ['"v7"', 'W/"v7"'])
async def test_save_names_the_version_it_is_based_on(stub, client, rest, tag):
    stub.queue(READ, fine(setting()), headers={"ETag": tag})
    stub.queue(SAVE, fine(setting(version=8)), headers={"ETag": '"v8"'})
    can = client(rest)
    stored = await can.save(Wanted(APP_ID, CALLBACK, Secret(NEW_SECRET)), await can.read())
    _, headers, body = stub.requests("PUT")[0]
    assert headers["if-match"] == '"v7"'
    assert "if-none-match" not in headers
    assert body == {"appId": APP_ID, "appSecret": NEW_SECRET, "callbackUrl": CALLBACK}
    assert stored.version == '"v8"'
    assert len(stub.requests("GET")) == 1


@pytest.mark.parametrize("headers", [{}, {"ETag": '"v0"'}])
async def test_the_first_save_says_so(stub, client, rest, headers):
    stub.queue(READ, fine(fresh()), headers=headers)
    stub.queue(SAVE, fine(setting(version=1)), headers={"ETag": '"v1"'})
    can = client(rest)
    await can.save(Wanted(APP_ID, CALLBACK, Secret(NEW_SECRET)), await can.read())
    _, sent, _ = stub.requests("PUT")[0]
    assert sent["if-none-match"] == "*"
    assert "if-match" not in sent


async def test_a_kept_secret_is_not_sent(stub, client, rest):
    stub.queue(READ, fine(setting()), headers=ETAG)
    stub.queue(SAVE, fine(setting()), headers=ETAG)
    can = client(rest)
    await can.save(Wanted(APP_ID, CALLBACK), await can.read())
    assert "appSecret" not in stub.requests("PUT")[0][2]


async def test_without_a_version_in_the_answer_it_is_read(stub, client, rest):
    stub.queue(READ, fine(setting()), headers=ETAG)
    stub.queue(SAVE, fine(setting()))
    can = client(rest)
    stored = await can.save(Wanted(APP_ID, CALLBACK), await can.read())
    assert stored.version == '"v7"'
    assert len(stub.requests("GET")) == 2


async def test_somebody_else_saved(stub, client, rest):
    stub.queue(READ, fine(setting()), headers=ETAG)
    stub.queue(SAVE, refused("OS_VERSION_STALE", data=setting(version=9)), 412)
    can = client(rest)
    with pytest.raises(CanError) as caught:
        await can.save(Wanted(APP_ID, CALLBACK), await can.read())
    assert (caught.value.outcome, caught.value.exit_code) == ("stale", 7)
    assert len(stub.requests("PUT")) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_write_is_never_repeated(stub, client, rest, status):
    stub.queue(READ, fine(setting()), headers=ETAG)
    stub.queue(SAVE, b"<html></html>", status)
    can = client(rest)
    with pytest.raises(CanError):
        await can.save(Wanted(APP_ID, CALLBACK), await can.read())
    assert len(stub.requests("PUT")) == 1


@pytest.mark.parametrize("on", [True, False])
async def test_enable(stub, client, rest, on):
    stub.queue(READ, fine(setting()), headers=ETAG)
    stub.queue(ENABLE, fine(setting(enabled=on, version=8)), headers={"ETag": '"v8"'})
    can = client(rest)
    stored = await can.enable(on, await can.read())
    _, headers, body = stub.requests("PUT")[0]
    assert body == {"enabled": on}
    assert headers["if-match"] == '"v7"'
    assert stored.enabled is on


async def test_test_with_and_without_the_pair(stub, client, rest):
    checks = [
        {"id": "token", "status": "pass", "upstreamCode": 0, "message": None, "tookMs": 81},
        {"id": "message", "status": "fail", "upstreamCode": 230013, "message": "no", "tookMs": "x"},
        "odd",
    ]
    stub.queue(TEST, fine({"ok": False, "checks": checks}))
    can = client(rest)
    tried = await can.test(Wanted(APP_ID, CALLBACK, Secret(NEW_SECRET)))
    await can.test()
    assert not tried.ok
    assert [(c.id, c.status, c.upstream_code, c.took_ms) for c in tried.checks] == [
        ("token", "pass", "0", 81),
        ("message", "fail", "230013", None),
        ("", "", "", None),
    ]
    bodies = [body for _, _, body in stub.requests("POST")]
    assert bodies == [{"appId": APP_ID, "appSecret": NEW_SECRET}, {}]


async def test_a_verdict_that_is_none(stub, client, rest):
    stub.queue(TEST, fine({"ok": "yes"}))
    with pytest.raises(CanError) as caught:
        await client(rest).test()
    assert caught.value.params["at"] == "/ok"


class TestVerbProfile:
    async def test_login_read_save_enable_test(self, stub, client, verb):
        stub.queue(TOKEN, fine("3f9cb2b0a1d64c0e9b7f"))
        stub.queue(VERB_READ, fine(setting(version=3)))
        stub.queue(VERB_SAVE, fine(None))
        stub.queue(VERB_ENABLE, fine({"version": 5}))
        stub.queue(VERB_TEST, fine(True))
        can = client(verb)
        current = await can.read()
        assert (current.version, current.secret_set, current.secret_hint) == ("3", None, "")
        stored = await can.save(Wanted(APP_ID, CALLBACK, Secret(NEW_SECRET)), current)
        await can.enable(True, stored)
        assert (await can.test()).ok
        token, save, enable, test = stub.requests("POST")
        assert token[2] == {"appId": "ak0001", "appSecret": KEY_SECRET, "expire": 3600}
        assert "auth-value" not in token[1]
        assert save[1]["auth-value"] == "3f9cb2b0a1d64c0e9b7f"
        assert save[2] == {
            "appId": APP_ID,
            "appSecret": NEW_SECRET,
            "callbackUrl": CALLBACK,
            "type": "FEISHU",
            "version": 3,
        }
        assert enable[2] == {"type": "FEISHU", "enabled": True, "version": 3}
        assert test[2] == {"type": "FEISHU"}

    async def test_a_spent_token_is_renewed_once(self, stub, client, verb):
        stub.queue(TOKEN, fine("first-token-000000"))
        stub.queue(TOKEN, fine(["second-token-00000"]))
        stub.queue(VERB_READ, refused("OS_UNAUTHENTICATED"), 401)
        stub.queue(VERB_READ, fine(setting()))
        await client(verb).read()
        values = [headers["auth-value"] for _, headers, _ in stub.requests("GET")]
        assert values == ["first-token-000000", "second-token-00000"]

    async def test_a_key_that_is_refused_stays_refused(self, stub, client, verb):
        stub.queue(TOKEN, fine("first-token-000000"))
        stub.queue(VERB_READ, refused("OS_UNAUTHENTICATED"), 401)
        with pytest.raises(CanError) as caught:
            await client(verb).read()
        assert caught.value.outcome == "unauthenticated"
        assert len(stub.requests("GET")) == 2

    async def test_wrong_key(self, stub, client, verb):
        stub.queue(TOKEN, refused("OS_UNAUTHENTICATED"), 401)
        seen = await client(verb).recognise()
        assert (seen.fits, seen.reason) == (True, "unauthenticated")
        assert stub.requests("GET") == []

    @pytest.mark.parametrize("data", [None, "", 5, [], ["a", "b"], {"token": "x"}])
    async def test_no_token_in_the_answer(self, stub, client, verb, data):
        stub.queue(TOKEN, fine(data))
        with pytest.raises(CanError) as caught:
            await client(verb).read()
        assert (caught.value.outcome, caught.value.params["at"]) == ("unexpected", "/data")

    async def test_a_token_that_no_header_can_carry(self, stub, client, verb):
        stub.queue(TOKEN, fine("bad\r\nX-Evil: 1"))
        with pytest.raises(InputError) as caught:
            await client(verb).read()
        assert caught.value.params == {"header": "auth-value"}


class TestWhatIsNeverSent:
    @pytest.mark.parametrize("value", ["sk-\r\nX: y", "sk-abc\x00", "密钥", "sk-“x”"])
    async def test_a_value_that_no_header_can_carry(self, stub, http, rest, value):
        can = CanClient(http, stub.origin, rest, {"tenant_id": "1"}, {"api_key": Secret(value)})
        with pytest.raises(InputError) as caught:
            await can.read()
        assert caught.value.params == {"header": "auth-value"}
        assert stub.seen == []

    async def test_a_call_without_its_key(self, stub, http, rest):
        with pytest.raises(InputError) as caught:
            await CanClient(http, stub.origin, rest, {}, {}).read()
        assert (caught.value.code, caught.value.params) == (
            "can.secret_missing",
            {"name": "api_key"},
        )
        assert stub.seen == []

    async def test_a_call_without_an_input(self, stub, http, verb):
        can = CanClient(http, stub.origin, verb, {}, {"key_secret": Secret(KEY_SECRET)})
        with pytest.raises(InputError) as caught:
            await can.read()
        assert (caught.value.code, caught.value.params) == ("can.input_missing", {"name": "key_id"})

    async def test_a_declared_default_is_used(self, stub, http, rest):
        stub.queue(READ, fine(setting()), headers=ETAG)
        await CanClient(http, stub.origin, rest, {}, {"api_key": Secret(API_KEY)}).read()
        assert stub.seen[0][1]["tenant-id"] == "1"

    async def test_a_redirect_is_not_followed(self, stub, client, rest):
        stub.queue(READ, b"", 307, {"Location": "http://127.0.0.1:1/steal"})
        with pytest.raises(CanError):
            await client(rest).read()
        assert len(stub.seen) == 1

    async def test_plain_http_that_nobody_accepted(self, http, rest):
        can = CanClient(http, "http://can.example.invalid", rest, {}, {"api_key": Secret(API_KEY)})
        with pytest.raises(NetworkError) as caught:
            await can.read()
        assert caught.value.code == "net.plain_http"

    def test_a_profile_may_insist_on_https(self, rest):
        strict = variant(rest, base={"prefix": "/x", "require_https": True})
        with pytest.raises(NetworkError) as caught:
            api_base("http://can.example.com", strict)
        assert caught.value.code == "net.https_required"
        assert api_base("http://127.0.0.1:8083", strict) == "http://127.0.0.1:8083/x"

    async def test_a_body_beyond_the_limit(self, stub, client, rest):
        stub.queue(READ, fine(setting()), headers=ETAG)
        can = client(rest)
        with pytest.raises(InputError) as caught:
            await can.save(Wanted("x" * 70_000, CALLBACK), await can.read())
        assert caught.value.code == "can.too_large"
        assert stub.requests("PUT") == []

    async def test_an_operation_the_profile_lacks(self, stub, client, rest):
        ops = msgspec.to_builtins(rest)["ops"] | {"test": None}
        can = client(variant(rest, ops=ops))
        assert can.can("save")
        assert not can.can("test")
        with pytest.raises(InputError) as caught:
            await can.test()
        assert caught.value.code == "can.no_operation"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://can.example.com", "https://can.example.com/anymetrics/api/v1"),
        ("https://can.example.com/", "https://can.example.com/anymetrics/api/v1"),
        (" http://10.0.0.8:8083 ", "http://10.0.0.8:8083/anymetrics/api/v1"),
        ("https://can.example.com/bi", "https://can.example.com/bi/anymetrics/api/v1"),
        ("https://h/anymetrics/api/v1", "https://h/anymetrics/api/v1"),
        ("http://[::1]:8083", "http://[::1]:8083/anymetrics/api/v1"),
    ],
)
def test_api_base(rest, base, expected):
    assert api_base(base, rest) == expected


@pytest.mark.parametrize(
    "base",
    ["", "can.example.com", "ftp://h", "https://", "https://u:p@h", "https://h?x=1", "https://h/#a",
     "https://h:99999", "https://h\\@evil", "javascript:alert(1)"],
)  # fmt: skip
def test_no_address(rest, base):
    with pytest.raises(NetworkError) as caught:
        api_base(base, rest)
    assert caught.value.code == "net.bad_address"
    assert "u:p" not in str(caught.value.params)


class TestSecretKinds:
    """What a read shows, and how a save leaves the stored one as it is."""

    def _profile(self, rest, read, keep):
        return variant(
            rest,
            secret={"read": read, "keep": keep},
            concurrency={"mode": "none"},
            state={"enabled": "/enabled"},
        )

    @pytest.mark.parametrize(
        ("read", "shown", "known"),
        [
            ("omitted", {}, None),
            ("empty", {"appSecret": ""}, None),
            ("mask", {"appSecret": "******"}, True),
            ("mask", {"appSecret": ""}, False),
            ("plain", {"appSecret": NEW_SECRET}, True),
            ("plain", {}, False),
        ],
    )
    async def test_read(self, stub, client, rest, read, shown, known):
        stub.queue(READ, fine(setting(**shown)))
        seen = await client(self._profile(rest, read, "omit")).read()
        assert seen.secret_set is known
        assert "appSecret" not in seen.raw_extra
        assert NEW_SECRET not in repr(seen)
        assert (seen.stored_secret is not None) is (read == "plain" and bool(shown))

    @pytest.mark.parametrize(
        ("keep", "sent"),
        [("omit", {}), ("empty", {"appSecret": ""}), ("resend", {"appSecret": NEW_SECRET})],
    )
    async def test_keep(self, stub, client, rest, keep, sent):
        stub.queue(READ, fine(setting(appSecret=NEW_SECRET)))
        stub.queue(SAVE, fine(setting()))
        can = client(self._profile(rest, "plain", keep))
        await can.save(Wanted(APP_ID, CALLBACK), await can.read())
        body = stub.requests("PUT")[0][2]
        assert body == {"appId": APP_ID, "callbackUrl": CALLBACK, **sent}

    @pytest.mark.parametrize("keep", ["reenter", "resend"])
    async def test_a_server_that_wants_it_each_time(self, stub, client, rest, keep):
        stub.queue(READ, fine(setting()))
        can = client(self._profile(rest, "omitted", keep))
        with pytest.raises(CanError) as caught:
            await can.save(Wanted(APP_ID, CALLBACK), await can.read())
        assert (caught.value.outcome, caught.value.exit_code) == ("secret_needed", 2)
        assert stub.requests("PUT") == []


class TestOtherServers:
    """The parts of the format that our two profiles do not need."""

    async def test_list_json_string_values_carry_and_switch_by_save(self, stub, client, rest):
        other = variant(
            rest,
            envelope={"ok": [{"at": "/code", "in": [0]}], "data": "/data", "message": ["/msg"]},
            concurrency={"mode": "none"},
            secret={"read": "plain", "keep": "resend"},
            select={"at": "/name", "equals": "lark"},
            json_strings=["/config"],
            fields={
                "app_id": "/config/client_id",
                "app_secret": "/config/client_secret",
                "callback_url": "/config/redirect_uri",
            },
            state={"enabled": "/config/on"},
            values={"enabled": {"true": "ON", "false": "OFF"}},
            ops={
                "get": {"method": "GET", "path": "/office-software/feishu"},
                "save": {
                    "method": "PUT",
                    "path": "/office-software/feishu",
                    "send": ["app_id", "app_secret", "callback_url", "enabled"],
                    "set": {"/type": 8},
                    "carry": ["/id", "/config/keep~1me", "/nothing"],
                },
                "enable": {"method": "PUT", "via": "save", "set": {"/config/on": "${enabled}"}},
            },
        )
        config = {
            "client_id": "cli_old",
            "client_secret": NEW_SECRET,
            "redirect_uri": "https://o/",
            "on": "OFF",
            "keep/me": [1],
        }
        rows = [{"name": "wecom"}, {"id": 8, "name": "lark", "config": json.dumps(config)}]
        stub.queue(READ, {"code": 0, "data": rows, "msg": None})
        stub.queue(SAVE, {"code": 0, "data": None, "msg": None})
        can = client(other)
        current = await can.read()
        assert (current.app_id, current.enabled) == ("cli_old", False)
        await can.save(Wanted(APP_ID, CALLBACK), current)
        await can.enable(True, current)
        first, second = (body for _, _, body in stub.requests("PUT"))
        assert (first["id"], first["type"]) == (8, 8)
        assert json.loads(first["config"]) == {
            "client_id": APP_ID,
            "client_secret": NEW_SECRET,
            "redirect_uri": CALLBACK,
            "on": "OFF",
            "keep/me": [1],
        }
        assert json.loads(second["config"])["on"] == "ON"
        assert json.loads(second["config"])["client_id"] == "cli_old"

    async def test_a_list_without_the_platform_is_nothing_stored(self, stub, client, rest):
        listed = variant(rest, select={"at": "/platform", "equals": "feishu"})
        stub.queue(READ, fine([{"platform": "wecom"}]), headers=ETAG)
        seen = await client(listed).read()
        assert seen.empty
        assert seen.enabled is None


async def test_a_server_that_is_down(rest, http):
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    can = CanClient(http, f"http://127.0.0.1:{port}", rest, {}, {"api_key": Secret(API_KEY)})
    for call in (can.read, can.recognise):
        with pytest.raises(NetworkError) as caught:
            await call()
        assert caught.value.code == "net.refused"


async def test_the_deadline_is_the_profiles(stub, rest):
    async with Http(NetSettings(proxy="none")) as http:
        quick = variant(rest, base={"prefix": "/anymetrics/api/v1", "timeout_s": 0.000_001})
        can = CanClient(http, stub.origin, quick, {}, {"api_key": Secret(API_KEY)})
        with pytest.raises(NetworkError) as caught:
            await can.read()
        assert caught.value.code in ("net.deadline", "net.timeout")

"""What servers do that are not built like the reference: first saves, absence, bare answers,
verdicts without a field, versions, tickets, callers without a secret."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from feishu_wizard.domain.errors import CanError, InputError, NetworkError
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.carried import is_weak, secrets_of
from feishu_wizard.services.can.client import CanClient, Wanted, looks_like
from feishu_wizard.services.can.model import AppliesTo
from feishu_wizard.services.can.profile import checked
from feishu_wizard.services.can.recognition import applies
from tests.unit.can.answers import APP_ID, APP_PAGE, CALLBACK, LOGIN_PAGE, refused, setting
from tests.unit.can.test_profile_agreement import EVERYTHING

pytestmark = pytest.mark.anyio
LABEL = {"label": {"en": "a", "zh_Hans": "b"}}
NEW, OLD = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE", "OLDw8ZtP0mNvB5rJc1Ld7Ks2HgFy9OLD"
KEY = "sk-423f0c9a7b1d4e5f8a6b2c3d"
SEND = ["app_id", "app_secret", "callback_url"]
SAVE = {"method": "PUT", "path": "/s", "send": SEND}
WANTED = Wanted(APP_ID, CALLBACK, Secret(NEW))


def profile(ops: dict[str, Any] | None = None, **parts: Any) -> Any:
    document = {
        "schema": "can-profile/1",
        "id": "other",
        "name": EVERYTHING["name"],
        "evidence": "source",
        "secrets": {"key": LABEL},
        "auth": {"headers": {"X-Key": "${secret.key}"}},
        "envelope": {"message": ["/message", ""]},
        "fields": {"app_id": "/appId", "app_secret": "/appSecret", "callback_url": "/callbackUrl"},
        "state": {"enabled": "/enabled"},
        "ops": {"get": {"path": "/s"}, "save": SAVE} | (ops or {}),
    }
    return checked(document | parts, "other")


@pytest.fixture
def can(http, stub):
    def make(ops: dict[str, Any] | None = None, **parts: Any) -> CanClient:
        return CanClient(http, stub.origin, profile(ops, **parts), {}, {"key": Secret(KEY)})

    return make


class TestFirstSave:
    CREATE: ClassVar[dict[str, Any]] = {
        "method": "POST",
        "path": "/s",
        "send": SEND,
        "set": {"/type": 8},
    }

    async def test_create_when_nothing_is_stored_and_save_after(self, stub, can):
        stub.queue("GET /s", {"message": "no such setting"}, 404)
        stub.queue("GET /s", setting())
        stub.queue("POST /s", b"", 201)
        stub.queue("PUT /s", b"", 204)
        client = can({"create": self.CREATE, "get": {"path": "/s", "absent": [404]}})
        before = await client.read()
        assert before.empty
        assert before.secret_set is False
        after = await client.save(WANTED, before)
        assert after.app_id == APP_ID
        await client.save(WANTED, after)
        writes = [call for call, *_ in stub.seen if not call.startswith("GET")]
        assert writes == ["POST /s", "PUT /s"]
        assert stub.requests("POST")[0][2]["type"] == 8

    async def test_204_can_mean_nothing_stored(self, stub, can):
        stub.queue("GET /s", b"", 204)
        assert (await can({"get": {"path": "/s", "absent": [204]}}).read()).empty

    @pytest.mark.parametrize(
        ("body", "status"),
        [(b"<h1>404</h1>", 404), ({"timestamp": 1, "path": "/s"}, 404), ({"message": "x"}, 410)],
    )
    async def test_another_answer_is_no_absence(self, stub, can, body, status):
        stub.queue("GET /s", body, status)
        with pytest.raises(CanError):
            await can({"get": {"path": "/s", "absent": [404]}}).read()

    async def test_a_strangers_404_is_no_sign_of_the_profile(self, stub, http):
        stub.queue("GET /s", {"message": "not found"}, 404)
        used = profile({"get": {"path": "/s", "absent": [404]}})
        assert not (await looks_like(http, stub.origin, used)).fits

    async def test_the_first_save_says_so_to_a_server_with_tags(self, stub, can):
        stub.queue("GET /s", {"message": "none"}, 404)
        stub.queue("POST /s", setting(), 201, {"ETag": '"v1"'})
        get = {"path": "/s", "absent": [404]}
        client = can({"create": self.CREATE, "get": get}, concurrency={"mode": "etag"})
        await client.save(WANTED, await client.read())
        assert stub.requests("POST")[0][1]["if-none-match"] == "*"

    async def test_an_empty_setting_is_not_switched_on_by_a_save(self, stub, can):
        stub.queue("GET /s", setting(appId="", callbackUrl=""))
        client = can({"enable": {"via": "save", "set": {"/enabled": "${enabled}"}}})
        with pytest.raises(CanError) as caught:
            await client.enable(True, await client.read())
        assert caught.value.outcome == "incomplete"
        assert stub.requests("PUT") == []


class TestSwitchBySave:
    @pytest.mark.parametrize(
        ("save", "enable"),
        [
            (SAVE | {"carry": [""]}, {"via": "save", "set": {"/enabled": "${enabled}"}}),
            (SAVE | {"carry": [""], "send": [*SEND, "enabled"]}, {"via": "save"}),
        ],
    )
    async def test_the_rest_stays(self, stub, can, save, enable):
        stub.queue("GET /s", setting(capabilities={"push": True}))
        stub.queue("PUT /s", b"", 200)
        client = can({"save": save, "enable": enable})
        await client.enable(True, await client.read())
        body = stub.requests("PUT")[0][2]
        assert body["enabled"] is True
        assert (body["appId"], body["capabilities"]) == (APP_ID, {"push": True})
        assert "appSecret" not in body


class TestBareAnswers:
    async def test_a_page_is_no_success_of_a_write(self, stub, can):
        stub.queue("GET /s", setting())
        stub.queue("PUT /s", LOGIN_PAGE)
        client = can()
        with pytest.raises(CanError) as caught:
            await client.save(WANTED, await client.read())
        assert (caught.value.outcome, caught.value.params["reason"]) == ("unexpected", "login_page")

    @pytest.mark.parametrize("body", [b"", {}, [], "ok", {"other": 1}, APP_PAGE])
    async def test_a_read_needs_the_shape_of_a_setting(self, stub, can, body):
        stub.queue("GET /s", body)
        found = await can().recognise()
        assert found.fits is (body == {})  # an empty object is a setting with nothing in it

    @pytest.mark.parametrize("status", [400, 422, 500])
    async def test_a_bare_text_is_the_message(self, stub, can, status):
        stub.queue("GET /s", setting())
        stub.queue("PUT /s", f"id exists, {NEW}", status)
        client = can()
        with pytest.raises(CanError) as caught:
            await client.save(WANTED, await client.read())
        assert caught.value.params["msg"] == "id exists, ***"
        assert "reason" not in caught.value.params

    async def test_a_text_without_quotes_too(self, stub, can):
        stub.queue("GET /s", b"Token expired", 401)
        found = await can().recognise()
        assert (found.fits, found.reason) == (True, "unauthenticated")
        assert found.error
        assert found.error.params["msg"] == "Token expired"

    async def test_a_bare_401_is_anybodys(self, stub, can):
        for body in (b"", {"error": 1}):
            stub.queue("GET /s", body, 401)
            found = await can().recognise()
            assert (found.fits, found.reason) == (False, "unauthenticated")
            stub.answers.clear()


class TestVerdictWithoutAField:
    TEST: ClassVar[dict[str, Any]] = {
        "method": "POST",
        "path": "/t",
        "send": SEND[:2],
        "ok_at": None,
    }

    @pytest.mark.parametrize(
        ("body", "status", "msg"),
        [({"message": "bad secret"}, 400, "bad secret"), ("wrong pair", 422, "wrong pair")],
    )
    async def test_a_refusal_is_a_no(self, stub, can, body, status, msg):
        stub.queue("POST /t", body, status)
        tried = await can({"test": self.TEST}).test(WANTED)
        assert not tried.ok
        assert [(c.id, c.status, c.message) for c in tried.checks] == [("pair", "fail", msg)]

    async def test_a_soft_refusal_is_a_no_and_a_success_a_yes(self, stub, can):
        rules = {"ok": [{"at": "/success", "in": [True]}], "message": ["/errorMsg"]}
        stub.queue("POST /t", refused("ANY", "no token"))
        stub.queue("POST /t", {"success": True})
        client = can({"test": self.TEST}, envelope=rules)
        assert (await client.test(WANTED)).checks[0].message == "no token"
        assert (await client.test(WANTED)).ok

    @pytest.mark.parametrize(
        ("body", "status"),
        [({"message": "who"}, 401), ({"message": "who"}, 403), ({"message": "?"}, 404), (b"", 400),
         ({"message": "slow"}, 429), ({"message": "down"}, 500), (APP_PAGE, 200), (b"<p>", 400)],
    )  # fmt: skip
    async def test_what_is_no_verdict_stays_an_error(self, stub, can, body, status):
        stub.queue("POST /t", body, status)
        with pytest.raises(CanError):
            await can({"test": self.TEST}).test(WANTED)

    async def test_a_server_that_is_down_stays_an_error(self, http):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))  # nobody listens there
            origin = f"http://127.0.0.1:{free.getsockname()[1]}"
            client = CanClient(http, origin, profile({"test": self.TEST}), {}, {"key": Secret(KEY)})
            with pytest.raises(NetworkError):
                await client.test(WANTED)


#: read, keep: what is sent for "leave it"; None: the secret is needed, REFUSED: no such profile
REFUSED = "refused"
MASK = "*********"
MATRIX = {
    (read, keep): {"omit": "", "empty": {"appSecret": ""}, "reenter": None}.get(keep, REFUSED)
    for read in ("hint", "omitted", "mask", "empty", "plain")
    for keep in ("omit", "empty", "resend", "reenter", "mask")
}
MATRIX["plain", "resend"] = {"appSecret": OLD}
MATRIX["mask", "mask"] = {"appSecret": MASK}
SHOWN = {"hint": {}, "omitted": {}, "mask": {"appSecret": MASK}, "empty": {"appSecret": ""},
         "plain": {"appSecret": OLD}}  # fmt: skip


class TestSecrets:
    @pytest.mark.parametrize(("read", "keep"), MATRIX)
    async def test_every_way_of_keeping(self, stub, can, read, keep):
        """With everything carried: a shown secret or mask goes back only where it has to."""
        sent = MATRIX[read, keep]
        parts = {"secret": {"read": read, "keep": keep}}
        ops = {
            "save": SAVE | {"carry": [""]},
            "enable": {"via": "save", "set": {"/enabled": "${enabled}"}},
            "test": {"method": "POST", "path": "/t", "send": SEND, "ok_at": None},
        }
        if sent == REFUSED:
            with pytest.raises(InputError) as caught:
                can(ops, **parts)
            assert caught.value.params["where"] == "$.secret.keep"
            return
        shown = setting(**SHOWN[read])
        stub.queue("GET /s", shown)
        stub.queue("PUT /s", b"", 204)
        stub.queue("POST /t", b"", 204)
        client = can(ops, **parts)
        current = await client.read()
        assert OLD not in repr(current.raw_extra)
        assert MASK not in repr(current.raw_extra)
        keeping = Wanted(APP_ID, CALLBACK)
        if sent is None:
            for call in (client.save(keeping, current), client.enable(True, current)):
                with pytest.raises(CanError) as needed:
                    await call
                assert needed.value.outcome == "secret_needed"
            await client.enable(True, current, Secret(NEW))
            assert stub.requests("PUT")[0][2]["appSecret"] == NEW
            return
        await client.save(keeping, current)
        await client.enable(True, current, Secret(NEW))
        await client.test(current=current)
        for _, _, body in stub.requests("PUT"):
            assert {k: v for k, v in body.items() if k == "appSecret"} == (sent or {})
        probe = stub.requests("POST")[0][2]
        values = {"appId": APP_ID, "callbackUrl": CALLBACK}
        assert probe == ({} if keep == "omit" else values | (sent or {}))
        await client.save(WANTED, current)
        assert stub.requests("PUT")[-1][2]["appSecret"] == NEW

    @pytest.mark.parametrize("read", ["mask", "plain", "omitted"])
    async def test_a_mask_is_never_stored_as_the_secret(self, stub, can, read):
        stub.queue("GET /s", setting(**SHOWN[read]))
        client = can(secret={"read": read})
        with pytest.raises(CanError) as caught:
            await client.save(Wanted(APP_ID, CALLBACK, Secret("******")), await client.read())
        assert caught.value.outcome == "secret_masked"
        assert stub.requests("PUT") == []

    async def test_a_server_that_begins_to_mask_gets_no_mask_back(self, stub, can):
        stub.queue("GET /s", setting(appSecret=MASK))
        client = can(secret={"read": "plain", "keep": "resend"})
        current = await client.read()
        assert (current.secret_set, current.stored_secret) == (True, None)
        with pytest.raises(CanError) as caught:
            await client.save(Wanted(APP_ID, CALLBACK), current)
        assert caught.value.outcome == "secret_needed"

    async def test_a_secret_that_shows_by_surprise_is_masked_at_every_exit(self, stub, can):
        shown = "Vq7Wm2Zx9Rt4Nb6Lc8Kd1Hf3Gs5Jp0Ye"
        stub.queue("GET /s", setting())
        stub.queue("PUT /s", setting(appSecret=shown))
        client = can(secret={"read": "omitted"})
        stored = await client.save(WANTED, await client.read())
        assert stored.stored_secret is None
        assert shown not in repr(stored)
        assert redact(f"x {shown}") == "x ***"

    async def test_inside_a_json_string(self, stub, can):
        inner = f'{{"a": "{APP_ID}", "s": "{OLD}", "deep": {{"note": "uses {OLD}"}}, "k": 1}}'
        fields = {"app_id": "/config/a", "app_secret": "/config/s"}
        parts = {"fields": fields, "json_strings": ["/config"], "verify": {"after_save": []}}
        secret = {"read": "plain", "keep": "omit"}
        stub.queue("GET /s", {"id": 8, "config": inner})
        stub.queue("PUT /s", b"", 204)
        client = can({"save": SAVE | {"carry": [""], "send": SEND[:2]}}, secret=secret, **parts)
        current = await client.read()
        assert OLD not in repr(dict(current.raw_extra))
        assert not current.has_callback
        await client.save(Wanted(APP_ID, "ignored"), current)
        body = stub.requests("PUT")[0][2]
        assert body == {"id": 8, "config": f'{{"a": "{APP_ID}", "deep": {{}}, "k": 1}}'}


class TestVersions:
    PROBE: ClassVar[dict[str, Any]] = {
        "versions": ["3.4", "4.*"],
        "probe": {"path": "/v", "at": "/data"},
    }

    @pytest.mark.parametrize(
        ("told", "fits"),
        [("3.4", True), ("v3.4.9-lts", True), ("4.0.1", True), ("V4", True), ("3.40", False),
         ("3", False), ("5.4", False), ("nightly", False), ("13.4", False)],
    )  # fmt: skip
    def test_what_a_version_is(self, told, fits):
        assert applies(AppliesTo(versions=["3.4", "4.*"]), told) is fits
        assert applies(AppliesTo(), told)

    @pytest.mark.parametrize(
        ("body", "fits", "version"),
        [
            ({"data": "v3.4.1"}, True, "v3.4.1"),
            ({"data": "5.0"}, False, "5.0"),
            ({"data": 4.2}, True, "4.2"),
            ({"data": None}, True, ""),
            (APP_PAGE, True, ""),
        ],
    )
    async def test_the_version_decides_with_the_shape(self, stub, http, can, body, fits, version):
        stub.queue("GET /s", setting())
        stub.queue("GET /v", body)
        client = can(applies_to=self.PROBE)
        for found in (await client.recognise(), await client.still_fits()):
            assert (found.fits, found.version) == (fits, version)
            assert found.reason == ("fits" if fits else "version")
        assert await client.version() == (version or None)
        stub.queue("GET /s", {"message": "key?"}, 401)
        openly = await looks_like(http, stub.origin, profile(applies_to=self.PROBE))
        assert openly.fits is fits
        probes = [headers for call, headers, _ in stub.seen if call == "GET /v"]
        assert all("x-key" not in headers for headers in probes)

    async def test_plain_text_and_no_probe(self, stub, can):
        stub.queue("GET /v", b"3.4.1\n")
        assert await can(applies_to={"probe": {"path": "/v"}}).version() == "3.4.1"
        assert await can().version() is None

    async def test_a_server_that_is_another_one_is_not_asked_its_version(self, stub, can):
        stub.queue("GET /s", APP_PAGE)
        found = await can(applies_to=self.PROBE).still_fits()
        assert (found.fits, found.reason) == (False, "html")
        assert [call for call, *_ in stub.seen] == ["GET /s"]

    async def test_still_fits_needs_the_setting(self, stub, can):
        stub.queue("GET /s", {"message": "key?"}, 401)
        found = await can().still_fits()
        assert (found.fits, found.reason) == (False, "unauthenticated")
        assert found.error
        assert found.error.code == "can.unauthenticated"
        stub.answers.clear()
        stub.queue("GET /s", setting())
        found = await can().still_fits()
        assert found.fits
        assert found.setting
        assert found.setting.app_id == APP_ID


class TestAppTicket:
    OP: ClassVar[dict[str, Any]] = {"app_ticket": {"path": "/ticket", "at": "/ticket"}}

    @pytest.mark.parametrize("told", [None, ""])
    async def test_none_yet(self, stub, can, told):
        stub.queue("GET /ticket", {"ticket": told})
        assert await can(self.OP).app_ticket() is None

    async def test_told(self, stub, can):
        stub.queue("GET /ticket", {"ticket": "t-0123456789abcdef"})
        ticket = await can(self.OP).app_ticket()
        assert ticket
        assert ticket.reveal() == "t-0123456789abcdef"
        assert stub.seen[0][1]["x-key"] == KEY

    @pytest.mark.parametrize("told", [{}, {"ticket": 5}, {"ticket": ["a"]}])
    async def test_another_shape(self, stub, can, told):
        stub.queue("GET /ticket", told)
        with pytest.raises(CanError) as caught:
            await can(self.OP).app_ticket()
        assert (caught.value.outcome, caught.value.params["at"]) == ("unexpected", "/ticket")

    async def test_not_offered(self, can):
        with pytest.raises(InputError, match=r"can\.no_operation"):
            await can().app_ticket()


class TestWeakCallers:
    UID: ClassVar[dict[str, Any]] = {"headers": {"auth-type": "UID", "auth-value": "admin"}}
    NAMED: ClassVar[dict[str, Any]] = {
        "headers": {"auth-type": "UID", "auth-value": "${secret.key}"}
    }

    @pytest.mark.parametrize(
        ("parts", "weak"),
        [
            ({}, False),
            ({"auth": UID}, True),
            ({"auth": {"headers": {"auth-type": "ACCOUNT", "auth-value": "x"}}}, True),
            ({"auth": {}, "ops": {"save": SAVE | {"headers": {"X": "${secret.key}"}}}}, False),
            ({"auth": {"login": {"path": "/l", "set": {"/k": "${secret.key}"}}}}, True),
            ({"auth": {"login": {"path": "/l", "set": {"/k": "${secret.key}"}},
                       "headers": {"T": "${login.token}"}}}, False),
            ({"auth": {"login": {"path": "/l"}, "headers": {"T": "${login.token}"}}}, True),
            ({"auth": {"headers": {"auth-type": "uid", "auth-value": "${secret.key}"}}}, True),
            ({"ops": {"save": SAVE | {"headers": {"Auth-Type": "ACCOUNT"}}}}, True),
            ({"auth": NAMED, "ops": {"save": SAVE | {"headers": {"Auth-Type": "TOKEN"}}}}, False),
        ],
    )  # fmt: skip
    async def test_who_carries_no_secret(self, can, parts, weak):
        ops = parts.pop("ops", None) if "ops" in (parts := dict(parts)) else None
        client = can(ops, **parts)
        assert client.weak is weak
        assert is_weak(client.profile) is weak

    @pytest.mark.parametrize(
        ("way", "by_default", "weak"),
        [({}, "APIKEY", False), ({}, "UID", True), ({"way": "account"}, "APIKEY", True),
         ({"way": "TOKEN"}, "UID", False)],
    )  # fmt: skip
    async def test_a_way_that_is_entered(self, way, by_default, weak):
        headers = {"auth-type": "${input.way}", "auth-value": "${secret.key}"}
        declared = {"way": LABEL | {"default": by_default}}
        assert is_weak(profile(auth={"headers": headers}, inputs=declared), way) is weak

    async def test_which_secret_goes_where(self):
        used = profile(
            {"save": SAVE | {"headers": {"X-Op": "${secret.other}"}}},
            secrets={"key": LABEL, "other": LABEL, "cookie": LABEL | {"keep": "run"}},
            auth={"headers": {}, "cookies": {"source": "secret", "secret": "cookie"}},
        )
        assert secrets_of(used, used.ops.save) == {"other", "cookie"}
        assert secrets_of(used, used.ops.get) == {"cookie"}


async def test_a_read_that_nests_too_deep_is_typed(stub, can):
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    stub.queue("GET /s", setting(deep=deep))
    found = await can().recognise()
    assert found.fits or found.reason == "foreign_envelope"


def test_a_setting_can_be_changed_like_any_value():
    from feishu_wizard.domain.finding import Evidence
    from feishu_wizard.services.can.setting import nothing_stored

    empty = nothing_stored(Evidence("GET", "h", "/"))
    assert empty.empty
    assert not replace(empty, app_id="x").empty

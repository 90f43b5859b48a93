"""Every answer a CAN server may give, and what is made of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.errors import CanError, ExitCode, WizardError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.client import Wanted, looks_like
from feishu_wizard.services.can.envelope import open_envelope
from feishu_wizard.services.can.setting import read_setting
from feishu_wizard.services.net.http import Reply
from tests.unit.can.answers import (
    APP_ID,
    APP_PAGE,
    CALLBACK,
    HTML_404,
    HTML_500,
    LOGIN_PAGE,
    READ,
    SAVE,
    VERB_READ,
    fine,
    refused,
    setting,
)
from tests.unit.can.conftest import API_KEY, load

pytestmark = pytest.mark.anyio
LOGIN = {"Location": "/user/login?from=x"}
DATA = {"Content-Type": "application/json"}

#: body, status, headers; outcome, reason, exit code; fits, reason of the recognition
OUTCOMES = {
    "401": (refused("OS_UNAUTHENTICATED"), 401, {}, "unauthenticated", "", 3, True),
    "401 unknown code": (refused("X"), 401, {}, "unauthenticated", "", 3, True),
    "403": (refused("OS_FORBIDDEN"), 403, {}, "forbidden", "", 3, True),
    "view": (refused("SM_02_0038"), 200, {}, "forbidden", "", 3, True),
    "404": (refused("OS_NOT_FOUND"), 404, {}, "not_found", "", 1, False),
    "404 html": (HTML_404, 404, {}, "not_found", "html", 4, False),
    "404 spring": (
        {"status": 404, "path": "/"},
        404,
        {},
        "not_found",
        "foreign_envelope",
        4,
        False,
    ),
    "409": (refused("OS_INCOMPLETE"), 409, {}, "incomplete", "", 1, False),
    "409 unknown": (refused("X"), 409, {}, "refused", "", 1, False),
    "412": (refused("OS_VERSION_STALE", data=setting()), 412, {}, "stale", "", 7, False),
    "422": (refused("OS_INVALID"), 422, {}, "invalid", "", 2, False),
    "422 masked": (refused("OS_SECRET_MASKED"), 422, {}, "secret_masked", "", 2, False),
    "428": (refused("OS_PRECONDITION_REQUIRED"), 428, {}, "unexpected", "", 4, False),
    "429": (refused("OS_RATE_LIMITED"), 429, {"Retry-After": "60"}, "rate_limited", "", 1, False),
    "500": (refused("500"), 500, {}, "server_error", "", 1, False),
    "500 html": (HTML_500, 500, {}, "server_error", "html", 4, False),
    "500 success": (fine(setting()), 500, {}, "server_error", "", 1, False),
    "502": (refused("OS_UPSTREAM_FEISHU"), 502, {}, "upstream", "", 1, False),
    "soft": (refused("ANY"), 200, {}, "refused", "", 1, False),
    "success 1": (fine(setting()) | {"success": 1}, 200, {}, "refused", "", 1, False),
    "success text": (fine(setting()) | {"success": "true"}, 200, {}, "refused", "", 1, False),
    "code true": (fine(setting()) | {"code": True}, 200, {}, "refused", "", 1, False),
    "code 200.0": (fine(setting()) | {"code": 200.0}, 200, {}, "refused", "", 1, False),
    "foreign": ({"code_": 0, "msg": "ok"}, 200, {}, "unexpected", "foreign_envelope", 4, False),
    "bare array": ([setting()], 200, {}, "unexpected", "foreign_envelope", 4, False),
    "null": (b"null", 200, DATA, "unexpected", "foreign_envelope", 4, False),
    "empty": (b"", 200, {}, "unexpected", "foreign_envelope", 4, False),
    "cut": (b'{"success": true, "da', 200, DATA, "unexpected", "foreign_envelope", 4, False),
    "deep": (b'{"data":' * 9000, 200, DATA, "unexpected", "foreign_envelope", 4, False),
    "garbage": (
        json.dumps(fine(setting())).encode() + b"<!-- -->",
        200,
        DATA,
        "unexpected",
        "foreign_envelope",
        4,
        False,
    ),
    "app page": (APP_PAGE, 200, {}, "unexpected", "html", 4, False),
    "login page": (LOGIN_PAGE, 200, {}, "unexpected", "login_page", 4, False),
    "login page 401": (LOGIN_PAGE, 401, {}, "unauthenticated", "login_page", 3, False),
    "login redirect": (b"", 302, LOGIN, "unexpected", "login_page", 4, False),
    "redirect": (b"", 301, {"Location": "https://x/"}, "unexpected", "redirect", 4, False),
    "data null": (fine(None), 200, {}, "unexpected", "foreign_envelope", 4, False),
    "data list": (fine([setting()]), 200, {}, "unexpected", "foreign_envelope", 4, False),
    "other data": (fine({"id": 1}), 200, {}, "unexpected", "foreign_envelope", 4, False),
    "app id int": (fine(setting(appId=5)), 200, {}, "unexpected", "", 4, False),
    "enabled 1": (fine(setting(enabled=1)), 200, {}, "unexpected", "", 4, False),
    "set 1": (fine(setting(appSecretSet=1)), 200, {}, "unexpected", "", 4, False),
}


@pytest.mark.parametrize("case", OUTCOMES)
async def test_outcome(stub, client, rest, http, case):
    body, status, headers, outcome, reason, exit_code, fits = OUTCOMES[case]
    stub.queue(READ, body, status, headers)
    with pytest.raises(CanError) as caught:
        await client(rest).read()
    error = caught.value
    assert (error.outcome, error.params.get("reason", "")) == (outcome, reason)
    assert error.exit_code == exit_code
    assert error.evidence[0].path == "/anymetrics/api/v1/office-software/feishu"
    assert error.params["host"] == stub.origin.removeprefix("http://")
    seen = await client(rest).recognise()
    openly = await looks_like(http, stub.origin, rest)
    assert seen.fits is openly.fits is fits
    assert seen.reason == openly.reason
    assert seen.evidence[0].http_status == status


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("401", "unauthenticated"),
        ("403", "forbidden"),
        ("404 html", "not_found"),
        ("404 spring", "not_found"),
        ("500 html", "server_error"),
        ("app page", "html"),
        ("login page", "login_page"),
        ("login page 401", "login_page"),
        ("login redirect", "login_page"),
        ("foreign", "foreign_envelope"),
        ("app id int", "foreign_envelope"),
        ("429", "refused"),
    ],
)
async def test_calm_reasons(stub, rest, http, case, reason):
    body, status, headers, *_ = OUTCOMES[case]
    stub.queue(READ, body, status, headers)
    assert (await looks_like(http, stub.origin, rest)).reason == reason
    assert "auth-value" not in stub.seen[0][1]


@pytest.mark.parametrize("code", ["200", 200, None])
async def test_documented_codes_of_success(stub, client, rest, code):
    stub.queue(READ, fine(setting()) | {"code": code})
    assert (await client(rest).read()).app_id == APP_ID


@pytest.mark.parametrize("left", ["success", "code"])
async def test_one_rule_is_enough(stub, client, rest, left):
    body = fine(setting())
    del body["code" if left == "success" else "success"]
    stub.queue(READ, body)
    assert (await client(rest).read()).app_id == APP_ID


@pytest.mark.parametrize("key", ["errorMsg", "message"])
async def test_message_detail_trace(stub, client, rest, key):
    body = refused("OS_FORBIDDEN")
    body[key] = body.pop("errorMsg")
    stub.queue(READ, body, 403)
    with pytest.raises(CanError) as caught:
        await client(rest).read()
    assert caught.value.params["msg"] == "no"
    assert caught.value.params["detail"] == "field appSecret"
    assert caught.value.params["wire_code"] == "OS_FORBIDDEN"
    assert caught.value.evidence[0].log_id == "3f1c2a"


async def test_an_echoed_secret_is_masked(stub, client, rest):
    secret = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"
    stub.queue(READ, fine(setting()), headers={"ETag": '"v7"'})
    stub.queue(SAVE, refused("OS_INVALID", f"bad value {secret}"), 422)
    can = client(rest)
    with pytest.raises(CanError) as caught:
        await can.save(Wanted(APP_ID, CALLBACK, Secret(secret)), await can.read())
    shown = repr(caught.value.params) + repr(caught.value.evidence)
    assert "bad value" in shown
    assert secret not in shown
    assert API_KEY not in shown


async def test_a_bare_envelope_goes_by_the_status(rest):
    bare = load_with(rest, envelope={"ok": []})
    good = Reply("GET", "http://h/x", 200, {}, json.dumps(setting()).encode(), 1, "")
    assert read_setting(open_envelope(good, bare), bare).app_id == APP_ID
    bad = Reply("GET", "http://h/x", 403, {}, b'{"detail": "no"}', 1, "")
    with pytest.raises(CanError) as caught:
        open_envelope(bad, bare)
    assert caught.value.outcome == "forbidden"


async def test_a_server_without_soft_errors_is_taken_at_its_word(rest):
    strict = load_with(
        rest, envelope={"ok": [{"at": "/success", "in": [True]}], "soft_errors": False}
    )
    odd = Reply("GET", "http://h/x", 200, {}, b'{"success": false}', 1, "")
    with pytest.raises(CanError) as caught:
        open_envelope(odd, strict)
    assert caught.value.params["reason"] == "foreign_envelope"


async def test_the_verb_profile_has_its_own_address(stub, verb, http):
    stub.queue(VERB_READ, refused("OS_UNAUTHENTICATED"), 401)
    seen = await looks_like(http, stub.origin, verb)
    assert (seen.fits, seen.reason) == (True, "unauthenticated")
    assert [call for call, *_ in stub.seen] == [VERB_READ]


def load_with(profile, **parts):
    import msgspec

    built = msgspec.to_builtins(profile)
    return msgspec.convert(built | parts, type(profile))


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "success",
                    "code",
                    "data",
                    "appId",
                    "callbackUrl",
                    "enabled",
                    "appSecretSet",
                    "version",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(document=DOCUMENTS, status=st.sampled_from([200, 204, 302, 400, 401, 404, 500]))
@pytest.mark.parametrize("profile_id", ["can-rest", "can-verb"])
def test_any_document_gives_a_setting_or_a_typed_error(profile_id, document, status):
    profile = load(profile_id)
    reply = Reply("GET", "http://h/x", status, {}, json.dumps(document).encode(), 1, "")
    try:
        read_setting(open_envelope(reply, profile), profile)
    except WizardError as error:
        assert isinstance(error, CanError)  # noqa: PT017
        assert isinstance(error.exit_code, ExitCode)  # noqa: PT017

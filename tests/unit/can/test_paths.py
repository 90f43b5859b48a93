"""Values inside paths and bodies: put in as data, never as a route."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.client import CanClient, Wanted, looks_like
from feishu_wizard.services.can.profile import checked
from tests.unit.can.answers import APP_ID, CALLBACK, fine, setting
from tests.unit.can.test_profile_agreement import EVERYTHING

pytestmark = pytest.mark.anyio
SECRET = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"


def profile(**parts: Any) -> Any:
    """A plain server whose paths and bodies take values."""
    document = {
        "schema": "can-profile/1",
        "id": "paths",
        "name": EVERYTHING["name"],
        "evidence": "source",
        "inputs": EVERYTHING["inputs"],
        "fields": {"app_id": "/appId", "app_secret": "/appSecret", "callback_url": "/callbackUrl"},
        "ops": {
            "get": {"path": "/spaces/${input.space}/feishu"},
            "save": {
                "method": "PUT",
                "path": "/spaces/${input.space}/rows/${current./id}?v=${current./version}",
                "send": ["app_id", "app_secret", "callback_url"],
                "set": {"/row": "${current./id}", "/note": "row ${current./id}", "/tags/0": "x"},
            },
        },
    }
    return checked(document | parts, "paths")


def can(http, stub, used, **inputs: str) -> CanClient:
    return CanClient(http, stub.origin, used, inputs, {})


async def test_values_in_paths_and_bodies(stub, http):
    stub.queue("GET /spaces/a%2Fb/feishu", setting(id=8, version=7))
    stub.queue("PUT /spaces/a%2Fb/rows/8?v=7", b"", 204)
    client = can(http, stub, profile(), space="a/b")
    await client.save(Wanted(APP_ID, CALLBACK), await client.read())
    body = stub.requests("PUT")[0][2]
    assert (body["row"], body["note"]) == (8, "row 8")  # alone it keeps its type


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("a?x=1#y", "a%3Fx%3D1%23y"),
        ("a;b=c", "a%3Bb%3Dc"),
        ("a b", "a%20b"),
        ("空间", "%E7%A9%BA%E9%97%B4"),
        ("...", "..."),
        (0, "0"),
    ],
)
async def test_a_value_is_one_segment(stub, http, told, sent):
    stub.queue("GET /spaces/1/feishu", setting(id=told, version=1))
    stub.queue(f"PUT /spaces/1/rows/{sent}?v=1", setting())
    client = can(http, stub, profile())
    await client.save(Wanted(APP_ID, CALLBACK), await client.read())
    assert [call for call, *_ in stub.requests("PUT")] == [f"PUT /spaces/1/rows/{sent}?v=1"]


@pytest.mark.parametrize("told", ["..", ".", "a/../b", "..\\x", "x/.", "a\r\nb", "\x00", "x" * 257,
                                  True, 1.5, {"a": 1}, ["a"], "\u202ex"])  # fmt: skip
async def test_a_value_that_could_lead_elsewhere(stub, http, told):
    stub.queue("GET /spaces/1/feishu", setting(id=told, version=1))
    client = can(http, stub, profile())
    with pytest.raises(InputError) as caught:
        await client.save(Wanted(APP_ID, CALLBACK), await client.read())
    assert caught.value.code == "can.path_value_invalid"
    assert caught.value.params == {"name": "current./id"}
    assert stub.requests("PUT") == []


@pytest.mark.parametrize("told", [{}, {"id": None}, {"id": ""}])
async def test_a_value_that_is_not_there(stub, http, told):
    stub.queue("GET /spaces/1/feishu", setting(version=1, **told))
    client = can(http, stub, profile())
    with pytest.raises(InputError) as caught:
        await client.save(Wanted(APP_ID, CALLBACK), await client.read())
    assert caught.value.code == "can.path_value_missing"
    assert stub.requests("PUT") == []


async def test_an_input_that_climbs(stub, http):
    with pytest.raises(InputError) as caught:
        await can(http, stub, profile(), space="..").read()
    assert (caught.value.code, caught.value.params) == (
        "can.path_value_invalid",
        {"name": "input.space"},
    )
    assert stub.seen == []


async def test_dots_that_come_together(stub, http):
    used = profile(ops={"get": {"path": "/a/.${input.space}/b"}})
    with pytest.raises(InputError, match=r"can\.path_value_invalid"):
        await can(http, stub, used, space=".").read()
    assert stub.seen == []


async def test_the_secret_is_no_part_of_what_is_named(stub, http):
    ops = {
        "get": {"path": "/s"},
        "save": {"method": "POST", "path": "/s", "set": {"/all": "${current./config}"}},
    }
    fields = {"app_id": "/config/a", "app_secret": "/config/s"}
    rules = {"after_save": ["app_id"]}
    secret = {"read": "plain", "keep": "resend"}
    used = profile(ops=ops, fields=fields, verify=rules, secret=secret)
    stub.queue("GET /s", {"config": {"a": APP_ID, "s": SECRET, "copy": f"x {SECRET}"}})
    stub.queue("POST /s", b"", 204)
    client = can(http, stub, used)
    await client.save(Wanted(APP_ID, ""), await client.read())
    assert stub.requests("POST")[0][2] == {"all": {"a": APP_ID}}


async def test_an_open_question_needs_the_input_of_its_path(stub, http):
    declared = {"space": msgspec.to_builtins(profile())["inputs"]["space"] | {"default": ""}}
    used = profile(inputs=declared)
    seen = await looks_like(http, stub.origin, used)
    assert (seen.fits, seen.reason) == (False, "input_missing")
    assert stub.seen == []
    stub.queue("GET /spaces/7/feishu", setting())
    assert (await looks_like(http, stub.origin, used, {"space": "7"})).fits


async def test_constant_secrets_are_not_sent_openly(stub, http, rest):
    stub.queue("GET /anymetrics/api/v1/office-software/feishu", fine(setting()))
    await looks_like(http, stub.origin, rest)
    assert "auth-value" not in stub.seen[0][1]


@given(st.text() | st.integers() | st.none() | st.booleans())
def test_whatever_the_value_the_route_stays(value):
    try:
        filled = template.fill_path("/a/${input.x}/b?c=1", lambda _: value)
    except InputError as error:
        assert error.code.startswith("can.path_value_")  # noqa: PT017
        return
    head, tail = filled[: len("/a/")], filled[-len("/b?c=1") :]
    middle = filled[len("/a/") : -len("/b?c=1")]
    assert (head, tail) == ("/a/", "/b?c=1")
    assert middle
    assert middle not in (".", "..")
    assert not set(middle) & set("/?#\\;& ")
    assert middle.isascii()


def test_half_a_character_is_no_value():
    with pytest.raises(InputError, match=r"can\.path_value_invalid"):
        template.fill_path("/${input.x}", lambda _: "\ud800")


def test_elements_of_lists_that_are_there_are_replaced():
    made: dict[str, Any] = {"rows": [{"s": 1}, 2], "n": 3}
    pointer.put(made, "/rows/0/s", "x")
    pointer.put(made, "/rows/1", "y")
    pointer.put(made, "/n/a", 1)
    pointer.put(made, "/rows2/0", 1)
    assert made == {"rows": [{"s": "x"}, "y"], "n": {"a": 1}, "rows2": {"0": 1}}
    pointer.remove(made, "/rows/1")
    pointer.remove(made, "/rows/9")
    assert made["rows"] == [{"s": "x"}, None]

"""Recordings that cannot become a profile say why."""

from __future__ import annotations

import base64
import random

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.derive import derive
from feishu_wizard.domain.recording.find import of_origin
from feishu_wizard.domain.recording.har import call_of
from tests.unit.recording.servers import (
    APP_ID,
    CALLBACK,
    ORIGIN,
    SECRET,
    TYPED,
    entry,
    page,
    recording,
)

OPAQUE = base64.b64encode(random.Random(1).randbytes(180)).decode()
SETTING = {"appId": APP_ID, "appSecret": SECRET, "callback": CALLBACK}
READ = entry("GET", "/api/feishu", None, {"code": 0, "data": SETTING})
SAVE = entry("POST", "/api/feishu", SETTING, {"code": 0})


def socket(data):
    return {
        "_resourceType": "websocket",
        "_webSocketMessages": [{"type": "send", "data": data}],
        "request": {"method": "GET", "url": "wss://can.example.com/ws", "headers": []},
    }


def multipart():
    one = entry("POST", "/api/feishu", {"x": 1})
    one["request"]["postData"] = {"mimeType": "multipart/form-data; boundary=x", "text": "--x"}
    one["request"]["headers"] = [{"name": "Content-Type", "value": "multipart/form-data"}]
    return one


def without_body():
    one = entry("POST", "/api/feishu", SETTING, {"code": 0})
    del one["request"]["postData"]
    return one


def raw(text):
    one = entry("POST", "/api/feishu", {"x": 1}, {"code": 0})
    one["request"]["postData"]["text"] = text
    return one


TOKEN_PATH = "/api/feishu?access_token=Hx83kQ0vTz7Lm2Wp9RcY4bN6"
OTHER_SHAPE = {"code": 0, "data": {"feishu_app_id": APP_ID}}
REFUSED = [
    ([READ, raw(OPAQUE)], "recording.encrypted"),
    ([READ, entry("POST", "/api/feishu", {"encryptData": OPAQUE})], "recording.encrypted"),
    ([READ, entry("POST", "/api/feishu", {"data": OPAQUE, "v": 1})], "recording.encrypted"),
    ([READ, entry("POST", "/api/feishu", {"encryptData": random.Random(2).randbytes(99).hex()})],
     "recording.encrypted"),
    ([READ, multipart()], "recording.multipart"),
    ([READ, entry("POST", "/graphql", {"query": "mutation A { b }", "variables": SETTING})],
     "recording.graphql"),
    ([READ, socket(str(SETTING["appId"]))], "recording.websocket"),
    ([READ, without_body()], "recording.no_bodies"),
    ([entry("GET", f"/api/save?appId={APP_ID}&appSecret={SECRET}")], "recording.saved_by_get"),
    ([READ], "recording.only_reads"),
    ([READ, entry("POST", "/api/other", {"a": 1}, {"code": 0})], "recording.values_not_found"),
    ([READ, entry("POST", "/api/feishu", SETTING, headers={"X-Sign": "a8f3"})],
     "recording.signed"),
    ([READ, entry("POST", "/api/feishu", {**SETTING, "sign": OPAQUE[:32]})], "recording.signed"),
    ([entry("POST", "/api/get", {"type": "x"}, {"data": SETTING}), SAVE], "recording.read_is_post"),
    ([SAVE], "recording.no_read"),
    ([entry("GET", "/api/feishu", None, OTHER_SHAPE),
      entry("POST", "/api/feishu", SETTING)],
     "recording.shapes_differ"),
    ([entry("GET", "/api/feishu", None, {"appId": APP_ID, "callback": CALLBACK}),
      entry("POST", "/api/feishu", {"appId": APP_ID, "callback": CALLBACK})],
     "recording.no_secret_field"),
    ([entry("GET", TOKEN_PATH, None, {"code": 0, "data": SETTING}), SAVE],
     "recording.token_in_address"),
    ([entry("GET", "/api/li.lei@example.com/f", None, {"code": 0, "data": SETTING}), SAVE],
     "recording.token_in_address"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "code"), REFUSED)
def test_the_reason_is_told(entries, code):
    with pytest.raises(InputError) as caught:
        derive(recording([page(), *entries]), TYPED, {}, profile_id="can-a", name="A")
    assert caught.value.code == code
    assert SECRET not in str(caught.value.params)


def test_what_went_elsewhere_is_left_out():
    found = recording([READ, SAVE])
    assert of_origin(found, f"{ORIGIN.upper()}/") == found
    with pytest.raises(InputError) as caught:
        of_origin(found, "https://other.example.com")
    assert caught.value.code == "recording.other_product"
    assert caught.value.params["hosts"] == "can.example.com"


@pytest.mark.parametrize(
    "entry_of_no_call",
    [
        page(),
        {},
        {"request": {}},
        {"request": {"method": "OPTIONS", "url": f"{ORIGIN}/api"}},
        {"request": {"method": "GET", "url": "data:text/plain,x"}},
        {"request": {"method": "GET", "url": "chrome-extension://abc/x"}},
        {"request": "?", "response": 7},
        {"_resourceType": "preflight", "request": {"method": "POST", "url": f"{ORIGIN}/api"}},
    ],
    ids=range(8),
)
def test_what_is_no_call_is_left_out(entry_of_no_call):
    assert call_of(entry_of_no_call, 0) is None

"""``can.*`` against a sandbox: healthy, each drill, by hand, without a setup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.errors import CanError, NetworkError
from feishu_wizard.domain.finding import Evidence, Proof, Status, Who
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.diagnose import office_egress
from feishu_wizard.operations.diagnose.office_checks import office_looks
from feishu_wizard.services.can.client import CanCheck, CanClient, CanTest
from tests.unit.operations.diagnose.practice_case import (
    found_by,
    in_case,
    kit_of,
    statuses,
    told_in_words,
    with_feishu,
)
from tests.unit.wizard.practice import can_is, drill, writes

IDS = ("profile", "auth", "admin", "status", "saved", "egress")
NEW_SECRET = "Zz9yXw8vUt7sRq6pOn5mLk4jIh3gFeDc"


@pytest.fixture(scope="module")
def healthy(module_sandbox):
    return module_sandbox()


@pytest.fixture
def own(sandbox):
    """A sandbox of the test's own: CAN's test may be made ten times a minute."""
    return sandbox()


@pytest.fixture
def find(tmp_path):
    return lambda kit: found_by(office_looks, tmp_path, kit)


def put(practice, **setting):
    """Somebody stores another setting in CAN's own page."""
    with practice.client(base_url=practice["can"]) as client:
        headers = {"Origin": practice["can"]}
        client.post("/system/office-software", data=setting, headers=headers)


def test_a_healthy_can_passes_everything(own, find):
    found = find(kit_of(own))
    assert statuses(found) == dict.fromkeys(IDS, "pass")
    assert found["can.saved"].proof is Proof.CONFIGURED
    assert found["can.saved"].code == "can.saved_equal_hint"
    assert found["can.egress"].proof is Proof.PROVEN
    assert found["can.egress"].depends_on == ("can.admin",)


def test_nothing_is_saved_and_nothing_sent(own, find):
    before = own.state()
    find(kit_of(own))
    after = own.state()
    assert (
        after["can"]["settings"]["feishu"]["version"]
        == (before["can"]["settings"]["feishu"]["version"])
    )
    assert len(after["messages"]) == len(before["messages"])
    tests = [r for r in after["requests"][len(before["requests"]) :] if r["host"] == "can"]
    assert [r["method"] for r in tests] == ["GET", "POST"]
    assert writes(own) - sum(r["method"] == "POST" for r in before["requests"]) <= 1


def test_no_can_at_all(healthy, find):
    found = find(kit_of(healthy, url=""))
    assert statuses(found) == dict.fromkeys(IDS, "skip")
    assert {f.code for f in found.values()} == {"not_applicable"}


def test_set_up_by_hand(healthy, find):
    found = find(kit_of(healthy, profile="by-hand"))
    expected = dict.fromkeys(IDS[:3], "skip") | dict.fromkeys(IDS[3:], "unknown")
    assert statuses(found) == expected
    assert found["can.saved"].code == "can.by_hand_unseen"
    assert found["can.egress"].code == "can.egress_unseen"


def test_an_address_alone_tells_the_profile(healthy, find):
    kit = replace(kit_of(healthy, profile="by-hand"), file_path="")
    found = find(kit)
    assert statuses(found) == {"profile": "pass"} | dict.fromkeys(IDS[1:], "unknown")
    assert found["can.auth"].code == "can.needs_key"
    assert found["can.saved"].params["by"] == "can.auth"


def test_an_address_alone_of_a_can_without_interface(healthy, find):
    can_is(healthy, api="none")
    try:
        found = find(replace(kit_of(healthy, profile="by-hand"), file_path=""))
    finally:
        can_is(healthy, api="rest")
    assert statuses(found) == dict.fromkeys(IDS, "unknown")
    assert found["can.profile"].code == "by_hand.not_found"


def test_not_an_administrator(healthy, find):
    with drill(healthy, "can-not-admin"):
        found = find(kit_of(healthy))
    assert statuses(found) == {"profile": "pass", "auth": "pass", "admin": "fail"} | dict.fromkeys(
        IDS[3:], "skip"
    )
    assert found["can.admin"].code == "can.forbidden"
    assert {found[f"can.{i}"].blocked_by for i in IDS[3:]} == {"can.admin"}


def test_a_wrong_key(healthy, find):
    kit = replace(kit_of(healthy), secrets={"can_api_key": Secret("sk-of-somebody-else")})
    found = find(kit)
    assert statuses(found) == {"profile": "pass", "auth": "fail"} | dict.fromkeys(IDS[2:], "skip")
    assert found["can.auth"].code == "can.unauthenticated"


def test_a_key_that_cannot_be_sent(healthy, find):
    kit = replace(kit_of(healthy), secrets={"can_api_key": Secret("sk-\u5bc6\u94a5")})
    found = find(kit)
    assert (found["can.profile"].status, found["can.auth"].status) == (Status.PASS, Status.FAIL)
    assert found["can.auth"].code == "can.header_invalid"


def test_no_key_at_hand(healthy, find):
    found = find(kit_of(healthy, secrets={}))
    assert statuses(found) == {"profile": "pass"} | dict.fromkeys(IDS[1:], "unknown")
    assert found["can.auth"].code == "secret.missing"


def test_a_key_file_that_is_gone(healthy, find, tmp_path):
    found = find(kit_of(healthy, secrets={"api_key": f"file:{tmp_path / 'gone'}"}))
    assert found["can.profile"].status is Status.PASS
    assert found["can.auth"].status is Status.UNKNOWN
    assert found["can.auth"].code == "secret.file_missing"


def test_switched_off(own, find):
    callback = own["can"] + "/user/softLogin"
    put(own, app_id=own["app_id"], callback=callback)
    found = find(kit_of(own))
    assert statuses(found) == dict.fromkeys(IDS, "pass") | {"status": "fail"}
    assert found["can.status"].code == "can.disabled"


def test_another_value_is_stored(own, find):
    kit = kit_of(own, callback_url=own["can"] + "/elsewhere/user/softLogin")
    found = find(kit)["can.saved"]
    assert (found.status, found.code) == (Status.FAIL, "can.saved_differs")
    assert found.params["fields"] == "callback_url"
    assert own["can"] + "/user/softLogin" in found.params["stored"]
    assert own["can"] + "/elsewhere" in found.params["wanted"]


def test_another_secret_is_stored(own, find):
    callback = own["can"] + "/user/softLogin"
    put(
        own,
        app_id=own["app_id"],
        app_secret=NEW_SECRET,
        callback=callback,
        enabled="on",
    )
    found = find(kit_of(own))
    assert (found["can.saved"].status, found["can.saved"].code) == (
        Status.FAIL,
        "can.secret_differs",
    )
    assert (found["can.egress"].status, found["can.egress"].code) == (
        Status.PASS,
        "can.egress_answered",
    )
    assert found["can.egress"].params["feishu_code"] == "10014"


def test_another_secret_with_the_same_last_characters(own, find):
    """Only the platform can tell these two apart."""
    like = NEW_SECRET[:-4] + own["app_secret"][-4:]
    callback = own["can"] + "/user/softLogin"
    put(own, app_id=own["app_id"], app_secret=like, callback=callback, enabled="on")
    found = find(kit_of(own))["can.saved"]
    assert (found.status, found.code) == (Status.FAIL, "can.secret_refused")


def test_nothing_to_compare_with(own, find):
    kit = kit_of(own, callback_url="")
    found = find(replace(kit, setup=with_feishu(kit.setup, app_id="")))["can.saved"]
    assert (found.status, found.code) == (Status.UNKNOWN, "can.nothing_to_compare")
    assert own["app_id"] in found.params["stored"]


def test_nothing_stored_yet(sandbox, find):
    found = find(kit_of(sandbox("--fresh")))
    assert (found["can.saved"].status, found["can.saved"].code) == (
        Status.FAIL,
        "can.nothing_stored",
    )
    assert found["can.status"].code == "can.disabled"
    assert found["can.egress"].code == "can.egress_nothing_stored"


def test_no_way_out_for_can(own, find):
    with drill(own, "can-no-egress"):
        found = find(kit_of(own))
    assert statuses(found) == dict.fromkeys(IDS, "pass") | {"egress": "fail"}
    egress = found["can.egress"]
    assert (egress.code, egress.who) == ("can.no_egress", Who.NETWORK)
    assert "cannot reach" in egress.params["msg"]


def test_the_platform_lets_in_this_computer_only(own, find):
    own.control("ip-list", allowed_ips=["127.0.0.1"])
    egress = find(kit_of(own))["can.egress"]
    assert (egress.status, egress.code) == (Status.FAIL, "can.egress_ip_denied")
    assert egress.params["ip"] == "127.0.0.2"
    assert egress.links[0].url.endswith("/safe")


def test_a_wrong_secret_is_no_matter_of_the_way(own, find):
    with drill(own, "wrong-secret"):
        found = find(kit_of(own))
    assert statuses(found) == dict.fromkeys(IDS, "pass")
    assert found["can.egress"].params["feishu_code"] == "10014"


def test_an_api_below_another_path_is_found(own, find):
    found = find(kit_of(own, url=own["can"] + "/somewhere/user/login"))
    assert statuses(found) == dict.fromkeys(IDS, "pass")
    assert found["can.profile"].params["base"] == own["can"] + "/anymetrics/api/v1"


def test_another_page_in_the_place_of_the_interface(healthy, find):
    can_is(healthy, api="html")
    try:
        found = find(kit_of(healthy))
    finally:
        can_is(healthy, api="rest")
    assert statuses(found) == {"profile": "fail"} | dict.fromkeys(IDS[1:], "skip")
    assert found["can.profile"].code == "can.unexpected"


def test_nobody_listens(healthy, find):
    found = find(kit_of(healthy, url="http://127.0.0.1:9"))
    assert found["can.profile"].status is Status.FAIL
    assert found["can.profile"].code == "net.refused"
    assert {found[f"can.{i}"].blocked_by for i in IDS[1:]} == {"can.profile"}


def test_a_profile_that_shows_less(sandbox, find, tmp_path):
    """The verb profile shows no hint of the secret and only yes or no of its own test."""
    import sqlite3
    from contextlib import closing

    running = sandbox("--state", str(tmp_path / "can"))
    with closing(sqlite3.connect(tmp_path / "can" / "can.sqlite3")) as database:
        key_id, key_secret = database.execute("select key_id, key_secret from api_key").fetchone()
    kit = kit_of(running, profile="can-verb", inputs={**running["inputs"], "key_id": key_id})
    found = find(replace(kit, secrets={"can_key_secret": Secret(key_secret)}))
    assert statuses(found) == dict.fromkeys(IDS, "pass")
    assert found["can.saved"].code == "can.saved_equal"
    with drill(running, "can-no-egress"):
        found = find(replace(kit, secrets={"can_key_secret": Secret(key_secret)}))
    assert (found["can.egress"].status, found["can.egress"].code) == (
        Status.UNKNOWN,
        "can.egress_unclear",
    )


# -- what a server may show of its setting ----------------------------------------------


@pytest.mark.parametrize(
    ("shown", "check", "status", "code"),
    [
        ({"enabled": None}, "can.status", Status.UNKNOWN, "can.switch_not_told"),
        ({"secret_set": False}, "can.saved", Status.FAIL, "can.secret_not_stored"),
        ({"secret_set": None, "secret_hint": ""}, "can.saved", Status.PASS, "can.saved_equal"),
        ({"app_id": ""}, "can.saved", Status.FAIL, "can.saved_differs"),
    ],
)
def test_a_setting_that_shows_less(own, find, monkeypatch, shown, check, status, code):
    async def read(client):
        return replace(await whole(client), **shown)

    whole = CanClient.read
    monkeypatch.setattr(CanClient, "read", read)
    found = find(kit_of(own))[check]
    assert (found.status, found.code) == (status, code)


def test_a_profile_without_a_test_of_its_own(healthy, find, monkeypatch):
    from feishu_wizard.operations.diagnose import office_reads

    monkeypatch.setattr(office_reads, "_harmless", lambda client: False)
    found = find(kit_of(healthy))
    assert statuses(found) == dict.fromkeys(IDS, "pass") | {"egress": "unknown"}
    assert found["can.egress"].code == "can.no_own_test"


def test_without_a_key_and_without_the_interface(healthy, find):
    can_is(healthy, api="html")
    try:
        found = find(kit_of(healthy, secrets={}))
    finally:
        can_is(healthy, api="rest")
    assert found["can.profile"].code == "can.profile_not_spoken"
    assert found["can.profile"].status is Status.FAIL


# -- what a server may say of its test -------------------------------------------------

SAID = {"host": "can.example", "status": "502", "msg": "no"}
EVIDENCE = Evidence("POST", "can.example", "/test", 200)


def row(status, code="", message=""):
    return CanCheck("token", status, code, message)


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (None, Status.UNKNOWN, "can.no_own_test"),
        (CanTest(True, (), EVIDENCE), Status.PASS, "ok"),
        (CanTest(False, (row("pass"), row("fail")), EVIDENCE), Status.PASS, "ok"),
        (CanTest(False, (row("fail", "11205"),), EVIDENCE), Status.PASS, "can.egress_answered"),
        (CanTest(False, (row("fail"), row("skip")), EVIDENCE), Status.FAIL, "can.no_egress"),
        (CanTest(False, (row("skip"),), EVIDENCE), Status.UNKNOWN, "can.egress_unclear"),
        (CanTest(False, (row("pass", "0"), row("fail", "0")), EVIDENCE), Status.PASS, "ok"),
        (CanTest(False, (row("fail", "502"),), EVIDENCE), Status.UNKNOWN, "can.egress_unclear"),
        (CanTest(False, (row("fail", "ETIMEDOUT"),), EVIDENCE), Status.FAIL, "can.no_egress"),
        (CanError("rate_limited", SAID), Status.UNKNOWN, "can.rate_limited"),
        (CanError("upstream", SAID), Status.FAIL, "can.upstream"),
        (CanError("incomplete", SAID), Status.UNKNOWN, "can.egress_nothing_stored"),
        (CanError("forbidden", SAID), Status.UNKNOWN, "can.forbidden"),
        (NetworkError("net.deadline", SAID), Status.UNKNOWN, "can.egress_no_answer"),
        (NetworkError("net.reset", SAID), Status.UNKNOWN, "net.reset"),
    ],
)
def test_what_the_servers_test_means(healthy, tmp_path, monkeypatch, outcome, status, code):
    async def said(case):
        return outcome

    monkeypatch.setattr(office_egress, "tried", said)
    found = in_case(tmp_path, kit_of(healthy), office_egress.own_way_out)
    assert (found.status, found.code) == (status, code)
    told_in_words([found])


def test_a_rate_limited_test_is_unknown(sandbox, find):
    running = sandbox()
    kit = kit_of(running)
    for _ in range(10):
        found = find(kit)
    assert found["can.egress"].status is Status.PASS
    found = find(kit)
    assert (found["can.egress"].status, found["can.egress"].code) == (
        Status.UNKNOWN,
        "can.rate_limited",
    )
    assert found["can.saved"].status is Status.PASS

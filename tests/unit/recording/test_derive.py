"""From a recording to a profile: what is taken, what is asked, what comes out."""

from __future__ import annotations

import json

import pytest
import yaml

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.curl import recording_of
from feishu_wizard.domain.recording.derive import derive
from feishu_wizard.domain.recording.model import Typed
from feishu_wizard.services.can.profile import parse_profile
from tests.unit.recording import quoting, servers
from tests.unit.recording.servers import APP_ID, CALLBACK, ORIGIN, SECRET, TYPED, entry, recording


def derived(entries, answers=None, typed=TYPED):
    return derive(recording(entries), typed, answers or {}, profile_id="can-a", name="Ours")


def settled(entries, answers=None, typed=TYPED):
    """The document with every question answered as proposed; a profile that is accepted."""
    given = dict(answers or {})
    while (found := derived(entries, given, typed)).questions:
        first = found.questions[0]
        assert first.id not in given
        given[first.id] = first.proposed or first.choices[0].value
    return accepted(found.document)


def accepted(document):
    text = yaml.safe_dump(dict(document), allow_unicode=True)
    parse_profile(text.encode(), "derived")
    return document


def asked(found):
    return {question.id: question for question in found.questions}


def noted(found):
    return {code for code, _params in found.notes}


@pytest.mark.parametrize("server", servers.SERVERS.values(), ids=servers.SERVERS)
def test_every_server_gives_a_profile_that_is_accepted(server):
    document = settled(server())
    assert document["evidence"] == "proposed"
    assert document["verify"]["after_save"] == ["app_id", "callback_url", "enabled"]
    assert {"get", "save", "enable"} <= set(document["ops"])


@pytest.mark.parametrize("server", servers.SERVERS.values(), ids=servers.SERVERS)
def test_the_same_recording_and_answers_give_the_same(server):
    one, two = derived(server()), derived(server())
    assert json.dumps(one.document) == json.dumps(two.document)
    assert one == two


def test_rest_with_an_etag():
    document = settled(servers.rest())
    assert document["base"]["prefix"] == "/anymetrics/api/v1/office-software"
    assert document["concurrency"] == {"mode": "etag"}
    assert document["envelope"]["ok"] == [
        {"at": "/success", "in": [True]},
        {"at": "/code", "in": ["200"]},
    ]
    assert document["envelope"]["data"] == "/data"
    assert document["secret"] == {"read": "hint", "keep": "reenter"}
    assert document["state"] == {
        "enabled": "/enabled",
        "secret_set": "/appSecretSet",
        "secret_hint": "/appSecretHint",
    }
    assert document["ops"]["save"] == {
        "method": "PUT",
        "path": "/feishu",
        "send": ["app_id", "app_secret", "callback_url"],
    }
    assert document["ops"]["enable"]["set"] == {"/enabled": "${enabled}"}
    assert document["auth"]["headers"] == {
        "tenant-id": "${input.tenant_id}",
        "auth-type": "TOKEN",
        "auth-value": "${secret.auth_value}",
    }
    assert document["secrets"]["auth_value"]["keep"] == "run"


def test_verbs_with_the_secret_in_plain():
    found = derived(servers.verb())
    document = settled(servers.verb())
    assert document["ops"]["get"] == {"method": "GET", "path": "/info"}  # no cache buster
    assert document["envelope"]["ok"] == [{"at": "/code", "in": [0]}]
    assert document["secret"] == {"read": "plain", "keep": "resend"}
    assert document["ops"]["save"]["carry"] == ["/valid"]
    assert "enabled" in document["ops"]["save"]["send"]  # as it is, so that a save keeps it
    assert document["ops"]["test"]["saves"] is True
    assert asked(found)["test_saves"].proposed == "yes"
    assert settled(servers.verb(), {"test_saves": "no"})["ops"]["test"]["saves"] is False
    assert document["auth"]["headers"]["x-requested-with"] == "XMLHttpRequest"
    assert "test_saves" in noted(found)


def test_a_list_with_objects_in_strings_behind_a_cookie():
    found = derived(servers.listed())
    document = settled(servers.listed(), {"select": "/name"})
    assert document["select"] == {"at": "/name", "equals": "lark"}
    assert document["json_strings"] == ["/config"]
    assert document["fields"] == {
        "app_id": "/config/client_id",
        "app_secret": "/config/client_secret",
        "callback_url": "/config/redirect_uri",
    }
    assert document["secret"]["read"] == "mask"
    assert document["ops"]["enable"] == {
        "method": "PATCH",
        "path": "/authentication/enable",
        "set": {"/enable": "${enabled}"},
        "carry": ["/id"],
    }
    assert document["auth"]["cookies"] == {
        "source": "secret",
        "secret": "session_cookie",
        "csrf": {"cookie": "csrftoken", "header": "x-csrftoken"},
    }
    assert asked(found)["sign_in"].proposed == "cookie"
    assert "sanitised" not in noted(found)


def test_a_form_with_on_and_off_as_digits():
    document = settled(servers.formed())
    assert document["ops"]["save"]["encoding"] == "form"
    assert document["values"] == {"enabled": {"true": "1", "false": "0"}}
    assert document["ops"]["enable"] == {"via": "save", "set": {"/status": "${enabled}"}}
    assert "enabled" in document["ops"]["save"]["send"]
    assert document["concurrency"] == {"mode": "field", "at": "/version"}
    assert document["envelope"] == {"data": ""}
    assert document["auth"]["headers"] == {"authorization": "${secret.authorization}"}


def test_each_way_of_signing_in():
    by_key = settled(servers.listed(), {"sign_in": "api_key"})
    assert by_key["auth"]["headers"]["auth-value"] == "${secret.api_key}"
    assert by_key["secrets"]["api_key"].get("keep") is None
    by_token = settled(servers.listed(), {"sign_in": "token"})
    assert by_token["auth"]["headers"] == {"x-csrftoken": "${secret.x_csrftoken}"}


def test_a_sanitised_har_asks_how_to_sign_in():
    entries = servers.listed()
    for one in entries:
        headers = one["request"]["headers"]
        one["request"]["headers"] = [h for h in headers if h["name"] != "Cookie"]
    found = derived(entries)
    assert "sanitised" in noted(found)
    assert asked(found)["sign_in"].proposed == "cookie"
    # The usual pair of that header; the cookie's name was left out of the file.
    assert settled(entries)["auth"]["cookies"]["csrf"]["cookie"] == "csrftoken"


@pytest.mark.parametrize("quote", [quoting.chromium_bash, quoting.chromium_cmd])
def test_commands_without_answers(quote):
    url = f"{ORIGIN}/api/settings/feishu"
    headers = {"content-type": "application/json", "cookie": servers.COOKIE}
    body = {"appId": APP_ID, "appSecret": SECRET, "callbackUrl": CALLBACK, "type": "FEISHU"}
    end = " ;\n" if quote is quoting.chromium_bash else " &\r\n"
    text = quoting.command(quote, "GET", url, headers, None) + end
    text += quoting.command(quote, "POST", f"{url}/save", headers, json.dumps(body))
    found = derive(recording_of(text), TYPED, {}, profile_id="can-a", name="A")
    assert "no_answers" in noted(found)
    assert ("cmd_letters" in noted(found)) is (quote is quoting.chromium_cmd)
    assert set(asked(found)) == {"sign_in", "envelope", "keep"}
    document = accepted(found.document)
    assert document["ops"]["get"]["path"] == "/feishu"
    assert document["ops"]["save"]["path"] == "/feishu/save"
    assert document["ops"]["save"]["set"] == {"/type": "FEISHU"}
    bare = derive(recording_of(text), TYPED, {"envelope": "bare"}, profile_id="can-a", name="A")
    assert accepted(bare.document)["envelope"] == {"data": ""}


def told(data):
    return {"code": 0, "data": data, "msg": ""}


STORED = {"appId": APP_ID, "appSecret": "", "callback": CALLBACK}


def simple(stored=None, sent=None, path="/api/feishu", save_path="/api/feishu", **more):
    stored = {**STORED, **(stored or {})}
    body = {**stored, "appSecret": SECRET, **(sent or {})}
    return [
        entry("GET", path, None, told(stored), **more),
        entry("POST", save_path, body, told(None), **more),
    ]


def test_two_reads_are_asked_about():
    entries = [entry("GET", "/api/feishu/detail", None, told(STORED)), *simple()]
    found = derived(entries)
    question = asked(found)["read"]
    assert [choice.shown for choice in question.choices] == [
        "GET /api/feishu",
        "GET /api/feishu/detail",
    ]
    given = question.choices[1].value
    assert settled(entries, {"read": given})["ops"]["get"]["path"].endswith("/detail")


def test_an_unchanged_save_shows_how_the_secret_is_kept():
    entries = simple()
    entries.append(entry("POST", "/api/feishu", {"appId": APP_ID, "callback": CALLBACK}, told(1)))
    found = derived(entries)
    assert found.document["secret"]["keep"] == "omit"
    assert "keep" not in asked(found)


def test_a_member_is_changed_and_the_collection_makes_it():
    entries = [
        entry("GET", "/api/space/auth", None, told({**STORED, "id": "aut1"})),
        entry("POST", "/api/space/auth", {**STORED, "appSecret": SECRET}, told(None)),
        entry("PUT", "/api/space/auth/aut1", {**STORED, "appSecret": SECRET}, told(None)),
    ]
    document = settled(entries)
    assert document["ops"]["create"]["method"] == "POST"
    assert document["ops"]["save"]["path"].endswith("/auth/${current./id}")


def test_what_looks_like_a_person_a_time_or_a_key_is_asked_about_and_never_repeated():
    sent = {
        "operator": "zhangsan",
        "savedAt": 1732332332332,
        "clientNonce": "Hx83kQ0vTz7Lm2Wp9RcY4bN6",
        "type": "FEISHU",
        "remark": "for our team",
    }
    found = derived(simple(sent=sent))
    questions = asked(found)
    assert {key for key in questions if key.startswith("extra.")} == {
        "extra./operator",
        "extra./savedAt",
        "extra./clientNonce",
        "extra./remark",
    }
    assert questions["extra./operator"].params["kind"] == "person"
    assert [c.value for c in questions["extra./operator"].choices] == ["input", "omit"]
    assert found.document["ops"]["save"]["set"] == {"/type": "FEISHU"}
    document = settled(simple(sent=sent), {"extra./operator": "input"})
    assert document["ops"]["save"]["set"]["/operator"] == "${input.operator}"
    assert "zhangsan" not in json.dumps(document)


def test_nothing_stored_yet():
    empty = {"appId": "", "appSecret": "", "callback": ""}
    entries = [
        entry("GET", "/api/feishu", None, told(empty)),
        entry("POST", "/api/feishu", {**STORED, "appSecret": SECRET}, told(None)),
    ]
    found = derived(entries)
    assert "nothing_stored" in noted(found)
    assert settled(entries)["envelope"]["data"] == "/data"


def test_values_are_found_however_they_are_written():
    typed = Typed(APP_ID, "HTTPS://CAN.Example.COM/user/softLogin/", TYPED.app_secret)
    assert settled(simple(), typed=typed)["fields"]["callback_url"] == "/callback"
    unknown = settled(simple(), typed=Typed())
    assert unknown["fields"]["app_secret"] == "/appSecret"
    quoted = simple(sent={"callback": "https%3A%2F%2Fcan.example.com%2Fuser%2FsoftLogin"})
    assert settled(quoted)["fields"]["callback_url"] == "/callback"


def test_an_id_in_an_address_is_an_input():
    path = "/api/t/3f2504e0-4f89-11d3-9a0c-0305e82c3301/feishu"
    document = settled(simple(path=path, save_path=path))
    assert document["ops"]["get"]["path"].endswith("/${input.id}/feishu")
    assert set(document["inputs"]) == {"id"}
    assert "3f2504e0" not in json.dumps(document)


@pytest.mark.parametrize(
    ("on", "off"), [(1, 0), ("ON", "OFF"), ("enable", "disable"), (True, False)]
)
def test_on_and_off_on_the_wire(on, off):
    entries = simple(stored={"state": off})
    entries.append(entry("GET", "/api/feishu", None, told({**STORED, "state": on})))
    document = settled(entries)
    assert document["state"]["enabled"] == "/state"
    wire = document.get("values", {}).get("enabled", {"true": True, "false": False})
    assert (wire["true"], wire["false"]) == (on, off)
    assert type(wire["true"]) is type(on)


def test_an_answer_that_was_not_offered_is_refused():
    with pytest.raises(InputError) as caught:
        derived(simple(), {"keep": "by magic"})
    assert (caught.value.code, caught.value.params) == (
        "recording.bad_answer",
        {"question": "keep"},
    )

"""No cookie, token, secret or person of a recording comes out of it: thirteen canaries."""

from __future__ import annotations

import json
import logging

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.curl import read_curl
from feishu_wizard.domain.recording.derive import derive
from feishu_wizard.domain.recording.model import Typed
from feishu_wizard.domain.secret import Secret
from tests.faults.rig.canaries import chain, leaks
from tests.unit.recording import quoting, servers
from tests.unit.recording.servers import APP_ID, CALLBACK, recording

CANARIES = {
    "cookie": "c1Hx83kQ0vTz7Lm2Wp9RcY4bN6",
    "set_cookie": "c2Qw71mV9sKx5Jd3Tf8ZgU6hB4",
    "authorization": "c3Er65nB8dFv4Gk1Yh7QjI9lM2",
    "x_token": "c4Ty59cX7gHb3Ws0Uj6PkO8aZ5",
    "csrf": "c5Ui43vZ6jKn2Ed9Ol5RmA7sC1",
    "api_key": "c6Op37bL5kMj1Rf8Qp4TnS6dV0",
    "app_secret": "c7As21nK4lQh0Tg7Wo3YbD5fX9",
    "other_secret": "c8Df15mJ3zWg9Yh6Ei2UcF4gN8",
    "password": "c9Gh99xH2xEf8Uj5Ra1IdG3hB7",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.c10Kl83wG1cRd7Ik4St0O",
    "person": "canary.zhang",
    "mail": "canary.li@corp.example.com",
    "mobile": "13912345678",
}
TYPED = Typed(APP_ID, CALLBACK, Secret(CANARIES["app_secret"]))


def entries():
    """A recording with a canary in every place that a browser writes to."""
    c = CANARIES
    headers = {
        "Cookie": f"sid={c['cookie']}; XSRF-TOKEN={c['csrf']}",
        "Authorization": f"Bearer {c['authorization']}",
        "X-Access-Token": c["x_token"],
        "X-XSRF-TOKEN": c["csrf"],
        "X-Api-Key": c["api_key"],
        "X-Custom": c["jwt"],
        "X-Operator": c["person"],
        "Referer": f"https://can.example.com/?u={c['mail']}",
    }
    stored = {
        "appId": APP_ID,
        "appSecret": "",
        "callback": CALLBACK,
        "otherSecret": c["other_secret"],
        "updatedBy": c["person"],
        "updaterMail": c["mail"],
        "enabled": True,
    }
    sent = {
        **stored,
        "appSecret": c["app_secret"],
        "otherSecret": c["other_secret"] + "x",
        "updatedBy": c["person"] + "x",
        "mobile": c["mobile"],
        "mail": c["mail"],
        "userName": c["person"],
        "password": c["password"],
        "session": c["jwt"],
        "nested": {"token": c["x_token"], "list": [c["mail"]]},
        "text": json.dumps({"creator": c["person"], "apiKey": c["api_key"]}),
    }
    set_cookie = {"Set-Cookie": f"sid={c['set_cookie']}; HttpOnly", "X-Token": c["x_token"]}
    made = [
        servers.entry("POST", "/api/login", {"username": c["person"], "password": c["password"]},
                      {"token": c["jwt"]}, headers=headers, answer_headers=set_cookie),
        servers.entry("GET", "/api/feishu", None, {"code": 0, "data": stored}, headers=headers,
                      answer_headers=set_cookie),
        servers.entry("POST", "/api/feishu", sent, {"code": 0, "msg": c["person"]},
                      headers=headers),
        servers.entry("POST", "/api/feishu/test", sent, {"code": 0, "data": True},
                      headers=headers),
        servers.entry("POST", "/api/feishu/enable", {"enabled": False, "by": c["mail"]},
                      {"code": 0}, headers=headers),
    ]  # fmt: skip
    made[1]["request"]["cookies"] = [{"name": "sid", "value": c["cookie"]}]
    return made


def everything(found) -> dict[str, bytes]:
    """All that leaves the derivation."""
    return {
        "document": json.dumps(found.document, ensure_ascii=False).encode(),
        "notes": repr(found.notes).encode(),
        "questions": repr(found.questions).encode(),
        "repr": repr(found).encode(),
    }


def test_nothing_of_it_is_in_the_profile(caplog):
    caplog.set_level(logging.DEBUG)
    made = recording(entries())
    answers: dict[str, str] = {}
    while (found := derive(made, TYPED, answers, profile_id="can-a", name="A")).questions:
        assert leaks(CANARIES.values(), everything(found)) == []
        first = found.questions[0]
        answers[first.id] = first.proposed or first.choices[0].value
    assert leaks(CANARIES.values(), everything(found)) == []
    assert (
        leaks(CANARIES.values(), {"log": caplog.text.encode(), "repr": repr(made).encode()}) == []
    )


def test_not_with_any_answer():
    """Every choice of every question, one at a time."""
    made = recording(entries())
    first = derive(made, TYPED, {}, profile_id="can-a", name="A")
    assert len(first.questions) > 8
    for question in first.questions:
        for choice in question.choices:
            answers = {question.id: choice.value}
            found = derive(made, TYPED, answers, profile_id="can-a", name="A")
            assert leaks(CANARIES.values(), everything(found)) == []


def test_a_call_keeps_names_of_credentials_only():
    for call in recording(entries()).calls:
        kept = json.dumps([dict(call.headers), dict(call.answer_headers)])
        credentials = [CANARIES[name] for name in (
            "cookie", "set_cookie", "authorization", "x_token", "csrf", "api_key", "jwt",
        )]  # fmt: skip
        assert leaks(credentials, {"headers": kept.encode(), "repr": repr(call).encode()}) == []
        assert {"cookie", "authorization", "x-access-token"} <= set(call.signed_by)


@pytest.mark.parametrize("cut", range(5, 900, 60))
def test_no_error_quotes_a_command(cut):
    secret = CANARIES["app_secret"]
    headers = {"cookie": f"sid={CANARIES['cookie']}", "content-type": "application/json"}
    text = quoting.command(quoting.chromium_bash, "PUT", "https://can.example.com/x",
                           headers, json.dumps({"appSecret": secret, "it's": "x"}))  # fmt: skip
    broken = text[:cut] + "'" + text[cut:]
    said = ""
    try:
        said = repr(read_curl(broken))
    except InputError as error:
        said = chain(error)
    assert said
    assert leaks([secret, CANARIES["cookie"]], {"said": said.encode()}) == []

"""The promised shape of a diagnosis: what fits it, and what it refuses."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from typing import Any

import jsonschema
import pytest

from feishu_wizard.domain.finding import Evidence, Proof, Status, Who
from feishu_wizard.resources import resource_text

SCHEMA = json.loads(resource_text("schemas/diagnosis-1.json"))
CHECK_IDS = [
    *(f"setup.{name}" for name in ("file", "secrets", "state")),
    "net.proxy",
    *(
        f"net.{host}.{layer}"
        for host in ("open", "accounts", "can")
        for layer in ("dns", "tcp", "tls", "http", "clock")
    ),
    *(
        f"feishu.{name}"
        for name in (
            "fingerprint",
            "credentials",
            "tenant",
            "app",
            "bot",
            "ip_allowlist",
            "quota",
            "contact_range",
            "fields",
            "redirect_url",
        )
    ),
    *(f"permission.{name}" for name in ("user_id", "mobile", "email", "send_message", "login")),
    "permission.urgent",
    *(f"can.{name}" for name in ("profile", "auth", "admin", "status", "saved", "egress")),
    *(
        f"person.{name}"
        for name in ("exists", "active", "in_range", "available", "user_id", "account", "delivered")
    ),
    *(f"capability.{name}" for name in ("user_sync", "sso", "push")),
]


def check(**changes: Any) -> dict[str, Any]:
    return {
        "id": "feishu.credentials",
        "group": "feishu",
        "status": "fail",
        "proof": "none",
        "code": "feishu.10014",
        "title": "App Secret",
        "cause": "The App Secret is wrong.",
        "fix": "Copy it again.",
        "who": "you",
        "links": [{"label": "Credentials", "url": "https://open.feishu.cn/app"}],
        "evidence": [asdict(Evidence("POST", "open.feishu.cn", "/open-apis/x", 400, 10014))],
        "depends_on": ["feishu.fingerprint"],
        "blocked_by": None,
    } | changes


def diagnosis(*checks: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": "feishu-wizard/diagnosis/1",
        "verdict": "The App Secret is wrong.",
        "checks": list(checks),
        "summary": {"pass": 0, "warn": 0, "fail": 1, "skip": 0, "unknown": 0},
        "feishu_calls": 0,
        "elapsed_ms": 812,
    }


def valid(document: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("check_id", CHECK_IDS)
def test_every_promised_id(check_id):
    group = check_id.partition(".")[0]
    assert valid(diagnosis(check(id=check_id, group=group)))


@pytest.mark.parametrize(("field", "kind"), [("status", Status), ("proof", Proof), ("who", Who)])
def test_the_words_are_those_of_the_domain(field, kind):
    assert SCHEMA["$defs"]["check"]["properties"][field]["enum"] == [one.value for one in kind]


def test_evidence_has_the_fields_of_the_domain():
    assert set(SCHEMA["$defs"]["evidence"]["properties"]) == set(asdict(Evidence()))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "feishu.other"},
        {"id": "net.open.udp"},
        {"status": "ok"},
        {"proof": "sure"},
        {"who": "nobody"},
        {"code": ""},
        {"blocked_by": "net.open.tcp"},
        {"code": "not_applicable"},
        {"code": "not_proven"},
        {"links": [{"url": "https://x"}]},
        {"evidence": [{}]},
        {"evidence": [asdict(Evidence(path="/x?code=abc"))]},
    ],
)
def test_what_does_not_fit(changes):
    assert not valid(diagnosis(check(**changes)))


@pytest.mark.parametrize("key", ["verdict", "checks", "summary", "feishu_calls", "elapsed_ms"])
def test_nothing_may_be_missing(key):
    document = diagnosis(check())
    assert valid(document)
    del document[key]
    assert not valid(document)


def test_no_key_of_a_check_may_be_missing():
    for key in check():
        made = copy.deepcopy(check())
        del made[key]
        assert not valid(diagnosis(made)), key


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "skip", "code": "blocked", "blocked_by": "feishu.credentials"},
        {"status": "skip", "code": "not_applicable"},
        {"status": "unknown", "code": "not_proven"},
        {"added_later": True},
    ],
)
def test_what_fits(changes):
    assert valid(diagnosis(check(**changes)))

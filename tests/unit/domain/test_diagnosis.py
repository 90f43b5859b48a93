"""Order, selection and verdict of a diagnosis."""

from __future__ import annotations

import json
import re

import pytest

from feishu_wizard.domain.diagnosis import (
    Diagnosis,
    order_of,
    selects,
    verdict_of,
)
from feishu_wizard.domain.finding import Finding, Status, blocked, not_done
from feishu_wizard.resources import resource_text


def found(check_id: str, status: Status, code: str = "x") -> Finding:
    return Finding(check_id, status, code)


FAIL, WARN, PASS = Status.FAIL, Status.WARN, Status.PASS


def test_every_id_is_one_of_the_promised_ones_and_comes_once() -> None:
    schema = json.loads(resource_text("schemas/diagnosis-1.json"))
    promised = re.compile(schema["$defs"]["id"]["pattern"])
    ids = order_of(("permission.user_id", "permission.login"))
    assert len(ids) == len(set(ids))
    assert [i for i in ids if not promised.match(i)] == []


def test_causes_come_before_what_rests_on_them() -> None:
    ids = order_of(("permission.user_id",))
    chain = ["setup.file", "net.proxy", "net.open.dns", "net.open.http", "feishu.credentials"]
    chain += ["feishu.ip_allowlist", "feishu.app", "feishu.bot", "permission.user_id"]
    chain += ["feishu.contact_range", "can.auth", "can.saved", "person.exists", "capability.push"]
    assert sorted(chain, key=ids.index) == chain


@pytest.mark.parametrize(
    ("only", "check_id", "wanted"),
    [
        ((), "net.can.tcp", True),
        (("net",), "net.can.tcp", True),
        (("net.can",), "net.can.tcp", True),
        (("net.can",), "net.open.tcp", False),
        (("net.can.tcp",), "net.can.tcp", True),
        (("feishu.app",), "feishu.application", False),
        (("can", "person"), "person.exists", True),
    ],
)
def test_a_group_selects_its_checks_and_no_namesakes(
    only: tuple[str, ...], check_id: str, wanted: bool
) -> None:
    assert selects(only, check_id) is wanted


@pytest.mark.parametrize(
    ("findings", "code", "check", "others"),
    [
        ([found("a", PASS)], "verdict.well", "", 0),
        ([found("a", WARN), found("b", FAIL), found("c", FAIL)], "verdict.problem", "b", 2),
        ([found("a", PASS), found("b", WARN)], "verdict.note", "b", 0),
        ([found("b", FAIL), blocked("c", "b")], "verdict.problem", "b", 0),
        ([not_done("feishu.credentials", "no"), found("b", PASS)], "verdict.unknown", None, 0),
        ([not_done("capability.push", "not_proven"), found("b", PASS)], "verdict.well", "", 0),
        ([not_done("person.delivered", "not_proven"), found("b", PASS)], "verdict.well", "", 0),
    ],
)
def test_the_verdict_names_the_first_cause(
    findings: list[Finding], code: str, check: str | None, others: int
) -> None:
    verdict = verdict_of(tuple(findings))
    wanted = findings[0].id if check is None else check
    assert (verdict.code, verdict.check, verdict.others) == (code, wanted, others)


def test_a_run_without_calls_says_so_unless_it_found_something() -> None:
    assert verdict_of((not_done("net.open.tcp", "offline"),), offline=True).code == (
        "verdict.offline"
    )
    assert verdict_of((found("setup.secrets", FAIL),), offline=True).code == "verdict.problem"


def test_a_diagnosis_counts_what_needs_somebody() -> None:
    findings = (found("a", FAIL), found("b", WARN), blocked("c", "a"), found("d", PASS))
    diagnosis = Diagnosis(findings, verdict_of(findings), 3, 100, "2026-01-01T00:00:00Z", "0.1")
    assert diagnosis.problems == 2
    assert diagnosis.summary == {"pass": 1, "warn": 1, "fail": 1, "skip": 1, "unknown": 0}
    assert diagnosis.finding("b") == findings[1]
    assert diagnosis.finding("z") is None

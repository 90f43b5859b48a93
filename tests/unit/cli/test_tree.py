"""A diagnosis on a terminal."""

from __future__ import annotations

import pytest

from feishu_wizard.cli.output import clean
from feishu_wizard.cli.tree import short_line, summary_line, tree_lines
from feishu_wizard.domain.diagnosis import Diagnosis, Verdict
from feishu_wizard.domain.finding import (
    Evidence,
    Finding,
    Link,
    Status,
    Who,
    blocked,
    not_applicable,
)
from feishu_wizard.text.catalog import use

WRONG = Finding(
    "feishu.credentials",
    Status.FAIL,
    "feishu.10014",
    {"feishu_code": "10014", "msg": "app secret invalid"},
    who=Who.DEVELOPER,
    evidence=(Evidence("POST", "open.feishu.cn", "/open-apis/x", 200, 10014, log_id="2026L"),),
    links=(Link("console_baseinfo", "https://open.feishu.cn/app/cli_1/baseinfo"),),
)
FINDINGS = (
    not_applicable("net.open.dns"),
    Finding("net.open.tcp", Status.PASS),
    WRONG,
    Finding("net.can.tcp", Status.PASS),
    blocked("feishu.app", WRONG.id),
    blocked("feishu.bot", WRONG.id),
)


@pytest.fixture(autouse=True)
def english() -> None:
    use("en")


def test_a_problem_is_told_in_full() -> None:
    told = "\n".join(tree_lines(FINDINGS))
    for part in ("refused the App Secret", "Likely cause:", "What helps:", "Who can fix it:"):
        assert part in told
    assert "https://open.feishu.cn/app/cli_1/baseinfo" in told
    assert "log id 2026L" in told


def test_the_rest_is_short() -> None:
    lines = list(tree_lines(FINDINGS))
    assert lines.count("Network") == 1
    assert "  ✓ Feishu Open Platform: connection; CAN server: connection" in lines
    skipped = [line for line in lines if line.startswith("  –")]
    assert len(skipped) == 2
    assert skipped[1].startswith("  – App status and release; Bot — Not checked")


def test_nothing_of_it_is_taken_for_a_secret() -> None:
    for line in (*tree_lines(FINDINGS), short_line(WRONG)):
        assert clean(line) == line


def test_what_others_say_does_not_steer_the_terminal() -> None:
    hostile = Evidence("GET", "can.example.com", "/", 200, msg="\x1b[2J\x1b]0;x\x07gone")
    told = [
        clean(line)
        for line in tree_lines(
            [
                Finding(
                    "can.auth",
                    Status.FAIL,
                    "can.forbidden",
                    {"msg": "\x1b[31mred"},
                    evidence=(hostile,),
                )
            ]
        )
    ]
    assert not any("\x1b" in line or "\x07" in line for line in told)


def test_the_sum() -> None:
    made = Diagnosis(FINDINGS, Verdict("verdict.problem", WRONG.id), 1, 1234, "", "0")
    line = summary_line(made)
    assert line == "2 OK · 1 Problem · 3 Skipped · 1 call to Feishu · 1.2 s"

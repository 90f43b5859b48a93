"""What changed since it last worked."""

from __future__ import annotations

import asyncio
import os

import pytest

from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.finding import Finding, Status, blocked
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.keep_diagnosis import (
    forget_diagnoses,
    keep_diagnosis,
    last_diagnosis,
    last_good,
)
from feishu_wizard.operations.open_report import compare
from feishu_wizard.operations.report_people import forget_oldest
from feishu_wizard.report.compare import FactChange, Turn
from feishu_wizard.text.verdict import change_line, change_sentence
from tests.unit.report.made import FACTS, bot_off, plain


def said(old: Diagnosis, new: Diagnosis) -> str:
    found = compare(old, new)
    return change_sentence(found.code, found.since, len(found.changes), found.first)


def test_nothing_changed():
    found = compare(plain(), plain())
    assert (found.code, found.changes, found.facts) == ("compare.same", (), ())
    assert "Nothing that was checked has changed" in said(plain(), plain())


def test_the_first_that_got_worse_is_named():
    send = blocked("permission.email", "feishu.bot")
    new = plain(bot_off(), send, Finding("can.status", Status.WARN, "can.disabled"))
    found = compare(plain(), new)
    assert (found.code, found.first) == ("compare.worse", "feishu.bot")
    turns = {c.check: c.turn for c in found.changes}
    assert turns == {
        "feishu.bot": Turn.WORSE,
        "permission.email": Turn.OTHER,
        "can.status": Turn.WORSE,
    }
    assert "Bot" in said(plain(), new)
    first = found.changes[0]
    assert change_line(first.check, first.before, first.after).startswith("Bot — OK → Problem (")


def test_what_was_mended():
    found = compare(plain(bot_off()), plain())
    assert (found.code, found.first) == ("compare.better", "feishu.bot")


def test_facts_proxy_and_version():
    route = Finding("net.proxy", Status.PASS, "ok", {"proxy": "proxy.corp:8080"})
    facts = FACTS | {"app_id": "cli_b", "person": "person 1", "setup_id": "zzzzzz"}
    found = compare(plain(), plain(route, facts=facts, version="0.3.0"))
    assert found.code == "compare.facts"
    assert set(found.facts) == {
        FactChange("app_id", FACTS["app_id"], "cli_b"),
        FactChange("proxy", "", "proxy.corp:8080"),
        FactChange("version", "0.2.0", "0.3.0"),
    }


def test_checks_that_are_new_or_gone():
    part = plain()
    part = Diagnosis(
        part.findings[:-2],
        part.verdict,
        part.feishu_calls,
        part.elapsed_ms,
        part.at,
        part.version,
    )
    assert {c.turn for c in compare(part, plain()).changes} == {Turn.NEW}
    assert {c.turn for c in compare(plain(), part).changes} == {Turn.GONE}


@pytest.fixture
def at_home(tmp_path):
    def run(work):
        async def inside():
            async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
                return await work(place)

        return asyncio.run(inside())

    return run


def test_the_last_and_the_last_good_are_kept(at_home):
    async def work(place):
        assert await last_good(place, "k3v9q2") is None
        await keep_diagnosis(place, plain())
        await keep_diagnosis(place, plain(bot_off(), at="2026-07-02T10:00:00+00:00"))
        return await last_good(place, "k3v9q2"), await last_diagnosis(place, "k3v9q2")

    good, last = at_home(work)
    assert good.made < last.made
    found = compare(good, last)
    assert (found.code, found.first) == ("compare.worse", "feishu.bot")


def test_a_part_of_a_diagnosis_is_not_kept(at_home):
    async def work(place):
        await keep_diagnosis(place, plain(complete=False))
        await keep_diagnosis(place, plain(facts={}))
        return await last_diagnosis(place, "k3v9q2"), list(place.paths.state.glob("diagnoses/*"))

    assert at_home(work) == (None, [])


def test_without_a_setup_the_app_names_it_and_damage_is_no_failure(at_home):
    async def work(place):
        await keep_diagnosis(place, plain(facts={"app_id": FACTS["app_id"]}))
        kept = place.paths.state / "diagnoses" / f"{FACTS['app_id']}.last.json"
        before = await last_diagnosis(place, FACTS["app_id"])
        kept.write_bytes(kept.read_bytes()[:900])
        after = await last_diagnosis(place, FACTS["app_id"])
        await forget_diagnoses(place, FACTS["app_id"])
        return before, after, list(kept.parent.iterdir())

    before, after, left = at_home(work)
    assert before.verdict.code == "verdict.well"
    assert after is None
    assert left == []


def test_only_the_newest_are_kept(tmp_path):
    for number in range(6):
        path = tmp_path / f"{number}.json"
        path.write_text("{}")
        os.utime(path, (number, number))
    forget_oldest(tmp_path, 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["4.json", "5.json"]


def test_another_proof_of_the_same_is_no_change() -> None:
    other = Finding("feishu.app", Status.PASS, "app_installed")
    assert compare(plain(), plain(other)).changes == ()

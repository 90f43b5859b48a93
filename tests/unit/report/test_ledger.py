"""The ledger in the report of a sitting: what, when, log id, by which version of the app."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from feishu_wizard.domain.capability import ALL
from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import Basis, Entry
from feishu_wizard.domain.proofs import lay_beside
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Setup
from feishu_wizard.domain.verdict import Known, capability_words
from feishu_wizard.report import as_json, markdown
from feishu_wizard.report.model import SetupReport

SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
NOW = Basis(
    {
        "setup": "00ff00ff00ff00ff",
        "secret": "aaaaaaaaaaaaaaaa",
        "version": "oav_2",
        "permissions": "im:message",
        "range": "part od_1 ou_7d8a6e6df7621556ce0d21922b676706",
    },
    "1.0.3",
)
THEN = Basis(
    {**NOW.parts, "version": "oav_1", "secret": "bbbbbbbbbbbbbbbb", "range": "all"}, "1.0.2"
)
SEEN = Evidence(
    "POST", "open.feishu.cn", "/open-apis/im/v1/messages", 200, 0, f"ok {SECRET}", "20260303LOG"
)
AT = "2026-03-03T08:00:00Z"


def report(*entries, now=NOW, checked_at="2026-03-10T08:00:00Z"):
    look = lay_beside(entries, now, checked_at)
    words = capability_words(ALL, Known((), False, {}, look))
    setup = Setup(id="k3v9q2", feishu=Feishu(app_id="cli_a8c029e757e6500b"))
    return SetupReport(setup, "2026-03-10T09:00:00Z", "1.0", words, (), (), look)


def pushed(**more):
    params = {"count": "1", "total": "2", "who": "zhang.wei", "batch": "b1"}
    values = {"params": params, "evidence": SEEN, "basis": THEN, **more}
    return Entry("capability.push", "ledger.delivered_as_can", AT, **values)


@pytest.fixture(autouse=True)
def _known_secret():
    Secret(SECRET)


def test_markdown_tells_what_when_by_which_version_and_what_changed():
    text = markdown.render(report(pushed()))
    [line] = [one for one in text.splitlines() if one.startswith("  - Proven")]
    assert f"Proven, {AT}: Feishu accepted a message to a person" in line
    assert "accepted: 1 of 2" in line
    assert "log id 20260303LOG" in line
    assert "Version of the app: 1.0.2" in line
    assert "  - Since then: Version 1.0.3 is in force instead of 1.0.2." in text
    assert "  - Since then: The App Secret is another one." in text
    assert "  - Since then: The contacts range is smaller." in text
    assert "Compared with what was in force: 2026-03-10T08:00:00Z" in text
    assert "Could not be read: availability of the app." in text


def test_json_holds_all_entries_for_programs():
    failed = pushed(good=False)
    told = json.loads(as_json.render(report(pushed(), failed)))["ledger"]
    assert told["checked_at"] == "2026-03-10T08:00:00Z"
    assert told["unread"] == ["availability"]
    first, second = told["entries"]
    assert (first["good"], second["good"]) == (True, False)
    assert (first["check"], first["what"]) == ("capability.push", "ledger.delivered_as_can")
    assert (first["at"], first["proof"], first["app_version"]) == (AT, "proven", "1.0.2")
    assert first["evidence"]["log_id"] == "20260303LOG"
    assert first["params"] == {"count": "1", "total": "2"}
    assert first["setup"] == "00ff00ff00ff00ff"


def test_json_tells_which_part_changed():
    told = json.loads(as_json.render(report(pushed())))["ledger"]["since"]["capability.push"]
    assert told == [
        {"part": "secret", "before": "", "after": ""},
        {"part": "version", "before": "1.0.2", "after": "1.0.3"},
        {"part": "range", "before": "", "after": ""},
    ]


@pytest.mark.parametrize("render", [markdown.render, as_json.render])
def test_no_secret_no_fingerprint_and_no_person_leaves_with_it(render):
    by_can = replace(pushed(), what="push.by_can", basis=NOW)
    text = render(report(pushed(), by_can))
    assert "20260303LOG" in text
    for hidden in (SECRET, "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "ou_7d8a6e6d", "zhang.wei"):
        assert hidden not in text


def test_a_statement_and_a_failure_are_told_as_such():
    said = Entry("capability.sso", "ledger.seen_20029", AT, Proof.STATED, good=False, basis=NOW)
    text = markdown.render(report(said))
    assert f"Tried, without success, {AT}: Someone saw error 20029" in text


def test_a_void_proof_is_not_told_as_one():
    text = markdown.render(report(pushed(basis=Basis({"setup": "other"}))))
    assert "  - Proven" not in text
    assert "An earlier proof belongs to another app or another CAN" in text


def test_without_a_ledger_nothing_is_said_of_it():
    text = markdown.render(report(checked_at=""))
    assert "Since then" not in text
    assert "Compared" not in text

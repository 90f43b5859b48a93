"""``capability.*``: proven by a real call with these very values, or not at all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.finding import Evidence, Proof, Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Capabilities, Feishu, Office, Setup
from feishu_wizard.operations.diagnose.capability_checks import capability_looks
from feishu_wizard.operations.ledger import note
from tests.unit.operations.diagnose.practice_case import (
    found_by,
    in_case,
    statuses,
    with_feishu,
    with_office,
)

SETUP = Setup(
    id="k3v9q2",
    feishu=Feishu(app_id="cli_a8c029e757e6500b"),
    office=Office(url="https://can.example.com"),
)
EVIDENCE = Evidence("POST", "open.feishu.cn", "/open-apis/im/v1/messages", 200, 0)
AT_HOME = Question(offline=True)
NONE = {"user_sync": "unknown", "sso": "unknown", "push": "unknown"}


def noted(root, setup, capability="push", hour=8, *, said=False, secret="", **more):
    """Note one entry; a later hour is later."""
    at = f"2026-11-22T{hour:02}:00:00Z"
    proof = Proof.STATED if said else Proof.PROVEN
    check_id = f"capability.{capability}"
    entry = Entry(check_id, "ledger.walked", at, proof, evidence=EVIDENCE, **more)
    secrets = {"app_secret": Secret(secret)} if secret else {}

    async def keep(case):
        note(case.place, case.kit, entry)

    in_case(root, Kit(setup, secrets), keep)


def test_nothing_is_proven_by_itself(tmp_path):
    found = found_by(capability_looks, tmp_path, Kit(SETUP))
    assert statuses(found) == NONE
    assert {f.code for f in found.values()} == {"not_proven"}
    assert list(tmp_path.rglob("journal*")) == []


def test_a_setup_without_an_id_has_no_record(tmp_path):
    from tests.unit.operations.diagnose.practice_case import replace as changed

    noted(tmp_path, changed(SETUP, id=""))
    assert list(tmp_path.rglob("journal*")) == []
    noted(tmp_path, SETUP)
    assert statuses(found_by(capability_looks, tmp_path, Kit(changed(SETUP, id="")))) == NONE


def test_what_was_not_chosen_does_not_apply(tmp_path):
    from tests.unit.operations.diagnose.practice_case import replace as changed

    setup = changed(SETUP, capabilities=Capabilities(sso=False))
    assert statuses(found_by(capability_looks, tmp_path, Kit(setup))) == NONE | {"sso": "skip"}


def test_a_real_call_proves(tmp_path):
    noted(tmp_path, SETUP)
    found = found_by(capability_looks, tmp_path, Kit(SETUP))
    assert statuses(found) == NONE | {"push": "pass"}
    push = found["capability.push"]
    assert (push.status, push.proof, push.code) == (
        Status.PASS,
        Proof.PROVEN,
        "capability.delivered_as_can",
    )
    assert push.params["at"] == "2026-11-22T08:00:00Z"
    assert push.evidence == (EVIDENCE,)


def test_a_proof_of_another_app_or_server_counts_for_nothing(tmp_path):
    noted(tmp_path, SETUP)
    for other in (
        with_feishu(SETUP, app_id="cli_a8c029e757e6500c"),
        with_office(SETUP, url="https://other.example.com"),
        with_office(SETUP, callback_url="https://can.example.com/user/softLogin"),
    ):
        assert statuses(found_by(capability_looks, tmp_path, Kit(other))) == NONE


def test_a_broken_record_proves_nothing(tmp_path):
    (tmp_path / "state").mkdir()
    noted(tmp_path, SETUP)
    journal = next(tmp_path.rglob("journal.sqlite3"))
    for rest in journal.parent.glob("journal.sqlite3-*"):
        rest.unlink()
    journal.write_bytes(b"no database" * 100)
    assert statuses(found_by(capability_looks, tmp_path, replace(Kit(SETUP)))) == NONE


def test_what_a_person_said_is_stated(tmp_path):
    noted(tmp_path, SETUP, "sso", said=True)
    sso = found_by(capability_looks, tmp_path, Kit(SETUP))["capability.sso"]
    assert (sso.status, sso.proof, sso.code) == (
        Status.PASS,
        Proof.STATED,
        "capability.said_signed_in",
    )


def test_a_proof_of_an_earlier_version_of_this_program(tmp_path):
    noted(tmp_path, SETUP)
    (journal,) = tmp_path.rglob("journal.sqlite3")
    with sqlite3.connect(journal) as db:
        db.execute("UPDATE proofs SET what = 'ledger.proven'")
    db.close()
    push = found_by(capability_looks, tmp_path, Kit(SETUP))["capability.push"]
    assert (push.status, push.code) == (Status.PASS, "capability.proven")


def test_a_later_failure_is_told_with_the_time_when_it_had_worked(tmp_path):
    noted(tmp_path, SETUP)
    noted(tmp_path, SETUP, hour=9, good=False)
    push = found_by(capability_looks, tmp_path, Kit(SETUP))["capability.push"]
    assert (push.status, push.proof, push.code) == (Status.WARN, Proof.NONE, "capability.failed")
    assert push.params["at"] == "2026-11-22T09:00:00Z"
    assert push.params["worked_at"] == "2026-11-22T08:00:00Z"
    assert push.evidence == (EVIDENCE,)


def test_what_a_person_saw_fail_is_stated(tmp_path):
    noted(tmp_path, SETUP, "sso")
    noted(tmp_path, SETUP, "sso", hour=9, said=True, good=False)
    sso = found_by(capability_looks, tmp_path, Kit(SETUP))["capability.sso"]
    assert (sso.status, sso.proof) == (Status.WARN, Proof.STATED)
    assert sso.code == "capability.failed_as_said"


def test_another_secret_makes_it_a_proof_of_then(tmp_path):
    noted(tmp_path, SETUP, secret="Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E")
    same = {"app_secret": Secret("Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E")}
    found = found_by(capability_looks, tmp_path, Kit(SETUP, same), AT_HOME)
    assert found["capability.push"].status is Status.PASS
    other = {"app_secret": Secret("Zz7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E")}
    push = found_by(capability_looks, tmp_path, Kit(SETUP, other), AT_HOME)["capability.push"]
    assert (push.status, push.proof) == (Status.WARN, Proof.PROVEN)
    assert push.code == "capability.changed_since"
    assert push.params["parts"] == "secret"

"""``capability.*``: proven by a real call with these very values, or not at all."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.finding import Evidence, Proof, Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Capabilities, Feishu, Office, Setup
from feishu_wizard.operations.diagnose.capability_checks import (
    capability_looks,
    proof_fingerprint,
)
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
NONE = {"user_sync": "unknown", "sso": "unknown", "push": "unknown"}


def proven(root, setup, check_id="capability.push", at="2026-11-22T08:00:00Z"):
    async def note(case):
        mark = proof_fingerprint(setup)
        case.place.journal.add_proof(setup.id, check_id, EVIDENCE, at, mark)

    in_case(root, Kit(setup), note)


def test_nothing_is_proven_by_itself(tmp_path):
    found = found_by(capability_looks, tmp_path, Kit(SETUP))
    assert statuses(found) == NONE
    assert {f.code for f in found.values()} == {"not_proven"}
    assert list(tmp_path.rglob("journal*")) == []


def test_a_setup_without_an_id_has_no_record(tmp_path):
    from tests.unit.operations.diagnose.practice_case import replace as changed

    proven(tmp_path, SETUP)
    assert statuses(found_by(capability_looks, tmp_path, Kit(changed(SETUP, id="")))) == NONE


def test_what_was_not_chosen_does_not_apply(tmp_path):
    from tests.unit.operations.diagnose.practice_case import replace as changed

    setup = changed(SETUP, capabilities=Capabilities(sso=False))
    assert statuses(found_by(capability_looks, tmp_path, Kit(setup))) == NONE | {"sso": "skip"}


def test_a_real_call_proves(tmp_path):
    proven(tmp_path, SETUP)
    found = found_by(capability_looks, tmp_path, Kit(SETUP))
    assert statuses(found) == NONE | {"push": "pass"}
    push = found["capability.push"]
    assert (push.status, push.proof, push.code) == (
        Status.PASS,
        Proof.PROVEN,
        "capability.proven",
    )
    assert push.params["at"] == "2026-11-22T08:00:00Z"
    assert push.evidence == (EVIDENCE,)


def test_a_proof_of_another_app_or_server_counts_for_nothing(tmp_path):
    proven(tmp_path, SETUP)
    for other in (
        with_feishu(SETUP, app_id="cli_a8c029e757e6500c"),
        with_office(SETUP, url="https://other.example.com"),
        with_office(SETUP, callback_url="https://can.example.com/user/softLogin"),
    ):
        assert statuses(found_by(capability_looks, tmp_path, Kit(other))) == NONE


def test_a_broken_record_proves_nothing(tmp_path):
    (tmp_path / "state").mkdir()
    proven(tmp_path, SETUP)
    journal = next(tmp_path.rglob("journal.sqlite3"))
    for rest in journal.parent.glob("journal.sqlite3-*"):
        rest.unlink()
    journal.write_bytes(b"no database" * 100)
    assert statuses(found_by(capability_looks, tmp_path, replace(Kit(SETUP)))) == NONE

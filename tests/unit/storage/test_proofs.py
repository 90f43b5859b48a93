"""The ledger's rows: brought forward from the first journal, bounded, and gone with the setup."""

from __future__ import annotations

import sqlite3

import msgspec
import pytest

from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import Basis, Entry
from feishu_wizard.services.storage import journal as journals
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.proofs import KEPT

EVIDENCE = Evidence("POST", "open.feishu.cn", "/x", 200, 0, "ok", "2026log", 12, "2026-11-22")


def entry(number=0, check="capability.push", *, good=True, **more):
    at = f"2026-11-22T08:00:{number:02}Z"
    return Entry(check, "ledger.delivered", at, good=good, evidence=EVIDENCE, **more)


@pytest.fixture
def journal(paths):
    made = Journal(paths)
    yield made
    made.close()


def test_a_journal_of_the_first_version_keeps_its_proofs(paths, journal):
    paths.state.mkdir(parents=True)
    text = msgspec.json.encode(EVIDENCE).decode()
    rows = [
        ("k3v9q2", "capability.push", "2026-01-02T00:00:00Z", "00ff00ff00ff00ff", text),
        ("k3v9q2", "capability.push", "2026-01-01T00:00:00Z", "11ff00ff00ff00ff", text),
        ("other", "capability.sso", "2026-01-03T00:00:00Z", "22ff00ff00ff00ff", text),
    ]
    db = sqlite3.connect(journal.path)
    db.executescript(journals.MIGRATIONS[0] + "PRAGMA user_version = 1;")
    db.executemany("INSERT INTO proofs VALUES (?, ?, ?, ?, ?)", rows)
    db.commit()
    db.close()
    first, second = journal.proofs("k3v9q2")
    assert [one.at for one in (first, second)] == [rows[1][2], rows[0][2]]  # the oldest first
    assert first.basis == Basis({"setup": "11ff00ff00ff00ff"})
    assert (first.what, first.proof, first.good) == ("ledger.proven", Proof.PROVEN, True)
    assert first.evidence == EVIDENCE
    assert [one.check_id for one in journal.proofs("other")] == ["capability.sso"]
    journal.add_proof("k3v9q2", entry())
    assert len(journal.proofs("k3v9q2")) == 3


def test_an_entry_comes_back_as_it_was(journal):
    basis = Basis({"setup": "f", "version": "oav_1", "range": "part od_1 ou_2"}, "1.0.2")
    stated = Entry(
        "capability.sso",
        "ledger.seen_20029",
        "2026",
        Proof.STATED,
        False,
        {"a": '{"b"}'},
        EVIDENCE,
        basis,
    )
    journal.add_proof("k3v9q2", stated)
    assert journal.proofs("k3v9q2") == [stated]


def test_the_latest_of_each_check_are_kept_and_the_last_good_one_always(journal):
    for number in range(3):
        journal.add_proof("k3v9q2", entry(number))
        journal.add_proof("k3v9q2", entry(number, "capability.sso"))
        journal.add_proof("other", entry(number))
    for number in range(3, KEPT + 8):
        journal.add_proof("k3v9q2", entry(number, good=False))
    pushes = [one for one in journal.proofs("k3v9q2") if one.check_id == "capability.push"]
    assert pushes[0] == entry(2)
    assert pushes[1:] == [entry(n, good=False) for n in range(8, KEPT + 8)]
    assert len(journal.proofs("k3v9q2")) == KEPT + 1 + 3
    assert len(journal.proofs("other")) == 3


def test_it_is_forgotten_with_its_setup_and_leaves_nothing_in_the_file(journal):
    journal.add_proof("k3v9q2", entry(params={"people": "4711471147"}))
    journal.add_proof("other", entry())
    journal.forget("k3v9q2")
    assert journal.proofs("k3v9q2") == []
    assert len(journal.proofs("other")) == 1
    journal.close()
    held = b"".join(path.read_bytes() for path in journal.path.parent.glob("journal*"))
    assert b"4711471147" not in held

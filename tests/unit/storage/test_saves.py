"""Rows of saves to CAN: begun before the first call, ended whatever comes, taken over from v3."""

from __future__ import annotations

import sqlite3

import pytest

from feishu_wizard.domain.change import SaveState
from feishu_wizard.services.storage import journal as journals
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.paths import Paths

PLACE = "https://can.example.com/anymetrics/api/v1"
A = {"app_id": "cli_a", "callback_url": "https://a", "enabled": "off", "version": "v1"}
B = {"app_id": "cli_b", "callback_url": "https://a", "enabled": "on", "version": "v2"}


@pytest.fixture
def paths(tmp_path):
    return Paths.under(tmp_path)


@pytest.fixture
def journal(paths):
    made = Journal(paths)
    yield made
    made.close()


def test_a_save_is_on_disk_before_it_is_made(journal, paths):
    number = journal.begin_save("k3v9q2", PLACE, A, B)
    journal.close()  # the program ends here
    [note] = Journal(paths).can_saves("k3v9q2")
    assert note.id == number
    assert note.state is SaveState.OPEN
    assert (note.before, note.wanted, note.after) == (A, B, {})
    assert note.ended_at == ""
    assert note.at == note.started_at


def test_its_end_says_what_is_there(journal):
    number = journal.begin_save("k3v9q2", PLACE, A, B, undoes=7)
    journal.finish_save(number, SaveState.SAVED, B)
    [note] = journal.can_saves("k3v9q2")
    assert (note.state, note.after, note.undoes) == (SaveState.SAVED, B, 7)
    assert note.at == note.ended_at >= note.started_at


def test_what_was_seen_settles_what_was_open_there_and_nowhere_else(journal):
    here = journal.begin_save("k3v9q2", PLACE, A, B)
    there = journal.begin_save("k3v9q2", PLACE + "/other", A, B)
    done = journal.begin_save("k3v9q2", PLACE, A, B)
    journal.finish_save(done, SaveState.REFUSED)
    other = journal.begin_save("other2", PLACE, A, B)
    journal.saw("k3v9q2", PLACE, B)
    states = {n.id: n.state for s in ("k3v9q2", "other2") for n in journal.can_saves(s)}
    assert states == {
        here: SaveState.SETTLED,
        there: SaveState.OPEN,
        done: SaveState.REFUSED,
        other: SaveState.OPEN,
    }
    assert journal.seen("k3v9q2", PLACE)[1] == B
    assert journal.seen("k3v9q2", PLACE + "/other") == ("", {})


def test_what_a_person_was_shown_settles_nothing(journal):
    journal.begin_save("k3v9q2", PLACE, A, B)
    journal.expect("k3v9q2", PLACE, A)
    assert journal.can_saves("k3v9q2")[0].state is SaveState.OPEN
    assert journal.seen("k3v9q2", PLACE)[1] == A


def test_forgetting_a_setup_leaves_the_others(journal):
    journal.begin_save("k3v9q2", PLACE, A, B)
    journal.begin_save("other2", PLACE, A, B)
    journal.saw("k3v9q2", PLACE, A)
    journal.forget("k3v9q2")
    assert journal.can_saves("k3v9q2") == []
    assert journal.seen("k3v9q2", PLACE) == ("", {})
    assert len(journal.can_saves("other2")) == 1


def test_pairs_of_version_3_become_saves(paths, monkeypatch):
    """before, after; before without an end; a pair of another setup; a note about a secret."""
    monkeypatch.setattr(journals, "MIGRATIONS", journals.MIGRATIONS[:3])
    old = Journal(paths)
    rows = [
        ("k3v9q2", "can-before", A),
        ("k3v9q2", "can-before", A),  # the first try never came to its end
        ("k3v9q2", "can-after", {**B, "secret": "0123456789abcdef"}),
        ("other2", "can-before", B),
        ("other2", "can-after", A),
        ("k3v9q2", "secret-change", {"stage": "done"}),
        ("other2", "can-before", A),
    ]
    for number, (setup, target, fields) in enumerate(rows):
        old.record_save(setup, target, PLACE, fields, at=f"2026-11-2{number}T08:00:00Z")
    old.close()
    monkeypatch.undo()
    new = Journal(paths)
    [pair] = new.can_saves("k3v9q2")
    assert (pair.state, pair.before) == (SaveState.SAVED, A)
    assert pair.after["secret"] == "0123456789abcdef"
    assert (pair.started_at, pair.ended_at) == ("2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z")
    assert new.seen("k3v9q2", PLACE) == (pair.ended_at, dict(pair.after))
    last, first = new.can_saves("other2")
    assert (last.state, last.before, last.wanted) == (SaveState.OPEN, A, {})
    assert (first.state, first.after) == (SaveState.SAVED, A)
    assert [save.target for save in new.saves("k3v9q2")] == ["secret-change"]
    new.close()
    with sqlite3.connect(paths.state / "journal.sqlite3") as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] >= 4
    db.close()

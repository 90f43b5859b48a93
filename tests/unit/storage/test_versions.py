"""What earlier versions kept is all still there; what a later one kept is left byte for byte.

The files of ``fixtures/`` were written by the code of the commits that they are named after;
how, their ``make.py`` tells.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from feishu_wizard.domain.change import SaveState
from feishu_wizard.domain.drift import Side
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.services.can.profile import parse_profile
from feishu_wizard.services.storage import database
from feishu_wizard.services.storage import journal as journals
from feishu_wizard.services.storage.comparisons import Comparisons
from feishu_wizard.services.storage.drafts import Drafts
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.profiles import ProfileShelf
from feishu_wizard.services.storage.rehearsal.journals import Rehearsals
from feishu_wizard.services.storage.setup_file import read_setup, write_setup
from feishu_wizard.wizard.resuming import answers_of

FIXTURES = Path(__file__).with_name("fixtures")
RELEASED = sorted(path.name for path in FIXTURES.iterdir() if (path / "setup.toml").exists())
APP_ID, CAN = "cli_a8c029e757e6500b", "https://can.example.com"
AT = "2026-03-01T08:00:00+00:00"


@pytest.fixture(params=RELEASED)
def earlier(request, tmp_path: Path) -> Paths:
    """A state folder of an earlier version."""
    top = tmp_path / "earlier"
    shutil.copytree(FIXTURES / request.param, top)
    return Paths(top, top, top)


@pytest.fixture
def latest(tmp_path: Path) -> Paths:
    """A state folder with everything in it."""
    top = tmp_path / "latest"
    shutil.copytree(FIXTURES / "journal-4", top)
    return Paths(top, top, top)


def test_every_form_has_its_files():
    versions = {version_of(FIXTURES / name / "journal.sqlite3") for name in RELEASED}
    # 2 was never released alone.
    assert versions == {1, *range(3, len(journals.MIGRATIONS) + 1)}
    for kept in ("rehearsals", "comparisons", "profiles", "profile-trust.json"):
        assert any((FIXTURES / name / kept).exists() for name in RELEASED), kept


def version_of(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[60:64], "big")


def test_the_journal_of_an_earlier_version(earlier: Paths) -> None:
    journal = Journal(earlier)
    (pending,) = journal.pending_sends("k3v9q2")
    assert (pending.recipient, pending.template) == ("user_id:li.na", "card")
    (sent,) = [send for send in journal.sends("k3v9q2") if send.state == "delivered"]
    assert (sent.recipient, sent.message_id) == ("user_id:zhang.wei", "om_1")
    (proof,) = journal.proofs("k3v9q2")
    assert (proof.check_id, proof.at, proof.proof) == ("capability.push", AT, Proof.PROVEN)
    assert (proof.good, proof.evidence.log_id) == (True, "20260301LOG")
    (note,) = journal.can_saves("k3v9q2")
    assert (note.where, note.state, note.at) == (CAN, SaveState.SAVED, AT)
    assert (note.before["app_id"], note.after["app_id"]) == ("", APP_ID)
    assert journal.seen("k3v9q2", CAN) == (AT, dict(note.after))
    assert [(save.target, save.place) for save in journal.saves("other1")] == [("file", "/x")]
    # And it is a journal of today: the message that was begun keeps its uuid.
    assert pending.uuid == journal.remember_send(
        pending.run_id, pending.recipient, pending.template, setup_id="k3v9q2"
    )
    journal.close()
    assert version_of(earlier.state / "journal.sqlite3") == len(journals.MIGRATIONS)
    database.check(earlier.state / "journal.sqlite3", len(journals.MIGRATIONS))
    again = Journal(earlier)
    assert len(again.can_saves("k3v9q2")) == 1
    again.close()


def test_the_draft_of_an_earlier_version(earlier: Paths) -> None:
    draft = Drafts(earlier).latest()
    assert draft is not None
    written = json.loads((earlier.state / "drafts" / "k3v9q2.json").read_text("utf-8"))
    for name in set(written) - {"setup", "schema"}:
        assert getattr(draft, name) == written[name], name
    answers = answers_of(draft)
    assert (answers.setup_id, answers.app_id_text) == ("k3v9q2", APP_ID)
    assert dict(answers.inputs) == {"tenant_id": "1"}
    assert answers.ref("can_api_key") == "keyring:can_api_key"
    assert Drafts(earlier).trouble(draft) is None
    assert Drafts(earlier).save(draft) == draft


def test_the_setup_file_of_an_earlier_version(earlier: Paths) -> None:
    path = earlier.state / "setup.toml"
    before = path.read_bytes()
    setup = read_setup(path)
    assert (setup.id, setup.feishu.app_id, setup.office.url) == ("k3v9q2", APP_ID, CAN)
    assert setup.office.secrets == {"api_key": "keyring:can_api_key"}
    assert not setup.capabilities.push
    write_setup(path, setup)
    assert read_setup(path) == setup
    assert set(before.splitlines()) <= set(path.read_bytes().splitlines())  # nothing was lost


def test_the_walk_of_an_earlier_version(latest: Paths) -> None:
    with Rehearsals(latest).open("k3v9q2") as walk:
        assert walk.counts() == (1, 1)
        summary = walk.summary()
        assert summary is not None
        assert (summary.walk, summary.app_id) == ("w1", APP_ID)


def test_the_comparison_of_an_earlier_version(latest: Paths) -> None:
    look = Comparisons(latest).last("k3v9q2")
    assert (look.at, look.read) == (AT, {Side.CAN})
    (drift,) = look.drifts
    assert (drift.field, drift.since) == ("app_id", AT)
    assert drift.values == ((Side.SETUP, APP_ID), (Side.CAN, ""))


def test_the_profiles_of_an_earlier_version(latest: Paths) -> None:
    shelf = ProfileShelf(latest)
    (held,) = shelf.all()
    remark = shelf.remarks()["mine"]
    assert (remark.trusted, remark.fitted, remark.fitted_at) == (held.digest, held.digest, AT)
    assert parse_profile(held.data, "mine").ops.save is not None
    before = everything(latest.config)
    shelf.trust("mine", held.digest)
    assert everything(latest.config)["profiles/mine.yaml"] == before["profiles/mine.yaml"]
    assert shelf.remarks()["mine"].trusted == held.digest


# -- of a later version ----------------------------------------------------------------


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", ["journal.sqlite3", "rehearsals/k3v9q2.sqlite3"])
def test_a_database_of_a_later_version_is_left_as_it_is(latest: Paths, name: str) -> None:
    path = latest.state / name
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = everything(latest.state)
    uses = {
        "journal.sqlite3": (
            lambda: Journal(latest).saves("other1"),
            lambda: Journal(latest).record_save("k3v9q2", "file", "/x", {}),
            lambda: Journal(latest).forget("k3v9q2"),
        ),
        "rehearsals/k3v9q2.sqlite3": (
            lambda: Rehearsals(latest).read("k3v9q2"),
            lambda: Rehearsals(latest).open("k3v9q2"),
        ),
    }
    for use in uses[name]:
        with pytest.raises(InputError) as caught:
            use()
        assert caught.value.code == "journal.future"
        assert caught.value.params == {"path": str(path), "version": "99"}
        assert everything(latest.state) == before


def test_a_later_version_that_was_killed_is_left_as_it_is(latest: Paths, tmp_path: Path) -> None:
    """What it wrote last stands in the log beside the file, its version, too."""
    path = latest.state / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("PRAGMA user_version = 99")
        db.execute("CREATE TABLE later (x TEXT)")
        db.commit()
        killed = tmp_path / "killed"
        killed.mkdir()
        for ending in ("", "-wal"):
            shutil.copy(f"{path}{ending}", killed / f"journal.sqlite3{ending}")
    assert version_of(killed / "journal.sqlite3") == 4
    before = everything(killed)
    with pytest.raises(InputError) as caught:
        Journal(Paths(killed, killed, killed)).saves("k3v9q2")
    assert (caught.value.code, caught.value.params["version"]) == ("journal.future", "99")
    after = everything(killed)
    assert {name: after[name] for name in before} == before


def test_a_draft_of_a_later_version_is_told_and_never_overwritten(latest: Paths) -> None:
    path = latest.state / "drafts" / "k3v9q2.json"
    later = path.read_text("utf-8").replace("draft/1", "draft/2").replace('"step"', '"place"')
    path.write_text(later, "utf-8")
    before = everything(latest.state)
    drafts = Drafts(latest)
    assert drafts.latest() is None
    trouble = drafts.trouble(None)
    assert trouble is not None
    assert (trouble.code, trouble.params["path"]) == ("draft.future", str(path))
    with pytest.raises(InputError) as caught:
        drafts.save(Sitting(setup=Setup(id="k3v9q2")))
    assert caught.value.code == "draft.future"
    with pytest.raises(InputError):
        drafts.load("k3v9q2")
    assert everything(latest.state) == before


def test_a_setup_file_of_a_later_version_is_never_overwritten(latest: Paths) -> None:
    path = latest.state / "setup.toml"
    path.write_text(path.read_text("utf-8").replace("feishu-wizard/1", "feishu-wizard/2"), "utf-8")
    before = everything(latest.state)
    for use in (lambda: read_setup(path), lambda: write_setup(path, Setup(id="k3v9q2"))):
        with pytest.raises(InputError) as caught:
            use()
        assert caught.value.code == "setup.future"
    assert everything(latest.state) == before


def test_an_unreadable_draft_makes_room_without_being_lost(latest: Paths) -> None:
    path = latest.state / "drafts" / "k3v9q2.json"
    path.write_bytes(b'{"schema": "feishu-wizard/dr')
    drafts = Drafts(latest)
    trouble = drafts.trouble(None)
    assert trouble is not None
    assert trouble.code == "draft.unreadable"
    drafts.save(Sitting(setup=Setup(id="k3v9q2")))
    assert path.with_suffix(".damaged").read_bytes() == b'{"schema": "feishu-wizard/dr'
    assert drafts.load("k3v9q2") is not None
    assert drafts.trouble(drafts.latest()) is None

"""Drafts, journal, locks: what outlives the program."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from feishu_wizard.domain.errors import ConflictError, ExitCode, InputError
from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import Basis, Entry
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.services.storage import journal as journals
from feishu_wizard.services.storage.drafts import Drafts
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.locks import SetupLock
from feishu_wizard.services.storage.paths import Paths

SETUP = Setup(id="k3v9q2", feishu=Feishu(app_id="cli_a", app_secret="keyring:app_secret"))
EVIDENCE = Evidence("POST", "open.feishu.cn", "/x", 200, 0, "ok", "2026log", 12, "2026-11-22")


def entry(at: str, *, good: bool = True) -> Entry:
    basis = Basis({"setup": "f1", "version": "oav_1"}, "1.0.2")
    params = {"people": "40"}
    return Entry(
        "capability.push", "ledger.delivered", at, Proof.PROVEN, good, params, EVIDENCE, basis
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_of_the_user(home: Path) -> None:
    paths = Paths.default()
    for folder in (paths.state, paths.config, paths.log):
        assert folder.is_relative_to(home)
        assert "feishu-wizard" in folder.parts
        assert not folder.exists()


def test_a_draft_comes_back(paths: Paths) -> None:
    drafts = Drafts(paths)
    assert drafts.latest() is None
    assert drafts.load("k3v9q2") is None
    draft = Sitting(
        setup=SETUP,
        step="permissions",
        declined=["permission.mobile"],
        stated=["callback_url"],
        targets=["can", "file", "one of a later version"],
        refs={"app_secret": "keyring:app_secret"},
        waiting_since="2026-11-22T10:00:00Z",
        colleague=True,
    )
    stored = drafts.save(draft)
    assert stored.updated_at.endswith("Z")
    assert Drafts(paths).load("k3v9q2") == stored == Drafts(paths).latest()
    assert {target.value for target in stored.target_set()} == {"can", "file"}
    path = paths.state / "drafts" / "k3v9q2.json"
    assert json.loads(path.read_text())["schema"] == "feishu-wizard/draft/1"
    if os.name == "posix":
        assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_draft_holds_no_secret(paths: Paths) -> None:
    setup = msgspec.structs.replace(
        SETUP,
        feishu=Feishu(app_secret="plain:s3cret-one"),
        office=Office(secrets={"a": "plain:s3cret-two", "b": "keyring:can_b"}),
    )
    refs = {"app_secret": "plain:s3cret-one", "can_b": "keyring:can_b"}
    draft = Drafts(paths).save(Sitting(setup=setup, refs=refs))
    kept = draft.setup
    assert draft.refs == {"can_b": "keyring:can_b"}
    assert (kept.feishu.app_secret, kept.office.secrets) == ("", {"b": "keyring:can_b"})
    assert "s3cret" not in (paths.state / "drafts" / "k3v9q2.json").read_text()


def test_the_latest_of_several_and_one_that_is_broken(paths: Paths, caplog) -> None:
    drafts = Drafts(paths)
    for setup_id, at in (("a", "2026-01-02T00:00:00Z"), ("b", "2026-01-03T00:00:00Z"), ("c", "")):
        setup = msgspec.structs.replace(SETUP, id=setup_id)
        drafts.save(Sitting(setup=setup, updated_at=at))
    for name, content in (("c", b'{"schema"'), ("d", b"\xff"), ("e", b'{"setup": 1}')):
        (paths.state / "drafts" / f"{name}.json").write_bytes(content)
    found = drafts.latest()
    assert found is not None
    assert found.setup.id == "b"
    assert [draft.setup.id for draft in drafts.all()] == ["b", "a"]
    assert "draft.unreadable" in caplog.text
    with pytest.raises(InputError) as caught:
        drafts.load("c")
    assert caught.value.code == "draft.unreadable"
    for name in ("b", "c", "never"):
        drafts.delete(name)
    assert [draft.setup.id for draft in drafts.all()] == ["a"]
    with pytest.raises(InputError):
        drafts.load("../a")


def test_a_message_is_remembered_before_it_is_sent(paths: Paths) -> None:
    first = Journal(paths)
    made = first.remember_send("run1", "user_id:1", "text", setup_id="k3v9q2")
    assert len(made) <= 50
    # Another program that starts after a crash sees it and would use the same uuid.
    second = Journal(paths)
    (pending,) = second.pending_sends("k3v9q2")
    assert (pending.uuid, pending.state, pending.recipient) == (made, "pending", "user_id:1")
    assert second.remember_send("run1", "user_id:1", "text", setup_id="k3v9q2") == made
    others = {
        second.remember_send("run2", "user_id:1", "text", setup_id="k3v9q2"),
        second.remember_send("run1", "user_id:2", "text", setup_id="k3v9q2"),
        second.remember_send("run1", "user_id:1", "card", setup_id="k3v9q2"),
        second.remember_send("run1", "user_id:1", "text", setup_id="other"),
    }
    assert len(others | {made}) == 5
    second.finish_send(made, "delivered", "om_1")
    second.remember_send("run1", "user_id:1", "text", setup_id="k3v9q2")
    known = first.send_of(made)
    assert known is not None
    assert (known.state, known.message_id) == ("delivered", "om_1")
    assert len(first.pending_sends("k3v9q2")) == 3
    first.close()
    second.close()


def test_proofs_saves_and_forgetting(paths: Paths) -> None:
    journal = Journal(paths)
    assert journal.proofs("k3v9q2") == []
    assert not journal.path.exists()
    first, second = entry("2026-01-01T00:00:00Z"), entry("2026-01-02T00:00:00Z", good=False)
    for each in (first, second):
        journal.add_proof("k3v9q2", each)
    assert journal.proofs("k3v9q2") == [first, second]
    journal.record_save("k3v9q2", "can", "https://can", {"app_id": "cli_b"})
    journal.record_save("k3v9q2", "file", "/x", {})
    assert [save.target for save in journal.saves("k3v9q2")] == ["file", "can"]
    assert journal.saves("k3v9q2")[1].fields == {"app_id": "cli_b"}
    journal.add_proof("other", entry("2026"))
    journal.forget("k3v9q2")
    assert journal.proofs("k3v9q2") == []
    assert journal.saves("k3v9q2") == []
    assert len(journal.proofs("other")) == 1
    journal.close()
    if os.name == "posix":
        assert {mode(path) for path in paths.state.glob("journal*")} == {0o600}


def test_an_older_journal_is_brought_forward_and_a_newer_one_refused(paths, monkeypatch) -> None:
    old = Journal(paths)
    old.record_save("a", "file", "/x", {})
    old.close()
    newer = (*journals.MIGRATIONS, "CREATE TABLE later (x TEXT);")
    with monkeypatch.context() as patch:
        patch.setattr(journals, "MIGRATIONS", newer)
        new = Journal(paths)
        assert len(new.saves("a")) == 1
        new.close()
    with pytest.raises(InputError) as caught:
        old.saves("a")
    assert (caught.value.code, caught.value.params["version"]) == (
        "journal.future",
        str(len(newer)),
    )


def test_a_migration_that_fails_changes_nothing(paths, monkeypatch) -> None:
    journal = Journal(paths)
    journal.record_save("a", "file", "/x", {})
    journal.close()
    broken = (*journals.MIGRATIONS, "DROP TABLE saves; CREATE TABLE sends (x TEXT);")
    with monkeypatch.context() as patch:
        patch.setattr(journals, "MIGRATIONS", broken)
        with pytest.raises(InputError) as caught:
            journal.saves("a")
    assert caught.value.code == "journal.unusable"
    assert len(journal.saves("a")) == 1
    journal.close()


def test_a_journal_that_is_none(paths: Paths) -> None:
    journal = Journal(paths)
    paths.state.mkdir(parents=True)
    journal.path.write_bytes(b"not a database" * 100)
    with pytest.raises(InputError) as caught:
        journal.saves("a")
    assert caught.value.code == "journal.damaged"
    assert caught.value.params["path"] == str(journal.path)


KILLED = """
import os, signal, sys
from pathlib import Path
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.locks import SetupLock
from feishu_wizard.services.storage.paths import Paths
paths = Paths.under(Path(sys.argv[1]))
lock = SetupLock(paths, "k3v9q2")
lock.acquire()
Journal(paths).remember_send("run1", "user_id:1", "text", setup_id="k3v9q2")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_program_leaves_its_notes_and_no_lock(paths: Paths, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(paths.state.parent)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(ConflictError) as caught:
            SetupLock(paths, "k3v9q2").acquire()
        assert caught.value.exit_code is ExitCode.CONFLICT
        assert caught.value.params["pid"] == str(process.pid)
        assert caught.value.params["host"]
        process.send_signal(signal.SIGKILL)
    journal = Journal(paths)
    assert len(journal.pending_sends("k3v9q2")) == 1
    journal.close()
    with SetupLock(paths, "k3v9q2"):
        pass


def test_one_lock_per_setup(paths: Paths) -> None:
    with SetupLock(paths, "a") as held, SetupLock(paths, "b"):
        held.acquire()
        with pytest.raises(ConflictError) as caught, SetupLock(paths, "a"):
            pass
        assert caught.value.params["pid"] == str(os.getpid())
        (paths.state / "locks" / "a.holder").write_bytes(b"\xff")
        with pytest.raises(ConflictError) as caught, SetupLock(paths, "a"):
            pass
        assert set(caught.value.params.values()) == {""}
    held.release()
    with SetupLock(paths, "a"):
        pass
    with pytest.raises(InputError):
        SetupLock(paths, "../x")


@pytest.mark.skipif(os.name != "posix", reason="a file in the way of a folder")
def test_state_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"")
    paths = Paths.under(tmp_path)
    for act in (
        lambda: SetupLock(paths, "a").acquire(),
        lambda: Journal(paths).record_save("a", "file", "/x", {}),
    ):
        with pytest.raises(InputError) as caught:
            act()
        assert caught.value.code.startswith("file.")
    with pytest.raises(InputError):
        Drafts(paths).save(Sitting(setup=SETUP))


def test_the_sqlite_of_old_systems_is_enough() -> None:
    script = "".join(journals.MIGRATIONS)
    assert "STRICT" not in script
    sqlite3.connect(":memory:").executescript(script).connection.close()

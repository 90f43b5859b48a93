"""A damaged journal is told with its path, left as it is, and put aside when somebody says so."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.mend_state import look_at_state, put_journal_aside
from feishu_wizard.services.storage import database
from feishu_wizard.services.storage import journal as journals
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.paths import Paths

pytestmark = pytest.mark.anyio
WHOLE = Path(__file__).with_name("fixtures") / "454c76b" / "journal.sqlite3"


def torn(data: bytes) -> bytes:
    """A page in the middle is of something else; the header is right."""
    return data[:4096] + b"\xa5" * 8192 + data[4096 + 8192 :]


DAMAGE = {
    "zero bytes": lambda data: b"",
    "a byte": lambda data: b"S",
    "half a header": lambda data: data[:60],
    "truncated in a page": lambda data: data[:5000],
    "truncated at a page": lambda data: data[:8192],
    "garbage": lambda data: b"\xa5" * len(data),
    "a text": lambda data: b"not a database\n" * 100,
    "torn": torn,
}


@pytest.fixture(params=DAMAGE)
def damaged(request, paths: Paths) -> Paths:
    """A state folder whose journal is damaged in this way."""
    paths.state.mkdir(parents=True)
    path = paths.state / "journal.sqlite3"
    path.write_bytes(DAMAGE[request.param](WHOLE.read_bytes()))
    return paths


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("journal.sqlite3*")}


def _read_all(journal: Journal) -> None:
    """Read every part; damage shows where it is read."""
    for part in (journal.sends, journal.proofs, journal.saves, journal.can_saves):
        part("k3v9q2")


def place_of(paths: Paths) -> Workplace:
    return Workplace(Program(state_root=paths.state.parent, use_keyring=False))


async def test_damage_is_told_and_nothing_is_changed(damaged: Paths) -> None:
    path = damaged.state / "journal.sqlite3"
    before = everything(damaged.state)
    async with place_of(damaged) as place:
        wrong = await look_at_state(place, None)
        assert wrong is not None
        assert (wrong.code, wrong.params["path"]) == ("journal.damaged", str(path))
        assert wrong.params["detail"]
        with pytest.raises(InputError) as caught:
            _read_all(place.journal)
        assert caught.value.code == "journal.damaged"
    after = everything(damaged.state)
    assert after["journal.sqlite3"] == before["journal.sqlite3"]


async def test_it_is_put_aside_when_told_to(damaged: Paths) -> None:
    content = (damaged.state / "journal.sqlite3").read_bytes()
    async with place_of(damaged) as place:
        aside = await put_journal_aside(place)
        assert Path(aside).name.startswith("journal.sqlite3.damaged-")
        assert await look_at_state(place, None) is None
        place.journal.record_save("k3v9q2", "file", "/x", {})
        assert len(place.journal.saves("k3v9q2")) == 1
        assert await put_journal_aside(place) == ""  # a good one is left where it is
        assert len(place.journal.saves("k3v9q2")) == 1
    assert everything(damaged.state)[Path(aside).name] == content


async def test_what_is_whole_is_well(paths: Paths) -> None:
    async with place_of(paths) as place:
        assert await look_at_state(place, None) is None  # none yet
        assert not place.journal.path.exists()
        paths.state.mkdir(parents=True, exist_ok=True)
        shutil.copy(WHOLE, place.journal.path)
        assert await look_at_state(place, None) is None
        assert place.journal.sends("k3v9q2")
        assert await look_at_state(place, None) is None  # while it is open, its log beside it


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_journal_that_may_not_be_read(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may run as root, whom no mode keeps out: the refusal is made."""
    paths.state.mkdir(parents=True)
    path = shutil.copy(WHOLE, paths.state / "journal.sqlite3")
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", _refused)
        with pytest.raises(InputError) as caught:
            Journal(paths).saves("k3v9q2")
    assert (caught.value.code, caught.value.params["path"]) == ("file.no_permission", str(path))
    assert path.read_bytes() == before


def _refused(path: Path, *args: object, **options: object) -> None:
    raise PermissionError(13, "Permission denied", str(path))


def test_a_journal_in_use_is_not_damaged(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    journal = Journal(paths)
    journal.record_save("k3v9q2", "file", "/x", {})
    with closing(sqlite3.connect(journal.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError) as caught:
            Journal(paths).record_save("k3v9q2", "file", "/y", {})
        assert caught.value.code == "journal.unusable"
        assert "locked" in caught.value.params["detail"]
    journal.close()


MAKING = """
import os, signal, sys
from pathlib import Path
from feishu_wizard.services.storage import database
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.paths import Paths
made = database.migrate
def killed(*given):
    made(*given)
    os.kill(os.getpid(), signal.SIGKILL)
database.migrate = killed
Journal(Paths.under(Path(sys.argv[1]))).record_save("a", "file", "/x", {})
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_program_killed_while_it_makes_the_journal(paths: Paths) -> None:
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", MAKING, str(paths.state.parent)],
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode < 0
    assert not (paths.state / "journal.sqlite3").exists()
    journal = Journal(paths)
    journal.record_save("a", "file", "/x", {})
    assert len(journal.saves("a")) == 1
    journal.close()
    assert list(paths.state.glob(".journal*")) == []


def test_several_statements_and_their_comments() -> None:
    script = """
        CREATE TABLE a (x TEXT DEFAULT ';'); -- one; and a comment
        CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; SELECT 1; END;
        INSERT INTO a VALUES ('b;c');
    """
    assert len(list(database._statements(script))) == 3


def test_every_migration_falls_into_whole_statements() -> None:
    for script in journals.MIGRATIONS:
        statements = list(database._statements(script))
        assert "".join(statements).strip() == script.strip()

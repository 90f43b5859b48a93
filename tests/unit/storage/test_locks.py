"""Who holds a setup: this computer's programs by a lock, another computer's by their note."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import filelock
import pytest

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.instance import Holder
from feishu_wizard.services.storage import atomic
from feishu_wizard.services.storage.locks import ELSEWHERE_SECONDS, Claims, SetupLock
from feishu_wizard.services.storage.paths import Paths

ID = "k3v9q2"


def note(paths: Paths) -> Path:
    return paths.state / "locks" / f"{ID}.holder"


def noted(paths: Paths, age: float = 0.0, **values: object) -> None:
    """The note of a program that ended without taking it away, ``age`` seconds old."""
    known = {"pid": 4711, "host": "there", "since": "2026-03-01T08:00:00Z", "command": ""}
    note(paths).parent.mkdir(parents=True, exist_ok=True)
    note(paths).write_text(json.dumps(known | values))
    then = time.time() - age
    os.utime(note(paths), (then, then))


def test_the_note_tells_who_holds_it_and_goes_with_it(paths: Paths) -> None:
    lock = SetupLock(paths, ID)
    lock.acquire("apply")
    known = json.loads(note(paths).read_text())
    assert (known["pid"], known["host"]) == (os.getpid(), socket.gethostname())
    assert known["command"] == "apply"
    assert known["since"].endswith("Z")
    if os.name == "posix":
        assert stat.S_IMODE(note(paths).stat().st_mode) == 0o600
    with pytest.raises(ConflictError) as caught:
        SetupLock(paths, ID).acquire()
    assert caught.value.params == {name: str(known[name]) for name in caught.value.params}
    assert SetupLock(paths, ID).other() == Holder(**caught.value.params)
    lock.release()
    assert not note(paths).exists()
    assert SetupLock(paths, ID).other() is None


def test_the_note_of_a_dead_program_of_this_computer_is_nothing(paths: Paths) -> None:
    noted(paths, host=socket.gethostname())
    assert SetupLock(paths, ID).other() is None
    with SetupLock(paths, ID) as taken:
        assert taken.holder().pid == str(os.getpid())


def test_another_computers_note_is_asked_about(paths: Paths) -> None:
    noted(paths, age=ELSEWHERE_SECONDS / 2)
    before = note(paths).read_bytes()
    other = SetupLock(paths, ID).other()
    assert other == Holder("4711", "there", "2026-03-01T08:00:00Z")
    with pytest.raises(ConflictError) as caught:
        SetupLock(paths, ID).acquire("send")
    assert caught.value.code == "setup.locked_elsewhere"
    assert caught.value.params["host"] == "there"
    assert note(paths).read_bytes() == before
    lock = SetupLock(paths, ID)
    lock.acquire("send", take_over=True)
    assert lock.holder().pid == str(os.getpid())
    lock.release()
    assert not note(paths).exists()


def test_an_old_note_of_another_computer_is_nothing(paths: Paths) -> None:
    noted(paths, age=ELSEWHERE_SECONDS + 60)
    assert SetupLock(paths, ID).other() is None
    with SetupLock(paths, ID):
        pass


def test_a_program_at_work_keeps_its_note_young(paths: Paths) -> None:
    claims = Claims(paths)
    claims.take(ID)
    old = time.time() - ELSEWHERE_SECONDS
    os.utime(note(paths), (old, old))
    claims.refresh(ID)
    assert time.time() - note(paths).stat().st_mtime < 60
    claims.refresh("never")
    claims.leave_all()


def test_who_was_taken_over_leaves_the_other_ones_note(paths: Paths) -> None:
    """On a file system that does not share its locks both believe to hold it."""
    mine = SetupLock(paths, ID)
    mine.acquire()
    noted(paths)
    mine.release()
    assert note(paths).exists()


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b'{"pid": "x"}', b"{" * 5000, b'{"pid": 1}', b"null"]
)
def test_a_note_that_says_nothing(paths: Paths, content: bytes) -> None:
    note(paths).parent.mkdir(parents=True)
    note(paths).write_bytes(content)
    assert SetupLock(paths, ID).other() is None
    with SetupLock(paths, ID) as held:
        note(paths).write_bytes(content)
        with pytest.raises(ConflictError) as caught:
            SetupLock(paths, ID).acquire()
        assert caught.value.code == "setup.locked"
        assert caught.value.params["host"] == ""
        assert held is not None


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_without_locks_is_told(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with pytest.raises(InputError) as caught:
        SetupLock(paths, ID).acquire()
    assert caught.value.code == "setup.lock_unusable"
    assert caught.value.params["path"].endswith(f"{ID}.lock")
    assert caught.value.params["detail"] == os.strerror(number)


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.EROFS, "file.read_only"), (errno.EACCES, "file.no_permission"), (errno.EIO, "file.io")],
)
def test_a_state_folder_that_cannot_be_written_is_named(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "_regular", refuse)
        with pytest.raises(InputError) as caught:
            SetupLock(paths, ID).acquire()
        assert caught.value.code == code
    with SetupLock(paths, ID):  # the lock was given back
        pass
    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with pytest.raises(InputError) as caught:
        SetupLock(paths, ID).acquire()
    assert caught.value.code == code


def test_taking_it_again_within_one_program_is_counted(paths: Paths) -> None:
    claims = Claims(paths)
    assert claims.take(ID, "apply")
    assert not claims.take(ID)
    with claims.holding(ID):
        pass
    claims.leave(ID)
    assert claims.other(ID) is None  # it is us
    assert Claims(paths).other(ID).command == "apply"
    claims.leave(ID)
    assert Claims(paths).other(ID) is None
    claims.leave(ID)
    with claims.holding(ID), pytest.raises(ConflictError), Claims(paths).holding(ID):
        pass


def test_a_window_sits_at_one_setup(paths: Paths) -> None:
    claims, others = Claims(paths), Claims(paths)
    assert claims.sit("first1")
    assert not claims.sit("first1")
    with claims.holding("first1"):
        pass
    assert others.other("first1") is not None
    others.take("taken1")
    with pytest.raises(ConflictError):
        claims.sit("taken1")
    assert others.other("first1") is not None  # what it had, it keeps
    assert claims.sit("secnd1")
    assert others.other("first1") is None
    claims.sit("")
    assert others.other("secnd1") is None
    claims.leave_all()
    others.leave_all()


def test_threads_of_one_program_share_its_claim(paths: Paths) -> None:
    claims = Claims(paths)

    def work(_number: int) -> int:
        for _ in range(20):
            with claims.holding(ID):
                pass
        return 20

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(work, range(8))) == 160
    assert Claims(paths).other(ID) is None


NO_HOME = """
from feishu_wizard.services.storage.locks import SetupLock
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.domain.errors import WizardError
try:
    SetupLock(Paths.default(), "k3v9q2").acquire()
except WizardError as error:
    print(error.code, error.params["path"])
"""


@pytest.mark.skipif(os.name != "posix", reason="a home that cannot be")
def test_a_user_without_a_home_is_told_which_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    root = Path(__file__).resolve().parents[3]
    hidden = ("XDG_", "HOME")
    env = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    done = subprocess.run(
        [sys.executable, "-c", NO_HOME],
        env={**env, "HOME": str(tmp_path / "file" / "nobody"), "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, path = done.stdout.split()
    assert code == "file.no_folder"
    assert "nobody" in path

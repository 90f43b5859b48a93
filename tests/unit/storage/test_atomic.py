"""A file is the old or the new version, whatever fails."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage import atomic, platform
from feishu_wizard.services.storage.atomic import sweep_orphans, write_atomic

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(path: Path, data: bytes = b"new") -> InputError:
    with pytest.raises(InputError) as caught:
        write_atomic(path, data)
    assert caught.value.params["path"] == str(path)
    return caught.value


@posix
def test_a_new_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_atomic(tmp_path / "a", b"one")
        write_atomic(tmp_path / "b", b"one", mode=0o644)
    finally:
        os.umask(old)
    assert (mode(tmp_path / "a"), mode(tmp_path / "b")) == (0o600, 0o644)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@posix
@pytest.mark.parametrize(
    ("before", "asked", "keep", "after"),
    [
        (0o640, 0o600, True, 0o640),
        (0o600, 0o644, True, 0o600),
        (0o644, 0o600, False, 0o600),
        (0o4755, 0o600, True, 0o755),
    ],
)
def test_the_mode_of_an_existing_file(tmp_path: Path, before, asked, keep, after) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(before)
    write_atomic(path, b"new", mode=asked, keep_mode=keep)
    assert (path.read_bytes(), mode(path)) == (b"new", after)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_the_owner_of_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)
    write_atomic(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


@posix
def test_a_group_that_cannot_be_kept_loses_its_rights(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o660)
    other = os.stat_result((*path.stat()[:5], path.stat().st_gid + 1, *path.stat()[6:]))

    def refuse(descriptor: int, uid: int, gid: int) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(os, "fchown", refuse)
    monkeypatch.setattr(atomic, "_regular", lambda path: other)
    write_atomic(path, b"new")
    assert mode(path) == 0o600


@posix
def test_what_is_no_regular_file_is_refused(tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to(target)
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    with socket.socket(socket.AF_UNIX) as sock:
        monkeypatch.chdir(tmp_path)  # names of sockets are short
        sock.bind("socket")
        assert refusal(link).code == "file.is_symlink"
        assert refusal(dangling).code == "file.is_symlink"
        assert refusal(tmp_path).code == "file.is_directory"
        assert refusal(tmp_path / "socket").code == "file.is_device"
        assert refusal(Path(os.devnull)).code == "file.is_device"
    assert refusal(tmp_path / "none" / "a").code == "file.no_folder"
    assert refusal(target / "a").code == "file.no_folder"
    assert refusal(Path("a\0b")).code == "file.io"
    assert refusal(tmp_path / ("x" * 300)).code == "file.io"
    assert target.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 4


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert refusal(tmp_path / "a").code == "file.no_permission"
    finally:
        tmp_path.chmod(0o700)


ERRORS = {
    errno.ENOSPC: "file.no_space",
    errno.EDQUOT: "file.no_space",
    errno.EROFS: "file.read_only",
    errno.EACCES: "file.no_permission",
    errno.EPERM: "file.no_permission",
    errno.EIO: "file.io",
}
STEPS = [
    (atomic.tempfile, "mkstemp"),
    (os, "fchmod"),
    (os, "fsync"),
    (platform, "take_over"),
    (platform, "replace"),
]


@posix
@pytest.mark.parametrize("number", ERRORS)
@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
def test_every_step_may_fail(tmp_path, monkeypatch, module, name, number) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module, name, fail)
    error = refusal(path)
    assert error.code == ERRORS[number]
    assert error.params["detail"] == os.strerror(number)
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


@posix
def test_a_write_that_fails_half_way(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    real = os.fdopen

    def small_disk(descriptor, *args, **kwargs):
        file = real(descriptor, *args, buffering=0)
        write = file.write

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *exc):
                file.close()

            def write(self, data: bytes) -> None:
                write(data[:1])
                raise OSError(errno.ENOSPC, "No space left on device")

        return Full()

    monkeypatch.setattr(os, "fdopen", small_disk)
    assert refusal(path).code == "file.no_space"
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


@posix
def test_the_folder_is_synced_and_file_systems_without_that_are_forgiven(
    tmp_path, monkeypatch
) -> None:
    real, synced = os.fsync, []

    def fsync(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        if synced[-1]:
            raise OSError(errno.EINVAL, "no fsync of folders here")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomic(tmp_path / "a", b"new")
    assert synced == [False, True]


@posix
def test_a_folder_that_cannot_be_flushed_is_no_failed_write(tmp_path, monkeypatch, caplog) -> None:
    def fail(folder: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(platform, "fsync_folder", fail)
    write_atomic(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert "the folder was not flushed" in caplog.text


LEFT = ".a.left.feishu-wizard.tmp"


@posix
def test_what_a_killed_program_left_goes_with_the_next_write(tmp_path: Path) -> None:
    for name in (LEFT, ".b.left.feishu-wizard.tmp", ".a.foreign.tmp"):
        (tmp_path / name).write_bytes(b"")
    write_atomic(tmp_path / "a", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".a.foreign.tmp",
        ".b.left.feishu-wizard.tmp",
        "a",
    ]
    assert sweep_orphans(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.foreign.tmp", "a"]
    assert sweep_orphans(tmp_path / "none") == 0


@posix
def test_the_file_of_a_program_that_still_writes_stays(tmp_path: Path) -> None:
    with atomic.open_atomic(tmp_path / "a") as file:
        file.write(b"new")
        assert sweep_orphans(tmp_path) == 0
        assert len(list(tmp_path.iterdir())) == 1
    assert (tmp_path / "a").read_bytes() == b"new"
    assert sweep_orphans(tmp_path) == 0


@posix
def test_a_file_that_was_swept_too_early_is_made_again(tmp_path, monkeypatch) -> None:
    real, swept = platform.hold, []

    def hold(descriptor: int) -> int:
        if not swept:
            swept.append(sweep_orphans(tmp_path))
        return real(descriptor)

    monkeypatch.setattr(platform, "hold", hold)
    write_atomic(tmp_path / "a", b"new")
    assert swept == [1]
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a", b"new")]


@posix
def test_where_locks_tell_nothing_age_does(tmp_path, monkeypatch) -> None:
    import fcntl

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    old, young = tmp_path / ".a.old.feishu-wizard.tmp", tmp_path / LEFT
    for path in (old, young):
        path.write_bytes(b"")
    now = young.stat().st_mtime
    os.utime(old, (now - 7200, now - 7200))
    write_atomic(tmp_path / "b", b"new")
    assert sweep_orphans(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [LEFT, "b"]

"""The differences between the systems, in one file.

Nothing here was run on Windows or macOS by this project's tests; the rules come from the
documentation of Python and from reports of other projects.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from pathlib import Path

# Sharing violations of virus scanners and indexers pass within a second or two.
_WINDOWS_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
_ORPHAN_SECONDS = 3600.0
_WINDOWS_BUSY = {5, 32, 33}  # access denied, sharing violation, lock violation


def private_folder(path: Path) -> None:
    """Make a folder that only this user can enter, and the missing ones above it likewise.

    On Windows, mode 0o700 sets an access list for user and administrators
    (Python 3.11.10, 3.12.4 and later; before that a folder inherits its parent's).
    """
    missing = []
    while not path.is_dir() and path != path.parent:  # a drive that is not there ends it
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def fsync_folder(path: Path) -> None:
    """Make a rename in a folder survive a power cut. Windows has no such call."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems
            raise
    finally:
        os.close(descriptor)


def replace(source: Path, target: Path) -> None:
    """``os.replace``; on Windows tried again, for 2.5 s, while somebody holds the target open."""
    if sys.platform != "win32":
        source.replace(target)
        return
    for pause in _WINDOWS_PAUSES:
        try:
            source.replace(target)
        except OSError as error:
            if error.winerror not in _WINDOWS_BUSY:
                raise
            time.sleep(pause)
        else:
            return
    source.replace(target)


def hold(descriptor: int) -> int:
    """Mark a file of ours as being written; the lock, to be let go, -1 where there is none.

    It ends with the process at the latest. Windows needs none: nobody can remove an open file.
    """
    if sys.platform == "win32":
        return -1
    import fcntl

    try:
        lock = os.dup(descriptor)  # holds on while the file itself is closed and renamed
    except OSError:
        return -1
    with contextlib.suppress(OSError):  # some network file systems have no locks
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def let_go(lock: int) -> None:
    """End what ``hold`` began."""
    if lock >= 0:
        with contextlib.suppress(OSError):
            os.close(lock)


def remove_abandoned(path: Path) -> bool:
    """Remove a temporary file whose writer is gone; tell whether it was removed.

    Where locks tell nothing, one that was not touched for an hour is taken for abandoned.
    """
    try:
        if sys.platform == "win32":
            return _remove_old(path)
        return _remove_unlocked(path)
    except OSError:
        return False


def _remove_old(path: Path) -> bool:
    if path.lstat().st_mtime > time.time() - _ORPHAN_SECONDS:
        return False
    path.unlink()
    return True


def _remove_unlocked(path: Path) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return _remove_old(path)
    else:
        path.unlink()
        return True
    finally:
        os.close(descriptor)


def take_over(descriptor: int, known: os.stat_result | None, mode: int, keep: bool) -> None:
    """Give a new file the mode and owner of the one it replaces.

    ``mode`` holds for a new file, and for an existing one unless ``keep``. Raises
    ``PermissionError`` when the owner cannot be kept; a group that cannot be kept loses its
    rights instead.
    """
    if sys.platform == "win32":
        return
    wanted = stat.S_IMODE(known.st_mode) & 0o777 if known and keep else mode
    if known is not None:
        mine = os.fstat(descriptor)
        if known.st_uid != mine.st_uid:
            os.fchown(descriptor, known.st_uid, -1)
        if known.st_gid != mine.st_gid:
            try:
                os.fchown(descriptor, -1, known.st_gid)
            except PermissionError:
                wanted &= ~0o070
    os.fchmod(descriptor, wanted)


def open_to_others(path: Path) -> bool:
    """Tell whether other users of this computer can read a file (POSIX modes only)."""
    if sys.platform == "win32":
        return False
    return bool(path.stat().st_mode & 0o077)


def open_private(path: str, flags: int) -> int:
    """An opener for ``open``: a file that it makes is 0600 from birth."""
    return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)


def locked_by_another(path: Path) -> bool:
    """Tell whether another program keeps a file for its own writing (POSIX: flock, fcntl).

    A program that just put the file there itself lets it go within a moment; that is waited for,
    a tenth of a second at most. On Windows the write meets the lock itself.
    """
    if sys.platform == "win32":
        return False
    for _pause in range(5):
        if not _locked(path):
            return False
        time.sleep(0.02)
    return _locked(path)


def _locked(path: Path) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl

    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        for lock in (fcntl.flock, fcntl.lockf):
            lock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EAGAIN, errno.EACCES)  # others: no locks on this disk
    finally:
        os.close(descriptor)
    return False

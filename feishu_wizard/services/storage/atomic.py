"""Files that are the old or the new version, never torn.

A program that is killed while it writes leaves its temporary file, 0600, beside the target. The
next write of the same target removes it, and so does ``sweep_orphans``; the file of a program that
still writes is left alone, because it is locked.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage import platform

_SUFFIX = ".feishu-wizard.tmp"
_TRIES = 3
_log = logging.getLogger(__name__)
_CODES = {
    errno.EACCES: "file.no_permission",
    errno.EPERM: "file.no_permission",
    errno.ENOSPC: "file.no_space",
    errno.EDQUOT: "file.no_space",
    errno.EROFS: "file.read_only",
    errno.EISDIR: "file.is_directory",
}


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600, keep_mode: bool = True) -> None:
    """Write a file: temporary file beside it, fsync, replace, fsync of the folder.

    What a killed program left of an earlier write of this file is removed. An existing file
    keeps its mode and owner (``keep_mode``); a new one gets ``mode``. A folder, device or link as
    the target is refused. Raises ``InputError`` file.is_directory,
    file.is_device, file.is_symlink, file.no_permission, file.no_space, file.read_only,
    file.no_folder, file.io (params path, detail); the old file is then as it was.
    """
    with open_atomic(path, mode=mode, keep_mode=keep_mode) as file:
        file.write(data)


@contextlib.contextmanager
def open_atomic(path: Path, *, mode: int = 0o600, keep_mode: bool = True) -> Iterator[BinaryIO]:
    """A file to be written bit by bit; it takes the place of ``path`` when the block ends well.

    Otherwise, and as for failures, as ``write_atomic``.
    """
    try:
        known = _regular(path)
        with _temporary(path, known, mode, keep_mode) as file:
            yield file
    except (OSError, ValueError) as error:
        raise failure(error, path) from error


def _regular(path: Path) -> os.stat_result | None:
    """What is there now; None for nothing."""
    try:
        known = path.lstat()
    except FileNotFoundError:
        return None
    for test, code in (
        (stat.S_ISLNK, "file.is_symlink"),
        (stat.S_ISDIR, "file.is_directory"),
    ):
        if test(known.st_mode):
            raise InputError(code, {"path": str(path), "detail": ""})
    if not stat.S_ISREG(known.st_mode):
        raise InputError("file.is_device", {"path": str(path), "detail": ""})
    return known


@contextlib.contextmanager
def _temporary(
    path: Path, known: os.stat_result | None, mode: int, keep_mode: bool
) -> Iterator[BinaryIO]:
    sweep_orphans(path.parent, path.name)
    descriptor, lock, temporary = _made(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            platform.take_over(file.fileno(), known, mode, keep_mode)
            os.fsync(file.fileno())
        platform.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    finally:
        platform.let_go(lock)
    _last(path.parent)


def _made(path: Path, tries: int = _TRIES) -> tuple[int, int, Path]:
    """A new temporary file that no other program takes for a leftover, and its lock."""
    descriptor, name = tempfile.mkstemp(_SUFFIX, _start(path.name), path.parent)
    lock = platform.hold(descriptor)
    if tries == 1 or os.path.lexists(name):
        return descriptor, lock, Path(name)
    # Swept away between these lines, or nobody can tell.
    with contextlib.suppress(OSError):
        Path(name).unlink()
    with contextlib.suppress(OSError):
        os.close(descriptor)
    platform.let_go(lock)
    return _made(path, tries - 1)


def _last(folder: Path) -> None:
    """Let the new name survive a power cut, where the system can: it is in force anyway."""
    try:
        platform.fsync_folder(folder)
    except OSError as error:
        _log.warning("the folder was not flushed: %s (%s)", error.strerror, folder)


def failure(error: OSError | ValueError, path: Path) -> InputError:
    """The named failure of a file operation."""
    number = getattr(error, "errno", None)
    detail = getattr(error, "strerror", None) or type(error).__name__
    if number in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST):
        code = "file.no_folder"
    else:
        code = _CODES.get(number or 0, "file.io")
    return InputError(code, {"path": str(path), "detail": detail})


def there(path: Path, *, follow: bool = True) -> bool:
    """Tell whether something is there, links followed or not.

    ``InputError`` as ``write_atomic`` when nobody can tell: that is not "nothing".
    """
    try:
        path.stat(follow_symlinks=follow)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise failure(error, path) from None
    return True


def make_folder(path: Path) -> None:
    """Make a private folder; ``InputError`` as ``write_atomic``."""
    try:
        platform.private_folder(path)
    except OSError as error:
        raise failure(error, path) from None


def sweep_orphans(folder: Path, name: str = "") -> int:
    """Remove temporary files of programs that were killed; how many.

    With ``name`` only those of that target. A folder that cannot be read has none.
    """
    start, removed = (_start(name) if name else "."), 0
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for one in found:
            if one.name.startswith(start) and one.name.endswith(_SUFFIX):
                removed += platform.remove_abandoned(Path(one.path))
    return removed


def _start(name: str) -> str:
    return f".{name[:80]}."

"""Where a setup file may be written: what stands there now, and why it is refused."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.services.storage import platform
from feishu_wizard.services.storage.atomic import failure

_KINDS = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"))


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A place that may be written. ``path``: the file itself, behind a link of its own folder.

    ``mode``: permission bits of what is there; 0 for a new file, and on Windows.
    """

    path: Path
    exists: bool = False
    mode: int = 0

    @property
    def open_to_others(self) -> bool:
        """Other users of this computer can read or change what is there."""
        return bool(self.mode & 0o077)


def look_at_target(path: Path) -> FileTarget:
    """Tell where ``path`` leads; writes nothing and opens no pipe or device.

    Raises ``InputError`` with ``path``: file.is_directory, file.is_device (detail: pipe, socket,
    device), file.link_leads_out and file.link_dangling (target), file.no_folder, file.read_only,
    file.no_permission, file.write_protected, file.not_ours (owner); ``ConflictError`` file.held
    when another program has locked it.
    """
    try:
        real = _behind_link(path)
        known = _there(real)
        _may_write(real, known)
        if known is not None:
            _not_held(real)
    except (OSError, ValueError) as error:
        raise failure(error, path) from error
    if known is None or sys.platform == "win32":
        return FileTarget(real, known is not None)
    return FileTarget(real, True, stat.S_IMODE(known.st_mode))


def _behind_link(path: Path) -> Path:
    """The file that a link means, when it stays in the link's own folder or below it."""
    if not path.is_symlink():
        return path
    folder, target = (Path(os.path.realpath(one)) for one in (path.parent, path))
    where = {"path": str(path), "target": str(target)}
    if not target.is_relative_to(folder):
        raise InputError("file.link_leads_out", where)
    if not target.exists():
        raise InputError("file.link_dangling", where)
    return target


def _there(path: Path) -> os.stat_result | None:
    try:
        known = path.lstat()
    except FileNotFoundError:
        path.parent.stat()  # a folder that is not there is told as such
        return None
    if stat.S_ISDIR(known.st_mode):
        raise InputError("file.is_directory", {"path": str(path), "detail": ""})
    if not stat.S_ISREG(known.st_mode):
        kind = next((word for test, word in _KINDS if test(known.st_mode)), "device")
        raise InputError("file.is_device", {"path": str(path), "detail": kind})
    return known


def _may_write(path: Path, known: os.stat_result | None) -> None:
    """The folder takes a new file, and what is there is ours and not protected."""
    where = {"path": str(path), "detail": ""}
    if sys.platform != "win32":
        if os.statvfs(path.parent).f_flag & os.ST_RDONLY:
            raise InputError("file.read_only", where)
        if known is not None and os.geteuid() not in (0, known.st_uid):
            raise InputError("file.not_ours", {**where, "owner": _name_of(known.st_uid)})
    if known is not None and not known.st_mode & stat.S_IWUSR:
        raise InputError("file.write_protected", where)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError("file.no_permission", where)


def _name_of(uid: int) -> str:
    if sys.platform == "win32":
        return str(uid)
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _not_held(path: Path) -> None:
    """Another program's lock on the file is respected; on Windows the write itself meets it."""
    if platform.locked_by_another(path):
        raise ConflictError("file.held", {"path": str(path)})

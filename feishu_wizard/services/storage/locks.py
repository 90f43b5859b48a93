"""One program at a time per setup, for the life of a window's sitting or of a command."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.instance import Holder
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.storage.atomic import failure, make_folder, write_atomic
from feishu_wizard.services.storage.paths import Paths, checked_id

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

# A file system shared by computers may keep its locks to each of them: a holder of another
# computer whose note was touched within a day is asked about. An older one has gone.
ELSEWHERE_SECONDS = 86_400.0
_LONGEST = 100  # of a text of the holder's file, which anything may have written
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


class SetupLock:
    """A lock of the operating system: it ends with its process, so it is never stale.

    A file beside it tells who holds it.
    """

    def __init__(self, paths: Paths, setup_id: str) -> None:
        folder = paths.state / "locks"
        self._path = folder / f"{checked_id(setup_id)}.lock"
        self._holder = folder / f"{setup_id}.holder"
        self._lock: BaseFileLock | None = None

    def acquire(self, command: str = "", *, take_over: bool = False) -> None:
        """Take the lock at once. ``command``: what holds it, "" for a window.

        Raises ``ConflictError`` setup.locked when a program holds it, and, unless ``take_over``,
        setup.locked_elsewhere when one of another computer is noted as its holder (params pid,
        host, since, command); ``InputError`` setup.lock_unusable (path, detail) where the file
        system has no locks, and as ``write_atomic``.
        """
        if self._lock is not None:
            return
        make_folder(self._path.parent)
        lock = self._of_system()
        try:
            if not take_over:
                self._refuse_elsewhere()
            write_atomic(self._holder, _note(command), keep_mode=False)
        except BaseException:
            lock.release()
            raise
        self._lock = lock

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._lock is None:
            return
        if self.holder() == _myself(self.holder()):
            with contextlib.suppress(OSError):
                self._holder.unlink(missing_ok=True)
        self._lock.release()
        self._lock = None

    def refresh(self) -> None:
        """Say by the note's date that its program is still at work."""
        with contextlib.suppress(OSError):
            os.utime(self._holder)

    def holder(self) -> Holder:
        """Who is noted as the holder, as far as it can be read."""
        try:
            known = json.loads(self._holder.read_bytes()[:4096])
            pid = str(int(known["pid"]))
            told = (str(known.get(name, ""))[:_LONGEST] for name in ("host", "since", "command"))
            return Holder(pid, *told)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Holder()

    def other(self) -> Holder | None:
        """Who else holds it now; None when nobody does. Leaves nothing behind.

        A note that its program did not take away counts as long as a lock stands behind it, or
        its computer is another one.
        """
        if self._lock is not None or not self._holder.exists():
            return None
        try:
            self._of_system().release()
        except ConflictError:
            return self.holder()
        return self._elsewhere()

    def __enter__(self) -> SetupLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _of_system(self) -> BaseFileLock:
        import filelock

        try:
            lock = filelock.FileLock(self._path, timeout=0, mode=0o600, thread_local=False)
            lock.acquire()
        except filelock.Timeout:
            raise ConflictError("setup.locked", self.holder().params) from None
        except OSError as error:
            raise _unusable(error, self._path) from None
        return lock

    def _refuse_elsewhere(self) -> None:
        other = self._elsewhere()
        if other is not None:
            raise ConflictError("setup.locked_elsewhere", other.params)

    def _elsewhere(self) -> Holder | None:
        """A holder of another computer that may be at work: its lock is perhaps not seen here."""
        found = self.holder()
        if found.host in ("", socket.gethostname()):
            return None
        try:
            age = time.time() - self._holder.stat().st_mtime
        except OSError:
            return None
        return found if age < ELSEWHERE_SECONDS else None


class Claims:
    """The setups that this run of the program holds. Taking one again is counted, not refused:
    a save within a window that holds the setup holds it, too. Usable from any thread.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._held: dict[str, SetupLock] = {}
        self._times: dict[str, int] = {}
        self._sitting = ""
        self._turn = threading.RLock()

    def take(self, setup_id: str, command: str = "", *, take_over: bool = False) -> bool:
        """Hold a setup; True when it was not held before. Raises as ``SetupLock.acquire``."""
        with self._turn:
            first = setup_id not in self._held
            if first:
                lock = SetupLock(self._paths, setup_id)
                lock.acquire(command, take_over=take_over)
                self._held[setup_id] = lock
            self._times[setup_id] = self._times.get(setup_id, 0) + 1
            return first

    def sit(self, setup_id: str, *, take_over: bool = False) -> bool:
        """Hold the one setup that the window works on, and let go of the one before; "" holds
        none. True when it was not held before; raises as ``take``, and the one before stays."""
        with self._turn:
            if setup_id == self._sitting:
                return False
            first = bool(setup_id) and self.take(setup_id, take_over=take_over)
            before, self._sitting = self._sitting, setup_id
            if before:
                self.leave(before)
            return first

    def leave(self, setup_id: str) -> None:
        """Take back one ``take``; with the last of them the setup is free."""
        with self._turn:
            left = self._times.get(setup_id, 0) - 1
            if left > 0:
                self._times[setup_id] = left
            elif setup_id in self._held:
                del self._times[setup_id]
                self._held.pop(setup_id).release()

    def leave_all(self) -> None:
        """The program ends."""
        with self._turn:
            for lock in self._held.values():
                lock.release()
            self._held.clear()
            self._times.clear()
            self._sitting = ""

    def refresh(self, setup_id: str) -> None:
        """Say that the program still works on a setup that it holds."""
        lock = self._held.get(setup_id)
        if lock is not None:
            lock.refresh()

    @contextlib.contextmanager
    def holding(self, setup_id: str, command: str = "") -> Iterator[None]:
        """Hold a setup while the block runs."""
        self.take(setup_id, command)
        try:
            yield
        finally:
            self.leave(setup_id)

    def other(self, setup_id: str) -> Holder | None:
        """Another program that holds a setup; None when none does, or this one."""
        return None if setup_id in self._held else SetupLock(self._paths, setup_id).other()


def _note(command: str) -> bytes:
    since = now()
    mine = {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "command": command}
    return json.dumps(mine).encode()


def _myself(noted: Holder) -> Holder:
    """The note as this process would have written it."""
    return Holder(str(os.getpid()), socket.gethostname(), noted.since, noted.command)


def _unusable(error: OSError, path: Path) -> InputError:
    """A file system without locks is told as such; all else by the name of the failure."""
    if error.errno in _NO_LOCKS:
        detail = error.strerror or type(error).__name__
        return InputError("setup.lock_unusable", {"path": str(path), "detail": detail})
    return failure(error, path)

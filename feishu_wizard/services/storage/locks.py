"""One program at a time per setup."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from types import TracebackType
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.services.storage.atomic import failure, make_folder, write_atomic
from feishu_wizard.services.storage.paths import Paths, checked_id

if TYPE_CHECKING:
    from filelock import BaseFileLock


class SetupLock:
    """A lock of the operating system: it ends with its process, so it is never stale.

    A file beside it tells who holds it.
    """

    def __init__(self, paths: Paths, setup_id: str) -> None:
        folder = paths.state / "locks"
        self._path = folder / f"{checked_id(setup_id)}.lock"
        self._holder = folder / f"{setup_id}.holder"
        self._lock: BaseFileLock | None = None

    def acquire(self) -> None:
        """Take the lock at once; ``ConflictError`` setup.locked (pid, host) when it is held."""
        if self._lock is not None:
            return
        import filelock

        make_folder(self._path.parent)
        try:
            lock = filelock.FileLock(self._path, timeout=0, mode=0o600, thread_local=False)
            lock.acquire()
        except filelock.Timeout:
            raise ConflictError("setup.locked", self._who()) from None
        except OSError as error:
            raise failure(error, self._path) from None
        self._lock = lock
        mine = json.dumps({"pid": os.getpid(), "host": socket.gethostname()})
        try:
            write_atomic(self._holder, mine.encode(), keep_mode=False)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._lock is None:
            return
        with contextlib.suppress(OSError):
            self._holder.unlink(missing_ok=True)
        self._lock.release()
        self._lock = None

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

    def _who(self) -> dict[str, str]:
        """Who holds it, as far as it was written down."""
        try:
            known = json.loads(self._holder.read_text(encoding="utf-8"))
            return {"pid": str(int(known["pid"])), "host": str(known["host"])[:100]}
        except (OSError, ValueError, KeyError, TypeError):
            return {"pid": "", "host": ""}

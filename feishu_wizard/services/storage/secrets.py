"""Where secrets are kept: the keyring, this run's memory, or a file that was chosen.

Never anything else, and never silently another place: ``info`` says where and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import parse_ref
from feishu_wizard.services.net import threads
from feishu_wizard.services.storage import platform
from feishu_wizard.services.storage.atomic import failure, make_folder, write_atomic
from feishu_wizard.services.storage.keyrings import USER, Backend, Found, find
from feishu_wizard.services.storage.paths import checked_id

T = TypeVar("T")
_LARGEST_FILE = 65_536


class Place(StrEnum):
    """Where a secret lies."""

    KEYRING = "keyring"
    SESSION = "session"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """Where a secret would go now. ``reason``: why there is no keyring ("" when there is)."""

    place: Place
    backend: str
    reason: str


class SecretStore:
    """Secrets by setup and name; one keyring *service* for each, as no backend stores bundles.

    The keyring is looked for once, at the first use, in a daemon thread. One that does not
    answer within the deadline is not given up: secrets stay in memory, and move into it when it
    answers after all (a person may be typing its password).
    """

    def __init__(
        self, *, root: Path | None = None, use_keyring: bool = True, seconds: float = 3.0
    ) -> None:
        self._root = root
        self._use_keyring = use_keyring
        self._seconds = seconds
        self._session: dict[str, Secret] = {}
        self._kept_here: set[str] = set()  # chosen to stay in memory
        self._looking: Future[Found] | None = None
        self._seen = Found()
        self._found: Found | None = None if use_keyring else Found(reason="keyring.not_used")
        self._waited = False
        self.warnings: list[InputError] = []

    async def info(self) -> StoreInfo:
        """Where secrets go now: the keyring, or this run's memory with the reason."""
        found = await self._keyring()
        if found.backend is not None and not found.reason:
            return StoreInfo(Place.KEYRING, found.name, "")
        return StoreInfo(Place.SESSION, found.name, found.reason)

    async def put(
        self, setup_id: str, name: str, secret: Secret, place: Place | None = None
    ) -> str:
        """Keep a secret and return the reference for the setup file.

        ``keyring:NAME`` also for this run's memory (``info`` tells the difference), or
        ``file:PATH``. Raises ``InputError`` secret.too_long (limit), secret.no_folder and those
        of ``write_atomic``.
        """
        service = _service(setup_id, name)
        if place is Place.FILE:
            return f"file:{self._write_file(setup_id, name, secret)}"
        if place is Place.SESSION:
            self._session[service] = secret
            self._kept_here.add(service)
            return f"keyring:{name}"
        self._kept_here.discard(service)
        found = await self._keyring()
        if _too_long(secret, found.longest):
            raise InputError("secret.too_long", {"limit": str(found.longest)})
        self._session[service] = secret
        await self._into_keyring(found)
        return f"keyring:{name}"

    async def get(self, setup_id: str, name_or_ref: str) -> Secret | None:
        """The secret behind a name or a reference; None when it is not there.

        Raises ``InputError`` secret.file_missing, secret.file_unreadable (path, detail),
        secret.file_empty; ``WizardError`` keyring.timeout. A file that others can read is told
        in ``warnings``.
        """
        ref = parse_ref(name_or_ref)
        if ref is not None and ref.kind == "plain":
            return Secret(ref.value)
        if ref is not None and ref.kind == "file":
            return self._read_file(ref.value)
        service = _service(setup_id, ref.value if ref else name_or_ref)
        if service in self._session:
            return self._session[service]
        backend = (await self._keyring()).backend
        if backend is None:
            return None
        value = await self._bounded(lambda: backend.get_password(service, USER))
        return Secret(value) if value else None

    async def delete(self, setup_id: str, name: str) -> None:
        """Remove a secret wherever the store has put it; nothing happens when there is none."""
        service = _service(setup_id, name)
        self._session.pop(service, None)
        if self._root is not None:
            path = self._file(self._root, setup_id, name)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise failure(error, path) from None
        backend = (await self._keyring()).backend
        if backend is not None:
            await self._bounded(lambda: _remove(backend, service))

    async def forget(self, setup_id: str, names: Iterable[str]) -> None:
        """Remove the secrets of a setup."""
        for name in names:
            await self.delete(setup_id, name)

    async def _keyring(self) -> Found:
        """The keyring, looked for once; waited for once, then only asked whether it came."""
        if self._found is not None:
            return self._found
        if self._looking is None:
            self._looking = threads.start(lambda: find(self._seen), "keyring")
        try:
            self._found = await threads.wait(self._looking, 0.0 if self._waited else self._seconds)
        except TimeoutError:
            self._waited = True
            return Found(reason=self._seen.reason or "keyring.timeout")
        if self._waited:
            await self._into_keyring(self._found)
        return self._found

    async def _into_keyring(self, found: Found) -> None:
        """Move secrets from memory to the keyring; one that cannot be moved stays, with why."""
        backend = found.backend
        if backend is None:
            return
        for service, secret in list(self._session.items()):
            if service in self._kept_here or _too_long(secret, found.longest):
                continue
            found.reason = await self._stored(backend, service, secret)
            if found.reason:
                return
            if self._session.get(service) is secret:
                del self._session[service]

    async def _stored(self, backend: Backend, service: str, secret: Secret) -> str:
        """Store and read back; "" or why that failed."""

        def work() -> bool:
            backend.set_password(service, USER, secret.reveal())
            return backend.get_password(service, USER) == secret.reveal()

        try:
            return "" if await self._bounded(work) else "keyring.probe_failed"
        except WizardError as error:
            return error.code

    async def _bounded(self, work: Callable[[], T]) -> T:
        future = threads.start(work, "keyring")
        try:
            return await threads.wait(future, self._seconds)
        except TimeoutError:
            raise WizardError("keyring.timeout", {"seconds": f"{self._seconds:g}"}) from None
        except Exception as error:  # noqa: BLE001 - backends raise their libraries' own kinds
            locked = "Locked" in type(error).__name__
            code = "keyring.locked" if locked else "keyring.failed"
            raise WizardError(code, {"detail": type(error).__name__}) from None

    def _write_file(self, setup_id: str, name: str, secret: Secret) -> Path:
        if self._root is None:
            raise InputError("secret.no_folder", {"name": name})
        path = self._file(self._root, setup_id, name)
        make_folder(path.parent)
        write_atomic(path, secret.reveal().encode() + b"\n", keep_mode=False)
        return path

    def _file(self, root: Path, setup_id: str, name: str) -> Path:
        return root.absolute() / checked_id(setup_id) / f"{checked_id(name)}.secret"

    def _read_file(self, text_path: str) -> Secret:
        where = {"path": text_path}
        try:
            path = Path(text_path).expanduser()
            if path.stat().st_size > _LARGEST_FILE or not path.is_file():
                raise InputError("secret.file_unreadable", {**where, "detail": "not a secret"})
            text = path.read_bytes().decode("utf-8-sig")
            exposed = platform.open_to_others(path)
        except FileNotFoundError:
            raise InputError("secret.file_missing", where) from None
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: ~ of nobody
            detail = getattr(error, "strerror", None) or type(error).__name__
            raise InputError("secret.file_unreadable", {**where, "detail": detail}) from None
        value = text.removesuffix("\n").removesuffix("\r")
        if not value:
            raise InputError("secret.file_empty", where)
        if exposed and all(known.params != where for known in self.warnings):
            self.warnings.append(InputError("secret.file_open_to_others", where))
        return Secret(value)


def _service(setup_id: str, name: str) -> str:
    return f"feishu-wizard/{checked_id(setup_id)}/{checked_id(name)}"


def _too_long(secret: Secret, longest: int) -> bool:
    units = len(secret.reveal().encode("utf-16-le", "surrogatepass")) // 2
    return bool(longest) and units > longest


def _remove(backend: Backend, service: str) -> None:
    """Delete an entry if there is one: backends raise for a missing one, each its own way."""
    if backend.get_password(service, USER) is not None:
        backend.delete_password(service, USER)

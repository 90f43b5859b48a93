"""Deployment profiles that were added on this computer, and which of them are trusted.

A profile lies as it was given, one file each. Trust lies in a file of its own and is given to
exact bytes: a profile that is changed afterwards, by whatever program, is not trusted any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.storage.atomic import failure, make_folder, there, write_atomic
from feishu_wizard.services.storage.paths import Paths

LARGEST = 65_536  # bytes; one of ours has about 4,000
TRUST_SCHEMA = "feishu-wizard/profile-trust/1"
_LARGEST_TRUST = 1_048_576
_MOST = 500  # files of the folder that are looked at
_LOCK_SECONDS = 5.0
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# Names of devices, with any ending. Source: Windows, "Naming Files, Paths, and Namespaces".
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")


class Remark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of a profile. Each of the three holds for the bytes of its digest only.

    ``trusted``: a person looked at them. ``derived``: this program made them from a recording.
    ``fitted``: a read with real credentials fitted them, at ``fitted_at``.
    """

    trusted: str = ""
    trusted_at: str = ""
    derived: str = ""
    fitted: str = ""
    fitted_at: str = ""


class _TrustFile(msgspec.Struct, kw_only=True):
    schema: str
    profiles: dict[str, Remark] = {}


@dataclass(frozen=True, slots=True)
class Shelved:
    """One file of the folder. ``error``: why it cannot be read (``data`` is empty then)."""

    path: Path
    data: bytes
    error: InputError | None = None

    @property
    def id(self) -> str:
        """The id that the file's name promises; what is in it may say another one."""
        return self.path.stem

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, hexadecimal."""
        return digest_of(self.data)


def digest_of(data: bytes) -> str:
    """SHA-256 (hexadecimal) by which exact bytes are trusted."""
    return hashlib.sha256(data).hexdigest()


def usable_id(profile_id: str) -> bool:
    """Tell whether an id can be the name of a file on every system."""
    return bool(_ID.fullmatch(profile_id)) and not _DEVICE.fullmatch(profile_id)


class ProfileShelf:
    """The folder ``profiles`` below the configuration, and the trust file beside it.

    Every method blocks for as long as the disk does.
    """

    def __init__(self, paths: Paths) -> None:
        self.folder = paths.config / "profiles"
        self.trust_path = paths.config / "profile-trust.json"
        self._lock_path = paths.config / "profiles.lock"

    def path_of(self, profile_id: str) -> Path:
        """Where the profile of this id lies; ``InputError`` profile.id_reserved (profile)."""
        if not usable_id(profile_id):
            raise InputError("profile.id_reserved", {"profile": profile_id[:63]})
        return self.folder / f"{profile_id}.yaml"

    def all(self) -> tuple[Shelved, ...]:
        """Every YAML file of the folder by name; a broken one hinders no other one."""
        try:
            found = sorted(self.folder.iterdir())
        except FileNotFoundError:
            return ()
        except OSError as error:
            return (Shelved(self.folder, b"", _unreadable(self.folder, error)),)
        paths = [p for p in found if p.suffix in (".yaml", ".yml") and p.name[0] != "."]
        return tuple(map(_shelved, paths[:_MOST]))

    def get(self, profile_id: str) -> Shelved | None:
        """One file by its id; None when there is none."""
        if not usable_id(profile_id):
            return None
        path = self.path_of(profile_id)
        return _shelved(path) if there(path, follow=False) else None

    def remarks(self) -> dict[str, Remark]:
        """What is remembered, by id.

        Raises ``InputError`` profile.trust_unreadable (path, detail) and profile.trust_future
        (path, schema); nothing is trusted then.
        """
        try:
            data = read_bounded(self.trust_path, limit=_LARGEST_TRUST)
        except InputError as error:
            if error.code == "profile.missing":
                return {}
            detail = error.params.get("detail") or error.code.rpartition(".")[2]
            raise self._bad_trust(detail) from None
        try:
            known = from_json(data, _TrustFile)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self._bad_trust(str(error)[:120]) from None
        if known.schema != TRUST_SCHEMA:
            where = {"path": str(self.trust_path), "schema": known.schema[:80]}
            raise InputError("profile.trust_future", where)
        return known.profiles

    def put(self, profile_id: str, data: bytes, *, trusted: bool, derived: bool = False) -> None:
        """Store a profile; another one of this id is replaced, and its trust is gone.

        Raises ``InputError`` of ``write_atomic`` and ``remarks``, profile.id_reserved;
        ``ConflictError`` profile.busy. However it ends, no bytes are trusted that were not given.
        """
        path, digest = self.path_of(profile_id), digest_of(data)
        with self._locked():
            known = self.remarks()
            make_folder(self.folder)
            write_atomic(path, data, keep_mode=False)
            before = known.get(profile_id, Remark())
            known[profile_id] = _put(before, digest, trusted=trusted, derived=derived)
            self._write(known)

    def trust(self, profile_id: str, digest: str) -> None:
        """Trust the bytes that were shown; ``ConflictError`` profile.changed when they are gone.

        Other failures as ``put``; ``InputError`` profile.unknown.
        """
        with self._locked():
            self._expect(profile_id, digest)
            known = self.remarks()
            before = known.get(profile_id, Remark())
            known[profile_id] = _put(before, digest, trusted=True, derived=False)
            self._write(known)

    def fitted(self, profile_id: str, digest: str) -> None:
        """Remember that a read with real credentials fitted these bytes; failures as ``trust``."""
        with self._locked():
            self._expect(profile_id, digest)
            known = self.remarks()
            before = known.get(profile_id, Remark())
            changed = msgspec.structs.replace(before, fitted=digest, fitted_at=now())
            known[profile_id] = changed
            self._write(known)

    def remove(self, profile_id: str) -> None:
        """Remove a profile and what is remembered of it; ``InputError`` profile.unknown."""
        path = self.path_of(profile_id)
        with self._locked():
            known = self.remarks()
            if not there(path, follow=False):
                raise InputError("profile.unknown", {"profile": profile_id})
            if known.pop(profile_id, None) is not None:  # trust first: no trust without a file
                self._write(known)
            try:
                path.unlink()
            except OSError as error:
                raise failure(error, path) from None

    def _expect(self, profile_id: str, digest: str) -> None:
        held = self.get(profile_id)
        if held is None:
            raise InputError("profile.unknown", {"profile": profile_id})
        if held.error is not None:
            raise held.error
        if held.digest != digest:
            raise ConflictError("profile.changed", {"profile": profile_id})

    def _write(self, known: dict[str, Remark]) -> None:
        file = _TrustFile(schema=TRUST_SCHEMA, profiles=dict(sorted(known.items())))
        data = msgspec.json.format(msgspec.json.encode(file), indent=1)
        write_atomic(self.trust_path, data, keep_mode=False)

    def _bad_trust(self, detail: str) -> InputError:
        where = {"path": str(self.trust_path), "detail": detail}
        return InputError("profile.trust_unreadable", where)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Reading, changing and writing the trust file is one thing for all programs."""
        import filelock

        make_folder(self._lock_path.parent)
        try:
            with filelock.FileLock(self._lock_path, timeout=_LOCK_SECONDS, mode=0o600):
                yield
        except filelock.Timeout:
            raise ConflictError("profile.busy", {"path": str(self._lock_path)}) from None
        except OSError as error:
            raise failure(error, self._lock_path) from None


def read_bounded(
    path: Path, *, limit: int = LARGEST, follow: bool = False, whole: bool = True
) -> bytes:
    """The bytes of a regular file. ``follow``: a link is fine, such as one that was typed.

    ``whole`` False: its first ``limit`` bytes, however long it is.

    Raises ``InputError`` profile.missing (path), profile.not_a_file (path), profile.too_large
    (path, limit in KiB) and profile.unreadable (path, detail).
    """
    where = {"path": str(path)}
    nothing = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe must not hang
    try:
        if not follow and path.is_symlink():
            raise InputError("profile.not_a_file", where)
        if path.is_dir():  # Windows cannot even open one
            raise InputError("profile.not_a_file", where)
        links = 0 if follow else getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, os.O_RDONLY | nothing | links), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError("profile.not_a_file", where)
            data = file.read(limit + 1 if whole else limit)
    except FileNotFoundError:
        raise InputError("profile.missing", where) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if len(data) > limit:
        raise InputError("profile.too_large", {**where, "limit": str(limit // 1024)})
    return data


def _shelved(path: Path) -> Shelved:
    try:
        return Shelved(path, read_bounded(path))
    except InputError as error:
        return Shelved(path, b"", error)


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    detail = getattr(error, "strerror", None) or type(error).__name__
    return InputError("profile.unreadable", {"path": str(path), "detail": detail})


def _put(before: Remark, digest: str, *, trusted: bool, derived: bool) -> Remark:
    """What holds for the new bytes: nothing of the old ones, unless they are the same."""
    same_trust = before.trusted == digest
    return Remark(
        trusted=digest if trusted or same_trust else "",
        trusted_at=before.trusted_at if same_trust else (now() if trusted else ""),
        derived=digest if derived or before.derived == digest else "",
        fitted=before.fitted if before.fitted == digest else "",
        fitted_at=before.fitted_at if before.fitted == digest else "",
    )

"""Unfinished sittings: where the administrator stopped. No secret is ever in a draft."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding, Proof, Status, Who
from feishu_wizard.domain.setup import Setup
from feishu_wizard.services.storage import platform
from feishu_wizard.services.storage.atomic import failure, sweep_orphans, write_atomic
from feishu_wizard.services.storage.paths import Paths, checked_id

SCHEMA = "feishu-wizard/draft/1"
_LARGEST = 4_194_304
_log = logging.getLogger(__name__)


class StoredFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A result of an earlier sitting; ``at`` (RFC 3339) tells its age."""

    id: str
    status: Status
    code: str = "ok"
    params: dict[str, str] = {}
    proof: Proof = Proof.NONE
    who: Who = Who.YOU
    at: str = ""

    @classmethod
    def of(cls, finding: Finding) -> StoredFinding:
        """What is kept of a finding: no evidence, no links."""
        at = next((seen.at for seen in reversed(finding.evidence) if seen.at), "") or _now()
        return cls(
            id=finding.id,
            status=finding.status,
            code=finding.code,
            params=dict(finding.params),
            proof=finding.proof,
            who=finding.who,
            at=at,
        )

    def finding(self) -> Finding:
        """The finding again, without evidence."""
        return Finding(self.id, self.status, self.code, self.params, self.proof, self.who)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One sitting. ``where_saved``: target to path or URL; ``waiting_since``: RFC 3339 or ""."""

    schema: Literal["feishu-wizard/draft/1"] = "feishu-wizard/draft/1"
    setup: Setup
    step: str = ""
    declined: list[str] = []
    stated: dict[str, str] = {}
    where_saved: dict[str, str] = {}
    waiting_since: str = ""
    updated_at: str = ""
    colleague: bool = False
    results: list[StoredFinding] = []


class Drafts:
    """One JSON file per setup below the state folder."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.state / "drafts"

    def save(self, draft: Draft) -> Draft:
        """Write a draft and return it as stored: dated, without ``plain:`` references."""
        kept = msgspec.structs.replace(
            draft, setup=_without_secrets(draft.setup), updated_at=draft.updated_at or _now()
        )
        platform.private_folder(self._folder)
        data = msgspec.json.format(msgspec.json.encode(kept), indent=1)
        write_atomic(self._path(kept.setup.id), data, keep_mode=False)
        return kept

    def latest(self) -> Draft | None:
        """The draft that was saved last; unreadable ones are left alone and logged."""
        found = [draft for path in self._files() if (draft := self._readable(path))]
        return max(found, key=lambda draft: draft.updated_at, default=None)

    def all(self) -> list[Draft]:
        """Every readable draft, the latest first."""
        found = [draft for path in self._files() if (draft := self._readable(path))]
        return sorted(found, key=lambda draft: draft.updated_at, reverse=True)

    def load(self, setup_id: str) -> Draft | None:
        """One draft, None when there is none; ``InputError`` draft.unreadable (path)."""
        path = self._path(setup_id)
        return _read(path) if path.exists() else None

    def delete(self, setup_id: str) -> None:
        """Remove a draft; nothing happens when there is none."""
        path = self._path(setup_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise failure(error, path) from None

    def sweep(self) -> int:
        """Remove leftovers of a killed program; how many. Call it while holding the lock."""
        return sweep_orphans(self._folder) if self._folder.is_dir() else 0

    def _path(self, setup_id: str) -> Path:
        return self._folder / f"{checked_id(setup_id)}.json"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []

    def _readable(self, path: Path) -> Draft | None:
        try:
            return _read(path)
        except InputError as error:
            _log.warning("%s: %s (%s)", error.code, path.name, error.params.get("detail", ""))
            return None


def _read(path: Path) -> Draft:
    where = {"path": str(path)}
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("draft.unreadable", {**where, "detail": "too large"})
        return msgspec.json.decode(path.read_bytes(), type=Draft)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise InputError("draft.unreadable", {**where, "detail": detail}) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("draft.unreadable", {**where, "detail": type(error).__name__}) from None


def _without_secrets(setup: Setup) -> Setup:
    """Drop references that hold the secret itself; it has to be entered again."""
    plain = "plain:"
    feishu, office = setup.feishu, setup.office
    if feishu.app_secret.startswith(plain):
        feishu = msgspec.structs.replace(feishu, app_secret="")
    kept = {name: ref for name, ref in office.secrets.items() if not ref.startswith(plain)}
    return msgspec.structs.replace(
        setup, feishu=feishu, office=msgspec.structs.replace(office, secrets=kept)
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

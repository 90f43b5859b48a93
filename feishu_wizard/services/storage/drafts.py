"""Unfinished sittings: where the administrator stopped. No secret is ever in a draft."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.sitting import DRAFT_SCHEMA, Sitting
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.storage.atomic import (
    failure,
    make_folder,
    sweep_orphans,
    there,
    write_atomic,
)
from feishu_wizard.services.storage.paths import Paths, checked_id

_LARGEST = 4_194_304
_OURS = re.compile(re.escape(DRAFT_SCHEMA.rpartition("/")[0]) + r"/[0-9.]+")
_log = logging.getLogger(__name__)


class _Head(msgspec.Struct):
    """What tells the version of a draft."""

    schema: str = DRAFT_SCHEMA


class Drafts:
    """One JSON file per setup below the state folder."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.state / "drafts"

    def save(self, draft: Sitting) -> Sitting:
        """Write a draft and return it as stored: dated, without ``plain:`` references.

        A file there that cannot be read is put aside first. Raises ``InputError`` draft.future
        for one of a later program, which stays as it is, and as ``write_atomic``.
        """
        kept = msgspec.structs.replace(
            draft,
            setup=_without_secrets(draft.setup),
            refs={name: ref for name, ref in draft.refs.items() if not _holds_one(ref)},
            updated_at=draft.updated_at or now(),
        )
        make_folder(self._folder)
        self._make_room(kept.setup.id)
        data = msgspec.json.format(msgspec.json.encode(kept), indent=1)
        write_atomic(self._path(kept.setup.id), data, keep_mode=False)
        return kept

    def latest(self) -> Sitting | None:
        """The draft that was saved last; unreadable ones are left alone and logged."""
        found = [draft for path in self._files() if (draft := self._readable(path))]
        return max(found, key=lambda draft: draft.updated_at, default=None)

    def all(self) -> list[Sitting]:
        """Every readable draft, the latest first."""
        found = [draft for path in self._files() if (draft := self._readable(path))]
        return sorted(found, key=lambda draft: draft.updated_at, reverse=True)

    def load(self, setup_id: str) -> Sitting | None:
        """One draft, None when there is none; ``InputError`` draft.unreadable (path)."""
        path = self._path(setup_id)
        return _read(path) if there(path) else None

    def trouble(self, draft: Sitting | None) -> InputError | None:
        """A file that was written after ``draft`` and cannot be read: draft.unreadable or
        draft.future (path, detail). None when ``draft`` is where the last sitting stopped."""
        known = self._path(draft.setup.id) if draft is not None else None
        since = known.stat().st_mtime if known is not None and known.exists() else 0.0
        for path in self._files():
            try:
                if path.stat().st_mtime > since:
                    _read(path)
            except InputError as error:
                return error
            except FileNotFoundError:  # another window forgot its setup just now
                continue
        return None

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

    def _make_room(self, setup_id: str) -> None:
        path = self._path(setup_id)
        try:
            if there(path):
                _read(path)
        except InputError as error:
            if error.code == "draft.future":
                raise
            aside = path.with_suffix(".damaged")
            _log.warning("%s: %s is now %s", error.code, path.name, aside.name)
            try:
                path.replace(aside)
            except OSError as broken:
                raise failure(broken, path) from None

    def _path(self, setup_id: str) -> Path:
        return self._folder / f"{checked_id(setup_id)}.json"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []

    def _readable(self, path: Path) -> Sitting | None:
        try:
            return _read(path)
        except InputError as error:
            _log.warning("%s: %s (%s)", error.code, path.name, error.params.get("detail", ""))
            return None


def _read(path: Path) -> Sitting:
    where = {"path": str(path)}
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("draft.unreadable", {**where, "detail": "too large"})
        data = path.read_bytes()
        schema = from_json(data, _Head).schema
        if schema != DRAFT_SCHEMA and _OURS.fullmatch(schema):
            raise InputError("draft.future", {**where, "schema": schema})
        return from_json(data, Sitting)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise InputError("draft.unreadable", {**where, "detail": detail}) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("draft.unreadable", {**where, "detail": type(error).__name__}) from None


def _without_secrets(setup: Setup) -> Setup:
    """Drop references that hold the secret itself; it has to be entered again."""
    feishu, office = setup.feishu, setup.office
    if _holds_one(feishu.app_secret):
        feishu = msgspec.structs.replace(feishu, app_secret="")
    kept = {name: ref for name, ref in office.secrets.items() if not _holds_one(ref)}
    return msgspec.structs.replace(
        setup, feishu=feishu, office=msgspec.structs.replace(office, secrets=kept)
    )


def _holds_one(ref: str) -> bool:
    """A plain reference is the secret itself."""
    return ref.startswith("plain:")

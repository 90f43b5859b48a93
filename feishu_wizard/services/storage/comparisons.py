"""What the last comparison of setup, CAN and platform saw: one small file for each setup."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, Literal

import msgspec

from feishu_wizard.domain.drift import DriftLook
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.storage.atomic import failure, make_folder, write_atomic
from feishu_wizard.services.storage.paths import Paths, checked_id

SCHEMA: Final = "feishu-wizard/comparison/1"
_LARGEST = 262_144
_log = logging.getLogger(__name__)


class _Kept(msgspec.Struct, frozen=True):
    schema: Literal["feishu-wizard/comparison/1"]
    look: DriftLook


class Comparisons:
    """Below the state folder, 0600. Holds App IDs, addresses and times; no secret."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.state / "comparisons"

    def last(self, setup_id: str) -> DriftLook:
        """The last comparison. An empty one for none, and for a file that cannot be read, which is
        logged: the next comparison replaces it."""
        path = self._path(setup_id)
        try:
            if path.stat().st_size > _LARGEST:
                raise msgspec.DecodeError("too large")
            return from_json(path.read_bytes(), _Kept).look
        except FileNotFoundError:
            return DriftLook()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            _log.warning("the comparison %s is not used: %s", path.name, type(error).__name__)
            return DriftLook()

    def keep(self, setup_id: str, look: DriftLook) -> None:
        """Replace the last comparison; ``InputError`` as ``write_atomic``."""
        make_folder(self._folder)
        data = msgspec.json.encode(_Kept(SCHEMA, look))
        write_atomic(self._path(setup_id), data, keep_mode=False)

    def forget(self, setup_id: str) -> None:
        """Remove what is kept; nothing happens when there is nothing."""
        path = self._path(setup_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise failure(error, path) from None

    def _path(self, setup_id: str) -> Path:
        return self._folder / f"{checked_id(setup_id)}.json"

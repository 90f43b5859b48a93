"""What this program last wrote to a setup file, and what stood there before: for undo.

One record per file, private, below the state folder. It holds no secret: the content before is
kept only when no secret stood in it.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from pathlib import Path

import msgspec

from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.storage.atomic import failure, make_folder, write_atomic
from feishu_wizard.services.storage.paths import Paths, checked_id

_LARGEST = 4_194_304
_log = logging.getLogger(__name__)


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file as we last left it.

    ``seen``: its values by dotted name, of a secret only where it is kept. ``written``: SHA-256
    of the bytes; "" when we only looked. ``existed``: there was a file before. ``before``: its
    bytes, None when they held a secret (or there was none). ``at``: RFC 3339.
    """

    path: str
    seen: dict[str, str] = {}
    at: str = ""
    written: str = ""
    existed: bool = False
    before: bytes | None = None

    @property
    def can_go_back(self) -> bool:
        """The state before our write is known."""
        return bool(self.written) and (self.before is not None or not self.existed)


class KeptFiles:
    """The records of a state folder. The format's number is part of the name: a later program
    has files of its own, which are left alone."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.state / "files"

    def look(self, setup_id: str, path: Path) -> KeptFile | None:
        """What is known of one file; None when nothing is, or it cannot be read."""
        return _read(self._place(setup_id, path))

    def latest(self, setup_id: str) -> KeptFile | None:
        """The file of this setup that was written last and can be given back."""
        folder = self._folder / checked_id(setup_id)
        found = [kept for place in folder.glob("*.1.json") if (kept := _read(place))]
        offered = [kept for kept in found if kept.can_go_back]
        return max(offered, key=lambda kept: kept.at, default=None)

    def keep(self, setup_id: str, kept: KeptFile) -> None:
        """Remember; errors as ``write_atomic``."""
        place = self._place(setup_id, Path(kept.path))
        make_folder(place.parent)
        write_atomic(place, msgspec.json.encode(kept), keep_mode=False)

    def forget(self, setup_id: str) -> None:
        """Remove every record of a setup."""
        folder = self._folder / checked_id(setup_id)
        try:
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as error:
            raise failure(error, folder) from None

    def _place(self, setup_id: str, path: Path) -> Path:
        name = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / checked_id(setup_id) / f"{name[:32]}.1.json"


def _read(place: Path) -> KeptFile | None:
    """A record that cannot be read is worth no more than none: undo is not offered then."""
    try:
        if not place.is_file() or place.stat().st_size > _LARGEST:
            return None
        return from_json(place.read_bytes(), KeptFile)
    except (OSError, msgspec.DecodeError) as error:
        _log.warning("the record of a setup file cannot be read: %s", type(error).__name__)
        return None


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()

"""Where the program keeps its own things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from feishu_wizard.domain.errors import InputError

_APP = "feishu-wizard"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's folders. They are made when something is first written."""

    state: Path
    config: Path
    log: Path

    @classmethod
    def default(cls) -> Paths:
        """The folders of this user, as the operating system has them."""
        import platformdirs

        known = platformdirs.PlatformDirs(_APP, appauthor=False)
        return cls(known.user_state_path, known.user_config_path, known.user_log_path)

    @classmethod
    def under(cls, root: Path) -> Paths:
        """Folders below ``root``: demo, tour and tests never touch the user's own."""
        return cls(root / "state", root / "config", root / "log")


def checked_id(setup_id: str) -> str:
    """A setup's id, fit to be part of a file name; ``InputError`` setup.bad_id otherwise."""
    if not _ID.fullmatch(setup_id):
        shown = "".join(ch for ch in setup_id if ch.isprintable())[:40]
        raise InputError("setup.bad_id", {"id": shown})
    return setup_id

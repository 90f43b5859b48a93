"""What CAN's page shows after a save, compared character by character with what belongs there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize
from urllib.parse import urlsplit

from feishu_wizard.domain.paste.characters import LINE_BREAKS, ZERO_WIDTH

_APP_ID = re.compile(r"cli_[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class ShownBack:
    """How a value of CAN's page stands to the one that belongs there.

    ``code`` is "" when every character is the same, else what is different (``shown.*``), with
    ``at`` (the first character that is, from 1), ``wanted`` and ``shown`` (a piece of each).
    """

    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Every character is the same."""
        return not self.code


def compare_shown(wanted: str, shown: str) -> ShownBack:
    """Compare; only the line break at the end that copying a line brings along is left out."""
    text = shown.removesuffix("\n").removesuffix("\r")
    if text == wanted:
        return ShownBack()
    if not text.strip():
        return ShownBack("shown.empty")
    at = _first_difference(wanted, text)
    here = {"at": str(at + 1), "wanted": _piece(wanted, at), "shown": _piece(text, at)}
    code = next(_told(wanted, text), "shown.differs")
    return ShownBack(code, here)


def _told(wanted: str, text: str) -> Iterator[str]:
    """What explains the difference, the plainest first."""
    for code, same in _READINGS:
        if same(text) == wanted or same(text) == same(wanted):
            yield code
    if _is_other_app(wanted, text):
        yield "shown.other_app"
    yield from _of_address(wanted, text)
    if wanted.startswith(text) or wanted.endswith(text):
        yield "shown.cut"
    if text.startswith(wanted) or text.endswith(wanted):
        yield "shown.more"


def _without_invisible(text: str) -> str:
    return "".join(ch for ch in text if ch not in ZERO_WIDTH)


def _without_blanks(text: str) -> str:
    return "".join(ch for ch in text if not ch.isspace() and ch not in LINE_BREAKS)


def _narrow(text: str) -> str:
    return normalize("NFKC", text)


_READINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("shown.blank", _without_blanks),
    ("shown.invisible", _without_invisible),
    ("shown.full_width", _narrow),
    ("shown.case", str.lower),
)


def _is_other_app(wanted: str, text: str) -> bool:
    found = text.strip()
    return bool(_APP_ID.fullmatch(wanted) and _APP_ID.fullmatch(found)) and len(found) == len(
        wanted
    )


def _of_address(wanted: str, text: str) -> Iterator[str]:
    """Differences of addresses by their parts; nothing for what is none."""
    if not wanted.startswith(("http://", "https://")):
        return
    if text == wanted.removeprefix("h"):
        yield "shown.ttp"
        return
    try:
        ours, theirs = urlsplit(wanted), urlsplit(text)
    except ValueError:
        return
    if theirs.scheme not in ("http", "https"):
        if text and wanted.partition("://")[2].startswith(text):
            yield "shown.no_scheme"
        return
    if (ours.netloc, ours.path) == (theirs.netloc, theirs.path) and ours.scheme != theirs.scheme:
        yield "shown.scheme"
    elif ours.netloc != theirs.netloc:
        yield "shown.other_host"
    elif not theirs.path.strip("/") and ours.path.strip("/"):
        yield "shown.no_path"
    elif ours.path.rstrip("/") == theirs.path.rstrip("/") and ours.query == theirs.query:
        yield "shown.slash"


def _first_difference(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _piece(text: str, at: int) -> str:
    """Some characters round a place; what cannot be seen is written as its code point."""
    piece = text[max(0, at - 4) : at + 8]
    shown = "".join(ch if ch.isprintable() and ch != " " else f"[U+{ord(ch):04X}]" for ch in piece)
    return shown or "—"

"""Finds the script's answer in what a person pasted or saved.

A terminal wraps lines, shows a prompt and colours; Windows saves UTF-16; a chat changes quotes.
JSON has no line break inside a string and needs none outside, so all of them can be taken out.
"""

from __future__ import annotations

import json
import re
from typing import Any

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.server_check.wire import SCHEMA

LARGEST = 1_000_000
_ANSI = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-9;:?<=>!]*[ -/]*[@-~]|[@-Z\\-_])")
_START = re.compile(r'\{\s*"schema"\s*:\s*"feishu-wizard/server-check/')
_QUOTES = str.maketrans(
    {**dict.fromkeys("“”„‟″〝〞＂«»", '"'), **dict.fromkeys("‘’‚‛", "'"), "\xa0": " "}
)
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def decode(data: bytes) -> str:
    """Read the text of a saved answer, whatever its shell wrote; never fails."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if data[1:2] == b"\x00":
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8", "replace")


def find(text: str) -> tuple[dict[str, Any], int]:
    """The last whole answer in the text, and how many there are.

    ``InputError``: server_check.empty, .too_large (limit), .not_found, .truncated, .version
    (schema).
    """
    if len(text) > LARGEST:
        raise InputError("server_check.too_large", {"limit": str(LARGEST)})
    if not text.strip("\ufeff\x00 \r\n\t"):
        raise InputError("server_check.empty")
    shown = _unquoted(_ANSI.sub("", text))
    begun = False
    for candidate in (shown, shown.translate(_QUOTES)):
        flat = re.sub(r"[\r\n\x00\ufeff]", "", candidate)
        starts = [match.start() for match in _START.finditer(flat)]
        begun = begun or bool(starts)
        found = [one for one in (_read(flat, start) for start in starts) if one is not None]
        if found:
            return _known(found[-1]), len(found)
    raise InputError("server_check.truncated" if begun else "server_check.not_found")


def _unquoted(text: str) -> str:
    """Take away "> " before every line, as mail and chats put it."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.startswith(">") for line in lines):
        return "\n".join(line.lstrip("> ") for line in lines)
    return text


def _read(text: str, start: int) -> dict[str, Any] | None:
    try:
        found, _end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _known(found: dict[str, Any]) -> dict[str, Any]:
    if found.get("schema") != SCHEMA:
        raise InputError("server_check.version", {"schema": str(found.get("schema"))[:60]})
    return found

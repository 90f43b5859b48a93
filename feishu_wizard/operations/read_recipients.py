"""Reads a file with recipients: a list or a table, in one of the encodings that people have."""

from __future__ import annotations

import asyncio
import codecs
from pathlib import Path

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recipient_list import RecipientList, parse_list

_LARGEST = 4 * 1024 * 1024  # a thousand rows of a wide table have a tenth of it


async def read_recipients(path: str) -> RecipientList:
    """The recipients of a file. Raises ``InputError`` list.unreadable, list.too_large,
    list.encoding."""
    return parse_recipient_bytes(await asyncio.to_thread(_read, path), path)


def parse_recipient_bytes(data: bytes, place: str) -> RecipientList:
    """The recipients in bytes that came from ``place``, a path or "-"; raises as above."""
    if len(data) > _LARGEST:
        limit = {"path": place, "limit": str(_LARGEST // 1024 // 1024)}
        raise InputError("list.too_large", limit)
    return parse_list(_decoded(data, place))


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        detail = {"path": path, "detail": error.strerror or type(error).__name__}
        raise InputError("list.unreadable", detail) from None


def _decoded(data: bytes, place: str) -> str:
    """UTF-16 by its mark, else UTF-8, else what Chinese Excel writes."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError("list.encoding", {"path": place})

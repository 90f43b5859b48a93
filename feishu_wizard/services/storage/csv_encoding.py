"""In which encoding a text file of an office program is written: proven by decoding all of it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feishu_wizard.domain.errors import InputError

_CHUNK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .ods; .xls
# Text in GB18030 breaks the rules of UTF-8 at once. A file that kept them for longer is damaged
# UTF-8, and taking it for GB18030 would turn every name into another one.
_UTF8_BEYOND_CHANCE = 24  # bytes that belonged to longer characters


@dataclass(frozen=True, slots=True)
class _Broken:
    """Where decoding stopped: byte from 0, line from 1; ``extra``: see above."""

    byte: int
    line: int
    extra: int


def encoding_of(path: Path) -> str:
    """The codec that reads the whole file: utf-8, utf-8-sig, utf-16 or gb18030.

    Raises ``InputError`` accounts.encoding (path, byte, line: the first that cannot be read),
    accounts.is_workbook, accounts.is_binary (path); ``OSError``.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_WORKBOOKS):
        raise InputError("accounts.is_workbook", {"path": str(path)})
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return _proven(path, (codec,))
    if head.count(0) * 4 > len(head):
        raise InputError("accounts.is_binary", {"path": str(path)})
    return _proven(path, ("utf-8", "gb18030"))


def _proven(path: Path, codecs_to_try: tuple[str, ...]) -> str:
    furthest: _Broken | None = None
    for codec in codecs_to_try:
        broken = _first_fault(path, codec)
        if broken is None:
            return codec
        if furthest is None or broken.byte > furthest.byte:
            furthest = broken
        if codec == "utf-8" and broken.extra > _UTF8_BEYOND_CHANCE:
            break
    assert furthest is not None
    where = {"byte": f"{furthest.byte + 1:,}", "line": f"{furthest.line:,}"}
    raise InputError("accounts.encoding", {"path": str(path), **where})


def _first_fault(path: Path, codec: str) -> _Broken | None:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    read = lines = extra = 0
    for chunk in _chunks(path):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(codec, "ignore")
            byte = read + len(chunk) - len(error.object) + error.start
            extra += error.start - len(before)
            return _Broken(byte, lines + before.count("\n") + 1, extra)
        read += len(chunk)
        lines += text.count("\n")
        extra += len(chunk) - len(text)
    return None


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces, an empty one at the end."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
    yield b""

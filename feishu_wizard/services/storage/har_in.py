"""Reads a HAR file entry by entry: memory stays the same however large the file is.

The parser (ijson, with yajl in C where there is one) holds one string whole, so strings that are
longer than any settings call are cut before it sees them, and their bodies count as not there.
"""

from __future__ import annotations

import io
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import ijson
from ijson.common import ObjectBuilder

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.har import call_of, sanitised
from feishu_wizard.domain.recording.model import Form, RecordedCall, Recording

MAX_BYTES = 4_000_000_000
MAX_STRING = 1_500_000  # bytes; more than MAX_BODY in base64
MAX_ENTRY = 6_000_000  # bytes of the texts of one entry
MAX_EVENTS = 200_000  # values in one entry
MAX_CALLS = 20_000
MAX_KEPT = 8_000_000  # bytes of the texts of all calls that are kept
_CHUNK = 64 * 1024
_TOLD_EVERY = 1_000_000
_ENTRY = "log.entries.item"
#: Kept even when it is long; other long answers are data of the product.
_TELLING = (
    *("cli_", "appid", "app_id", "appkey", "app_key", "secret", "clientid", "client_id"),
    *("callback", "redirect", "feishu", "lark", "飞书"),
)
_LONG = 4_000
# What stands in a string, and what stands outside of strings with whole strings in it; both stop
# before a quote or a backslash whose other half is not there yet. Each character fits in one way
# only, so they are linear. No possessive groups: Python 3.11 up to 3.11.4 leaves such a one at a
# wrong place when its last round fails halfway (gh-101955), and Debian 12 has 3.11.2.
_INSIDE = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_OUTSIDE = re.compile(rb'[^"]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^"]*)*', re.DOTALL)
# The last character of UTF-8, or what is there of it; and an escape that is not whole.
_LETTER = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,3}$")
_HALF_ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{0,3}$")

Told = Callable[[int, int], None]


def read_har(path: Path, told: Told) -> Recording:
    """The calls of a file. ``told`` hears bytes read and the file's size, about every megabyte;
    what it raises ends the reading. Blocks: for a thread.

    Raises ``InputError`` (param path): recording.unreadable (detail), recording.too_large (limit,
    GB), recording.empty, recording.encoding, recording.broken_json (byte), recording.not_har,
    recording.no_entries, recording.only_pages (count).
    """
    try:
        size = _size(path)
        with path.open("rb") as file:
            return read_har_stream(file, size, told, str(path))
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise InputError("recording.unreadable", {"path": str(path), "detail": detail}) from error


def read_har_bytes(data: bytes, told: Told) -> Recording:
    """The same for a HAR that was pasted (*Copy all as HAR*)."""
    return read_har_stream(io.BytesIO(data), len(data), told, "")


def read_har_stream(file: BinaryIO, size: int, told: Told, name: str) -> Recording:
    """The calls of an open file of ``size`` bytes; ``name`` is for errors. As ``read_har``."""
    source = _Cut(file, size, told)
    reader = _Entries(source)
    kept: list[RecordedCall] = []
    skipped = bytes_kept = 0
    try:
        for at, (entry, weight) in enumerate(reader):
            room = len(kept) < MAX_CALLS and bytes_kept + weight <= MAX_KEPT
            worth = entry is not None and room and _worth(entry, weight)
            call = call_of(entry, at) if entry is not None and worth else None
            if call is None:
                skipped += 1
            else:
                kept.append(call)
                bytes_kept += weight
    except (ijson.JSONError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _broken(source, name, error) from None
    return _recording(tuple(kept), skipped, reader.found, name)


def _recording(calls: tuple[RecordedCall, ...], skipped: int, found: bool, name: str) -> Recording:
    if not found:
        raise InputError("recording.not_har", {"path": name})
    if not calls and not skipped:
        raise InputError("recording.no_entries", {"path": name})
    if not calls:
        raise InputError("recording.only_pages", {"path": name, "count": str(skipped)})
    return Recording(Form.HAR, calls, skipped, sanitised(calls))


def _worth(entry: Mapping[str, Any], weight: int) -> bool:
    """A long answer is worth its memory only when it speaks of what is looked for."""
    if weight < _LONG:
        return True
    request, response = entry.get("request") or {}, entry.get("response") or {}
    if request.get("method") != "GET":
        return True
    content = response.get("content") or {}
    said = f"{request.get('url')} {content.get('text')}".lower()
    return any(word in said for word in _TELLING)


class _Entries:
    """The entries of a HAR, each with its weight: bytes of its texts. None: one too large."""

    def __init__(self, source: _Cut) -> None:
        self._source = source
        self.found = False

    def __iter__(self) -> Iterator[tuple[dict[str, Any] | None, int]]:
        builder: ObjectBuilder | None = None
        weight = events = 0
        for prefix, event, value in ijson.parse(self._source, use_float=True):
            if prefix == "log.entries" and event == "start_array":
                self.found = True
            elif prefix == _ENTRY and event == "start_map":
                builder, weight, events = ObjectBuilder(), 0, 0
                builder.event(event, value)
            elif prefix == _ENTRY and event == "end_map":
                whole = builder is not None and weight <= MAX_ENTRY and events <= MAX_EVENTS
                yield (builder.value if builder and whole else None), weight
                builder = None
            elif builder is not None:
                events += 1
                weight += len(value) if isinstance(value, str) else 8
                if weight <= MAX_ENTRY and events <= MAX_EVENTS:
                    builder.event(event, value)


class _Cut:
    """A file whose strings end after ``MAX_STRING`` bytes, for the parser behind it."""

    def __init__(self, file: BinaryIO, size: int, told: Told) -> None:
        self._file = file
        self._size = size
        self._told = told
        self._next_told = 0
        self._rest = b""  # an escape that the last chunk began
        self._length: int | None = None  # bytes of the string that the last chunk began
        self._first = True
        self.read_bytes = 0
        self.last_chunk = b""

    def read(self, wanted: int = -1) -> bytes:
        """The next bytes, "" at the end. About a chunk, however many are wanted; none for 0, with
        which ijson asks whether this is a file of bytes."""
        while wanted:
            data = self._file.read(_CHUNK)
            self.read_bytes += len(data)
            self._tell(at_end=not data)
            if not data:
                rest, self._rest = self._rest, b""
                return rest
            shown = self._shortened(self._rest + self._without_mark(data))
            if shown:
                self.last_chunk = shown
                return shown
        return b""

    def _without_mark(self, data: bytes) -> bytes:
        first, self._first = self._first, False
        return data.removeprefix(b"\xef\xbb\xbf") if first else data

    def _tell(self, *, at_end: bool) -> None:
        if self.read_bytes >= self._next_told or at_end:
            self._next_told = self.read_bytes + _TOLD_EVERY
            self._told(self.read_bytes, self._size)

    def _shortened(self, data: bytes) -> bytes:
        """The chunk without what is too long of a string; sets what the next one goes on with."""
        self._rest = b""
        at, parts = 0, []
        while at < len(data):
            if self._length is None:
                end = _end(_OUTSIDE, data, at)
                parts.append(data[at:end])
                at = end
                if at < len(data):  # a string that does not end here
                    parts.append(b'"')
                    self._length, at = 0, at + 1
            else:
                at = self._inside(data, at, parts)
        return b"".join(parts)

    def _inside(self, data: bytes, at: int, parts: list[bytes]) -> int:
        length = self._length or 0
        end = _end(_INSIDE, data, at)
        goes_on = end == len(data)
        if goes_on and length < MAX_STRING:
            end -= _half(data, at)  # so that the string may be cut between any two chunks
            self._rest = data[end:]
        if length < MAX_STRING:
            parts.append(data[at:end])
        self._length = length + end - at
        if goes_on:
            return len(data)
        if data[end : end + 1] == b'"':
            parts.append(b'"')
            self._length = None
            return end + 1
        self._rest = data[end:]  # a backslash
        return len(data)


def _half(data: bytes, at: int) -> int:
    """How many bytes at the end are part of a character or an escape that may go on."""
    letter = _LETTER.search(data, max(at, len(data) - 4))
    if letter:
        return len(data) - letter.start()
    escape = _HALF_ESCAPE.search(data, max(at, len(data) - 5))
    if escape is None:
        return 0
    before = data[at : escape.start() + 1]
    odd = (len(before) - len(before.rstrip(b"\\"))) % 2
    return len(data) - escape.start() if odd else 0


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = pattern.match(data, at)
    return found.end() if found else at


def _size(path: Path) -> int:
    known = path.stat()
    if not stat.S_ISREG(known.st_mode):
        raise InputError("recording.unreadable", {"path": str(path), "detail": "not a file"})
    if known.st_size > MAX_BYTES:
        params = {"path": str(path), "limit": str(MAX_BYTES // 10**9)}
        raise InputError("recording.too_large", params)
    return known.st_size


def _broken(source: _Cut, name: str, error: Exception) -> InputError:
    """What is wrong with a file that is no JSON. The parser's own words quote the file, so they
    are used for the place alone."""
    head = source.last_chunk[:4]
    if source.read_bytes <= _CHUNK:
        if not source.last_chunk.strip():
            return InputError("recording.empty", {"path": name})
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
            return InputError("recording.encoding", {"path": name})
        if head.lstrip()[:1] not in (b"{", b"["):
            return InputError("recording.not_har", {"path": name})
    byte = _place(source, error)
    return InputError("recording.broken_json", {"path": name, "byte": str(byte)})


def _place(source: _Cut, error: Exception) -> int:
    """Where in the file the parser stopped. yajl tells it only as a piece of the text and an arrow
    below it (yajl_render_error_string: up to 30 bytes before the place, which is column 40)."""
    said = error.args[0] if error.args else ""
    text = said if isinstance(said, bytes) else str(said).encode("utf-8", "replace")
    if b"premature" in text or b"\n" not in text:
        return source.read_bytes
    before = text.splitlines()[1][:40].lstrip()
    found = source.last_chunk.find(before) if before else -1
    start = source.read_bytes - min(len(source.last_chunk), source.read_bytes)
    return start + (found + len(before) if found >= 0 else 0)

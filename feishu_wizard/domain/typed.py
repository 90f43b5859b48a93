"""JSON texts and tables as values of our own types, from any thread.

msgspec learns a type when it first meets it, and shows a second thread what is learned by half:
that thread follows a null pointer, and the program dies of SIGSEGV (seen with msgspec 0.22.0: a
window that went on with a draft while its loop read an answer). So a type is learned here, under
one lock, before anybody reads with it; nobody else hands msgspec a type.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_learning = threading.Lock()
_readers: dict[Any, msgspec.json.Decoder[Any]] = {}


def reader(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Return what reads JSON as ``kind``; the same one for everybody."""
    found = _readers.get(kind)
    if found is None:
        with _learning:
            found = _readers.get(kind)
            if found is None:
                found = _readers[kind] = msgspec.json.Decoder(kind)
    return found


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Return the JSON text ``data`` as a ``kind``.

    Raises ``msgspec.DecodeError`` for what is no JSON (``msgspec.ValidationError`` for another
    shape), ``UnicodeDecodeError`` for bytes that are not UTF-8 and ``RecursionError`` for depth.
    """
    return reader(kind).decode(data)


def from_table(value: Any, kind: type[T]) -> T:
    """Return dicts, lists and plain values as a ``kind``.

    Raises ``msgspec.ValidationError`` for another shape.
    """
    reader(kind)
    return msgspec.convert(value, kind)

"""Finds a secret in what came out, however it was packed."""

from __future__ import annotations

import base64
import html
import traceback
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote


def forms(secret: str) -> frozenset[bytes]:
    """Every form in which a secret may stand somewhere."""
    raw = secret.encode()
    texts = {
        secret,
        secret[:12],
        quote(secret, safe=""),
        quote(quote(secret, safe=""), safe=""),
        "".join(f"\\u{ord(ch):04x}" for ch in secret),
        html.escape(secret),
        repr(secret)[1:-1],
        raw.hex(),
        raw.hex().upper(),
    }
    packed = (base64.b64encode, base64.urlsafe_b64encode)
    shifted = {_inner(pack(b"x" * shift + raw), shift) for pack in packed for shift in range(3)}
    return frozenset({text.encode() for text in texts} | shifted)


def _inner(encoded: bytes, shift: int) -> bytes:
    """The characters that depend on the secret alone, whatever stands before and behind it."""
    return encoded[4 if shift else 0 : -4]


def chain(error: BaseException) -> str:
    """An error as it would be printed without a redactor, with all that led to it."""
    parts, todo, seen = [], [error], set()
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        parts += [str(one), repr(one), repr(one.args), repr(getattr(one, "__dict__", {}))]
        todo += [e for e in (one.__cause__, one.__context__) if e is not None]
        todo += list(getattr(one, "exceptions", ()))
    return "\n".join([*traceback.format_exception(error), *parts])


def leaks(secrets: Iterable[str], channels: dict[str, bytes]) -> list[str]:
    """``channel: form`` of each hit, without the secret itself."""
    found = []
    for number, secret in enumerate(secrets):
        for form in forms(secret):
            found += [
                f"secret {number} in {name} ({len(form)} bytes, as it begins: {form[:3]!r})"
                for name, data in channels.items()
                if form in data
            ]
    return found


def files_below(folder: Path) -> bytes:
    """The bytes of every file of a folder: log, journal, drafts."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)

"""The forms in which a secret value is likely to travel."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

HEAD = 8  # this many characters of a secret are enough to be masked

# An encoded secret: what has to be seen to recognise it, and the whole of it.
Variant = tuple[str, str]


def encodings(value: str) -> Iterator[Variant]:
    """Every form of a value that is looked for."""
    head = value[:HEAD]
    for encode in _BY_CHARACTER:
        yield encode(head), encode(value)
    yield from _base64(head, value)


def _base64(head: str, value: str) -> Iterator[Variant]:
    """In all three positions that a value can have in a longer text, as after ``user:``."""
    raw = value.encode("utf-8", "surrogatepass")
    bits = len(head.encode("utf-8", "surrogatepass")) * 8
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):  # bytes of the text in the group of three that the value begins in
            first = -(-before * 8 // 6)  # letters that carry a bit of what stands before
            whole = encode(bytes(before) + raw).decode().rstrip("=")[first:]
            # The last letter of the head may carry bits of the next byte: leave it out.
            end = (before * 8 + bits) // 6 - first
            yield (whole[:end] if len(value) > HEAD else whole), whole


def _quote(value: str, safe: str = "") -> str:
    return quote(value, safe=safe, errors="surrogatepass")


def _quote_twice(value: str) -> str:
    return _quote(_quote(value))


def _lower_escapes(encoded: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), encoded)


def _escape_all(value: str, digits: str = "04x") -> str:
    units = value.encode("utf-16-be", "surrogatepass")
    pairs = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(f"\\u{unit:{digits}}" for unit in pairs)


def _literal(value: str, write: Callable[[object], str]) -> str:
    """As in a Python literal. Which quotes are escaped there depends on what else is in it."""
    return "".join(write(character)[1:-1] for character in value)


def _literal_bytes(value: str) -> str:
    """As in a literal of its UTF-8 bytes."""
    characters = (character.encode("utf-8", "surrogatepass") for character in value)
    return "".join(repr(encoded)[2:-1] for encoded in characters)


def _references(value: str, digits: str = "d", sign: str = "") -> str:
    """Every character as a numeric reference of HTML."""
    return "".join(f"&#{sign}{ord(character):{digits}};" for character in value)


def _hex(value: str) -> str:
    return value.encode("utf-8", "surrogatepass").hex()


# Encodings that go character by character: the prefix of a value is the prefix of its encoding.
_BY_CHARACTER: tuple[Callable[[str], str], ...] = (
    lambda v: v,
    _quote,
    lambda v: _quote(v, "/"),
    lambda v: quote_plus(v, errors="surrogatepass"),
    lambda v: _lower_escapes(_quote(v)),
    _quote_twice,
    lambda v: _quote(_lower_escapes(_quote(v))),
    lambda v: json.dumps(v)[1:-1],
    lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
    lambda v: json.dumps(json.dumps(v)[1:-1])[1:-1],
    _escape_all,
    lambda v: _escape_all(v, "04X"),
    _hex,
    lambda v: _hex(v).upper(),
    lambda v: _literal(v, repr),
    lambda v: _literal(v, ascii),
    lambda v: _literal(v, repr).replace("'", "\\'"),
    lambda v: _literal(v, ascii).replace("'", "\\'"),
    _literal_bytes,
    lambda v: _literal_bytes(v).replace("'", "\\'"),
    html.escape,
    lambda v: html.escape(v, quote=False),
    _references,
    lambda v: _references(v, "x", "x"),
    lambda v: _references(v, "X", "x"),
    lambda v: html.escape(v, quote=False).replace('"', "&#34;").replace("'", "&#39;"),
)

"""Looks inside encoded text: what a mask would hide in plain text is hidden there, too.

Percent signs, backslash escapes, HTML entities, base64 and hexadecimal digits, one in another up
to three deep. Text that holds nothing to hide comes back as it was; text that does comes back
decoded, with the mask in its place.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

DEPTH = 3

_BYTES = re.compile(r"(?:\\{1,4}x[0-9A-Fa-f]{2})+")
_UNITS = re.compile(r"(?:\\{1,4}u[0-9A-Fa-f]{4})+")
_HEX = re.compile(r"[0-9A-Fa-f]{8,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_BASE64_URL = re.compile(r"[A-Za-z0-9_\-]{8,}={0,2}")


def hide_nested(text: str, hide: Callable[[str], str], depth: int = DEPTH) -> str:
    """Apply ``hide`` to ``text`` and to what is encoded in it.

    ``hide`` must return its argument unchanged when there is nothing to hide.
    """
    text = hide(text)
    if depth == 0:
        return text
    for marks, decode in _WHOLE:
        if marks in text:
            plain = decode(text)
            hidden = plain if plain == text else hide_nested(plain, hide, depth - 1)
            text = text if hidden == plain else hidden
    for pattern, unpack in _RUNS:
        text = pattern.sub(partial(_inside, unpack=unpack, hide=hide, depth=depth), text)
    return text


def _inside(
    found: re.Match[str], unpack: Callable[[str], bytes], hide: Callable[[str], str], depth: int
) -> str:
    """An opaque run, or what it holds when that had to be masked."""
    try:
        plain = unpack(found[0]).decode()
    except (ValueError, binascii.Error):
        return found[0]
    hidden = hide_nested(plain, hide, depth - 1)
    return found[0] if hidden == plain else hidden


def _hex(run: str) -> bytes:
    return bytes.fromhex(run[: len(run) // 2 * 2])


def _base64(run: str) -> bytes:
    return base64.b64decode(_padded(run), validate=True)


def _base64_url(run: str) -> bytes:
    return base64.b64decode(_padded(run), altchars=b"-_", validate=True)


def _padded(run: str) -> str:
    """Whole groups of four; a single letter left over carries nothing."""
    bare = run.rstrip("=")
    if len(bare) % 4 == 1:
        bare = bare[:-1]
    return bare + "=" * (-len(bare) % 4)


def _unescaped(text: str) -> str:
    """The characters behind ``\\uXXXX`` and ``\\xXX``, however often the backslash was doubled."""
    text = _UNITS.sub(
        lambda m: _units(m[0]).decode("utf-16-be", "replace"),
        text,
    )
    return _BYTES.sub(lambda m: _octets(m[0]).decode("utf-8", "replace"), text)


def _units(run: str) -> bytes:
    return bytes.fromhex("".join(re.findall(r"u([0-9A-Fa-f]{4})", run)))


def _octets(run: str) -> bytes:
    return bytes.fromhex("".join(re.findall(r"x([0-9A-Fa-f]{2})", run)))


# What has to be in the text for the decoder to do anything, and the decoder.
_WHOLE: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("%", unquote),
    ("\\", _unescaped),
    ("&", html.unescape),
)
_RUNS: tuple[tuple[re.Pattern[str], Callable[[str], bytes]], ...] = (
    (_HEX, _hex),
    (_BASE64, _base64),
    (_BASE64_URL, _base64_url),
)

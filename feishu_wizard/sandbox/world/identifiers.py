"""Identifiers in the platform's forms, and reversible ones for large directories.

An ``open_id`` belongs to one app and one person. Deriving it from the person's number (and back)
spares a dictionary of every person for every app.
"""

from __future__ import annotations

import secrets
import string
from hashlib import blake2b

_ALNUM = string.ascii_letters + string.digits


def new_app_id() -> str:
    """``cli_`` and 16 hexadecimal digits."""
    return f"cli_{secrets.token_hex(8)}"


def new_secret(length: int = 32) -> str:
    """Letters and digits, as App Secrets have them."""
    return "".join(secrets.choice(_ALNUM) for _ in range(length))


def new_id(prefix: str) -> str:
    """``prefix`` and 32 hexadecimal digits (``om_``, ``oav_`` and such)."""
    return prefix + secrets.token_hex(16)


class NumberCodec:
    """Turn numbers below 2**32 into opaque ids of 32 hexadecimal digits, and back."""

    def __init__(self, prefix: str, key: str) -> None:
        self.prefix = prefix
        self._key = key.encode()
        self._mask = int.from_bytes(blake2b(self._key, digest_size=4).digest(), "big")

    def encode(self, number: int) -> str:
        """The id of ``number``."""
        return f"{self.prefix}{number ^ self._mask:08x}{self._check(number)}"

    def decode(self, text: str) -> int | None:
        """The number of an id made by this codec, else None."""
        start = len(self.prefix)
        if len(text) != start + 32 or not text.startswith(self.prefix):
            return None
        try:
            number = int(text[start : start + 8], 16) ^ self._mask
        except ValueError:
            return None
        return number if text[start + 8 :] == self._check(number) else None

    def _check(self, number: int) -> str:
        return blake2b(number.to_bytes(4, "big"), key=self._key[:64], digest_size=12).hexdigest()


def short_user_id(number: int) -> str:
    """Eight hexadecimal digits, unique for numbers below 2**32, as tenants get by default."""
    return f"{(number * 2654435761 + 0x5D9BD4C3) % 2**32:08x}"

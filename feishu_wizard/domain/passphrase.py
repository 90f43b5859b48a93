"""Passphrases of hand-over files: one is made up that can be read aloud, a typed one is judged."""

from __future__ import annotations

import secrets
from typing import Final

# No c, q, w, x, y, z: they are heard as other letters. 15 * 5 syllables, two a word.
_CONSONANTS: Final = "bdfghjklmnprstv"
_VOWELS: Final = "aeiou"
WORDS: Final = 6  # 75 ** 12 ways: 74 bits
SHORTEST: Final = 12  # characters of a typed one; below it can be guessed offline
_FEWEST: Final = 6  # different characters


def new_passphrase() -> str:
    """Six words of four letters that mean nothing, such as bado-kifu-lemo-nipa-rusi-tave."""
    return "-".join(_word() for _ in range(WORDS))


def _word() -> str:
    return "".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(2))


def cleaned(text: str) -> str:
    """A passphrase as it is used: without the blanks and line ends that copying brings along."""
    return text.strip()


def weakness(text: str) -> str:
    """The code of what makes a passphrase easy to guess; "" for a good one.

    ``passphrase.short``, ``passphrase.monotonous`` (few different characters, or one piece
    repeated), ``passphrase.unreadable`` (characters that another keyboard may not have).
    """
    used = cleaned(text)
    if len(used) < SHORTEST:
        return "passphrase.short"
    if len(set(used.lower())) < _FEWEST or _repeats(used.lower()):
        return "passphrase.monotonous"
    if not (used.isascii() and used.isprintable()):
        return "passphrase.unreadable"
    return ""


def _repeats(text: str) -> bool:
    """The text is one shorter piece several times over."""
    return text in (text + text)[1:-1]

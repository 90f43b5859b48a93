"""What about a person's number or name breaks forms, files and pages of other products."""

from __future__ import annotations

import re

NAME_LIMIT = 64

# As written, with what people put between the digits taken out.
_BETWEEN = re.compile(r"[\s()\-\u2010-\u2015\xa0]+")
_MAINLAND = re.compile(r"(?:\+86|0086)?1[0-9]{10}")
_PREFIXED = re.compile(r"[\s(]*(?:\+|00)[\s(]*86")
# Markup; controls (C0, C1: ANSI sequences among them); marks, overrides and isolates of direction;
# zero width; separators of lines; half characters, which no file can hold.
_ODD = re.compile(
    r"[<>\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069"
    r"\ufeff\ud800-\udfff]"
)
# What a spreadsheet takes for a formula (a tab is a control anyway).
_FORMULA = ("=", "+", "-", "@")


def is_foreign_mobile(text: str) -> bool:
    """Whether a mobile is none of mainland China, with or without ``+86``. Blank is not foreign."""
    if not text or text.startswith("+86"):
        return False
    digits = _BETWEEN.sub("", text)
    return bool(digits) and not (digits.startswith("+86") or _MAINLAND.fullmatch(digits))


def has_prefix(text: str) -> bool:
    """Whether a mobile is written with ``+86`` (or ``0086``) in front."""
    return text.startswith("+86") or _PREFIXED.match(text) is not None


def is_odd_name(name: str) -> bool:
    """Whether a name is blank, longer than ``NAME_LIMIT``, or holds what breaks a form or a file.

    That is markup, the start of a formula, control and ANSI characters, overrides and isolates of
    direction, characters of no width.
    """
    if name.isalnum() and len(name) <= NAME_LIMIT:
        return False
    if not name or len(name) > NAME_LIMIT or name.startswith(_FORMULA):
        return True
    return _ODD.search(name) is not None or not name.strip()

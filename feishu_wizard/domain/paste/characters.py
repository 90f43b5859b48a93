"""Which characters are invisible, wide, foreign or turn the direction of reading."""

from __future__ import annotations

from unicodedata import category, name, normalize

from feishu_wizard.domain.paste.model import ProblemCode

NBSP = frozenset("\u00a0\u2007\u202f")
LINE_BREAKS = frozenset("\r\n\u0085\u2028\u2029")
# Also the marks that Windows puts before copied paths; the overrides below are no accident.
ZERO_WIDTH = frozenset("\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202c\ufeff")
DIRECTION = frozenset("\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
MASKS = frozenset("*•●∙·＊⦁◦○")
_LOOK_ALIKE = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def is_blank(character: str) -> bool:
    """White space of any sort that is neither a line break nor a no-break space."""
    if character in LINE_BREAKS or character in NBSP:
        return False
    return character.isspace() and category(character) in ("Zs", "Cc")


def narrow(character: str) -> str:
    """A full-width or styled letter, digit, low line or hyphen as ASCII; others as they are."""
    if character.isascii():
        return character
    plain = normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isascii() and is_word(plain) else character


def is_word(character: str) -> bool:
    """A letter, digit, low line or hyphen of ASCII."""
    return character.isascii() and (character.isalnum() or character in "_-")


def foreign(character: str) -> ProblemCode | None:
    """Why a character can stand in no id, key or secret; None when it is printable ASCII."""
    if character in LINE_BREAKS:
        return ProblemCode.LINE_BREAK
    if character in NBSP or character.isspace():
        return ProblemCode.BLANK
    if character.isascii():
        return None if character.isprintable() else ProblemCode.CONTROL
    return unprintable(character) or _not_ascii(character)


def unprintable(character: str) -> ProblemCode | None:
    """Why a character can stand in no text at all; None when it can."""
    if character in ZERO_WIDTH:
        return ProblemCode.ZERO_WIDTH
    if character in DIRECTION:
        return ProblemCode.DIRECTION
    kind = category(character)
    if kind in ("Cs", "Cn", "Co"):
        return ProblemCode.NOT_TEXT
    return ProblemCode.CONTROL if kind in ("Cc", "Cf") else None


def _not_ascii(character: str) -> ProblemCode:
    if looks_like_latin(character):
        return ProblemCode.LOOK_ALIKE
    plain = normalize("NFKC", character)
    wide = len(plain) == 1 and plain.isascii()
    return ProblemCode.FULL_WIDTH if wide else ProblemCode.NON_ASCII


def looks_like_latin(character: str) -> bool:
    """A letter of a script whose letters are taken for Latin ones."""
    return not character.isascii() and name(character, "").startswith(_LOOK_ALIKE)

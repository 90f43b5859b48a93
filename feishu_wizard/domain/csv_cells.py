"""Cells of a CSV file that a spreadsheet opens without executing, and a person can read.

After OWASP's "CSV Injection": a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line
end may be taken for a formula. Such a cell gets an apostrophe in front; spreadsheets show it,
because only a typed one is hidden, so it is kept for the few cells that need it. A number with
its country code (``+8613800000000``: a plus and digits, nothing else) is left alone: taken for a
formula it is worth itself, while the apostrophe would spoil every mobile of the file for every
program that reads it.

Where the system's list separator is a semicolon, Excel parts the line there whatever the quotes
say, so what follows a semicolon inside a cell is guarded likewise.
"""

from __future__ import annotations

import re

GUARD = "'"
TRIGGERS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫−")  # and their full-width and small forms
_PHONE = re.compile(r"\+[0-9]{4,15}")
# What a reader may strip before it looks for a formula: spaces, marks without a width.
_BEFORE = " \u00a0\u00ad\u034f\u115f\u1160\u1680\u180e\u3000\u3164\ufeff\uffa0" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070)])
)
_PARTED = re.compile(f";(?=[{re.escape(_BEFORE)}\"']*[{re.escape(''.join(sorted(TRIGGERS)))}])")
_BREAKS = dict.fromkeys([*range(0x09, 0x0E), 0x85, 0x2028, 0x2029], " ")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_UNSEEN = {
    code: f"[U+{code:04X}]"
    for code in (
        *range(0x80, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),
        *range(0xFFF9, 0xFFFC), *range(0xD800, 0xE000),
    )
}  # fmt: skip
_SHOWN = _UNSEEN | _PICTURES | _BREAKS
_SUSPECT = re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(_SHOWN)) + "]")


def visible(text: str) -> str:
    """Text on one line whose control characters and turns of direction can be seen.

    Line ends and tabs become spaces, other control characters their pictures (``␛``), characters
    that turn the direction their number (``[U+202E]``).
    """
    return text.translate(_SHOWN) if _SUSPECT.search(text) else text


def cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever stood in it."""
    text = _PARTED.sub(f";{GUARD}", visible(text))
    risky = text.lstrip(_BEFORE)[:1] in TRIGGERS and not _PHONE.fullmatch(text)
    return f"{GUARD}{text}" if risky else text

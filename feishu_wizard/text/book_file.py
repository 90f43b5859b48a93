"""The file of the error book: its schema and its reader. Loaded when the first word is needed."""

from __future__ import annotations

import tomllib

import msgspec

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.finding import Who


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of one or more codes; every text by language.

    ``title`` is one sentence that says what was observed, ``cause`` what is likely behind it,
    ``fix`` what mends it. ``who`` is None where only the finding can know. ``page`` is the page
    of the developer console where the fix is made. ``{names}`` are filled
    from the parameters; a part in ``[[ ]]`` is there only when its values are.
    """

    codes: tuple[str, ...]
    title: dict[str, str]
    cause: dict[str, str] = {}
    fix: dict[str, str] = {}
    who: Who | None = None
    page: ConsolePage | None = None


class _Book(msgspec.Struct, forbid_unknown_fields=True):
    entry: tuple[Entry, ...]


def parse_book(data: bytes) -> tuple[Entry, ...]:
    """Read the TOML of a book; ``msgspec.ValidationError`` tells where it is wrong."""
    return msgspec.convert(tomllib.loads(data.decode()), _Book).entry

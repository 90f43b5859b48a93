"""By what an account of CAN is recognised in a Feishu person, and what an update would change.

Pure rules. CAN publishes none; these are the cautious ones: letters' case of an address and the
way a mobile is written make no difference, the login name counts exactly as it stands (CAN sends
it to the platform as ``user_id``, as it stands).
"""

from __future__ import annotations

import re
import unicodedata

from feishu_wizard.domain.directory import Column, PersonState

#: Their people can hold no account any more: a sync creates none for them.
GONE = (PersonState.RESIGNED, PersonState.EXITED)
#: To these CAN can push; UNKNOWN is here because a hidden state says nothing against a person.
REACHABLE = (PersonState.ACTIVE, PersonState.UNKNOWN)
#: In front of a field that CAN would empty if it copied what it cannot see (bk-lite PR#5757).
WOULD_BLANK = "would_blank:"

_FILLING = str.maketrans(dict.fromkeys("\t\n\r -().·\u00a0\u2010\u2011\u2013"))
_NUMBER = re.compile(r"\+?[0-9]{4,20}")
_MAINLAND = re.compile(r"(?:\+86|86)?(1[0-9]{10})")


def name_key(text: str) -> str:
    """A login name as it is compared."""
    return text.strip()


def email_key(text: str) -> str:
    """An address as it is compared; "" for what is none."""
    text = text.strip()
    if "@" not in text:
        return ""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def mobile_key(text: str) -> str:
    """A mobile as it is compared: ``+86`` is left out, other countries keep theirs.

    "" for what is none, a number masked with asterisks included.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.translate(_FILLING)
    if text.startswith("00"):
        text = f"+{text[2:]}"
    mainland = _MAINLAND.fullmatch(text)
    if mainland:
        return mainland[1]
    return text if _NUMBER.fullmatch(text) else ""


def key_of(by: Column, text: str) -> str:
    """A value of the field ``by`` as it is compared; "" when there is nothing to compare."""
    if by is Column.MOBILE:
        return mobile_key(text)
    return name_key(text) if by is Column.USER_ID else email_key(text)


def change_of(column: Column, held: str, brought: str, visible: bool) -> str:
    """What a sync would do to one field of an account: "", its name, or ``would_blank:`` and it.

    ``held``: what CAN has; ``brought``: what Feishu shows, "" when it is blank or hidden.
    """
    if not brought.strip() or not visible:
        return f"{WOULD_BLANK}{column.value}" if held.strip() else ""
    return "" if _equal(column, held, brought) else column.value


def _equal(column: Column, held: str, brought: str) -> bool:
    if held.strip() == brought.strip():
        return True
    if column is Column.NAME:
        return False
    if "*" in held:
        return True  # masked in the file: nobody can tell a difference
    key = mobile_key if column is Column.MOBILE else email_key
    return bool(key(held)) and key(held) == key(brought)

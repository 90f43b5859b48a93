"""What in a message may trip the platform's audits, told before anything is sent.

A company's data-leak audit holds back plain phone numbers and e-mail addresses (230028; official
docs: im-v1 message create). Meaningless test messages are refused (230100; official docs: batch
messages). Which texts count as such, and which words a company calls sensitive (230022), no
document says: the former is assumed here, of the latter nothing is known (``NOT_JUDGED``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from feishu_wizard.domain.sample_message import Samples, filled

# Said beside every result: nobody outside can know a company's list of words.
NOT_JUDGED = "audit.words_unknown"


@dataclass(frozen=True, slots=True)
class AuditNote:
    """One warning. ``place``: "title", "line", "note" or the name of a variable.

    ``number``: of the line, from 1; 0 elsewhere. ``excerpt``: what was seen, its middle masked.
    """

    code: str
    place: str
    excerpt: str
    number: int = 0


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.])(?:"
    r"(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}"  # mainland mobiles
    r"|\+[1-9][0-9]{0,2}(?:[- ]?[0-9]{2,4}){2,4}"  # with a country code
    r"|0[1-9][0-9]{1,2}-[0-9]{7,8}"  # landlines
    r"|[48]00-?[0-9]{3}-?[0-9]{4}"  # service numbers
    r")(?![\w.])"
)
_ID_CARD = re.compile(r"(?<!\w)[1-9][0-9]{5}((?:19|20)[0-9]{6})[0-9]{3}[0-9Xx](?!\w)")
_MENTION = re.compile(r"<at\b[^>]*>")
_MEANT_AS_TEST = frozenset(
    {"test", "testing", "tests", "ceshi", "hello", "hi", "测试", "测试一下", "测试消息", "试试"}
    | {"testmessage", "thisisatest", "你好"}
)


def audit_text(text: str, place: str = "line", number: int = 0) -> tuple[AuditNote, ...]:
    """The warnings of one piece of text, in the order of their kinds."""
    return tuple(AuditNote(code, place, _masked(seen), number) for code, seen in _seen(text))


def audit_message(
    samples: Samples, template: str, lang: str, values: Mapping[str, str]
) -> tuple[AuditNote, ...]:
    """The warnings of a whole message, each at the variable or the line where it comes from.

    Raises ``InputError`` send.no_template.
    """
    message = filled(samples, template, lang, values)
    found = [note for name, value in message.values.items() for note in audit_text(value, name)]
    told = {(note.code, note.excerpt) for note in found}
    pieces = [("title", 0, message.title)]
    pieces += [("line", at, line) for at, line in enumerate(message.lines, 1)]
    pieces += [("note", 0, message.note)]
    for place, number, text in pieces:
        found += [n for n in audit_text(text, place, number) if (n.code, n.excerpt) not in told]
    return (*found, *_audit_whole(" ".join(text for _, _, text in pieces)))


def is_bare_test(text: str) -> bool:
    """The whole text is what people type to try something: "test", "测试", "123", "aaa"."""
    bare = "".join(re.findall(r"\w", text)).casefold()
    if not bare:
        return True
    counting = "1234567890".startswith(bare) and len(bare) <= 10
    return bare in _MEANT_AS_TEST or counting or len(set(bare)) == 1


def _audit_whole(text: str) -> tuple[AuditNote, ...]:
    return (AuditNote("audit.bare_test", "message", text.strip()),) if is_bare_test(text) else ()


def _seen(text: str) -> Iterator[tuple[str, str]]:
    for code, shape in (("audit.email", _EMAIL), ("audit.phone", _PHONE)):
        yield from ((code, found[0]) for found in shape.finditer(text))
    yield from (("audit.id_card", m[0]) for m in _ID_CARD.finditer(text) if _is_date(m[1]))
    yield from (("audit.mention", found[0]) for found in _MENTION.finditer(text))


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _masked(seen: str) -> str:
    """Enough to find it again, and no more: this is shown, logged and reported."""
    if seen.startswith("<"):
        return seen[:40]
    keep = min(3, len(seen) // 3)
    return f"{seen[:keep]}…{seen[len(seen) - keep :]}" if keep else seen

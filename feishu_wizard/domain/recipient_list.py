"""Recipients from a pasted list or a table: what each entry was understood as.

Lists mix ids, e-mail addresses, mobiles and names of groups, in any of the usual forms; a table
is pasted from a spreadsheet or read from a CSV. Nothing is dropped: every entry comes back, with
the recipient that it names, the entry that it repeats, or what is wrong with it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from feishu_wizard.domain.recipient import Recipient, RecipientKind, parse_recipient

LIMIT = 1000  # recipients of one sending
LENGTH_LIMIT = 256  # characters of one entry; no id, address or name of a group is longer


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry. ``line``: where it stands, from 1; ``text``: as it was written.

    ``recipient`` None: not understood, ``problem`` says why (a text code). ``label``: the name
    that stood beside it. ``same_as``: the line of the first entry for the same recipient, 0 for
    a first one. ``rewritten``: full-width characters or quotes were taken as the plain ones.
    """

    line: int
    text: str
    recipient: Recipient | None = None
    label: str = ""
    problem: str = ""
    same_as: int = 0
    rewritten: bool = False


@dataclass(frozen=True, slots=True)
class RecipientList:
    """What a list was understood as. ``headings``: of the table's columns that were used."""

    entries: tuple[ListEntry, ...]
    headings: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Each recipient once, in the order of the list."""
        return tuple(e.recipient for e in self.entries if e.recipient and not e.same_as)

    @property
    def problems(self) -> tuple[ListEntry, ...]:
        """Entries that nobody can be sent to."""
        return tuple(e for e in self.entries if e.problem)

    @property
    def repeated(self) -> tuple[ListEntry, ...]:
        """Entries that name a recipient of an earlier one."""
        return tuple(e for e in self.entries if e.same_as)


K = RecipientKind
# Headings as people write them, without case, spaces and signs; the best column comes first.
_HEADINGS = {
    K.CAN_ACCOUNT: "账号 登录名 用户名 can账号 account username loginname login canaccount can",
    K.USER_ID: "userid 用户id 飞书userid 飞书id",
    K.OPEN_ID: "openid",
    K.UNION_ID: "unionid",
    K.EMAIL: "邮箱 电子邮箱 工作邮箱 邮件 email mail emailaddress",
    K.MOBILE: "手机 手机号 手机号码 电话 mobile mobilenumber phone phonenumber",
    K.CHAT: "群 群id 群名 群名称 chatid group chat",
}
_LABELS = ("姓名", "名字", "name", "fullname", "displayname", "显示名", "昵称")
_HEADING_OF = {name: kind for kind, names in _HEADINGS.items() for name in names.split()}

_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\u2028\u2029]")
_SIGNS = ",;，；、|｜"
_QUOTES = {'"': '"', "“": "”", "「": "」", "'": "'", "‘": "’"}
_NAMED = re.compile(r"(?P<label>.*?)\s*[<〈](?:mailto:)?(?P<address>[^<>〈〉]+)[>〉]", re.DOTALL)
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_GROUP = re.compile(r"(?i:group|chat|群|群组|群聊)\s*[:：]\s*(?P<name>.+)", re.DOTALL)
_SURE = (K.EMAIL, K.MOBILE, K.OPEN_ID, K.UNION_ID, K.CHAT)


def parse_list(
    text: str, default: RecipientKind = K.CAN_ACCOUNT, groups: Collection[str] = ()
) -> RecipientList:
    """Read a pasted list. Cells with tabs between them, what stands below headings, and CSV are
    read as ``parse_table`` does.

    ``default``: what an entry is that could be anything. ``groups``: names of groups that are
    known; an entry that equals one is that group, as is ``group:NAME``.
    """
    lines = _LINE_ENDS.split(text)
    top = next((line for line in lines if _plain(line)), "")
    for sign in ",;":
        if sign in top and _columns(next(csv.reader([_UNSEEN.sub("", top)], delimiter=sign), [])):
            return parse_table([*csv.reader(lines, delimiter=sign)], default, groups)
    if _bare(top) in _HEADING_OF or any("\t" in line.strip() for line in lines):
        return parse_table([line.split("\t") for line in lines], default, groups)
    found = [
        _entry(number, piece, default, groups)
        for number, line in enumerate(lines, 1)
        for piece in _pieces(line)
    ]
    return RecipientList(_without_repeats(found))


def parse_table(
    rows: Sequence[Sequence[str]],
    default: RecipientKind = K.CAN_ACCOUNT,
    groups: Collection[str] = (),
) -> RecipientList:
    """Read rows of cells, such as of a CSV or a spreadsheet.

    With headings, each row is one recipient: by the best of its filled columns (account, user ID,
    other ids, e-mail, mobile, group). Without, every cell that is filled is an entry.
    """
    first = next((number for number, row in enumerate(rows) if any(map(_plain, row))), 0)
    columns = _columns(rows[first]) if rows else {}
    if not columns:
        cells = ((n, cell) for n, row in enumerate(rows, 1) for cell in row)
        pieces = ((n, piece) for n, cell in cells for piece in _pieces(cell))
        return RecipientList(_without_repeats(_entry(n, p, default, groups) for n, p in pieces))
    entries = (
        _of_row(number, row, columns, rows[first])
        for number, row in enumerate(rows[first + 1 :], first + 2)
        if any(map(_plain, row))
    )
    used = tuple(_plain(rows[first][at]) for at in sorted(columns.values()))
    return RecipientList(_without_repeats(entries), used)


def _columns(heads: Sequence[str]) -> dict[RecipientKind, int]:
    """Kind of recipient to column, where the row consists of headings."""
    known = [_HEADING_OF.get(_bare(head)) for head in heads]
    return {kind: known.index(kind) for kind in _HEADINGS if kind in known}


def _of_row(
    number: int, row: Sequence[str], columns: dict[RecipientKind, int], heads: Sequence[str]
) -> ListEntry:
    cells = {at: _plain(cell) for at, cell in enumerate(row)}
    text = ", ".join(cell for cell in cells.values() if cell)
    at_label = next((at for at, head in enumerate(heads) if _bare(head) in _LABELS), -1)
    entry = ListEntry(number, text, label=cells.get(at_label, ""))
    for kind, at in columns.items():
        value = cells.get(at, "")
        if value:
            value = re.sub(r"[ \-]", "", value) if kind is K.MOBILE else value
            found = Recipient(kind, value)
            return _checked(replace(entry, recipient=found, rewritten=_rewritten(row[at])))
    return replace(entry, problem="list.nobody_named")


def _pieces(line: str) -> Iterator[str]:
    """The entries of one line: separated by signs outside quotes and angle brackets."""
    # "Zhang, San <a@b.example>; Li Si <c@d.example>": commas belong to the names.
    signs = ";；" if re.search(r"[<＜].*[;；]", line) else _SIGNS
    begin, closing = 0, ""
    for at, sign in enumerate(line):
        if closing:
            closing = "" if sign == closing else closing
        elif sign in "<＜" or (sign in _QUOTES and not line[begin:at].strip()):
            closing = {"<": ">", "＜": "＞"}.get(sign) or _QUOTES[sign]
        elif sign in signs:
            yield from _apart(line[begin:at])
            begin = at + 1
    yield from _apart(line[begin:])


def _apart(piece: str) -> Iterator[str]:
    """One piece, or several that blanks keep apart: only where each is an address or an id."""
    piece = piece.strip()
    words = piece.split()
    whole = parse_recipient(_plain(piece)).kind if piece else None
    if len(words) > 1 and whole is not K.MOBILE and all(_sure(word) for word in words):
        yield from words
    elif piece:
        yield piece


def _sure(word: str) -> bool:
    return parse_recipient(_plain(word)).kind in _SURE


def _entry(number: int, piece: str, default: RecipientKind, groups: Collection[str]) -> ListEntry:
    label, value = "", _plain(piece)
    named = _NAMED.fullmatch(value)
    if named:
        label, value = _plain(named["label"]), _plain(named["address"])
    group = _GROUP.fullmatch(value)
    if group:
        found = Recipient(K.CHAT, group["name"].strip())
    elif value in groups:
        found = Recipient(K.CHAT, value)
    else:
        found = parse_recipient(value, default)
    return _checked(ListEntry(number, piece, found, label, rewritten=_rewritten(piece)))


def _checked(entry: ListEntry) -> ListEntry:
    """Tell what no recipient can be."""
    value = entry.recipient.value if entry.recipient else ""
    if not value:
        return replace(entry, recipient=None, problem="list.nobody_named")
    if len(value) > LENGTH_LIMIT:
        shown = entry.text[:LENGTH_LIMIT]
        return replace(entry, text=shown, recipient=None, problem="list.too_long")
    if any(unicodedata.category(sign) == "Cc" for sign in value):
        return replace(entry, recipient=None, problem="list.control_characters")
    return entry


def _without_repeats(entries: Iterable[ListEntry]) -> tuple[ListEntry, ...]:
    """Mark entries that repeat an earlier one, and those beyond the largest sending."""
    first: dict[tuple[RecipientKind, str], int] = {}
    told = []
    for entry in entries:
        who = entry.recipient
        if who is None:
            told.append(entry)
            continue
        key = (who.kind, who.value.casefold() if who.kind is K.EMAIL else who.value)
        if key in first:
            told.append(replace(entry, same_as=first[key]))
        elif len(first) >= LIMIT:
            told.append(replace(entry, recipient=None, problem="list.too_many"))
        else:
            first[key] = entry.line
            told.append(entry)
    return tuple(told)


def _plain(text: str) -> str:
    """Without blanks, quotes and what cannot be seen; full-width letters and signs made plain."""
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).strip()
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def _rewritten(text: str) -> bool:
    return _plain(text) != text.strip()


def _bare(head: str) -> str:
    return re.sub(r"[\W_]", "", _plain(head)).casefold()

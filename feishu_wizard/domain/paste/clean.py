"""Takes off what came along with a value, and keeps account of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from feishu_wizard.domain.paste.characters import LINE_BREAKS, NBSP, ZERO_WIDTH, is_blank, narrow
from feishu_wizard.domain.paste.labels import Found, find_values
from feishu_wizard.domain.paste.model import SECRETS, URLS, WORDS, Edit, EditCode, FieldKind
from feishu_wizard.domain.paste.strand import Strand

_CREDENTIALS = frozenset({FieldKind.APP_ID, FieldKind.APP_SECRET})
_BY_SHAPE = frozenset({FieldKind.RECIPIENT, FieldKind.CA_FILE})  # may hold anything: no labels
_PAIRS = (('"“”„＂', '"“”„＂'), ("'‘’＇`´", "'‘’＇`´"), ("「『«《【", "」』»》】"))
_LIKE_ADDRESS = re.compile(
    r"[\"'`“‘「<(\[]*[A-Za-z][A-Za-z0-9+.\-]{1,10}(?::|：)?[/\\／]{1,2}", re.ASCII
)
_ANGLES = re.compile(r"<([^<>]+)>")
_MARKDOWN = re.compile(r"\[[^\]]*\]\(([^)]+)\)")
_BEARER = re.compile(r"Bearer\s+", re.IGNORECASE)
_CHINESE_LABEL = re.compile(r"(邮箱|手机号?码?|收件人|接收人)\s*[:：]\s*")
_TWO = re.compile(r"([0-9A-Za-z_]+)[\s,;:/|，；：]+([0-9A-Za-z_]+)")
_APP_ID = re.compile(r"cli_[0-9A-Za-z]{10,}")
_APP_SECRET = re.compile(r"[0-9A-Za-z]{20,64}")
_ROUNDS = 12


@dataclass(slots=True)
class Cleaning:
    """A value on its way. ``others``: texts found for other boxes. ``foreign``: see ``Found``."""

    kind: FieldKind
    strand: Strand
    others: dict[FieldKind, str] = field(default_factory=dict)
    foreign: Edit | None = None
    counts: Counter[EditCode] = field(default_factory=Counter)
    sides: set[str] = field(default_factory=set)
    done: dict[EditCode, Edit] = field(default_factory=dict)
    nested: bool = False

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What was done, each kind of thing once."""
        counted = [self._counted(code) for code in self.counts if self.counts[code]]
        return (*counted, *self.done.values())

    def _counted(self, code: EditCode) -> Edit:
        params = {"count": str(self.counts[code])}
        if code is EditCode.TRIMMED:
            params["where"] = "both" if len(self.sides) > 1 else next(iter(self.sides))
        return Edit(code, params)

    def note(self, edit: Edit) -> None:
        """Something was taken off."""
        self.done.setdefault(EditCode(edit.code), edit)


def clean(kind: FieldKind, typed: str) -> Cleaning:
    """Clean until nothing changes; ``nested`` when that takes more rounds than any slip does."""
    work = Cleaning(kind, Strand.of(typed))
    for _ in range(_ROUNDS):
        before = work.strand.text
        for step in _STEPS:
            step(work)
        if work.strand.text == before or work.foreign is not None:
            return work
    work.nested = True
    work.strand = work.strand.cut(0, 0)
    return work


def _strip(work: Cleaning) -> None:
    text = work.strand.text
    start = next((i for i, c in enumerate(text) if not _comes_along(c)), len(text))
    rest = (i for i in range(len(text) - 1, start - 1, -1) if not _comes_along(text[i]))
    end = next(rest, start - 1) + 1
    _count(work, text[:start], "start")
    _count(work, text[max(start, end) :], "end")
    if start or end < len(text):
        work.strand = work.strand.cut(start, max(start, end))


def _comes_along(character: str) -> bool:
    return (
        is_blank(character)
        or character in LINE_BREAKS
        or character in NBSP
        or character in ZERO_WIDTH
    )


def _count(work: Cleaning, cut: str, side: str) -> None:
    breaks = sum(c in LINE_BREAKS for c in cut) - cut.count("\r\n")
    blanks = sum(map(is_blank, cut))
    work.counts[EditCode.TRIMMED] += blanks
    work.counts[EditCode.LINE_BREAK] += breaks
    work.counts[EditCode.NBSP] += sum(c in NBSP for c in cut)
    work.counts[EditCode.ZERO_WIDTH] += sum(c in ZERO_WIDTH for c in cut)
    if blanks:
        work.sides.add(side)


def _invisible(work: Cleaning) -> None:
    if work.kind in SECRETS or not any(c in ZERO_WIDTH for c in work.strand.text):
        return
    seen = work.strand.without(ZERO_WIDTH.__contains__)
    work.counts[EditCode.ZERO_WIDTH] += len(work.strand.text) - len(seen.text)
    work.strand = seen


def _wide(work: Cleaning) -> None:
    if work.kind not in WORDS and work.kind is not FieldKind.RECIPIENT:
        return
    plain = work.strand.mapped(narrow)
    changed = sum(a != b for a, b in zip(work.strand.text, plain.text, strict=True))
    if changed:
        work.counts[EditCode.FULL_WIDTH] += changed
        work.strand = plain


def _labels(work: Cleaning) -> None:
    if work.kind in _BY_SHAPE or _LIKE_ADDRESS.match(work.strand.text):
        return
    found = find_values(work.strand)
    if not found:
        return
    own = next((one for one in found if _fits(one, work.kind, exactly=True)), None)
    own = own or next((one for one in found if _fits(one, work.kind)), None)
    for one in found:
        if one is not own and one.kind is not None and one.kind is not work.kind:
            work.others.setdefault(one.kind, one.value.text)
    if own is not None:
        work.note(own.edit)
        work.strand = own.value
    elif work.others:
        work.strand = work.strand.cut(0, 0)
    else:
        work.foreign = next((one.edit for one in found if one.kind is None), None)


def _fits(one: Found, kind: FieldKind, *, exactly: bool = False) -> bool:
    if one.kind is kind and not one.general:
        return True
    if exactly:
        return False
    if one.kind is None:
        return one.general
    if kind in SECRETS:
        return one.general and one.kind in SECRETS
    return kind in URLS and one.kind in URLS


def _pair(work: Cleaning) -> None:
    """App ID and App Secret copied together: "cli_...  secret"."""
    match = _TWO.fullmatch(work.strand.text) if work.kind in _CREDENTIALS else None
    if match is None:
        return
    for first, second in ((1, 2), (2, 1)):
        if _APP_ID.fullmatch(match[first]) and _APP_SECRET.fullmatch(match[second]):
            mine, other = (first, second) if work.kind is FieldKind.APP_ID else (second, first)
            other_kind = next(iter(_CREDENTIALS - {work.kind}))
            work.others.setdefault(other_kind, match[other])
            work.note(Edit(EditCode.PAIR))
            work.strand = work.strand.cut(*match.span(mine))
            return


def _quotes(work: Cleaning) -> None:
    text = work.strand.text
    if len(text) > 1 and any(text[0] in a and text[-1] in b for a, b in _PAIRS):
        work.note(Edit(EditCode.QUOTES))
        work.strand = work.strand.cut(1, len(text) - 1)


def _around(work: Cleaning) -> None:
    """Brackets of mails and Markdown, the full stop of a sentence, a header's prefix."""
    text = work.strand.text
    if work.kind in SECRETS:
        _take_off(work, EditCode.BEARER, _BEARER.match(text))
    elif work.kind is FieldKind.RECIPIENT:
        label = _CHINESE_LABEL.match(text)
        if label:
            work.note(Edit(EditCode.LABEL, {"label": label[1]}))
            work.strand = work.strand.cut(label.end(), len(text))
    elif work.kind in WORDS:
        _unwrap(work)


def _take_off(work: Cleaning, code: EditCode, prefix: re.Match[str] | None) -> None:
    if prefix:
        work.note(Edit(code))
        work.strand = work.strand.cut(prefix.end(), len(work.strand.text))


def _unwrap(work: Cleaning) -> None:
    text = work.strand.text
    wrapped = _MARKDOWN.fullmatch(text) or _ANGLES.fullmatch(text)
    if wrapped:
        work.note(Edit(EditCode.BRACKETS))
        work.strand = work.strand.cut(*wrapped.span(1))
    elif len(text) > 1 and text[-1] in "。，；、,;" and text[-2] != text[-1]:
        work.note(Edit(EditCode.PUNCTUATION))
        work.strand = work.strand.cut(0, len(text) - 1)


_STEPS: tuple[Callable[[Cleaning], None], ...] = (
    _strip,
    _invisible,
    _wide,
    _labels,
    _pair,
    _quotes,
    _around,
)

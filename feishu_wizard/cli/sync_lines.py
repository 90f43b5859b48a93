"""The sync rehearsal on a terminal: one line that moves, then the result."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import click

from feishu_wizard.cli.output import clean
from feishu_wizard.cli.tree import MARKS
from feishu_wizard.domain.accounts import AccountsRead, Comparison, Fate
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.walk import (
    FieldShare,
    KeyQuality,
    RangeKind,
    SyncPicture,
    WalkNews,
    WalkProgress,
    WalkSummary,
)
from feishu_wizard.text import sync as words
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.text.labels import busy
from feishu_wizard.text.words import check_title, code_words, evidence_words, finding_words

_WIDTH = 79
_SHOWN_EXAMPLES = 3
_SHOWN_LINES = 10


class Line:
    """A progress line on stderr that is written over; nothing where nobody looks."""

    def __init__(self) -> None:
        self._shown = 0
        self._open = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def __call__(self, progress: Progress) -> None:
        """Show where it stands."""
        if not self._open:
            return
        news = progress.news if isinstance(progress, WalkProgress) else None
        text = news_line(news) if news else progress.code and busy(progress)
        if text:
            self._write(f"… {clean(text)}"[:_WIDTH])

    def end(self) -> None:
        """Leave the line, so that what follows has one of its own."""
        if self._shown:
            click.echo("", err=True)
            self._shown = 0

    def _write(self, text: str) -> None:
        click.echo("\r" + text.ljust(self._shown), nl=False, err=True)
        self._shown = len(text)


def news_line(news: WalkNews) -> str:
    """How far a walk is, how fast, and how long it will still take."""
    parts = list(words.news_lines(news))
    if news.waiting_s > 0:
        wait = _("Feishu asks to wait {seconds} s")
        parts.append(wait.format(seconds=f"{news.waiting_s:.0f}"))
    if news.seconds_left is not None:
        minutes, seconds = divmod(round(news.seconds_left), 60)
        parts.append(_("{time} left").format(time=f"{minutes}:{seconds:02d}"))
    return " · ".join(parts)


def result_lines(
    seen: SyncPicture, read: AccountsRead | None = None, compared: Comparison | None = None
) -> Iterator[str]:
    """What the walk came to, the fields, the keys, the accounts, and what stands out."""
    yield from _walk_lines(seen.summary)
    yield from ("", _("Fields"))
    yield from table([_field_cells(row) for row in seen.fields])
    yield from ("", _("Fields by which accounts may be matched"))
    yield from table([_key_cells(key) for key in seen.keys])
    yield from ("", _("People"))
    yield from table(_people_cells(seen))
    if read and compared:
        yield from ("", _("Accounts of CAN, matched by {field}").format(field=_field(compared)))
        yield from _account_lines(read, compared)
    if seen.findings:
        yield from ("", _("Findings"))
        for finding in seen.findings:
            yield from _finding_lines(finding)


def _walk_lines(summary: WalkSummary) -> Iterator[str]:
    mark = MARKS[Status.PASS if summary.complete else Status.FAIL]
    yield f"{mark} {words.headline(summary)}"
    if summary.range_kind is RangeKind.PART:
        partly = _("The app may see a part of the company. Departments: {d}, single people: {u}")
        yield "  " + partly.format(d=summary.range_departments, u=summary.range_users)
    if summary.unreadable:
        unread = ngettext(
            "{n} row could not be read.", "{n} rows could not be read.", summary.unreadable
        )
        yield "  " + unread.format(n=f"{summary.unreadable:,}")
    for one in summary.refused[:_SHOWN_LINES]:
        refused = _("Not read: department {department}. {sentence}")
        sentence = code_words(one.code).sentence
        yield "  " + refused.format(department=one.department or "–", sentence=sentence)
        yield from (f"      {evidence_words(e)}" for e in one.evidence[-1:])
    calls = ngettext("{n} call to Feishu", "{n} calls to Feishu", summary.calls)
    yield "  " + calls.format(n=f"{summary.calls:,}")


def _field_cells(row: FieldShare) -> list[str]:
    cells = [words.column_word(row.column), words.share_words(row)]
    if row.reveals:
        hidden = _("hidden without: {permission}")
        cells.append(hidden.format(permission=check_title(row.reveals)))
    return cells


def _key_cells(key: KeyQuality) -> list[str]:
    examples = ", ".join(f"{value} ({n})" for value, n in key.examples[:_SHOWN_EXAMPLES])
    return [words.column_word(key.column), words.key_words(key), examples]


def _people_cells(seen: SyncPicture) -> list[list[str]]:
    rows = [[words.state_word(state), f"{n:,}"] for state, n in seen.states.items() if n]
    others = (
        (_("Mobile numbers of other countries"), seen.foreign_mobiles),
        (_("Mobile numbers with +86 in front"), seen.prefixed_mobiles),
        (_("Names that break a form or a file"), seen.odd_names),
        (_("In no department"), seen.outside),
    )
    return rows + [[word, f"{n:,}"] for word, n in others if n]


def _field(compared: Comparison) -> str:
    return words.column_word(compared.matched_by.value)


def _account_lines(read: AccountsRead, compared: Comparison) -> Iterator[str]:
    rows = [[words.fate_word(f.value), f"{compared.counts.get(f.value, 0):,}"] for f in Fate]
    rows.append([_("Get no push: the account is no Feishu user ID"), f"{compared.no_push:,}"])
    yield from table(rows)
    if read.skipped_count:
        skipped = ngettext("{n} line was left out:", "{n} lines were left out:", read.skipped_count)
        yield "  " + skipped.format(n=f"{read.skipped_count:,}")
    for line, code in read.skipped[:_SHOWN_LINES]:
        reason = _("line {line}: {sentence}")
        yield "    " + reason.format(line=line, sentence=code_words(code).sentence)
    if compared.dangerous:
        mark = MARKS[Status.FAIL]
        if compared.complete:
            yield f"{mark} " + _("Too many accounts would lose access. Do not start this sync.")
        else:
            unknown = _("The walk is not complete, so nobody can say who would lose access.")
            yield f"{mark} {unknown}"


def _finding_lines(finding: Finding) -> Iterator[str]:
    told = finding_words(finding)
    yield f"{MARKS[finding.status]} {told.sentence}"
    for text in (told.cause, told.fix):
        if text:
            yield f"    {text}"


def table(rows: list[list[str]]) -> Iterator[str]:
    """Rows with their columns below each other; Chinese characters are two cells wide."""
    from unicodedata import east_asian_width

    def width(text: str) -> int:
        return sum(2 if east_asian_width(ch) in "WF" else 1 for ch in text)

    columns = max((len(row) for row in rows), default=0)
    widths = [max((width(r[i]) for r in rows if i < len(r)), default=0) for i in range(columns)]
    for row in rows:
        cells = [cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)]
        yield ("  " + "  ".join(cells)).rstrip()

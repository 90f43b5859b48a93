"""A diagnosis on a terminal: problems in full, everything else as short as it can be said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from feishu_wizard.domain.diagnosis import Diagnosis, needs_somebody
from feishu_wizard.domain.finding import Finding, Link, Status
from feishu_wizard.report.view import (
    GROUPS,
    fact_name,
    fact_value,
    server_line,
    server_notes,
    server_pairs,
)
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.text.labels import link_label
from feishu_wizard.text.verdict import change_line, change_sentence
from feishu_wizard.text.words import Words, check_title, finding_words, status_word

if TYPE_CHECKING:
    from feishu_wizard.report.compare import Comparison

MARKS = {
    Status.PASS: "✓",
    Status.WARN: "!",
    Status.FAIL: "✗",
    Status.SKIP: "–",
    Status.UNKNOWN: "?",
}
# Not a colon: what follows "App Secret:" is masked at every exit.
DASH = " — "
# Checks and codes that say something of use although they passed.
_TELLING = frozenset(
    {"net.proxy", "quota_slowed", "ip_list_used", "app_update_in_review", "capability.proven"}
)


def tree_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings by group, one a paragraph, in the order in which the groups first appear."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.group, []).append(finding)
    for name, rows in groups.items():
        yield ""
        yield _(GROUPS[name]) if name in GROUPS else name
        for finding in rows:
            if needs_somebody(finding):
                yield from _problem_lines(finding)
        yield from _quiet_lines(rows)


def summary_line(diagnosis: Diagnosis) -> str:
    """How many checks came out how, how many calls were made and how long it took."""
    counts = diagnosis.summary
    parts = [f"{counts[s.value]} {status_word(s)}" for s in Status if counts[s.value]]
    calls = ngettext("{n} call to Feishu", "{n} calls to Feishu", diagnosis.feishu_calls)
    parts.append(calls.format(n=diagnosis.feishu_calls))
    parts.append(_("{seconds} s").format(seconds=f"{diagnosis.elapsed_ms / 1000:.1f}"))
    return " · ".join(parts)


def short_line(finding: Finding) -> str:
    """One finding as it arrives."""
    line = f"{MARKS[finding.status]} {check_title(finding.id)}"
    if not needs_somebody(finding):
        return line
    return f"{line}{DASH}{finding_words(finding).sentence}"


def server_lines(diagnosis: Diagnosis) -> Iterator[str]:
    """This computer and the CAN server side by side; nothing when it was not measured there."""
    pairs = server_pairs(diagnosis)
    if pairs:
        yield ""
        yield f"{_('This computer and the CAN server')} ({server_line(diagnosis)})"
    for pair in pairs:
        mark = "≠" if pair.differs else " "
        yield f"{mark} {pair.title}{DASH}{pair.here} | {pair.there}"
    for line in server_notes(diagnosis):
        yield f"  {line}"


def change_lines(found: Comparison) -> Iterator[str]:
    """What changed between two diagnoses: one sentence, then check by check."""
    yield change_sentence(found.code, found.since, len(found.changes), found.first)
    for change in found.changes:
        yield f"  {change_line(change.check, change.before, change.after)}"
    for fact in found.facts:
        before, after = (fact_value(fact.name, v) or "–" for v in (fact.before, fact.after))
        yield f"  {fact_name(fact.name)}: {before} → {after}"


def _problem_lines(finding: Finding) -> Iterator[str]:
    """What was observed, then cause, fix, who, where to click, and what it rests on."""
    words = finding_words(finding)
    yield f"  {MARKS[finding.status]} {words.title}{DASH}{words.sentence}"
    for line in _explained(words, finding.links):
        yield f"      {line}"


def _explained(words: Words, links: tuple[Link, ...]) -> Iterator[str]:
    if words.cause:
        yield _("Likely cause: {cause}").format(cause=words.cause)
    if words.fix:
        yield _("What helps: {fix}").format(fix=words.fix)
    if words.who:
        yield _("Who can fix it: {who}").format(who=words.who)
    for link in links:
        yield f"{link_label(link.label)}: {link.url}"
    yield from words.detail.splitlines()


def _quiet_lines(rows: list[Finding]) -> Iterator[str]:
    """Checks that need nobody: those that passed on one line, the others by what is said."""
    between = _("; ")
    passed = [f for f in rows if f.status is Status.PASS]
    if passed:
        yield f"  {MARKS[Status.PASS]} {between.join(check_title(f.id) for f in passed)}"
    for finding in passed:
        if finding.id in _TELLING or finding.code in _TELLING:
            yield f"      {check_title(finding.id)}{DASH}{finding_words(finding).sentence}"
    said: dict[tuple[Status, str], list[str]] = {}
    for finding in rows:
        if finding.status in (Status.SKIP, Status.UNKNOWN):
            sentence = finding_words(finding).sentence
            said.setdefault((finding.status, sentence), []).append(check_title(finding.id))
    for (status, sentence), titles in said.items():
        yield f"  {MARKS[status]} {between.join(titles)}{DASH}{sentence}"

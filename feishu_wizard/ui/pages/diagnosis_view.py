"""Findings of a diagnosis as groups and rows, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from feishu_wizard.domain.diagnosis import needs_somebody
from feishu_wizard.domain.finding import Evidence, Finding, Status
from feishu_wizard.text import book, catalog, labels
from feishu_wizard.text.catalog import N_, _
from feishu_wizard.text.words import finding_words
from feishu_wizard.ui.pages.folding import grouped
from feishu_wizard.ui.widgets.base import Block
from feishu_wizard.ui.widgets.check_row import Detail, RowView, finding_view
from feishu_wizard.ui.widgets.finding_row import RowData
from feishu_wizard.ui.widgets.finding_tree import GroupData
from feishu_wizard.wizard.remedies import Remedy

# Groups in the order of cause, each with the beginnings of its check ids.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("setup", N_("This setup and this computer"), ("setup.", "net.proxy")),
    ("net.open", N_("This computer → Feishu Open Platform"), ("net.open.",)),
    ("net.accounts", N_("This computer → Feishu login host"), ("net.accounts.",)),
    ("net.can", N_("This computer → CAN server"), ("net.can.",)),
    ("feishu", N_("The Feishu app"), ("feishu.",)),
    ("permission", N_("Permissions"), ("permission.",)),
    ("can", N_("CAN's settings"), ("can.",)),
    ("person", N_("The person"), ("person.",)),
    ("capability", N_("What CAN is to do with Feishu"), ("capability.",)),
)


class Part(Block):
    """A folded part of the page; it is shown again only while it is open."""

    def refresh(self) -> None:
        """Show the controller's state again."""


class _Key(NamedTuple):
    finding: str
    lang: str


class Rows:
    """Makes rows of findings: words only of those that are looked at, and once."""

    def __init__(self, remedy: Callable[[Finding], Remedy | None]) -> None:
        self._remedy = remedy
        self._found: dict[str, Finding] = {}
        self._versions: dict[str, int] = {}
        self._lang = ""
        self._made: dict[_Key, tuple[Finding, RowView]] = {}

    def groups(self, found: Iterable[Finding]) -> list[GroupData]:
        """Return the groups that have something to show."""
        by_group: dict[str, list[Finding]] = {}
        found = tuple(found)
        self._note_versions(found)
        for finding in found:
            by_group.setdefault(group_of(finding.id), []).append(finding)
        return [
            GroupData(group_id, _(title), tuple(self._row(f) for f in members), host_of(members))
            for group_id, title, _beginnings in GROUPS
            if (members := by_group.get(group_id, []))
        ]

    def _note_versions(self, found: tuple[Finding, ...]) -> None:
        renamed, self._lang = catalog.current() != self._lang, catalog.current()
        for finding in found:
            if renamed or self._found.get(finding.id) != finding:
                self._versions[finding.id] = self._versions.get(finding.id, 0) + 1
                self._found[finding.id] = finding

    def view(self, check_id: str) -> RowView:
        """Return what is shown of a check that is in one of the groups."""
        finding = self._found[check_id]
        key = _Key(check_id, catalog.current())
        known = self._made.get(key)
        if known is None or known[0] != finding:
            known = self._made[key] = (finding, diagnosis_view(finding))
        return known[1]

    def _row(self, finding: Finding) -> RowData:
        remedy = self._remedy(finding)
        words = mend_words(remedy) if remedy else ""
        again = finding.status is not Status.SKIP
        return RowData(finding.id, finding.status, words, again, self._versions[finding.id])


def group_of(check_id: str) -> str:
    """Return the group a check is shown in."""
    for group_id, _title, beginnings in GROUPS:
        if check_id.startswith(beginnings):
            return group_id
    return "setup"


def host_of(findings: Iterable[Finding]) -> str:
    """Return the host that a group of network checks is about, "" for other groups."""
    network = [f for f in findings if f.group == "net" and f.id != "net.proxy"]
    named = (f.params.get("host") or (f.evidence and f.evidence[0].host) for f in network)
    return next((str(host) for host in named if host), "")


def mend_words(remedy: Remedy) -> str:
    """Return what the button that leads to the remedy says."""
    if remedy.step is None:
        return _("Correct it above")
    return _("Mend it in “{step}”").format(step=labels.step_title(remedy.step))


def diagnosis_view(finding: Finding) -> RowView:
    """Return a row: cause, fix and who, then each exchange it rests on, then its ids."""
    sha256 = finding.params.get("sha256", "")
    if sha256:  # one word of 64 letters cannot be wrapped
        finding = replace(finding, params={**finding.params, "sha256": grouped(sha256)})
    view = finding_view(finding)
    words = finding_words(finding)
    calm = finding.status in (Status.PASS, Status.SKIP)
    told = (
        (_("Likely cause"), words.cause if not calm else ""),
        (_("What helps"), words.fix if not calm else ""),
        (_("Who can fix it"), words.who if needs_somebody(finding) else ""),
        *(part for seen in finding.evidence for part in evidence_parts(seen)),
        (_("Check and code"), f"{finding.id} · {finding.code}"),
    )
    details = tuple(Detail(label, text) for label, text in told if text)
    return replace(view, details=details, compact=calm, secondary=finding.status is Status.SKIP)


def evidence_parts(seen: Evidence) -> tuple[tuple[str, str], ...]:
    """Return one exchange as labelled texts: request, answer, log id, time."""
    request = " ".join(part for part in (seen.method, seen.host + seen.path) if part)
    answer = (
        _("HTTP status {status}").format(status=seen.http_status) if seen.http_status else "",
        _("code {code}").format(code=seen.feishu_code) if seen.feishu_code is not None else "",
        _("message “{message}”").format(message=book.one_line(seen.msg)) if seen.msg else "",
    )
    time = (_("{ms} ms").format(ms=seen.ms) if seen.ms is not None else "", seen.at)
    return (
        (_("Request"), request),
        (_("Answer"), " · ".join(part for part in answer if part)),
        (_("Log ID"), book.one_line(seen.log_id)),
        (_("Time"), " · ".join(part for part in reversed(time) if part)),
    )

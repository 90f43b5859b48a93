"""Findings of the network as rows: layers that passed become one line, what failed stays open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import finding_words, status_word
from feishu_wizard.ui.widgets.check_row import RowView, finding_view
from feishu_wizard.wizard.prerequisites import PrerequisitesStep

_TOLD = (Status.FAIL, Status.WARN)
PREFIX = "prerequisites.row."


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading; ``open_rows`` are shown with their details."""

    name: str
    title: str
    rows: tuple[tuple[str, RowView], ...]
    open_rows: tuple[str, ...] = ()


def groups(controller: PrerequisitesStep) -> list[Group]:
    """Return what was found, grouped by where it leads."""
    found, hosts = controller.findings, controller.session.answers.hosts
    feishu = [
        *_single(found, "net.proxy"),
        *_layers(found, "open", urlsplit(hosts.open).netloc),
        *_layers(found, "accounts", urlsplit(hosts.accounts).netloc),
        *_single(found, "feishu.fingerprint"),
    ]
    can = [
        *_single(found, "net.can.proxy"),
        *_layers(found, "can", urlsplit(controller.can_origin).netloc),
    ]
    speaks = _speaks(found)
    titled = (
        ("feishu", _("This computer → Feishu"), feishu),
        ("can", _("This computer → CAN"), can),
        ("speaks", _("What CAN speaks"), speaks),
    )
    return [_group(name, title, rows) for name, title, rows in titled if rows]


def _group(name: str, title: str, rows: Sequence[tuple[str, RowView]]) -> Group:
    failed = tuple(row_id for row_id, view in rows if view.status is Status.FAIL)
    return Group(name, title, tuple(rows), failed)


def _single(found: Sequence[Finding], check_id: str) -> list[tuple[str, RowView]]:
    return [
        (PREFIX + f.id, _calm(f)) for f in found if f.id == check_id and f.status is not Status.SKIP
    ]


def grouped(sha256: str) -> str:
    """Return a fingerprint in groups that can be compared over the telephone."""
    plain = sha256.replace(":", "").upper()
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _readable(finding: Finding) -> Finding:
    """A fingerprint in groups: one word of 64 letters cannot be wrapped."""
    sha256 = finding.params.get("sha256", "")
    return (
        replace(finding, params={**finding.params, "sha256": grouped(sha256)})
        if sha256
        else finding
    )


def _calm(finding: Finding) -> RowView:
    """The details of what passed are told together, below."""
    view = finding_view(_readable(finding))
    return replace(view, details=()) if finding.status is Status.PASS else view


def _layers(found: Sequence[Finding], place: str, host: str) -> list[tuple[str, RowView]]:
    layers = [f for f in found if f.id.startswith(f"net.{place}.")]
    passed = [f for f in layers if f.status is Status.PASS]
    told = [f for f in layers if f.status in _TOLD]
    rows = []
    if passed:
        rows.append((f"{PREFIX}net.{place}", _folded(host, passed, whole=not told)))
    return [*rows, *((PREFIX + f.id, _calm(f)) for f in told)]


def passed_facts(found: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return every check that passed with what was seen, for those who want to know."""
    told = [finding_words(f) for f in found if f.status is Status.PASS]
    return [(w.title, "\n".join(part for part in (w.sentence, w.detail) if part)) for w in told]


def _folded(host: str, passed: Sequence[Finding], *, whole: bool) -> RowView:
    layers = {f.id.rpartition(".")[2] for f in passed}
    return RowView(
        status=Status.PASS,
        title=host,
        word=status_word(Status.PASS),
        sentence=_summary(layers, whole=whole),
    )


def _summary(layers: set[str], *, whole: bool) -> str:
    """ "reachable, TLS, clock right": only what was seen."""
    told = {
        "dns": _("name found"),
        "tcp": _("reachable"),
        "tls": _("certificate trusted"),
        "http": _("answers"),
        "clock": _("clock right"),
    }
    if whole and "http" in layers:
        told.pop("dns")
        told.pop("tcp")
        told["http"] = _("reachable")
    order = ("dns", "tcp", "http", "tls", "clock")
    return _(", ").join(told[name] for name in order if name in layers and name in told)


def _speaks(found: Sequence[Finding]) -> list[tuple[str, RowView]]:
    """No known profile is no fault: CAN is then set up by hand, calmly."""
    rows = []
    for finding in found:
        if finding.id != "can.profile" or finding.status is Status.SKIP:
            continue
        view = _calm(finding)
        if finding.status is Status.WARN:
            view = replace(view, word=_("By hand"), badge="", icon="info", tone="info")
        rows.append((PREFIX + finding.id, view))
    return rows

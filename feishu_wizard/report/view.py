"""What every readable form of a diagnosis shows, in words and in order."""

from __future__ import annotations

from dataclasses import dataclass

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.diagnosis import Diagnosis, needs_somebody
from feishu_wizard.domain.edition import Edition, Hosts
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status
from feishu_wizard.report.diagnosis import links, platform_hosts
from feishu_wizard.text import tables
from feishu_wizard.text.catalog import N_, _
from feishu_wizard.text.labels import capability_word, link_label
from feishu_wizard.text.spoken import local_time
from feishu_wizard.text.words import (
    code_words,
    evidence_words,
    finding_words,
    proof_word,
    status_word,
)

# A shape besides the word and the colour: prints in black, and is told apart by everybody.
SHAPES = {
    Status.PASS: "✓",
    Status.WARN: "▲",
    Status.FAIL: "✗",
    Status.SKIP: "–",
    Status.UNKNOWN: "?",
}
GROUPS = {
    "setup": N_("This computer"),
    "net": N_("Network"),
    "feishu": N_("Feishu Open Platform"),
    "permission": N_("Permissions"),
    "can": N_("CAN server"),
    "person": N_("One person"),
    "capability": N_("Capabilities"),
}
_FACTS = {
    "setup_id": N_("Setup"),
    "edition": N_("Edition"),
    "open_url": N_("Platform"),
    "accounts_url": N_("Login host"),
    "app_id": N_("App ID"),
    "can": N_("CAN server"),
    "profile": N_("Deployment profile"),
    "callback_url": N_("Callback URL"),
    "capabilities": N_("Capabilities"),
    "person": N_("Person"),
    "symptom": N_("Symptom"),
    "proxy": N_("Proxy"),
    "os": N_("Operating system"),
    "version": N_("Program"),
}
_WORST = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.SKIP)


@dataclass(frozen=True, slots=True)
class Page:
    """A link: label and address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One check in words. ``evidence``: one exchange a line."""

    id: str
    status: str
    shape: str
    word: str
    title: str
    sentence: str
    cause: str
    fix: str
    who: str
    proof: str
    code: str
    evidence: tuple[str, ...]
    links: tuple[Page, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The checks of one group, the group as bad as its worst check."""

    id: str
    title: str
    status: str
    shape: str
    word: str
    rows: tuple[Row, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """One check, seen from this computer and from the server."""

    title: str
    here: str
    there: str
    differs: bool


def sections(diagnosis: Diagnosis) -> tuple[Section, ...]:
    """The tree: groups in the order of cause, their checks below them."""
    hosts, app_id = platform_hosts(diagnosis), diagnosis.facts.get("app_id", "")
    groups = dict.fromkeys(f.group for f in diagnosis.findings)
    return tuple(_section(group, diagnosis, hosts, app_id) for group in groups)


def fact_rows(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """What was diagnosed: name and value."""
    return [
        (_("Made"), local_time(diagnosis.at)),
        (_("Program"), f"feishu-wizard {diagnosis.version}"),
        *((fact_name(n), fact_value(n, v)) for n, v in diagnosis.facts.items()),
        (_("Calls to Feishu"), str(diagnosis.feishu_calls)),
        (_("Took"), _("{seconds} s").format(seconds=f"{diagnosis.elapsed_ms / 1000:.1f}")),
    ]


def fact_name(name: str) -> str:
    """What a fact is called."""
    return _(_FACTS[name]) if name in _FACTS else name


def fact_value(name: str, value: str) -> str:
    """The value of a fact, codes in words."""
    if name == "edition" and value in {e.value for e in Edition}:
        return _(tables.EDITIONS[value])
    if name == "capabilities":
        known = {c.value for c in Capability}
        parts = [p.strip() for p in value.split(",") if p.strip()]
        return _(", ").join(capability_word(Capability(p)) if p in known else p for p in parts)
    return value


def summary_line(diagnosis: Diagnosis) -> str:
    """How many checks have each status, those that are none left out."""
    counts = diagnosis.summary
    parts = (f"{SHAPES[s]} {status_word(s)} {counts[s.value]}" for s in _WORST if counts[s.value])
    return " · ".join(parts)


def remarks(diagnosis: Diagnosis) -> list[str]:
    """What a reader has to know before believing it."""
    told = [] if diagnosis.complete else [_("This diagnosis is incomplete: it was cut short.")]
    if diagnosis.server is not None:
        told.append(
            _(
                "The server's side was measured in a shell on that machine; CAN itself may have "
                "another proxy, trust store or container."
            )
        )
    return told


def server_line(diagnosis: Diagnosis) -> str:
    """Where, when and with what the server measured."""
    server = diagnosis.server
    if server is None:
        return ""
    return " · ".join(p for p in (server.host, local_time(server.at), server.tool) if p)


def server_notes(diagnosis: Diagnosis) -> list[str]:
    """What could not be measured there."""
    return [code_words(n).sentence for n in diagnosis.server.notes] if diagnosis.server else []


def server_pairs(diagnosis: Diagnosis) -> list[Pair]:
    """This computer and the server side by side."""
    if diagnosis.server is None:
        return []
    pairs = ((diagnosis.finding(there.id), there) for there in diagnosis.server.findings)
    return [
        Pair(
            finding_words(there).title,
            _stood(here),
            _stood(there),
            here is not None and here.status is not there.status,
        )
        for here, there in pairs
    ]


def people_line(diagnosis: Diagnosis) -> str:
    """That people are pseudonyms, and who can tell who they are."""
    if not diagnosis.people:
        return _("No person is named in this report.")
    return _("People are pseudonyms. Who is who is kept on the computer that made this report.")


def _section(group: str, diagnosis: Diagnosis, hosts: Hosts, app_id: str) -> Section:
    findings = [f for f in diagnosis.findings if f.group == group]
    worst = min((f.status for f in findings), key=_WORST.index)
    rows = tuple(row(f, hosts, app_id) for f in findings)
    title = _(GROUPS[group]) if group in GROUPS else group
    return Section(
        group,
        title,
        worst.value,
        SHAPES[worst],
        status_word(worst),
        rows,
        worst in (Status.FAIL, Status.WARN),
    )


def row(finding: Finding, hosts: Hosts, app_id: str) -> Row:
    """One check in words."""
    words = finding_words(finding)
    pages = links(finding, hosts, app_id) if finding.status is not Status.PASS else ()
    return Row(
        id=finding.id,
        status=finding.status.value,
        shape=SHAPES[finding.status],
        word=status_word(finding.status),
        title=words.title,
        sentence=words.sentence,
        cause=words.cause,
        fix=words.fix,
        who=words.who,
        proof="" if finding.proof is Proof.NONE else proof_word(finding.proof),
        code=finding.code,
        evidence=tuple(_evidence(seen) for seen in finding.evidence),
        links=tuple(Page(link_label(link.label), link.url) for link in pages),
        open=needs_somebody(finding),
    )


def _evidence(seen: Evidence) -> str:
    return evidence_words(seen)


def _stood(finding: Finding | None) -> str:
    if finding is None:
        return "–"
    shown = f"{SHAPES[finding.status]} {status_word(finding.status)}"
    if finding.status in (Status.FAIL, Status.WARN):
        shown += f": {finding_words(finding).sentence}"
    return shown

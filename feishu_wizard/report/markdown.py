"""Reports as Markdown, for a ticket or a chat."""

from __future__ import annotations

import re

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.redact import redact
from feishu_wizard.report import ledger, view
from feishu_wizard.report.model import SetupReport
from feishu_wizard.report.outgoing import Outgoing, outgoing
from feishu_wizard.text.catalog import _
from feishu_wizard.text.labels import capability_word
from feishu_wizard.text.verdict import verdict_sentence
from feishu_wizard.text.words import (
    code_words,
    evidence_words,
    finding_words,
    grant_word,
    proof_word,
    status_word,
)

# Text from outside is data: characters with a meaning in Markdown or HTML are taken away.
# An underscore between letters or digits has none, and scopes and IDs are full of them.
_ACTIVE = re.compile(r"([\\`*{}\[\]<>|#]|(?<![^\W_])_|_(?![^\W_]))")


def render(report: SetupReport) -> str:
    """Return the whole report; every line has passed the redactor."""
    parts = [_head(report), _capabilities(report), _needs(report), _checks(report)]
    return redact("\n".join(parts))


def render_diagnosis(diagnosis: Diagnosis) -> str:
    """Return the whole report of a diagnosis; redacted, people by pseudonym."""
    return diagnosis_page(outgoing(diagnosis))


def diagnosis_page(safe: Outgoing) -> str:
    """``render_diagnosis`` of what has passed the gate already."""
    made = safe.diagnosis
    lines = [
        "# " + _("Diagnosis of the Feishu integration"),
        "",
        f"**{plain(verdict_sentence(made))}**",
        "",
        plain(view.summary_line(made)),
        "",
        *(plain(remark) + "\n" for remark in view.remarks(made)),
        "## " + _("What was diagnosed"),
        "",
        *(f"- {plain(name)}: {plain(value)}" for name, value in view.fact_rows(made)),
        "",
        *(line for section in view.sections(made) for line in _section(section)),
        *_server(made),
        "## " + _("People"),
        "",
        plain(view.people_line(made)),
        "",
        *(f"- {plain(person)}" for person in made.people),
        "",
        plain(_("Report {id}").format(id=safe.report)),
    ]
    return "\n".join(lines) + "\n"


def _section(section: view.Section) -> list[str]:
    lines = [f"## {section.shape} {plain(section.title)}", ""]
    for row in section.rows:
        title = f"{row.shape} {row.word} · **{plain(row.title)}** ({plain(row.id)})"
        lines.append(f"- {title}: {plain(row.sentence)}")
        if row.open:
            lines += _details(row)
        lines += [f"  - {plain(line)}" for line in row.evidence]
    return [*lines, ""]


def _details(row: view.Row) -> list[str]:
    told = (
        (_("Likely cause"), row.cause),
        (_("What helps"), row.fix),
        (_("Who can fix it"), row.who),
        *((link.label, link.url) for link in row.links),
        (_("Code"), row.code),
    )
    return [f"  - {plain(name)}: {plain(value)}" for name, value in told if value]


def _server(diagnosis: Diagnosis) -> list[str]:
    pairs = view.server_pairs(diagnosis)
    if not pairs:
        return []
    head = [_("Check"), _("This computer"), _("The CAN server's shell")]
    rows = [head, ["---"] * len(head)]
    rows += [[plain(p.title), plain(p.here), plain(p.there)] for p in pairs]
    table = [f"| {' | '.join(row)} |" for row in rows]
    notes = [f"- {plain(note)}" for note in view.server_notes(diagnosis)]
    title = "## " + _("This computer and the CAN server")
    return [title, "", plain(view.server_line(diagnosis)), "", *table, "", *notes, ""]


def _head(report: SetupReport) -> str:
    setup = report.setup
    rows = [
        (_("Made"), report.at),
        (_("Program"), f"feishu-wizard {report.version}"),
        (_("App ID"), setup.feishu.app_id),
        (_("Platform"), setup.feishu.hosts.open),
        (_("CAN server"), setup.office.url or _("none")),
        (_("Callback URL"), setup.office.callback_url),
    ]
    lines = [f"- {name}: {plain(value)}" for name, value in rows]
    return "\n".join(["# " + _("Feishu integration report"), "", *lines, ""])


def _capabilities(report: SetupReport) -> str:
    lines = ["## " + _("Capabilities"), ""]
    for word in report.words:
        name = capability_word(Capability(word.capability))
        sentence = code_words(f"capability.{word.code}", word.params).sentence
        lines.append(f"- **{name}**: {proof_word(word.proof)}. {plain(sentence)}")
        lines += [f"  - {plain(told)}" for told in ledger.lines_of(report.look, word.capability)]
    checked = [plain(told) for told in ledger.checked_lines(report.look)]
    lines += ["", " ".join(checked)] if checked else []
    return "\n".join([*lines, ""])


def _needs(report: SetupReport) -> str:
    lines = ["## " + _("Permissions and settings"), ""]
    for row in report.states:
        scope = f" ({row.need.scope})" if row.need.scope else ""
        lines.append(f"- {plain(row.need.id + scope)}: {grant_word(row.state)}")
    return "\n".join([*lines, ""])


def _checks(report: SetupReport) -> str:
    lines = ["## " + _("Checks"), ""]
    for finding in report.findings:
        words = finding_words(finding)
        title = f"{status_word(finding.status)} · {words.title}"
        lines.append(f"- **{plain(title)}** ({finding.id}): {plain(words.sentence)}")
        lines += [f"  - {plain(evidence_words(e))}" for e in finding.evidence]
    return "\n".join([*lines, ""])


def plain(text: str) -> str:
    """One line in which nothing is markup."""
    return _ACTIVE.sub(r"\\\1", " ".join(text.split()))

"""The report as one HTML file: no script, nothing from elsewhere, prints well.

Jinja2 escapes every value. The JSON lies in the file as the text of an inert element, so that
``report open`` can read what a person was sent.
"""

from __future__ import annotations

from markupsafe import Markup

from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.pseudonyms import PSEUDONYM
from feishu_wizard.report import view
from feishu_wizard.report.diagnosis import as_text, document
from feishu_wizard.report.outgoing import Outgoing, outgoing
from feishu_wizard.report.page import style_hash, template
from feishu_wizard.resources import resource_text
from feishu_wizard.text.catalog import _, current
from feishu_wizard.text.titles import check_title
from feishu_wizard.text.verdict import verdict_sentence

_VERDICTS = {
    "verdict.problem": Status.FAIL,
    "verdict.note": Status.WARN,
    "verdict.unknown": Status.UNKNOWN,
    "verdict.offline": Status.UNKNOWN,
    "verdict.well": Status.PASS,
}


def render(diagnosis: Diagnosis) -> str:
    """Return the whole file; redacted, people by pseudonym."""
    return page(outgoing(diagnosis))


def page(safe: Outgoing) -> str:
    """``render`` of what has passed the gate already."""
    made = safe.diagnosis
    status = _VERDICTS.get(made.verdict.code, Status.UNKNOWN)
    style = resource_text("report/diagnosis.css")
    return template("diagnosis.html").render(
        lang="zh-Hans" if current() == "zh_Hans" else "en",
        title=_("Diagnosis of the Feishu integration"),
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=style_hash(style),
        made=made,
        verdict=verdict_sentence(made),
        verdict_status=status.value,
        verdict_shape=view.SHAPES[status],
        summary=view.summary_line(made),
        remarks=view.remarks(made),
        facts=view.fact_rows(made),
        sections=view.sections(made),
        pairs=view.server_pairs(made),
        server=view.server_line(made),
        server_notes=view.server_notes(made),
        people=_people(made),
        people_line=view.people_line(made),
        labels=_labels(),
        report=safe.report,
        data=as_text(document(safe)),
    )


def _labels() -> dict[str, str]:
    return {
        "facts": _("What was diagnosed"),
        "checks": _("Checks"),
        "cause": _("Likely cause"),
        "fix": _("What helps"),
        "who": _("Who can fix it"),
        "proof": _("Proof"),
        "page": _("Page"),
        "exchange": _("Exchange"),
        "code": _("Code"),
        "server": _("This computer and the CAN server"),
        "check": _("Check"),
        "here": _("This computer"),
        "there": _("The CAN server's shell"),
        "people": _("People"),
        "person": _("Person"),
        "appears": _("Appears in"),
        "data": _("Data for programs"),
    }


def _people(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Each pseudonym and the checks that mention it."""
    mentions: dict[str, list[str]] = {person: [] for person in diagnosis.people}
    for finding in diagnosis.findings:
        for person in _mentioned(finding) & mentions.keys():
            mentions[person].append(check_title(finding.id))
    return [(person, _(", ").join(checks)) for person, checks in mentions.items()]


def _mentioned(finding: Finding) -> set[str]:
    values = [*finding.params.values()]
    for seen in finding.evidence:
        values += [seen.path, seen.msg, seen.log_id, seen.host]
    return {person for value in values for person in PSEUDONYM.findall(value)}

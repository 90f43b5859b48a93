"""A diagnosis as the promised document (resources/schemas/diagnosis-1.json)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from feishu_wizard.domain.diagnosis import Diagnosis, ServerCheck
from feishu_wizard.domain.edition import Edition, Hosts, hosts_of
from feishu_wizard.domain.finding import Finding, Link
from feishu_wizard.report.outgoing import Outgoing, outgoing, web_address
from feishu_wizard.text.catalog import current
from feishu_wizard.text.labels import link_label
from feishu_wizard.text.links import links_of
from feishu_wizard.text.verdict import verdict_sentence
from feishu_wizard.text.words import finding_words

SCHEMA = "feishu-wizard/diagnosis/1"


def as_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    """The document, words in the language in use; redacted, people by pseudonym.

    Besides the promised keys: ``report`` (id), ``made`` (RFC 3339), ``program`` (version),
    ``language``, ``conclusion`` (the verdict for machines), ``facts``, ``complete``, ``people``
    (pseudonyms) and ``server``; each check also has ``sentence`` (what was observed),
    ``params`` and ``link_codes``, from which another reader makes the words anew.
    """
    return document(outgoing(diagnosis))


def render(diagnosis: Diagnosis) -> str:
    """The document as JSON text."""
    return as_text(document(outgoing(diagnosis)))


def as_text(content: dict[str, Any]) -> str:
    """A document as it is written to a file."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def document(safe: Outgoing) -> dict[str, Any]:
    """``as_dict`` of what has passed the gate already."""
    made = safe.diagnosis
    hosts = platform_hosts(made)
    app_id = made.facts.get("app_id", "")
    return {
        "schema": SCHEMA,
        "report": safe.report,
        "made": made.at,
        "program": made.version,
        "language": current(),
        "verdict": verdict_sentence(made),
        "conclusion": asdict(made.verdict),
        "complete": made.complete,
        "facts": dict(made.facts),
        "checks": [_check(f, hosts, app_id) for f in made.findings],
        "summary": made.summary,
        "feishu_calls": made.feishu_calls,
        "elapsed_ms": made.elapsed_ms,
        "people": list(made.people),
        "server": _server(made.server, hosts, app_id) if made.server else None,
    }


def platform_hosts(diagnosis: Diagnosis) -> Hosts:
    """The platform that was diagnosed; Feishu when the facts do not tell."""
    facts = diagnosis.facts
    known = facts.get("edition", "") in {e.value for e in Edition}
    edition = Edition(facts["edition"]) if known else Edition.FEISHU
    return hosts_of(edition, facts.get("open_url", ""), facts.get("accounts_url", ""))


def links(finding: Finding, hosts: Hosts, app_id: str) -> tuple[Link, ...]:
    """Pages that help with a finding: those of this very app, and what the platform named."""
    found = links_of(finding, hosts, app_id)
    return tuple(link for link in found if web_address(link.url))


def _check(finding: Finding, hosts: Hosts, app_id: str) -> dict[str, Any]:
    words = finding_words(finding)
    pages = links(finding, hosts, app_id)
    return {
        "id": finding.id,
        "group": finding.group,
        "status": finding.status.value,
        "proof": finding.proof.value,
        "code": finding.code,
        "title": words.title,
        "sentence": words.sentence,
        "cause": words.cause,
        "fix": words.fix,
        "who": words.who_code.value,
        "links": [{"label": link_label(one.label), "url": one.url} for one in pages],
        "link_codes": [one.label for one in pages],
        "evidence": [asdict(seen) for seen in finding.evidence],
        "depends_on": list(finding.depends_on),
        "blocked_by": finding.blocked_by,
        "params": dict(finding.params),
    }


def _server(server: ServerCheck, hosts: Hosts, app_id: str) -> dict[str, Any]:
    return {
        "host": server.host,
        "at": server.at,
        "tool": server.tool,
        "notes": list(server.notes),
        "checks": [_check(f, hosts, app_id) for f in server.findings],
    }

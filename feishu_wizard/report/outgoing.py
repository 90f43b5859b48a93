"""What may leave this computer: an allow-list of fields, without secrets, people by pseudonym.

Every form of a report is made from what comes out of here, and so is what is kept of a
diagnosis. A field that is not named here does not leave.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from urllib.parse import urlsplit

from feishu_wizard.domain.diagnosis import Diagnosis, ServerCheck, Verdict, order_of
from feishu_wizard.domain.finding import Evidence, Finding, Link
from feishu_wizard.domain.pseudonyms import Pseudonyms
from feishu_wizard.domain.recipient import parse_recipient
from feishu_wizard.domain.redact import MASK, redact
from feishu_wizard.domain.redact_nested import hide_nested
from feishu_wizard.text.named import named_values

FACTS = (
    "setup_id",
    "edition",
    "open_url",
    "accounts_url",
    "app_id",
    "can",
    "profile",
    "callback_url",
    "capabilities",
    "person",
    "symptom",
    "proxy",
    "os",
)
# Parameters and facts whose value is a person, whatever it looks like.
PERSONAL = frozenset(
    {"person", "who", "account", "user", "user_id", "open_id", "union_id", "email", "mobile"}
    | {"recipient", "can_account", "employee", "nickname"}
)
# Parameters that are plain numbers: a staff number that happens to be equal is no person here.
NUMBERS = frozenset(
    {"asked", "count", "departments", "feishu_code", "inside", "length", "limit", "ms", "others"}
    | {"port", "retry_after", "seconds", "size", "status", "total", "users"}
)
# Parameters that may hold long opaque words; anywhere else such a word is masked, because that
# is what keys, codes and verifiers look like when nothing names them.
TECHNICAL = frozenset(
    {"address", "addresses", "app_id", "host", "issuer", "origin", "proxy", "sha256", "subject"}
    | {"scope", "scopes", "url", "wanted", "nearest"}
)
_OPAQUE = re.compile(
    r"(?<![A-Za-z0-9_\-])(?!cli_|om_|od-|oc_|20[0-9]{6})"
    r"(?=[A-Za-z_\-]{0,60}[0-9])(?=[0-9_\-]{0,60}[A-Za-z])[A-Za-z0-9_\-]{24,}"
)
_LOG_ID = re.compile(r"20[0-9]{12}[0-9A-Za-z]{0,40}|[0-9A-Fa-f\-]{8,64}|[0-9a-z.\-]{1,23}")
LONGEST = 2_000  # characters of one value in a report
LONGEST_READ = 20_000  # characters of one value that are looked at
_CODE = re.compile(r"[A-Za-z0-9_.@\-]{1,100}")
_NUMBER = re.compile(r"[+\-]?[0-9]{1,9}(?:\.[0-9]{1,3})?")
_CHECKS = frozenset(order_of(()))
_PERMISSION = re.compile(r"permission\.[a-z][a-z0-9_]{0,60}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A diagnosis that may be shown to anybody.

    ``report`` is its id: the same for every form of the same diagnosis. ``key`` says who is who
    ("person 7" -> identifiers) and stays at home.
    """

    diagnosis: Diagnosis
    report: str
    key: Mapping[str, tuple[str, ...]]


def outgoing(diagnosis: Diagnosis) -> Outgoing:
    """Take from a diagnosis what may leave."""
    gate = _Gate(_people(diagnosis))
    findings = gate.findings(diagnosis.findings)
    server = gate.server(diagnosis.server) if diagnosis.server else None
    known = replace(
        diagnosis,
        findings=findings,
        verdict=_verdict(diagnosis.verdict),
        at=gate.text(diagnosis.at),
        version=gate.text(diagnosis.version),
        facts=gate.facts(diagnosis.facts),
        people=(),
        server=server,
    )
    key = gate.people.key()
    return Outgoing(replace(known, people=tuple(key)), report_id(diagnosis), key)


def report_id(diagnosis: Diagnosis) -> str:
    """Name a diagnosis by when it was made and how long it took: nothing that is about people."""
    parts = (
        diagnosis.at,
        str(diagnosis.elapsed_ms),
        str(diagnosis.feishu_calls),
        diagnosis.facts.get("setup_id", ""),
        diagnosis.facts.get("app_id", ""),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def is_check_id(check_id: str) -> bool:
    """Tell whether the diagnosis format promises this id."""
    return check_id in _CHECKS or bool(_PERMISSION.fullmatch(check_id))


def printable(text: str) -> str:
    """Text without characters that steer a terminal, turn the writing direction or hide."""
    cut = text[:LONGEST_READ]
    return cut if cut.isprintable() else "".join(c if c.isprintable() else " " for c in cut)


def web_address(url: str) -> bool:
    """Tell whether a link may be offered: a page of the web, nothing that runs."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and "@" not in parts.netloc


def _people(diagnosis: Diagnosis) -> Pseudonyms:
    """Everybody whom a field is about is known before the first text is read."""
    people = Pseudonyms(diagnosis.people)
    server = diagnosis.server.findings if diagnosis.server else ()
    findings = (*diagnosis.findings, *server)
    for params in (diagnosis.facts, *(f.params for f in findings)):
        for name in PERSONAL & params.keys():
            for one in re.split(r"[,;，；、]\s*", str(params[name])):
                people.add(parse_recipient(one).value, one)
    for finding in findings:
        if finding.group == "person":
            people.add(str(finding.params.get("name", "")))
        for seen in finding.evidence:
            people.learn_path(seen.path)
    return people


def _verdict(verdict: Verdict) -> Verdict:
    check = verdict.check if is_check_id(verdict.check) else ""
    return replace(verdict, code=_code(verdict.code), check=check)


def _code(code: str) -> str:
    return code if _CODE.fullmatch(code) and redact(code) == code else "unknown"


class _Gate:
    """What every value passes on its way out.

    ``text``: secrets and people are taken out. ``message``, for what others wrote: so are long
    words that nobody can read.
    """

    def __init__(self, people: Pseudonyms) -> None:
        self.people = people
        # Hosts, methods and sentences repeat from check to check.
        self.text = cache(partial(self._passed, hide=self._hide))
        self.message = cache(partial(self._passed, hide=self._hide_opaque))

    @staticmethod
    def _passed(value: str, hide: Callable[[str], str]) -> str:
        return printable(hide_nested(printable(value), hide))[:LONGEST]

    def _hide(self, text: str) -> str:
        return self.people.hide(redact(text))

    def _hide_opaque(self, text: str) -> str:
        return _OPAQUE.sub(MASK, self._hide(text))

    def log_id(self, value: str) -> str:
        """What names an exchange in the logs of the other side, when it looks like that."""
        return self.text(value) if _LOG_ID.fullmatch(value) else self.message(value)

    def facts(self, facts: Mapping[str, str]) -> dict[str, str]:
        return {name: self.text(str(facts[name])) for name in FACTS if facts.get(name)}

    def findings(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(self.finding(f) for f in findings if is_check_id(f.id))

    def finding(self, finding: Finding) -> Finding:
        named = named_values(finding)
        params = {
            name: self.value(name, value) for name, value in finding.params.items() if name in named
        }
        blocked = finding.blocked_by
        return replace(
            finding,
            code=_code(finding.code),
            params=params,
            evidence=tuple(self.evidence(e) for e in finding.evidence),
            links=tuple(link for one in finding.links if (link := self.link(one))),
            depends_on=tuple(d for d in finding.depends_on if is_check_id(d)),
            blocked_by=blocked if blocked and is_check_id(blocked) else None,
        )

    def value(self, name: str, value: object) -> str:
        text = str(value)
        if name in NUMBERS and _NUMBER.fullmatch(text):
            return text
        if name == "log_id":
            return self.log_id(text)
        return self.text(text) if name in TECHNICAL else self.message(text)

    def evidence(self, seen: Evidence) -> Evidence:
        path = re.split(r"[?#]", printable(seen.path), maxsplit=1)[0]
        shown = hide_nested(path, self._hide_in_path)
        return Evidence(
            method=self.text(seen.method),
            host=self.text(seen.host.rpartition("@")[2]),
            path=re.split(r"[?#]", printable(shown)[:LONGEST], maxsplit=1)[0],
            http_status=seen.http_status,
            feishu_code=seen.feishu_code,
            msg=self.message(seen.msg),
            log_id=self.log_id(seen.log_id),
            ms=seen.ms,
            at=self.text(seen.at),
        )

    def _hide_in_path(self, path: str) -> str:
        return _OPAQUE.sub(MASK, self.people.hide_path(redact(path)))

    def link(self, link: Link) -> Link | None:
        label, url = _code(link.label), self.text(link.url)
        return Link(label, url) if web_address(url) else None

    def server(self, server: ServerCheck) -> ServerCheck:
        return ServerCheck(
            findings=self.findings(server.findings),
            host=self.text(server.host),
            at=self.text(server.at),
            tool=self.text(server.tool),
            notes=tuple(_code(note) for note in server.notes),
        )

"""Reads a report that came from elsewhere: bounded, checked, and only ever data.

What comes out has the words taken off: they are made anew in the reader's language from codes
and parameters. Errors are ``InputError`` report.not_report, report.truncated, report.foreign,
report.future (schema), report.invalid (where, detail), report.unknown_check (id).
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Annotated, Any

import msgspec

from feishu_wizard.domain.diagnosis import Diagnosis, ServerCheck, Verdict, verdict_of
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence, Finding, Link, Proof, Status, Who
from feishu_wizard.domain.typed import from_json
from feishu_wizard.report.diagnosis import SCHEMA
from feishu_wizard.report.outgoing import LONGEST, is_check_id, printable, web_address

LARGEST = 20_000_000  # bytes of a file that is looked at
AT_ONCE = 1_000_000  # bytes that are decoded in this process
MOST = 500  # checks, links, exchanges and so on of one kind
DATA_ID = "report-data"

_DATA = re.compile(rf'<pre id="{DATA_ID}"[^>]*>(.*?)</pre>', re.DOTALL)
_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<where>[^`]*)`)?$", re.DOTALL)
_FAMILY = SCHEMA.rpartition("/")[0] + "/"

Name = Annotated[str, msgspec.Meta(max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _Link(msgspec.Struct):
    label: Name = ""
    url: str = ""


class _Seen(msgspec.Struct):
    method: Name
    host: str
    path: str
    http_status: int | None
    feishu_code: int | None
    msg: str
    log_id: str
    ms: Count | None
    at: str


class _Check(msgspec.Struct):
    id: Name
    status: Status
    proof: Proof
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    who: Who
    links: Annotated[list[_Link], msgspec.Meta(max_length=MOST)]
    evidence: Annotated[list[_Seen], msgspec.Meta(max_length=MOST)]
    depends_on: Annotated[list[Name], msgspec.Meta(max_length=MOST)]
    blocked_by: Name | None
    params: Annotated[dict[Name, str], msgspec.Meta(max_length=MOST)] = {}
    link_codes: Annotated[list[Name], msgspec.Meta(max_length=MOST)] = []


_Checks = Annotated[list[_Check], msgspec.Meta(max_length=MOST)]


class _Server(msgspec.Struct):
    checks: _Checks
    host: str = ""
    at: str = ""
    tool: str = ""
    notes: Annotated[list[Name], msgspec.Meta(max_length=MOST)] = []


class _Conclusion(msgspec.Struct):
    code: Name
    check: Name = ""
    others: Count = 0


class _Envelope(msgspec.Struct):
    schema: Any = None


class _Document(msgspec.Struct):
    checks: _Checks
    feishu_calls: Count
    elapsed_ms: Count
    report: Name = ""
    made: str = ""
    program: str = ""
    conclusion: _Conclusion | None = None
    complete: bool = True
    facts: Annotated[dict[Name, str], msgspec.Meta(max_length=MOST)] = {}
    people: Annotated[list[Name], msgspec.Meta(max_length=100_000)] = []
    server: _Server | None = None


def data_of(content: bytes) -> bytes:
    """The JSON of a report: all of a JSON file, the data element of an HTML one."""
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b"[")):
        return text
    if not text[:200].lower().startswith((b"<!doctype html", b"<html")):
        raise InputError("report.truncated" if not text else "report.not_report")
    page = _decoded(text)
    found = _DATA.search(page)
    if found:
        return html.unescape(found[1]).encode()
    raise InputError("report.truncated" if _ours(page) else "report.foreign")


def parse(data: bytes) -> tuple[str, Diagnosis]:
    """Id and diagnosis of a report; ``data`` is its JSON."""
    _check_schema(_envelope(data))
    try:
        wire = from_json(data, _Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _broken(error) from None
    return _plain(wire.report), _diagnosis(wire)


def _envelope(data: bytes) -> object:
    """The schema alone: a foreign document need not fit ours to be told apart."""
    try:
        return from_json(data, _Envelope).schema
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if isinstance(error, msgspec.ValidationError):
            return None
        raise _broken(error) from None


def _check_schema(schema: object) -> None:
    if schema == SCHEMA:
        return
    if isinstance(schema, str) and re.fullmatch(re.escape(_FAMILY) + r"[0-9.]{1,20}", schema):
        raise InputError("report.future", {"schema": schema})
    raise InputError("report.foreign")


def _broken(error: Exception) -> InputError:
    if isinstance(error, msgspec.ValidationError):
        match = _WHERE.match(str(error))
        where = (match["where"] if match else "") or ""
        what = match["what"] if match else ""
        return InputError("report.invalid", {"where": _plain(where), "detail": _plain(what)})
    if "truncated" in str(error):
        return InputError("report.truncated")
    return InputError("report.invalid", {"where": "", "detail": type(error).__name__})


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data"
        raise InputError("report.truncated" if cut else "report.not_report") from None


def _ours(page: str) -> bool:
    return '<meta name="generator" content="feishu-wizard' in page[:4_000]


# --- from the wire to the domain -------------------------------------------------------------


def _diagnosis(wire: _Document) -> Diagnosis:
    findings = _findings(wire.checks)
    server = wire.server
    return Diagnosis(
        findings=findings,
        verdict=_verdict(wire.conclusion, findings),
        feishu_calls=wire.feishu_calls,
        elapsed_ms=wire.elapsed_ms,
        at=_plain(wire.made),
        version=_plain(wire.program),
        facts={_plain(name): _plain(value) for name, value in wire.facts.items()},
        people=tuple(_plain(one) for one in wire.people),
        server=None
        if server is None
        else ServerCheck(
            _findings(server.checks),
            _plain(server.host),
            _plain(server.at),
            _plain(server.tool),
            tuple(_plain(note) for note in server.notes),
        ),
        complete=wire.complete,
    )


def _verdict(told: _Conclusion | None, findings: tuple[Finding, ...]) -> Verdict:
    """The verdict follows from the findings; that nothing was asked, only the file can know."""
    offline = told is not None and told.code == "verdict.offline"
    return verdict_of(findings, offline=offline)


def _findings(checks: list[_Check]) -> tuple[Finding, ...]:
    seen: set[str] = set()
    for check in checks:
        if not is_check_id(check.id):
            raise InputError("report.unknown_check", {"id": _plain(check.id)})
        if check.id in seen:
            raise InputError("report.invalid", {"where": check.id, "detail": "twice"})
        seen.add(check.id)
    return tuple(_finding(check) for check in checks)


def _finding(check: _Check) -> Finding:
    return Finding(
        id=check.id,
        status=check.status,
        code=_plain(check.code),
        params={_plain(name): _plain(value) for name, value in check.params.items()},
        proof=check.proof,
        who=check.who,
        evidence=tuple(_evidence(seen) for seen in check.evidence),
        links=_links(check),
        depends_on=tuple(d for d in check.depends_on if is_check_id(d)),
        blocked_by=check.blocked_by if is_check_id(check.blocked_by or "") else None,
    )


def _links(check: _Check) -> tuple[Link, ...]:
    codes = [*check.link_codes, *(link.label for link in check.links[len(check.link_codes) :])]
    links = (
        Link(_plain(code), _plain(link.url))
        for code, link in zip(codes, check.links, strict=False)
        if web_address(link.url)
    )
    return tuple(links)


def _evidence(seen: _Seen) -> Evidence:
    known = Evidence(**{name: getattr(seen, name) for name in _Seen.__struct_fields__})
    return replace(
        known,
        method=_plain(seen.method),
        host=_plain(seen.host),
        path=_plain(seen.path),
        msg=_plain(seen.msg),
        log_id=_plain(seen.log_id),
        at=_plain(seen.at),
    )


def _plain(text: str) -> str:
    return printable(text)[:LONGEST]

"""Addresses: what is wrong with one, and the one that was probably meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feishu_wizard.domain.address import CALLBACK_PATH
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.paste.characters import looks_like_latin, unprintable
from feishu_wizard.domain.paste.model import (
    FieldKind,
    Problem,
    ProblemCode,
    Proposal,
    ProposalCode,
    WarningCode,
)
from feishu_wizard.domain.paste.strand import Strand
from feishu_wizard.domain.web_address import WEB, WebAddress, parse_web_address

_PROXY = (*WEB, "socks5", "socks5h")
_PROXY_WORDS = frozenset({"system", "none"})
# The manual's own example stands in many a copied text; it is nobody's server.
_MANUAL_HOST = "release.can.aloudata.work"
_WIDE = str.maketrans("：／．。｡？＃＆＝％＠＼；", ":/...?#&=%@\\;")
_SPELLED = re.compile(
    r"(?P<scheme>[A-Za-z]{2,9}5?h?)(?P<colon>[:;]?)(?P<slashes>/*)(?P<rest>[^/].*)"
)
_NEARLY_HTTP = re.compile(r"h{0,3}[htp]{2,5}s?", re.IGNORECASE)
_AGAIN = re.compile(r"(?P<scheme>https?)(?:[:;]/*|/{2,})(?=.)", re.IGNORECASE)
_HOST_FIRST = re.compile(
    r"(?://)?(?P<rest>(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?#:@\[\]]+)(?P<port>:[0-9]{1,5})?"
    r"(?:[/?#].*)?)"
)
_OUTSIDE = re.compile(r"\\\\|[A-Za-z]:\\|[A-Za-z]:/(?!/)")  # a share, a path of Windows
_TLS_PORTS = frozenset({"", ":443", ":8443"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong or unusual about a value, and what is offered instead."""

    problem: Problem | None = None
    warning: Problem | None = None
    proposal: Proposal | None = None


def judge_url(kind: FieldKind, strand: Strand) -> Verdict:
    """Read an address strictly; offer the one meant when exactly one slip explains it."""
    text = strand.text
    if kind is FieldKind.PROXY_URL and text in _PROXY_WORDS:
        return Verdict()
    broken = _unreadable(strand, kind)
    if broken is not None:
        return broken
    try:
        address = parse_web_address(text, _schemes(kind))
    except InputError as error:
        return _refused(kind, strand, error)
    if _authority(text) != _authority(text).translate(_WIDE):
        return _refused(kind, strand, InputError(ProblemCode.FULL_WIDTH_ADDRESS))
    return _accepted(kind, strand, address)


def _schemes(kind: FieldKind) -> tuple[str, ...]:
    return _PROXY if kind is FieldKind.PROXY_URL else WEB


def _authority(text: str) -> str:
    return re.split(r"[/?#]", text.partition("://")[2], maxsplit=1)[0]


def _unreadable(strand: Strand, kind: FieldKind) -> Verdict | None:
    """Characters that stand in no address, and hosts in two scripts."""
    for index, character in enumerate(strand.text):
        code = unprintable(character)
        if character.isspace():
            code = ProblemCode.LINE_BREAK if character in "\r\n" else ProblemCode.BLANK
        if code is not None:
            problem = Problem(code, {"position": strand.position(index)})
            joined = "".join(strand.text.split())
            return Verdict(problem, proposal=_offer(joined, ProposalCode.JOINED, kind))
    index = _two_scripts(strand.text)
    if index >= 0:
        where = {"position": strand.position(index)}
        return Verdict(Problem(ProblemCode.LOOK_ALIKE_HOST, where))
    return None


def _two_scripts(text: str) -> int:
    """Where a look-alike letter stands in a label of the host that has Latin letters too."""
    host = re.match(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?/*([^/?#\\]*)", text)
    start, stop = host.span(1) if host else (0, 0)
    for label in re.finditer(r"[^.:@]+", text[start:stop]):
        strange = next((i for i, c in enumerate(label[0]) if looks_like_latin(c)), -1)
        if strange >= 0 and any(c.isascii() and c.isalpha() for c in label[0]):
            return start + label.start() + strange
    return -1


def _refused(kind: FieldKind, strand: Strand, error: InputError) -> Verdict:
    params = dict(error.params)
    if "position" in params:
        params["position"] = strand.position(int(params["position"]) - 1)
    mended = _mend(strand.text, kind)
    if mended is None:
        return Verdict(Problem(error.code, params))
    code, proposal = mended
    return Verdict(Problem(code, {} if code != error.code else params), proposal=proposal)


def _offer(value: str, code: ProposalCode, kind: FieldKind) -> Proposal | None:
    """The proposal, when its value is an address at last."""
    try:
        parse_web_address(value, _schemes(kind))
    except InputError:
        return None
    return Proposal(value, code)


def _mend(text: str, kind: FieldKind) -> tuple[str, Proposal] | None:
    """The problem's name and the address meant; None when no single slip explains the text."""
    if _OUTSIDE.match(text):
        return None
    plain = text.translate(_WIDE).replace("\\", "/")
    mended = _with_scheme(plain, kind) or (plain, "address.no_scheme", ProposalCode.SCHEME_MISSING)
    value, code, offered = mended
    if value == text:
        return _without_userinfo(text, kind)
    if plain != text and value == plain:
        wide = text.translate(_WIDE) != text
        code = ProblemCode.FULL_WIDTH_ADDRESS if wide else ProblemCode.SLASHES
        offered = ProposalCode.FULL_WIDTH if wide else ProposalCode.SLASHES
    proposal = _offer(value, offered, kind)
    return (code, proposal) if proposal else None


def _with_scheme(plain: str, kind: FieldKind) -> tuple[str, str, ProposalCode] | None:
    spelled = _SPELLED.fullmatch(plain)
    if spelled and (spelled["colon"] or spelled["slashes"]):
        scheme = spelled["scheme"].lower()
        if scheme in _schemes(kind):
            return _joined(scheme, spelled["rest"], plain, "address.slashes")
        if _NEARLY_HTTP.fullmatch(scheme) and (spelled["slashes"] or "." in spelled["rest"]):
            nearest = "https" if scheme.endswith("s") else "http"
            return _joined(nearest, spelled["rest"], plain, "address.scheme_typo")
    bare = _HOST_FIRST.fullmatch(plain)
    if bare is None or not _like_host(bare["host"]):
        return None
    scheme = "http" if kind is FieldKind.PROXY_URL or _inside(bare) else "https"
    return f"{scheme}://{bare['rest']}", "address.no_scheme", ProposalCode.SCHEME_MISSING


def _like_host(host: str) -> bool:
    """A name that could be a server's; one word in another script is no address."""
    return host.lower() not in WEB and (host.isascii() or "." in host)


def _joined(scheme: str, rest: str, plain: str, code: str) -> tuple[str, str, ProposalCode]:
    """Scheme and rest; of several schemes in a row the last one counts."""
    again = _AGAIN.match(rest)
    while again:
        scheme, rest = again["scheme"].lower(), rest[again.end() :]
        again = _AGAIN.match(rest)
    offered = ProposalCode.SCHEME_TYPO if code.endswith("typo") else ProposalCode.SLASHES
    value = f"{scheme}://{rest}"
    return (plain if value.lower() == plain.lower() else value), code, offered


def _inside(bare: re.Match[str]) -> bool:
    """Probably a server inside the company, which answers on plain http."""
    host = bare["host"]
    numeric = host.startswith("[") or host.replace(".", "").isdigit()
    return numeric or "." not in host or (bare["port"] or "") not in _TLS_PORTS


def _without_userinfo(text: str, kind: FieldKind) -> tuple[str, Proposal] | None:
    authority = _authority(text)
    if "@" not in authority:
        return None
    value = text.replace(authority, authority.rpartition("@")[2], 1)
    proposal = _offer(value, ProposalCode.USERINFO, kind)
    return ("address.userinfo", proposal) if proposal else None


def _accepted(kind: FieldKind, strand: Strand, address: WebAddress) -> Verdict:
    if address.host in WEB and address.path.startswith("//"):  # http://http//...
        return _refused(kind, strand, InputError(ProblemCode.SLASHES))
    if kind is FieldKind.PROXY_URL:
        return Verdict()
    if address.feishu:
        return Verdict(Problem(ProblemCode.FEISHU, {"host": address.host}))
    if kind is FieldKind.CALLBACK_URL and not address.path.endswith(CALLBACK_PATH):
        warning = Problem(WarningCode.CALLBACK_PATH, {"path": address.path or "/"})
        return Verdict(warning=warning, proposal=_callback(address))
    return Verdict(warning=_unusual(kind, address))


def _unusual(kind: FieldKind, address: WebAddress) -> Problem | None:
    """The one thing most worth saying about an address that may well be right."""
    host = {"host": address.host}
    if kind is FieldKind.CALLBACK_URL and (address.query or address.fragment):
        return Problem(WarningCode.CALLBACK_QUERY)
    if address.host == _MANUAL_HOST:
        return Problem(WarningCode.MANUAL_SAMPLE, host)
    if address.loopback:
        return Problem(WarningCode.LOCALHOST, host)
    return Problem(WarningCode.PLAIN_HTTP, host) if address.scheme == "http" else None


def _callback(address: WebAddress) -> Proposal | None:
    """CAN's usual path for a bare origin, and for a path that differs in case or a slash only.

    Any other path may well be meant.
    """
    path = address.path.rstrip("/")
    if path and not path.lower().endswith(CALLBACK_PATH.lower()):
        return None
    prefix = path[: -len(CALLBACK_PATH)] if path else ""
    return Proposal(address.origin + prefix + CALLBACK_PATH, ProposalCode.CALLBACK_PATH)

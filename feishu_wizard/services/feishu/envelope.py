"""The platform's envelope: what an answer says, whatever its HTTP status.

Success is ``code`` 0, with the object in ``data``, beside ``code`` or flat (official docs:
server API call guide). ``msg`` is kept as it came and never decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.finding import Evidence, Who
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.typed import from_table
from feishu_wizard.services.net.http import Reply

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

#: A decoder gets the whole answer, without nulls, and gives the value in it.
Body = Mapping[str, Any]
Decoder = Callable[[Body], T]

MSG_LIMIT = 500
_LARGEST_CODE = 2**63


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A value the platform gave, and the exchange it came from."""

    value: T
    evidence: Evidence


def of_data(wire: type[S], at: str = "") -> Decoder[S]:
    """A decoder of ``data`` (or of ``data[at]``) into a struct. A missing object is empty."""

    def decode(body: Body) -> S:
        data = _child(body, "data", "$")
        return _convert(_child(data, at, "$.data") if at else data, wire, _path("data", at))

    return decode


def of_body(wire: type[S], at: str = "") -> Decoder[S]:
    """A decoder of the flat answers: tokens, and ``bot`` beside ``code``."""

    def decode(body: Body) -> S:
        return _convert(_child(body, at, "$") if at else body, wire, _path(at))

    return decode


def nothing(body: Body) -> None:
    """The decoder of an answer that says no more than that it was done."""


class ShapeError(Exception):
    """Something in an answer has another type than documented; ``at`` is its JSON path."""

    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


def answer_of(reply: Reply, decoder: Decoder[T]) -> Answer[T]:
    """Read an answer.

    Raises ``FeishuError`` for a code other than 0, ``NetworkError`` ``net.not_json`` for HTML
    and the like, and ``net.unexpected`` (params host, status, at) for another shape.
    """
    body = read_object(reply)
    code = body.get("code")
    if not isinstance(code, int) or isinstance(code, bool) or abs(code) > _LARGEST_CODE:
        raise unexpected(reply, "$.code")
    evidence = _evidence(reply, code, body)
    if code != 0:
        raise refusal(reply, code, body, evidence)
    try:
        return Answer(decoder(body), evidence)
    except ShapeError as error:
        raise unexpected(reply, error.at, evidence) from error


def refusal(reply: Reply, code: int, body: Body, evidence: Evidence) -> FeishuError:
    """The platform's refusal with everything that helps: scopes, field, link, waiting time."""
    detail = body.get("error")
    detail = detail if isinstance(detail, Mapping) else {}
    error = FeishuError(
        code,
        evidence.msg,
        evidence=evidence,
        violations=_violations(detail),
        help_url=_help_url(reply, detail),
        who=_WHO.get(code, Who.DEVELOPER),
    )
    extra = {
        "field": _first(detail.get("field_violations"), "field"),
        "subcode": _text(detail.get("subcode")),
        "retry_after": reply.headers.get("x-ogw-ratelimit-reset", "")
        or reply.headers.get("retry-after", ""),
    }
    error.params.update({name: value for name, value in extra.items() if value})
    error.params["status"] = str(reply.status)
    return error


# Who can mend what the platform refuses, where it is not the app's developer
# (official docs: general error codes of the server API).
_WHO = {
    10003: Who.YOU,
    10014: Who.YOU,
    10015: Who.YOU,
    99991543: Who.YOU,
    99991400: Who.YOU,
    230020: Who.YOU,
    10005: Who.FEISHU_ADMIN,
    11207: Who.FEISHU_ADMIN,
    11210: Who.FEISHU_ADMIN,
    99991403: Who.FEISHU_ADMIN,
    99991662: Who.FEISHU_ADMIN,
    99991673: Who.FEISHU_ADMIN,
    # Under review, or waiting for approval (official docs: application-v7, scopes apply).
    210020: Who.FEISHU_ADMIN,
    210040: Who.FEISHU_ADMIN,
    210302: Who.FEISHU_ADMIN,
    212003: Who.FEISHU_ADMIN,
    212004: Who.FEISHU_ADMIN,
}


def read_object(reply: Reply) -> dict[str, Any]:
    """The whole answer without nulls; ``net.not_json`` and ``net.unexpected`` as ``answer_of``."""
    try:
        document = reply.json()
        cleaned = _without_nulls(document)
    except RecursionError as error:
        raise unexpected(reply, "$") from error
    if not isinstance(cleaned, dict):
        raise unexpected(reply, "$")
    return cleaned


def _without_nulls(value: Any) -> Any:
    """Null and absent mean the same to the platform's Go servers, and to us."""
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(v) for v in value if v is not None]
    return value


def _child(parent: Body, name: str, at: str) -> Body:
    child = parent.get(name, {})
    if not isinstance(child, Mapping):
        raise ShapeError(f"{at}.{name}")
    return child


def _path(*names: str) -> str:
    return ".".join(["$", *(name for name in names if name)])


def _convert(value: Body, wire: type[S], at: str) -> S:
    try:
        return from_table(value, wire)
    except msgspec.ValidationError as error:
        # The path is the only part of the message that is kept: the rest may quote the value.
        _, mark, path = str(error).rpartition(" - at `$")
        raise ShapeError(at + path.rstrip("`") if mark else at) from error


def unexpected(reply: Reply, at: str, evidence: Evidence | None = None) -> NetworkError:
    """The failure of an answer whose shape is another one; ``at`` is the JSON path."""
    found = evidence or reply.evidence()
    return NetworkError(
        "net.unexpected",
        {"host": found.host, "status": str(reply.status), "at": at},
        who=Who.NETWORK,
        evidence=(found,),
    )


def _evidence(reply: Reply, code: int, body: Body) -> Evidence:
    detail = body.get("error")
    detail = detail if isinstance(detail, Mapping) else {}
    log_id = _text(detail.get("log_id")) or _text(detail.get("logid"))
    return reply.evidence(
        feishu_code=code,
        msg=redact(_text(body.get("msg")))[:MSG_LIMIT],  # a gateway may quote what was sent
        log_id=log_id or reply.headers.get("x-tt-logid", ""),
    )


def _violations(detail: Body) -> tuple[str, ...]:
    """Scopes of which any one suffices: ``subject``, in older answers ``scope``."""
    rows = detail.get("permission_violations")
    names = [
        _text(row.get("subject")) or _text(row.get("scope"))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
    ]
    return tuple(dict.fromkeys(name for name in names if name))


def _help_url(reply: Reply, detail: Body) -> str:
    """The page the platform offers; https only, or on the host that was asked."""
    for rows in (detail.get("helps"), detail.get("permission_violations")):
        url = _first(rows, "url")
        if url.startswith("https://") or _same_origin(url, reply.url):
            return url
    return ""


def _same_origin(url: str, other: str) -> bool:
    try:
        left, right = urlsplit(url), urlsplit(other)
    except ValueError:
        return False
    return (left.scheme, left.netloc) == (right.scheme, right.netloc)


def _first(rows: object, name: str) -> str:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and _text(row.get(name)):
            return _text(row.get(name))
    return ""


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""

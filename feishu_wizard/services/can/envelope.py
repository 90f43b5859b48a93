"""What a CAN answer says: its data, or one of the canonical outcomes.

The HTTP status is authoritative for errors; a success needs a 2xx status and an envelope in
which every rule that is present holds and at least one is present. Without rules the status
decides, and an empty answer is a success that brings no data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from feishu_wizard.domain.errors import CanError, ExitCode, NetworkError
from feishu_wizard.domain.finding import Evidence, Who
from feishu_wizard.domain.redact import redact
from feishu_wizard.services.can import pointer
from feishu_wizard.services.can.model import Envelope, Profile
from feishu_wizard.services.can.pointer import MISSING
from feishu_wizard.services.net.http import Reply

TEXT_LIMIT = 300
WHOLE = ""  # the pointer to a whole document; as a message: an error may be a bare text

_BY_STATUS = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    412: "stale",
    422: "invalid",
    428: "unexpected",  # the profile does not know that this server demands a version
    429: "rate_limited",
}
_EXIT = {
    "unauthenticated": ExitCode.CREDENTIALS,
    "forbidden": ExitCode.CREDENTIALS,
    "stale": ExitCode.CONFLICT,
    "invalid": ExitCode.USAGE,
    "secret_masked": ExitCode.USAGE,
    "secret_needed": ExitCode.USAGE,
    "unexpected": ExitCode.NETWORK,
}
_WHO = {
    "unauthenticated": Who.YOU,
    "stale": Who.YOU,
    "invalid": Who.YOU,
    "secret_masked": Who.YOU,
    "secret_needed": Who.YOU,
    "rate_limited": Who.YOU,
    "upstream": Who.NETWORK,
}
_LOGIN_WORDS = re.compile(r"log[-_ ]?in|sign[-_ ]?in|passport|登录|登陆", re.IGNORECASE)
_PASSWORD_BOX = re.compile(rb"<input[^>]{0,200}type\s*=\s*[\"']?password", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opened:
    """The data of a successful answer. ``etag`` is strong, "" when none came."""

    data: Any
    etag: str
    evidence: Evidence


def open_envelope(reply: Reply, profile: Profile) -> Opened:
    """Read an answer. Raises ``CanError`` for everything but a success."""
    envelope = profile.envelope
    document, title = _document(reply, envelope)
    foreign = _foreign(reply, document, title, profile)
    evidence = reply.evidence(
        msg=_message(document, envelope), log_id=_text_at(document, envelope.trace)
    )
    params = {
        "reason": foreign,
        "title": title,
        "detail": _text_at(document, envelope.detail),
        "retry_after": reply.headers.get("retry-after", ""),
        "wire_code": _wire_code(document, profile),
    }
    if not 200 <= reply.status < 300:
        raise error_of(_outcome(reply.status, document, profile), evidence, **params)
    if foreign:
        raise error_of("unexpected", evidence, **params)
    if not all(_holds(document, rule.at, rule.values) for rule in envelope.ok):
        outcome = _mapped(document, profile) or "refused"
        if not envelope.soft_errors:
            outcome, params["reason"] = "unexpected", "foreign_envelope"
        raise error_of(outcome, evidence, **params)
    data = pointer.find(document, envelope.data)
    return Opened(None if data is MISSING else data, _etag(reply), evidence)


def error_of(outcome: str, evidence: Evidence, **params: str) -> CanError:
    """Make the error of an outcome; params always hold host, status and msg."""
    status = "" if evidence.http_status is None else str(evidence.http_status)
    known = {"host": evidence.host, "status": status, "msg": evidence.msg}
    known |= {name: value for name, value in params.items() if value}
    exit_code = _EXIT.get(outcome, ExitCode.ERROR)
    if known.get("reason"):
        exit_code = _EXIT.get(outcome, ExitCode.NETWORK)
    return CanError(
        outcome,
        known,
        evidence=(evidence,),
        exit_code=exit_code,
        who=_WHO.get(outcome, Who.CAN_ADMIN),
    )


def same(left: Any, right: Any) -> bool:
    """Equal in value and type: True is not 1, "200" is not 200."""
    return type(left) is type(right) and bool(left == right)


def _document(reply: Reply, envelope: Envelope) -> tuple[Any, str]:
    """The decoded body; ``MISSING`` with the title of the page when it is no JSON."""
    if not envelope.ok and 200 <= reply.status < 300 and not reply.body.strip():
        return None, ""
    try:
        return reply.json(), ""
    except NetworkError as error:
        if WHOLE in envelope.message and reply.status >= 400:
            return _plain_text(reply), redact(error.params.get("title", ""))[:TEXT_LIMIT]
        return MISSING, redact(error.params.get("title", ""))[:TEXT_LIMIT]
    except RecursionError:
        return MISSING, ""


def _plain_text(reply: Reply) -> Any:
    """The body of an error that is one line of text without quotes; ``MISSING`` for another."""
    text = reply.body[: TEXT_LIMIT * 4].decode("utf-8", "replace").strip()
    return MISSING if not text or text.startswith("<") else text


def _foreign(reply: Reply, document: Any, title: str, profile: Profile) -> str:
    """Why this is not the profile's envelope; "" when it is."""
    if 300 <= reply.status < 400:
        location = reply.headers.get("location", "")
        return "login_page" if _LOGIN_WORDS.search(location) else "redirect"
    if document is MISSING:
        if reply.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            login = _LOGIN_WORDS.search(title) or _PASSWORD_BOX.search(reply.body)
            return "login_page" if login else "html"
        # A refusal may have no body at all; whose it is cannot be told then.
        silent = reply.status in (401, 403) and not reply.body.strip()
        return "" if silent else "foreign_envelope"
    if reply.status >= 400 and isinstance(document, str) and WHOLE in profile.envelope.message:
        return ""
    rules = profile.envelope.ok
    if rules and all(pointer.find(document, rule.at) is MISSING for rule in rules):
        return "foreign_envelope"
    return ""


def _holds(document: Any, at: str, values: list[Any]) -> bool:
    found = pointer.find(document, at)
    return found is MISSING or any(same(found, value) for value in values)


def _outcome(status: int, document: Any, profile: Profile) -> str:
    mapped = _mapped(document, profile)
    if mapped:
        return mapped
    if status >= 500:
        return "server_error"
    if status < 400:
        return "unexpected"
    return _BY_STATUS.get(status, "refused")


def _mapped(document: Any, profile: Profile) -> str:
    """The outcome that the profile gives to the code in the envelope; "" for none."""
    for rule in profile.envelope.ok:
        code = pointer.find(document, rule.at)
        if isinstance(code, str | int) and not isinstance(code, bool):
            outcome = profile.errors.get(str(code))
            if outcome:
                return outcome
    return ""


def _wire_code(document: Any, profile: Profile) -> str:
    for rule in profile.envelope.ok:
        code = pointer.find(document, rule.at)
        if isinstance(code, str | int) and not isinstance(code, bool):
            return redact(str(code))[:TEXT_LIMIT]
    return ""


def _message(document: Any, envelope: Envelope) -> str:
    """What the server says; an answer that is one text says that."""
    if isinstance(document, str):
        return redact(document.strip())[:TEXT_LIMIT]
    return _text_at(document, envelope.message)


def _text_at(document: Any, pointers: list[str]) -> str:
    """The first text found. It may echo what was sent, so it is redacted here already."""
    for at in pointers:
        value = pointer.find(document, at)
        if isinstance(value, str) and value:
            return redact(value)[:TEXT_LIMIT]
    return ""


def _etag(reply: Reply) -> str:
    """Proxies that compress weaken the tag; If-Match wants the strong one back."""
    return reply.headers.get("etag", "").strip().removeprefix("W/")

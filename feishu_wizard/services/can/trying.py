"""What a CAN server found when it tried App ID and App Secret itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from feishu_wizard.domain.errors import CanError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.redact import redact
from feishu_wizard.services.can import pointer
from feishu_wizard.services.can.envelope import TEXT_LIMIT, Opened, error_of
from feishu_wizard.services.can.model import Op

# What a server refuses for other reasons than the pair that it tried: our key, a wrong address.
_NOT_OF_THE_PAIR = frozenset(
    {"unauthenticated", "forbidden", "not_found", "stale", "rate_limited", "unexpected"}
)
_BROKEN = frozenset({"server_error", "upstream"})


@dataclass(frozen=True, slots=True)
class CanCheck:
    """One line of the server's own test: ``status`` is pass, fail or skip."""

    id: str
    status: str
    upstream_code: str = ""
    message: str = ""
    took_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CanTest:
    """What the server found when it tried the pair itself."""

    ok: bool
    checks: tuple[CanCheck, ...]
    evidence: Evidence


def read_test(opened: Opened, op: Op) -> CanTest:
    """The verdict of an answer; ``CanError`` ``unexpected`` (param at) when it is none."""
    ok = True if op.ok_at is None else pointer.find(opened.data, op.ok_at)
    if not isinstance(ok, bool):
        raise error_of("unexpected", opened.evidence, at=op.ok_at or "")
    return CanTest(ok, _checks(opened.data, op), opened.evidence)


def says_no(error: CanError) -> bool:
    """Tell whether a refusal is the verdict of a test that answers by success or refusal."""
    evidence = error.evidence[0] if error.evidence else None
    status = evidence.http_status if evidence else None
    if status is None or error.params.get("reason"):
        return False
    if status >= 500 and error.outcome in _BROKEN:  # some answer a wrong pair with 500 and a code
        return False
    said = status < 300 or bool(error.params.get("msg"))
    return said and error.outcome not in _NOT_OF_THE_PAIR


def refused_test(error: CanError) -> CanTest:
    """The refusal as a test that failed, with the server's words as its one check."""
    check = CanCheck("pair", "fail", message=error.params.get("msg", ""))
    return CanTest(False, (check,), error.evidence[0])


def _checks(data: Any, op: Op) -> tuple[CanCheck, ...]:
    rows = pointer.find(data, op.checks_at) if op.checks_at else []
    return tuple(_check(row) for row in (rows if isinstance(rows, list) else []) if row)


def _check(row: Any) -> CanCheck:
    known = row if isinstance(row, dict) else {}
    took = known.get("tookMs")
    return CanCheck(
        id=_short(known.get("id")),
        status=_short(known.get("status")),
        upstream_code=_short(known.get("upstreamCode")),
        message=_short(known.get("message")),
        took_ms=took if isinstance(took, int) and not isinstance(took, bool) else None,
    )


def _short(value: object) -> str:
    return "" if value is None else redact(str(value))[:TEXT_LIMIT]

"""This computer's clock: the moment as it is noted, and the check ``net.<name>.clock``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.services.net.reply import Reply

_TOLERATED_SECONDS = 60


def now() -> str:
    """This moment as RFC 3339 UTC, by the second."""
    return _noted("seconds")


def now_ms() -> str:
    """This moment as RFC 3339 UTC with milliseconds."""
    return _noted("milliseconds")


def clock_finding(
    check_id: str, reply: Reply, sent_at: datetime, now: Callable[[], datetime] | None = None
) -> Finding:
    """Compare this computer's clock with the server's ``Date``, in the middle of the exchange.

    Positive seconds: this computer is ahead. A wrong clock breaks certificates and sign-ins.
    """
    try:
        server = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return Finding(check_id, Status.UNKNOWN, "net.no_date", {"host": reply.host})
    if server.tzinfo is None:
        server = server.replace(tzinfo=UTC)
    end = now() if now else datetime.now(UTC)
    ahead = round((sent_at + (end - sent_at) / 2 - server).total_seconds())
    params = {"host": reply.host, "seconds": str(ahead)}
    if abs(ahead) > _TOLERATED_SECONDS:
        return Finding(
            check_id, Status.WARN, "net.clock", params, Proof.PROVEN, evidence=(reply.evidence(),)
        )
    return Finding(check_id, Status.PASS, "ok", params, Proof.PROVEN)


def _noted(timespec: str) -> str:
    return datetime.now(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")

"""Trying again: only what may be repeated, after the time the server names, within a budget.

Official rule (server-side rate limits): HTTP 429, or 400 on older interfaces, with code 99991400
and the seconds to wait in ``x-ogw-ratelimit-reset``.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec
import stamina

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.net.reply import Reply

T = TypeVar("T")

_STATUSES = frozenset({429, 502, 503, 504})
_BUSY_CODES = frozenset({99991400, 230020})
# The connection never came about, or broke: an idempotent call may be made again.
_ERRORS = frozenset(
    {"net.dns", "net.refused", "net.unreachable", "net.timeout", "net.reset"}
    | {"net.proxy.refused", "net.proxy.timeout", "net.proxy.dns"}
)


class _AgainError(Exception):
    """An answer that asks to be called again; ``wait`` in seconds, None when it names none."""

    def __init__(self, outcome: object, wait: float | None) -> None:
        super().__init__("try again")
        self.outcome = outcome
        self.wait = wait


def _always(busy: bool) -> bool:
    return True


async def with_retries(
    call: Callable[[], Awaitable[T]],
    *,
    attempts: int = 3,
    budget_s: float = 20.0,
    allow: Callable[[bool], bool] = _always,
) -> T:
    """Make an idempotent call, again after a broken connection or a "busy".

    A ``Reply`` with 429, 502, 503, 504 or a rate-limit code counts as busy; when it still is at
    the end, it is returned as it is. ``budget_s`` covers all attempts and waits: no wait is begun
    that would exceed it. Other errors pass at once. ``allow`` is asked before every repetition
    (True: the other side is busy) and may refuse it: calls can be counted, and cost money.
    """
    end = time.monotonic() + budget_s

    def hook(error: Exception) -> bool | float:
        if isinstance(error, _AgainError):
            wait = error.wait
        elif isinstance(error, NetworkError) and error.code in _ERRORS:
            wait = None
        else:
            return False
        left = end - time.monotonic()
        if (wait or 0.0) >= left or not allow(isinstance(error, _AgainError)):
            return False
        return True if wait is None else wait

    try:
        async for attempt in stamina.retry_context(
            on=hook, attempts=attempts, timeout=budget_s, wait_initial=0.5, wait_max=20.0
        ):
            with attempt:
                outcome = await call()
                if isinstance(outcome, Reply) and is_busy(outcome):
                    raise _AgainError(outcome, wait_of(outcome))
                return outcome
    except _AgainError as error:
        return error.outcome  # type: ignore[return-value] # it came from ``call``
    raise AssertionError("stamina ended without an outcome")


class _Code(msgspec.Struct):
    code: int = 0


def is_busy(reply: Reply) -> bool:
    """Tell whether an answer asks to be called again later."""
    if reply.status in _STATUSES:
        return True
    if reply.status != 400 or len(reply.body) > 65_536:
        return False
    try:
        return from_json(reply.body, _Code).code in _BUSY_CODES
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def wait_of(reply: Reply) -> float | None:
    """Seconds the server asks to wait; None when it names none."""
    for name in ("x-ogw-ratelimit-reset", "retry-after"):
        value = reply.headers.get(name, "").strip()
        if value:
            seconds = _seconds(value)
            if seconds is not None:
                return seconds
    return None


def _seconds(value: str) -> float | None:
    if value.isdecimal() and value.isascii():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())

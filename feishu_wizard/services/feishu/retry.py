"""Which failures are worth another try, and how long to wait before it.

Repeated are only requests that were refused for their number, that never reached the server,
or, when the call is repeatable, whose outcome does not matter (facts: reliability A6).
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

from feishu_wizard.domain.errors import FeishuError, NetworkError, WizardError

T = TypeVar("T")

ATTEMPTS = 3
BUDGET_S = 30.0

# Official docs: rate limits of the server API; im-v1 message create.
_THROTTLED = frozenset({99991400, 230020})
_NEVER_SENT = frozenset({"net.refused", "net.unreachable", "net.timeout", "net.proxy.refused"})
_CUT_OFF = frozenset({"net.reset", "net.protocol"})
_GATEWAY = frozenset({"502", "503", "504"})


async def with_retries(
    call: Callable[[], Awaitable[T]], *, repeatable: bool, budget_s: float = BUDGET_S
) -> T:
    """Await ``call()``, at most ``ATTEMPTS`` times and within ``budget_s`` seconds.

    A waiting time named by the server is kept; one that does not fit the budget ends the tries.
    """
    started = time.monotonic()

    def wait(error: Exception) -> bool | float:
        left = budget_s - (time.monotonic() - started)
        return _wait(error, repeatable, left)

    async for attempt in stamina.retry_context(
        on=wait,
        attempts=ATTEMPTS,
        timeout=budget_s,
        wait_initial=0.5,
        wait_max=20.0,
        wait_jitter=0.5,
    ):
        with attempt:
            return await call()
    raise AssertionError("stamina ends with the last error")


def _wait(error: Exception, repeatable: bool, left: float) -> bool | float:
    if not isinstance(error, WizardError) or not _worth(error, repeatable):
        return False
    hint = _seconds(error.params.get("retry_after", ""))
    if hint is None:
        return left > 0
    return hint if hint < left else False


def _worth(error: WizardError, repeatable: bool) -> bool:
    status = error.params.get("status", "")
    if isinstance(error, FeishuError):
        throttled = error.feishu_code in _THROTTLED or status == "429"
        return throttled or (repeatable and status in _GATEWAY)
    if not isinstance(error, NetworkError):
        return False
    if error.code in _NEVER_SENT or status == "429":
        return True
    return repeatable and (error.code in _CUT_OFF or status in _GATEWAY)


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None

"""Reads back what was written and compares: "Saved" is said only of what is there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Protocol

from feishu_wizard.domain.change import Change, SavePlan
from feishu_wizard.domain.errors import CanError
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.saving.compare import on_off, row_of
from feishu_wizard.operations.saving.marks import hint_fits
from feishu_wizard.services.can.client import CanClient, Setting

MOST_READS = 6  # of one read back, whatever a profile asks for
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.25, 2.0


class Clock(Protocol):
    """Waits; a test's own does not."""

    async def wait(self, seconds: float) -> None:
        """Come back after ``seconds``."""


class WallClock:
    """The clock of the event loop."""

    async def wait(self, seconds: float) -> None:
        """Come back after ``seconds``."""
        await asyncio.sleep(seconds)


WALL = WallClock()


async def read_back(
    client: CanClient, plan: SavePlan, fields: Collection[str], secret: Secret | None, clock: Clock
) -> Setting:
    """Read until the ``fields`` that the profile compares are there, a few times at most.

    A server that answers before it has stored is read again after 0.25, 0.5, 1 ... seconds, as
    often as ``verify.retries`` says. Raises ``CanError`` can.not_saved (where, fields).
    """
    compared = [name for name in fields if name in compared_fields(client)]
    seen = await client.read()
    wrong = _wrong(plan, compared, seen, secret)
    waited = _FIRST_WAIT_S
    for _again in range(min(client.profile.verify.retries, MOST_READS - 1)):
        if not wrong:
            break
        await clock.wait(min(waited, _LONGEST_WAIT_S))
        waited *= 2
        seen = await client.read()
        wrong = _wrong(plan, compared, seen, secret)
    if wrong:
        raise not_saved(client, wrong, seen)
    return seen


def compared_fields(client: CanClient) -> frozenset[str]:
    """What the profile compares after a save; of the secret whatever the server lets see."""
    return frozenset({*client.profile.verify.after_save, "app_secret"})


def not_saved(client: CanClient, fields: list[str], seen: Setting) -> CanError:
    """The server confirmed it, and it is not there."""
    params = {"where": client.url, "fields": ", ".join(fields)}
    return CanError("not_saved", params, evidence=(seen.evidence,))


def proofs(client: CanClient, seen: Setting, secret: Secret | None) -> dict[str, Proof]:
    """What was read back is configured; what the server does not show is only stated."""
    compared = compared_fields(client)
    told = {name: name in compared for name in ("app_id", "callback_url")}
    told["enabled"] = "enabled" in compared and seen.enabled is not None
    plain = seen.stored_secret is not None and secret is not None
    told["app_secret"] = plain and seen.stored_secret.matches(secret)  # type: ignore[union-attr, arg-type]
    return {name: Proof.CONFIGURED if is_so else Proof.STATED for name, is_so in told.items()}


def _wrong(
    plan: SavePlan, fields: Collection[str], seen: Setting, secret: Secret | None
) -> list[str]:
    return [name for name in fields if not _equal(row_of(plan, name), seen, secret)]


def _equal(row: Change, seen: Setting, secret: Secret | None) -> bool:
    if row.secret:
        return _secret_equal(seen, secret)
    if row.field == "enabled":
        return seen.enabled is None or row.after in ("", on_off(seen.enabled))
    return bool(getattr(seen, row.field) == row.after)


def _secret_equal(seen: Setting, secret: Secret | None) -> bool:
    """As far as the server lets see: the secret itself, its end, or that there is one."""
    if secret is None:
        return True
    if seen.stored_secret is not None:
        return seen.stored_secret.matches(secret)
    fits = not seen.secret_hint or hint_fits(seen.secret_hint, secret)
    return seen.secret_set is not False and fits

"""The two calls that write, each made once; when an answer is lost, reading back decides."""

from __future__ import annotations

from feishu_wizard.domain.change import SavePlan
from feishu_wizard.domain.errors import CanError, NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.saving.compare import row_of
from feishu_wizard.operations.saving.goal import Goal
from feishu_wizard.operations.saving.marks import hint_fits
from feishu_wizard.services.can.client import CanClient, Setting, Wanted

_BROKEN = frozenset({"server_error", "upstream", "unexpected"})


def secret_to_send(
    client: CanClient, plan: SavePlan, goal: Goal, current: Setting
) -> Secret | None:
    """The secret that the save has to carry; None when the stored one stays without it."""
    if row_of(plan, "app_secret").changes:
        return goal.secret
    return goal.secret or goal.at_hand if client.wants_secret(current) else None


async def write_values(
    client: CanClient, goal: Goal, current: Setting, secret: Secret | None
) -> None:
    """Store App ID, callback and, where given, the secret.

    A lost or broken answer is settled by one read; the error is raised when the write did not
    arrive or nothing can tell.
    """
    wanted = Wanted(goal.app_id, goal.callback_url, secret)
    try:
        await client.save(wanted, current)
    except (NetworkError, CanError) as error:
        if not outcome_unknown(error):
            raise
        seen = await client.read()
        if unmoved(seen, current) or not (seen.version or _holds(seen, wanted)):
            raise


async def switch(client: CanClient, on: bool, stored: Setting, secret: Secret | None) -> None:
    """Switch the integration; a lost answer is settled by one read."""
    try:
        await client.enable(on, stored, secret)
    except (NetworkError, CanError) as error:
        if not outcome_unknown(error) or (await client.read()).enabled is not on:
            raise


def outcome_unknown(error: NetworkError | CanError) -> bool:
    """A refusal in CAN's own envelope is an outcome; a broken answer or a 5xx is none."""
    return isinstance(error, NetworkError) or error.outcome in _BROKEN


def unmoved(seen: Setting, before: Setting) -> bool:
    """The server counts versions, and this is still the one from before the write."""
    return bool(seen.version) and seen.version == before.version


def _holds(seen: Setting, wanted: Wanted) -> bool:
    """A server without versions shows the wanted values; a secret by itself or by its end."""
    callback = wanted.callback_url if seen.has_callback else ""
    if (seen.app_id, seen.callback_url) != (wanted.app_id, callback):
        return False
    sent = wanted.app_secret
    if sent is None:
        return True
    if seen.stored_secret is not None:
        return seen.stored_secret.matches(sent)
    return bool(seen.secret_hint) and hint_fits(seen.secret_hint, sent)

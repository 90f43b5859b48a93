"""Takes back the last saves to CAN, newest first: a save of its own, with plan and read back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from feishu_wizard.domain.change import Consent, SaveNote, SavePlan, SaveResult
from feishu_wizard.domain.errors import InputError, NetworkError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.save_to_can import NOBODY_ASKED, carry_out, plan_for
from feishu_wizard.operations.saving import notes
from feishu_wizard.operations.saving.goal import Goal
from feishu_wizard.operations.saving.look import look
from feishu_wizard.operations.saving.read_back import WALL, Clock
from feishu_wizard.operations.saving.secrets import known_secret
from feishu_wizard.services.can.client import CanClient, Setting
from feishu_wizard.services.can.transport import api_base


async def last_save(place: Workplace, kit: Kit) -> SaveNote | None:
    """The save that an undo would take back now; None when there is none. Calls nobody."""
    if not kit.setup.office.url or kit.setup.office.profile == BY_HAND:
        return None
    return await asyncio.to_thread(_last, place, kit)


async def plan_undo(
    place: Workplace, kit: Kit, report: Report, secret: Secret | None = None
) -> SavePlan:
    """Read what is stored and tell what taking back the last save would change.

    ``secret``: the former App Secret, typed by a person, where nobody here knows it. Raises
    ``InputError`` can.nothing_to_undo (where).
    """
    report(Progress("comparing", {"target": "can"}))
    client = await place.can(kit)
    current = await look(client)
    goal = await _goal(place, kit, client, current, secret)
    return plan_for(place, kit, client, goal, current)


async def undo_save(
    place: Workplace,
    kit: Kit,
    plan: SavePlan,
    report: Report,
    *,
    secret: Secret | None = None,
    agreed: frozenset[Consent] = NOBODY_ASKED,
    clock: Clock = WALL,
) -> SaveResult:
    """Carry out an undo that was read by a person.

    Raises as ``save_can``, and ``InputError`` can.undo_wants_secret (where).
    """
    with place.claims.holding(kit.setup.id):
        report(Progress("saving", {"where": plan.where}))
        client = await place.can(kit)
        goal = await _goal(place, kit, client, await look(client), secret)
        return await carry_out(place, kit, client, goal, plan, agreed=agreed, clock=clock)


def _last(place: Workplace, kit: Kit) -> SaveNote | None:
    try:
        profile = place.profile(kit)
        url = api_base(kit.api_base or kit.setup.office.url, profile)
    except (InputError, NetworkError):
        return None  # nothing is taken back through a profile or an address that cannot be used
    return _undoable(place, kit, url)


def _undoable(place: Workplace, kit: Kit, url: str) -> SaveNote | None:
    """What can be taken back of this server's saves; those to another one stay as they are."""
    saves = place.journal.can_saves(kit.setup.id)
    return notes.undoable([note for note in saves if note.where == url])


async def _goal(
    place: Workplace, kit: Kit, client: CanClient, current: Setting, given: Secret | None
) -> Goal:
    """What was there before the last save, for what that save changed; the rest stays."""
    note = _undoable(place, kit, client.url)
    if note is None:
        raise InputError("can.nothing_to_undo", {"where": client.url})
    app_id = _former(note, "app_id", current.app_id)
    callback = _former(note, "callback_url", current.callback_url)
    switched = _former(note, "enabled", "")
    replaced = note.wanted.get("secret", "") not in ("", note.before.get("secret", ""))
    former = (given or await _of_before(place, kit, note)) if replaced and app_id else None
    another = app_id != current.app_id
    remarks = _remarks(note, secret_lost=replaced and former is None)
    wants = former is None and another
    at_hand = None
    if former is None and client.wants_secret(current):
        at_hand = given or await _stored(place, kit, client, current)
        wants = wants or at_hand is None
    enabled = switched == "on" if switched else None
    return Goal(app_id, callback, enabled, former, at_hand, note.id, remarks, wants)


def _former(note: SaveNote, field: str, now: str) -> str:
    """The value before the save, where the save changed it and there was one; else today's."""
    before = note.before.get(field, "")
    return before if before and note.wanted.get(field, "") != before else now


async def _of_before(place: Workplace, kit: Kit, note: SaveNote) -> Secret | None:
    return await known_secret(place, kit, note.before.get("secret", ""))


async def _stored(place: Workplace, kit: Kit, client: CanClient, current: Setting) -> Secret | None:
    """The secret that is stored now, if somebody here knows it."""
    if current.stored_secret is not None:
        return current.stored_secret
    return await known_secret(place, kit, notes.mark_of(place, kit, client, current, None))


def _remarks(note: SaveNote, *, secret_lost: bool) -> tuple[str, ...]:
    """What cannot be given back, said before anything is pressed."""
    found = []
    if _was_empty(note.before):
        found.append("undo.nothing_before")
    elif secret_lost:
        found.append("undo.secret_unknown")
    return tuple(found)


def _was_empty(before: Mapping[str, str]) -> bool:
    return not before.get("app_id") and not before.get("callback_url")

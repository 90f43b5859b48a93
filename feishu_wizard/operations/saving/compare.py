"""Three-way: what we last saw, what is there, what we want; a plan that a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feishu_wizard.domain.change import Change, SaveNote, SavePlan
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.saving.goal import Goal
from feishu_wizard.operations.saving.marks import fingerprint, hint_fits, hint_mark
from feishu_wizard.services.can.client import CanClient, Setting

VALUES = ("app_id", "app_secret", "callback_url")


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal knows: the setting as it was last seen, and a save without an end."""

    at: str = ""
    seen: Mapping[str, str] | None = None
    unfinished: SaveNote | None = None

    def changed(self, field: str, now: str) -> bool:
        """Somebody else changed a field since it was last seen; what an unfinished save of ours
        may have written was nobody else."""
        if self.seen is None or self.seen.get(field, "") == now:
            return False
        ours = self.unfinished
        return ours is None or now not in (ours.before.get(field), ours.wanted.get(field))

    def moved(self, version: str) -> bool:
        """The server counts versions, and this is not the one that was last seen."""
        before = (self.seen or {}).get("version", "")
        return bool(before) and bool(version) and before != version


def kept(kit: Kit, setting: Setting, secret: str = "") -> dict[str, str]:
    """What the journal keeps of a setting: no secret. ``secret``: the fingerprint of the stored
    one, as far as it is known."""
    return {
        "app_id": setting.app_id,
        "callback_url": setting.callback_url,
        "enabled": "" if setting.enabled is None else on_off(setting.enabled),
        "version": setting.version,
        "secret": secret,
        "hint": hint_mark(kit, setting.secret_hint),
    }


def stored_fingerprint(kit: Kit, current: Setting, known: Known, secret: Secret | None) -> str:
    """The fingerprint of the secret that is stored now; "" when nobody here knows it."""
    if current.stored_secret is not None:
        return fingerprint(kit, current.stored_secret)
    seen = known.seen or {}
    last = seen.get("secret", "")
    if current.version and seen.get("version") == current.version:
        return last
    if current.secret_hint and secret is not None and hint_fits(current.secret_hint, secret):
        return fingerprint(kit, secret)
    same_end = hint_mark(kit, current.secret_hint)
    return last if same_end and same_end == seen.get("hint") else ""


def plan_of(kit: Kit, client: CanClient, goal: Goal, current: Setting, known: Known) -> SavePlan:
    """The difference, with what somebody else changed since we last saw it."""
    enabled = None if goal.enabled is None else on_off(goal.enabled)
    now_on = "" if current.enabled is None else on_off(current.enabled)
    callback = goal.callback_url if current.has_callback else ""  # some servers keep none
    rows = (
        _marked(_text("app_id", current.app_id, goal.app_id), known),
        _secret_row(kit, goal, current, known),
        _marked(_text("callback_url", current.callback_url, callback), known),
        _marked(_switch(now_on, enabled, client.can("enable")), known),
    )
    told = (current.updated_by, current.updated_at)
    return SavePlan(
        Target.CAN,
        client.url,
        rows,
        current.version,
        seen_at=known.at,
        changed_by=told[0],
        changed_at=told[1],
        moved=known.moved(current.version),
        unfinished=known.unfinished,
        undoes=goal.undoes,
        known_by=client.profile.evidence,
        weak=client.weak,
        remarks=goal.remarks,
        wants_secret=goal.wants_secret,
    )


def row_of(plan: SavePlan, field: str) -> Change:
    """The row of a field; every plan for CAN has all four."""
    return next(row for row in plan.rows if row.field == field)


def on_off(value: bool) -> str:
    """How a plan and the journal say a switch."""
    return "on" if value else "off"


def _text(field: str, before: str, after: str) -> Change:
    if before == after:
        return Change(field, before, after, Act.KEEP)
    return Change(field, before, after, Act.REPLACE if before else Act.SET)


def _switch(before: str, after: str | None, can_switch: bool) -> Change:
    if not can_switch or after is None:
        return Change("enabled", before, before, Act.KEEP)
    if not before:
        return Change("enabled", "", after, Act.UNKNOWN)
    return Change("enabled", before, after, Act.KEEP if before == after else Act.REPLACE)


def _marked(row: Change, known: Known) -> Change:
    """With what was last seen, and whether writing would undo what somebody else did."""
    seen = None if known.seen is None else known.seen.get(row.field, "")
    told = row.field != "enabled" or bool(row.before and seen)
    conflict = row.changes and told and known.changed(row.field, row.before)
    return Change(row.field, row.before, row.after, row.act, False, seen, conflict)


def _secret_row(kit: Kit, goal: Goal, current: Setting, known: Known) -> Change:
    act = _secret_act(kit, goal, current, known)
    conflict = act is Act.REPLACE and _secret_moved(kit, goal, current, known)
    return Change("app_secret", "", "", act, secret=True, conflict=conflict)


def _secret_act(kit: Kit, goal: Goal, current: Setting, known: Known) -> Act:
    """A secret is kept when it is the stored one as far as anybody can tell: by its fingerprint
    where the server shows it, by its end, or because the version is the one that we wrote."""
    if goal.secret is None:
        return Act.KEEP
    if current.secret_set is False:
        return Act.SET
    if current.app_id and current.app_id != goal.app_id:
        return Act.REPLACE
    if current.secret_hint:
        return Act.KEEP if hint_fits(current.secret_hint, goal.secret) else Act.REPLACE
    stored = stored_fingerprint(kit, current, known, None)
    return Act.KEEP if stored == fingerprint(kit, goal.secret) else Act.REPLACE


def _secret_moved(kit: Kit, goal: Goal, current: Setting, known: Known) -> bool:
    """Somebody else stored another secret since we knew it, or saved and nobody can tell."""
    seen = known.seen or {}
    last = seen.get("secret", "")
    if not last or (current.version and seen.get("version") == current.version):
        return False
    if known.unfinished is not None and known.unfinished.wanted.get("secret"):
        return False
    if current.stored_secret is not None:
        return fingerprint(kit, current.stored_secret) != last
    if current.secret_hint and seen.get("hint"):
        return hint_mark(kit, current.secret_hint) != seen["hint"]
    if current.secret_hint and last == fingerprint(kit, goal.secret):
        return True  # the end that is shown is not that of the secret which we wrote
    return known.moved(current.version)

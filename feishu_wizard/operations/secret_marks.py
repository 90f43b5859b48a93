"""Notes about a change of the App Secret, so that the next start can say what is in force.

They hold how far it came and fingerprints that tell two secrets apart, never a secret.
"""

from __future__ import annotations

import hashlib
import hmac

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET, BY_HAND, FORMER_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.secret_change import Stage, Unfinished
from feishu_wizard.domain.setup import parse_ref
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.secrets import Place

MARK = "secret-change"
_OWN_REF = f"keyring:{APP_SECRET}"
_STAGES = frozenset(stage.value for stage in Stage)


def mark(
    place: Workplace, kit: Kit, stage: Stage, new: Secret, old: Secret | None, ref: str = ""
) -> None:
    """Note how far a change came, and where the new secret is; on disk before this returns."""
    fields = {
        "stage": stage.value,
        "app_id": kit.setup.feishu.app_id,
        "new": _fingerprint(kit, new),
        "old": _fingerprint(kit, old) if old is not None else "",
        "ref": ref,
    }
    place.journal.record_save(kit.setup.id, MARK, kit.setup.office.url, fields)


async def kept_now(place: Workplace, kit: Kit) -> Secret | None:
    """The secret in its place, whatever was typed in this run."""
    ref = kit.setup.feishu.app_secret
    return await _at(place, kit, ref if parse_ref(ref) else _OWN_REF)


async def _at(place: Workplace, kit: Kit, ref: str) -> Secret | None:
    """What is kept there; a file that is gone holds nothing."""
    try:
        return await place.store.get(kit.setup.id, ref)
    except InputError:
        return None


async def look_back(place: Workplace, kit: Kit) -> Unfinished | None:
    """The change that was not finished; None when there is none. Calls nobody."""
    last = _last(place, kit)
    if last is None:
        return None
    stage, fields, at = last
    places = (fields.get("ref", ""), kit.setup.feishu.app_secret, _OWN_REF)
    kept = {ref: await _at(place, kit, ref) for ref in places if parse_ref(ref)}
    prints = {ref: _fingerprint(kit, secret) for ref, secret in kept.items() if secret is not None}
    ref = next((ref for ref, one in prints.items() if one == fields.get("new")), None)
    old = fields.get("old") in prints.values() and stage is Stage.KEEPING
    code = _in_force(stage, kit, new=ref is not None, old=old and kit.place != Place.FILE)
    params = {"at": at, "where": kit.setup.office.url}
    return Unfinished(stage, code, params, ref is not None, ref or _OWN_REF)


async def close_change(place: Workplace, kit: Kit) -> None:
    """A person has done the rest, or wants no more of it: forget the former secret."""
    last = _last(place, kit)
    if last is None:
        return
    _stage, fields, _at = last
    done = {**fields, "stage": Stage.DONE.value}
    await place.store.delete(kit.setup.id, FORMER_SECRET)
    place.journal.record_save(kit.setup.id, MARK, kit.setup.office.url, done)


def _last(place: Workplace, kit: Kit) -> tuple[Stage, dict[str, str], str] | None:
    for save in place.journal.saves(kit.setup.id):
        if save.target != MARK:
            continue
        fields = dict(save.fields)
        known = fields.get("stage") in _STAGES and fields.get("app_id") == kit.setup.feishu.app_id
        stage = Stage(fields["stage"]) if known else Stage.DONE
        return None if stage.over else (stage, fields, save.at)
    return None


def _in_force(stage: Stage, kit: Kit, *, new: bool, old: bool) -> str:
    if not new:
        return "secret_change.unchanged" if old else "secret_change.unclear"
    if stage is Stage.SAVING:
        return "secret_change.can_unclear"
    if stage is Stage.SAVED:
        return "secret_change.saved_unproven"
    by_hand = stage is Stage.BY_HAND or kit.setup.office.profile == BY_HAND
    return "secret_change.by_hand" if by_hand else "secret_change.kept_only"


def _fingerprint(kit: Kit, secret: Secret) -> str:
    """Tells two secrets apart without telling either; salted with the setup's id."""
    salted = hmac.new(f"change {kit.setup.id}".encode(), secret.reveal().encode(), hashlib.sha256)
    return salted.hexdigest()[:16]

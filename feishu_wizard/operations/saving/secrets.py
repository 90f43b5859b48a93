"""The App Secret of the last save and of the one before it, so that an undo can give it back.

Kept only where the setup keeps its own secret in the keyring; where it does not, nothing is
kept, and undo says that it cannot give the secret back.
"""

from __future__ import annotations

import logging

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET, FORMER_SECRET, SAVED_SECRET, UNDO_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import parse_ref, secret_refs
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.saving.marks import fingerprint
from feishu_wizard.services.can.client import Setting
from feishu_wizard.services.storage.secrets import Place

_log = logging.getLogger(__name__)
_KEPT = (SAVED_SECRET, UNDO_SECRET, FORMER_SECRET)


async def keep_for_undo(
    place: Workplace, kit: Kit, current: Setting, before: str, sent: Secret
) -> None:
    """Keep the secret that is replaced, as far as it is known, and the one that replaces it.

    ``before``: the fingerprint of the replaced one. A keyring that fails stops no save: the undo
    will say that it does not know the secret.
    """
    if not _in_keyring(kit):
        return
    setup_id, where = kit.setup.id, Place(kit.place)
    former = current.stored_secret or await known_secret(place, kit, before)
    try:
        if former is None:
            await place.store.delete(setup_id, UNDO_SECRET)
        else:
            await place.store.put(setup_id, UNDO_SECRET, former, where)
        await place.store.put(setup_id, SAVED_SECRET, sent, where)
    except WizardError as error:
        _log.warning("the secret of a save could not be kept for its undo: %s", error.code)


async def known_secret(place: Workplace, kit: Kit, mark: str) -> Secret | None:
    """The secret with this fingerprint among those that are at hand; None when none is it."""
    if not mark:
        return None
    for name in (APP_SECRET, *_KEPT):
        found = await _at_hand(place, kit, name)
        if found is not None and fingerprint(kit, found) == mark:
            return found
    return None


async def _at_hand(place: Workplace, kit: Kit, name: str) -> Secret | None:
    """A secret of this run or a kept one; a keyring that does not answer holds none for undo."""
    if name == APP_SECRET:
        return await place.secret(kit, name)
    if not _in_keyring(kit):
        return None
    try:
        return await place.store.get(kit.setup.id, name)
    except WizardError as error:
        _log.warning("a secret that was kept for an undo could not be read: %s", error.code)
        return None


def _in_keyring(kit: Kit) -> bool:
    """The person lets the keyring (or this run's memory in its place) hold the App Secret."""
    ref = parse_ref(secret_refs(kit.setup).get(APP_SECRET, ""))
    return ref is not None and ref.kind == "keyring" and kit.place != Place.FILE

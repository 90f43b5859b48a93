"""Which secrets of a setup may be written down: never those that live for one run only."""

from __future__ import annotations

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET, BY_HAND
from feishu_wizard.domain.setup import secret_refs
from feishu_wizard.operations.context import Workplace


def keepable(place: Workplace, kit: Kit) -> tuple[str, ...]:
    """Entry names in a steady order: the App Secret, then CAN's.

    A session cookie or token of the browser is none of them. Of a profile that is not known here
    nobody can say which those are: only what has a place already counts then.
    """
    run_only = _run_only(place, kit)
    placed = secret_refs(kit.setup)
    typed = [n for n in kit.secrets if n.startswith("can_") and run_only is not None]
    names = dict.fromkeys((APP_SECRET, *placed, *typed))
    known = (n for n in names if n in kit.secrets or n in placed)
    return tuple(n for n in known if n not in (run_only or ()))


def left_out(place: Workplace, kit: Kit) -> tuple[str, ...]:
    """Secrets of this run that are not written down."""
    kept = keepable(place, kit)
    return tuple(n for n in kit.secrets if n.startswith("can_") and n not in kept)


def _run_only(place: Workplace, kit: Kit) -> frozenset[str] | None:
    if kit.setup.office.profile == BY_HAND:
        return None
    try:
        return place.run_only(kit.setup.office.profile)
    except InputError:
        return None

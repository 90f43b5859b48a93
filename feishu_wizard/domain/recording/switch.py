"""How a server says on and off: where it lies, on the wire, and which call changes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from feishu_wizard.domain.recording.asking import Asking
from feishu_wizard.domain.recording.model import Choice, RecordedCall
from feishu_wizard.domain.recording.places import MISSING, Leaf, find, leaves, same

_NAME = re.compile(
    r"^(?:is_?)?(?:enabled?|active|activated|on|open|opened|status|state|start_?enable|switch"
    r"|use|used|available|turned_?on)$|enabled?$|^auth_[a-z]+$|_on$",
    re.IGNORECASE,
)
_SURE = re.compile(r"enabled?$|^active$|^auth_", re.IGNORECASE)
_PAIRS: tuple[tuple[Any, Any], ...] = (
    (True, False),
    (1, 0),
    ("1", "0"),
    ("true", "false"),
    ("ON", "OFF"),
    ("on", "off"),
    ("On", "Off"),
    ("enable", "disable"),
    ("ENABLE", "DISABLE"),
    ("enabled", "disabled"),
    ("ENABLED", "DISABLED"),
    ("active", "inactive"),
    ("ACTIVE", "INACTIVE"),
    ("open", "close"),
    ("OPEN", "CLOSE"),
    ("Y", "N"),
    ("y", "n"),
    ("yes", "no"),
    ("YES", "NO"),
)


@dataclass(frozen=True, slots=True)
class Switch:
    """``at``: where a read tells it; ``on``, ``off``: on the wire; ``call``: a call of its own,
    with ``call_at`` the place in its body; None: it goes through the save."""

    at: str | None
    on: Any = True
    off: Any = False
    call: RecordedCall | None = None
    call_at: str = ""


def find_switch(
    settings: list[Any],
    bodies: list[Any],
    calls: Iterable[RecordedCall],
    taken: set[str],
    asking: Asking,
) -> Switch | None:
    """``settings``: what reads told; ``bodies``: of the saves; ``taken``: places of the fields.
    None when nothing of on and off was recorded, or only in a way that no profile can say."""
    own, pair = _own_call(calls)
    at = _place(settings, bodies, taken, own, asking)
    if own is None and at is None:
        asking.note("no_switch")
        return None
    told = [find(setting, at) for setting in settings] if at else []
    told += [find(body, at) for body in bodies] if at and own is None else []
    here = next((p for value in told if (p := pair_of(value))), None)
    pair = pair or here
    if pair is None or (here is not None and not _one_wire(here, pair, own)):
        asking.note("switch_by_hand")
        return None
    on, off = here or pair
    return Switch(at, on, off, own[0] if own else None, own[1].at if own else "")


def _one_wire(
    told: tuple[Any, Any], sent: tuple[Any, Any], own: tuple[RecordedCall, Leaf] | None
) -> bool:
    """Whether what is read can be sent: the same, or as a form writes it."""
    if same(told[0], sent[0]):
        return True
    as_text = "true" if told[0] is True else str(told[0])
    return own is not None and own[0].encoding == "form" and as_text == sent[0]


def pair_of(value: object) -> tuple[Any, Any] | None:
    """On and off of the kind that a value is one of."""
    return next((pair for pair in _PAIRS if any(same(value, one) for one in pair)), None)


def _own_call(
    calls: Iterable[RecordedCall],
) -> tuple[tuple[RecordedCall, Leaf] | None, tuple[Any, Any] | None]:
    """A call of its own, and the place in its body that says on or off."""
    for call in calls:
        flags = [leaf for leaf in leaves(call.body, into_lists=False) if pair_of(leaf.value)]
        named = [leaf for leaf in flags if _NAME.search(leaf.name)] or flags
        if named:
            return (call, named[0]), pair_of(named[0].value)
    return None, None


def _place(
    settings: list[Any],
    bodies: list[Any],
    taken: set[str],
    own: tuple[RecordedCall, Leaf] | None,
    asking: Asking,
) -> str | None:
    """Where a read tells it: what changed between two recordings, else by its name."""
    flags = list(leaves(settings[-1], into_lists=False)) if settings else []
    flags = flags or [leaf for body in bodies[-1:] for leaf in leaves(body, into_lists=False)]
    flags = [leaf for leaf in flags if pair_of(leaf.value) and leaf.at not in taken]
    seen = [*settings, *([] if own else bodies)]
    changed = [leaf.at for leaf in flags if _changes(leaf.at, seen)]
    if len(changed) == 1:
        return changed[0]
    named = [leaf.at for leaf in flags if _NAME.search(leaf.name)]
    if own is not None:
        same_name = [leaf.at for leaf in flags if leaf.name == own[1].name]
        if len(same_name) == 1:
            return same_name[0]
    sure = [at for at in named if _SURE.search(at.rpartition("/")[2])]
    if len(named) == 1 and sure:
        return named[0]
    candidates = changed or named or [leaf.at for leaf in flags][:6]
    if not candidates:
        return None
    choices = [*(Choice(at, at) for at in candidates), Choice("none", "-")]
    proposed = (sure or named or ["none"])[0]
    given = asking.ask("enabled", choices, proposed if proposed in candidates else "none")
    return None if given == "none" else given


def _changes(at: str, documents: list[Any]) -> bool:
    values = [v for v in (find(document, at) for document in documents) if v is not MISSING]
    return any(not same(value, values[0]) for value in values[1:])

"""What a save sends beside the values of the manual: echoed, repeated, asked for, or left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from feishu_wizard.domain.recording.asking import Asking
from feishu_wizard.domain.recording.credentials import kind_of
from feishu_wizard.domain.recording.model import Choice, RecordedCall
from feishu_wizard.domain.recording.places import MISSING, Leaf, find, last, leaves, same

MAX_EXTRAS = 60


@dataclass(slots=True)
class Extras:
    """``carry``: places echoed from the read; ``set``: constants by place; ``json_strings``:
    places whose object travels as a text."""

    carry: list[str] = field(default_factory=list)
    set: dict[str, Any] = field(default_factory=dict)
    json_strings: list[str] = field(default_factory=list)


def extras_of(
    call: RecordedCall,
    setting: Any,
    managed: set[str],
    asking: Asking,
    add_input: Callable[[str, object], str],
) -> Extras:
    """Sort what a body holds beside the ``managed`` places. ``setting`` None: no read was seen."""
    extras = Extras()
    for count, leaf in enumerate(leaves(call.body, into_lists=False)):
        for at in leaf.through:
            if at and at not in extras.json_strings:
                extras.json_strings.append(at)
        if not leaf.at or leaf.at in managed or count > MAX_EXTRAS:
            continue
        told = MISSING if setting is None else find(setting, leaf.at)
        if told is not MISSING and _alike(told, leaf.value, call.encoding):
            extras.carry.append(leaf.at)
        else:
            _decide(extras, leaf, told, asking, add_input)
    if extras.carry:
        asking.note("carries", places=", ".join(extras.carry[:12]))
    if extras.set:
        asking.note("constants", places=", ".join(list(extras.set)[:12]))
    return extras


def _alike(told: object, sent: object, encoding: str) -> bool:
    if encoding == "form" and not isinstance(told, dict | list):
        as_text = {True: "true", False: "false", None: ""}.get(told, str(told))  # type: ignore[call-overload]
        return bool(as_text == sent)
    return same(told, sent)


def _decide(
    extras: Extras,
    leaf: Leaf,
    told: object,
    asking: Asking,
    add_input: Callable[[str, object], str],
) -> None:
    """A value that the read does not tell in the same way: plain constants are repeated, all else
    is asked about; a value that looks like a person or a token is never repeated."""
    kind = kind_of(last(leaf.at), leaf.value) or ("text" if "${" in str(leaf.value) else "")
    if not kind and told is MISSING:
        extras.set[leaf.at] = leaf.value
        return
    ways = ["carry"] if told is not MISSING else []
    ways += ["set"] if not kind else ["input"] if not isinstance(leaf.value, dict | list) else []
    ways.append("omit")
    proposed = ways[0] if told is not MISSING or kind in ("", "id") else "omit"
    way = asking.ask(
        f"extra.{leaf.at}", (Choice(w, leaf.at) for w in ways), proposed, kind=kind or "changed"
    )
    if way == "carry":
        extras.carry.append(leaf.at)
    elif way == "set":
        extras.set[leaf.at] = leaf.value
    elif way == "input":
        extras.set[leaf.at] = f"${{input.{add_input(last(leaf.at), leaf.value)}}}"

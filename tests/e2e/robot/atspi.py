"""The tree that assistive technology sees: what its nodes are and how it is walked over D-Bus.

Source of names and numbers: at-spi2-core, xml/*.xml and atspi-constants.h. Measured with
Qt 6.11: ``AccessibleId`` is the accessible identifier when one was set, else the path of object
or class names from the application down, as in ``QApplication.window.QScrollArea.page.name``;
an item of a list, which is no widget, has the path of the list's object names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .bus import Bus, BusError, Call

ACCESSIBLE = "org.a11y.atspi.Accessible"
REGISTRY = "org.a11y.atspi.Registry"
ROOT_PATH = "/org/a11y/atspi/accessible/root"
LIST_ROLES = frozenset({"list", "list box", "table", "tree", "tree table"})
ITEM_ROLES = frozenset({"list item", "table cell", "tree item", "table row"})

# AtspiStateType, those that say something about a control of Qt.
STATES = {
    1: "active",
    3: "busy",
    4: "checked",
    5: "collapsed",
    6: "defunct",
    7: "editable",
    8: "enabled",
    9: "expandable",
    10: "expanded",
    11: "focusable",
    12: "focused",
    16: "modal",
    17: "multi-line",
    18: "multiselectable",
    20: "pressed",
    22: "selectable",
    23: "selected",
    24: "sensitive",
    25: "showing",
    30: "visible",
    32: "indeterminate",
    33: "required",
    36: "invalid",
    39: "default",
    41: "checkable",
    42: "has-popup",
    43: "read-only",
}
# A list may have 100,000 items, and Qt makes an object for each one asked for.
_MOST_CHILDREN = 300


@dataclass(frozen=True)
class Ref:
    """Where an accessible object lives: bus name and object path."""

    owner: str
    path: str

    def call(self, interface: str, member: str, signature: str = "", *arguments: object) -> Call:
        """A method call to this object."""
        return Call(self.owner, self.path, interface, member, signature, arguments)

    def get(self, interface: str, name: str) -> Call:
        """Reading a property of this object."""
        return Call.get(self.owner, self.path, interface, name)


@dataclass(frozen=True)
class Element:
    """What one look at an accessible object showed."""

    ref: Ref
    id: str
    name: str
    role: str
    description: str
    states: frozenset[str]

    def has(self, condition: str) -> bool:
        """Tell whether a state is there, or with "!" before its name, that it is not."""
        state = condition.removeprefix("!")
        if state not in STATES.values():
            raise ValueError(f"{state!r} is no state; there are {sorted(STATES.values())}")
        return (state in self.states) is not condition.startswith("!")

    def __str__(self) -> str:
        return f"{self.role} {self.id!r} named {self.name!r} ({' '.join(sorted(self.states))})"


@dataclass
class Node:
    """One object of a walked tree; ``path_id`` is what it gives as AccessibleId.

    ``count`` is how many children it has, ``children`` those that were visited.
    """

    ref: Ref
    depth: int
    path_id: str = ""
    is_list: bool = False
    is_showing: bool = False
    count: int = 0
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


def state_names(words: Sequence[int]) -> frozenset[str]:
    """Return the names of the state bits in two 32-bit words, low word first."""
    bits = words[0] | words[1] << 32
    return frozenset(name for number, name in STATES.items() if bits >> number & 1)


def look_at(bus: Bus, refs: Sequence[Ref]) -> list[Element | None]:
    """Return what the objects show; None in the place of one that has vanished."""
    calls = [
        call
        for ref in refs
        for call in (
            ref.get(ACCESSIBLE, "AccessibleId"),
            ref.get(ACCESSIBLE, "Name"),
            ref.call(ACCESSIBLE, "GetRoleName"),
            ref.get(ACCESSIBLE, "Description"),
            ref.call(ACCESSIBLE, "GetState"),
        )
    ]
    replies = bus.call_many(calls)
    return [
        _element(ref, replies[start : start + 5])
        for ref, start in zip(refs, range(0, len(calls), 5), strict=True)
    ]


def _element(ref: Ref, replies: Sequence[tuple[Any, ...] | BusError]) -> Element | None:
    good = [reply for reply in replies if not isinstance(reply, BusError)]
    if len(good) != len(replies):
        return None
    identifier, name, role, description, states = good
    return Element(
        ref, identifier[0][1], name[0][1], role[0], description[0][1], state_names(states[0])
    )


def children_of(bus: Bus, refs: Sequence[Ref], most: int = _MOST_CHILDREN) -> list[list[Ref]]:
    """Return the children of each object, at most the first ``most``; none of a vanished one."""
    counts = bus.call_many([ref.get(ACCESSIBLE, "ChildCount") for ref in refs])
    return _children(bus, [(ref, _number(n), most) for ref, n in zip(refs, counts, strict=True)])


def _children(bus: Bus, wanted: Iterable[tuple[Ref, int, int]]) -> list[list[Ref]]:
    """Return the children of objects, each given with how many it has and how many to take."""
    calls: list[Call] = []
    shares: list[int] = []  # how many calls each object got
    for ref, count, most in wanted:
        if count > most:
            calls += [ref.call(ACCESSIBLE, "GetChildAtIndex", "i", n) for n in range(most)]
        elif count > 0:
            calls.append(ref.call(ACCESSIBLE, "GetChildren"))
        shares.append(most if count > most else min(count, 1))
    replies = iter(bus.call_many(calls))
    return [[ref for _ in range(share) for ref in _refs(next(replies))] for share in shares]


def _number(reply: tuple[Any, ...] | BusError) -> int:
    return 0 if isinstance(reply, BusError) else int(reply[0][1])


def _refs(reply: tuple[Any, ...] | BusError) -> Iterable[Ref]:
    if isinstance(reply, BusError):
        return []
    found = reply[0] if isinstance(reply[0], list) else [reply[0]]
    return [Ref(owner, path) for owner, path in found if not path.endswith("/null")]


def walk(bus: Bus, roots: Iterable[Ref], *, items: int = 0, hidden: bool = True) -> list[Node]:
    """Return the trees below ``roots``, asked level by level, vanished objects left out.

    Of a list, table or tree only the first ``items`` entries are visited. Without ``hidden``
    nothing is visited below an object that is not showing: Qt shows no part of a hidden whole,
    and a wizard hides far more than it shows.
    """
    tops = [Node(root, 0) for root in roots]
    level = tops
    while level:
        _ask(bus, level)
        # The application itself is no window: its own states do not tell whether one is open.
        entered = [
            (node, most)
            for node in level
            if (hidden or node.is_showing or node.depth == 0)
            and (most := items if node.is_list else _MOST_CHILDREN)
        ]
        below = _children(bus, [(node.ref, node.count, most) for node, most in entered])
        for (node, _), children in zip(entered, below, strict=True):
            node.children = [Node(child, node.depth + 1) for child in children]
        level = [child for node in level for child in node.children]
    return tops


def _ask(bus: Bus, nodes: Sequence[Node]) -> None:
    """Fill in what a walk needs to know of each object, in one round of calls."""
    calls = [
        call
        for node in nodes
        for call in (
            node.ref.get(ACCESSIBLE, "AccessibleId"),
            node.ref.call(ACCESSIBLE, "GetRoleName"),
            node.ref.call(ACCESSIBLE, "GetState"),
            node.ref.get(ACCESSIBLE, "ChildCount"),
        )
    ]
    replies = iter(bus.call_many(calls))
    for node in nodes:
        name, role, states, count = (next(replies) for _ in range(4))
        node.path_id = "" if isinstance(name, BusError) else name[0][1]
        node.is_list = not isinstance(role, BusError) and role[0] in LIST_ROLES
        node.is_showing = not isinstance(states, BusError) and "showing" in state_names(states[0])
        node.count = _number(count)


def matching(tops: Iterable[Node], identifier: str) -> list[Node]:
    """Return the nodes meant by ``identifier``: those of that identifier, else of that object name.

    An object name matches the end of the path; items repeat the path of their list and are left
    out as long as the list itself matches.
    """
    nodes = [node for top in tops for node in top.walk()]
    exact = [node for node in nodes if node.path_id == identifier]
    return exact or list(_outermost(tops, f".{identifier}"))


def _outermost(nodes: Iterable[Node], ending: str) -> Iterator[Node]:
    for node in nodes:
        if node.path_id.endswith(ending):
            yield node
        else:
            yield from _outermost(node.children, ending)

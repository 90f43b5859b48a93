"""Seeing a program through the accessibility bus: find, read, wait, tell the whole tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from .atspi import ITEM_ROLES, Element, Node, Ref, children_of, look_at, matching, walk
from .bus import Bus, BusError
from .waiting import RobotError, wait_until

Condition = str | Callable[[Element], bool]
_TEXT = "org.a11y.atspi.Text"
_VALUE = "org.a11y.atspi.Value"
_MOST_ITEMS = 300
_TOLD = ("active", "focused", "checked", "selected", "modal", "busy", "invalid", "expanded")


class Eyes:
    """What can be seen of one program; every identifier is that of DESIGN 3."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self._known: dict[str, Ref] = {}

    def roots(self) -> list[Ref]:
        """Return the accessible objects of the program itself; its windows are their children."""
        raise NotImplementedError

    def check_running(self) -> None:
        """Raise RobotError when the program has ended."""
        raise NotImplementedError

    # ---- finding ---------------------------------------------------------------------------

    def look(self, identifier: str) -> Element | None:
        """Return what ``identifier`` shows now, or None; one that is showing goes first.

        Raises RobotError when several that are showing have this identifier.
        """
        return self.look_showing(identifier) or self._search(identifier, hidden=True)

    def look_showing(self, identifier: str) -> Element | None:
        """Return what ``identifier`` shows now, or None when it is hidden; errors as ``look``.

        Hidden pages are not searched, so this is several times quicker than ``look``.
        """
        if (known := self._known.get(identifier)) and (seen := look_at(self.bus, [known])[0]):
            is_same = seen.id == identifier or seen.id.endswith(f".{identifier}")
            if is_same and seen.has("showing"):
                return seen
        seen = self._search(identifier, hidden=False)
        return seen if seen and seen.has("showing") else None

    def _search(self, identifier: str, *, hidden: bool) -> Element | None:
        nodes = matching(walk(self.bus, self.roots(), hidden=hidden), identifier)
        elements = [element for element in look_at(self.bus, [n.ref for n in nodes]) if element]
        showing = [element for element in elements if element.has("showing")]
        if len(showing) > 1:
            raise RobotError(f"{len(showing)} are called {identifier!r}: {list(map(str, showing))}")
        best = next(iter(showing or elements), None)
        if best:
            self._known[identifier] = best.ref
        return best

    def exists(self, identifier: str) -> bool:
        """Tell whether ``identifier`` is showing now."""
        return self.look_showing(identifier) is not None

    def find(self, identifier: str, timeout: float = 10) -> Element:
        """Wait until ``identifier`` is showing, and return it."""
        return self.wait_for(identifier, "showing", timeout)

    def wait_for(
        self, identifier: str, condition: Condition = "showing", timeout: float = 10
    ) -> Element:
        """Wait until ``identifier`` is showing and meets ``condition``, and return it.

        ``condition`` is a function of the element, or states with blanks between them, "!" for
        not: "enabled", "checked focused", "!busy"; with "!showing" it may be hidden.
        """
        look = self.look if _takes_hidden(condition) else self.look_showing
        last: list[Element] = []

        def seen() -> Element | None:
            self.check_running()
            element = look(identifier)
            last[:] = [element] if element else []
            return element if element and _meets(element, condition) else None

        def failure() -> str:
            state = str(last[0]) if last else self._told_hidden(identifier)
            return f"{identifier!r} is {_told(condition)}; it is: {state}\n{self.dump()}"

        return wait_until(seen, timeout, failure)

    def _told_hidden(self, identifier: str) -> str:
        try:
            return str(self.look(identifier) or "there is none of this identifier")
        except RobotError as error:
            return f"not to be told: {error}"

    def wait_gone(self, identifier: str, timeout: float = 10) -> None:
        """Wait until nothing of this identifier is showing any more."""

        def gone() -> bool:
            self.check_running()
            return not self.exists(identifier)

        wait_until(gone, timeout, lambda: f"{identifier!r} is gone\n{self.dump()}")

    def wait_text(
        self,
        identifier: str,
        expected: str | re.Pattern[str] | Callable[[str], bool],
        timeout: float = 10,
    ) -> str:
        """Wait until the text of ``identifier`` is ``expected``, or matches it, and return it."""
        last: list[str] = []

        def seen() -> tuple[str] | None:
            self.check_running()
            if (element := self.look_showing(identifier)) is None:
                return None
            last[:] = [self.text_of(element)]
            return (last[0],) if _fits(last[0], expected) else None

        def failure() -> str:
            return f"the text of {identifier!r} is {expected!r}; it is: {last}\n{self.dump()}"

        return wait_until(seen, timeout, failure)[0]

    def wait_look(self, what: str, condition: Callable[[], object], timeout: float = 10) -> None:
        """Wait until ``condition()`` is true while the program runs; ``what`` says it in words."""

        def seen() -> object:
            self.check_running()
            return condition()

        wait_until(seen, timeout, lambda: f"{what}\n{self.dump()}")

    def find_all(self, *, role: str | None = None, name: str | None = None) -> list[Element]:
        """Return what is showing with this role and this name, in reading order; no items."""
        return [
            element
            for element in self.elements()
            if role in (None, element.role) and name in (None, element.name)
        ]

    def elements(self) -> list[Element]:
        """Return everything that is showing, in reading order, but not the items of lists."""
        tops = walk(self.bus, self.roots(), hidden=False)
        seen = look_at(self.bus, [n.ref for top in tops for n in top.walk() if n.is_showing])
        return [element for element in seen if element and element.has("showing")]

    def identifiers(self) -> list[str]:
        """Return the accessible identifiers that were set on what is showing, in reading order."""
        names = [look.id for look in look_at(self.bus, self.roots()) if look]
        return [
            element.id
            for element in self.elements()
            if element.id and not any(f"{element.id}.".startswith(f"{name}.") for name in names)
        ]

    # ---- reading ---------------------------------------------------------------------------

    def text_of(self, element: Element) -> str:
        """Return the text of an element: its content where it has one, else its name."""
        reply = self.bus.call_many([element.ref.call(_TEXT, "GetText", "ii", 0, -1)])[0]
        return element.name if isinstance(reply, BusError) else str(reply[0])

    def text(self, identifier: str) -> str:
        """Return the content of a field or the words of a label; a masked field gives bullets."""
        return self.text_of(self.find(identifier))

    def name(self, identifier: str) -> str:
        """Return the accessible name: what a screen reader says first."""
        return self.find(identifier).name

    def description(self, identifier: str) -> str:
        """Return the accessible description."""
        return self.find(identifier).description

    def states(self, identifier: str) -> frozenset[str]:
        """Return the states now, hidden or not (names as in ``atspi.STATES``)."""
        element = self.look(identifier)
        if element is None:
            raise RobotError(f"there is no {identifier!r}\n{self.dump()}")
        return element.states

    def value(self, identifier: str) -> float:
        """Return the number of a spin box, slider or progress bar."""
        reply = self.bus.call(self.find(identifier).ref.get(_VALUE, "CurrentValue"))
        return float(reply[0][1])

    def children(self, identifier: str) -> list[Element]:
        """Return what is directly inside ``identifier``, hidden parts too (the first 300)."""
        refs = children_of(self.bus, [self.find(identifier).ref])[0]
        return [element for element in look_at(self.bus, refs) if element]

    def items(self, identifier: str) -> list[Element]:
        """Return the items of a list, table, tree or combo box (the first 300)."""
        (top,) = walk(self.bus, [self.find(identifier).ref], items=_MOST_ITEMS)
        refs = [node.ref for node in top.walk()]
        return [item for item in look_at(self.bus, refs) if item and item.role in ITEM_ROLES]

    def windows(self) -> list[Element]:
        """Return the windows and dialogs that are showing."""
        refs = [ref for group in children_of(self.bus, self.roots()) for ref in group]
        return [window for window in look_at(self.bus, refs) if window and window.has("showing")]

    # ---- telling ---------------------------------------------------------------------------

    def dump(self) -> str:
        """Return the whole tree as text, a line per object: role, identifier, name, state, text."""
        try:
            tops = walk(self.bus, self.roots(), items=30)
            lines = [line for top in tops for line in self._lines(list(top.walk()))]
        except RobotError as error:
            return f"(no tree: {error})"
        return "\n".join(lines) or "(no tree: the program is not on the accessibility bus)"

    def _lines(self, nodes: list[Node]) -> Iterable[str]:
        prefix = f"{nodes[0].path_id}."
        for node, element in zip(nodes, look_at(self.bus, [n.ref for n in nodes]), strict=True):
            if element is None:
                continue
            own = "" if element.id.startswith(prefix) else f" [{element.id}]"
            text = f" = {self.text_of(element)!r}" if element.has("editable") else ""
            marks = [state for state in _TOLD if element.has(state)]
            marks += [f"not {state}" for state in ("showing", "enabled") if not element.has(state)]
            told = f" ({', '.join(marks)})" if marks else ""
            yield f"{'  ' * node.depth}{element.role}{own} {element.name!r}{text}{told}"


def _takes_hidden(condition: Condition) -> bool:
    return isinstance(condition, str) and "!showing" in condition.split()


def _meets(element: Element, condition: Condition) -> bool:
    if callable(condition):
        return element.has("showing") and condition(element)
    words = condition.split()
    if not any(word.endswith("showing") for word in words):
        words.append("showing")
    return all(element.has(word) for word in words)


def _told(condition: Condition) -> str:
    return condition if isinstance(condition, str) else getattr(condition, "__name__", "as asked")


def _fits(text: str, expected: str | re.Pattern[str] | Callable[[str], bool]) -> bool:
    if isinstance(expected, str):
        return text == expected
    if isinstance(expected, re.Pattern):
        return expected.search(text) is not None
    return expected(text)

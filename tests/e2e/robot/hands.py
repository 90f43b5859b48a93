"""Acting on a program: through the accessibility bus where it offers it, else with real keys."""

from __future__ import annotations

from .atspi import Element, Ref
from .bus import Bus, BusError
from .eyes import Eyes
from .waiting import RobotError, wait_until
from .xserver import XServer

_ACTION = "org.a11y.atspi.Action"
_COMPONENT = "org.a11y.atspi.Component"
_EDITABLE = "org.a11y.atspi.EditableText"
_TEXT = "org.a11y.atspi.Text"
_PRESSES = ("Press", "Toggle", "ShowMenu")  # what a click does, in the order of preference
_STEP = 3.0  # seconds for the program to follow one arrow key


class Hands(Eyes):
    """Eyes that can also press, type and choose."""

    def __init__(self, bus: Bus, screen: XServer) -> None:
        super().__init__(bus)
        self.screen = screen

    # ---- through the accessibility bus -----------------------------------------------------

    def actions(self, identifier: str) -> list[str]:
        """Return the names of the actions that an element offers, as Qt calls them."""
        return self._actions_of(self.find(identifier))

    def _actions_of(self, element: Element) -> list[str]:
        count = int(self.bus.call(element.ref.get(_ACTION, "NActions"))[0][1])
        calls = [element.ref.call(_ACTION, "GetName", "i", number) for number in range(count)]
        return [str(reply[0]) for reply in self.bus.call_many(calls) if isinstance(reply, tuple)]

    def press(self, identifier: str, timeout: float = 10) -> None:
        """Wait until ``identifier`` is enabled, then press it as a click would.

        Returns when the program has taken the order; wait for its consequence yourself.
        """
        self.press_element(self.wait_for(identifier, "enabled", timeout))

    def press_element(self, element: Element) -> None:
        """Press an element found by name or role (a message box's "OK")."""
        offered = self._actions_of(element)
        for action in _PRESSES:
            if action in offered:
                self._act(element, offered.index(action))
                return
        raise RobotError(f"cannot be pressed: {element} offers {offered}\n{self.dump()}")

    def _act(self, element: Element, action: int) -> None:
        if not self.bus.call(element.ref.call(_ACTION, "DoAction", "i", action))[0]:
            raise RobotError(f"refused to act: {element}\n{self.dump()}")

    def toggle(self, identifier: str, on: bool | None = None, timeout: float = 10) -> None:
        """Bring a check box, radio button or switch to ``on`` (None: the other state)."""
        element = self.wait_for(identifier, "enabled", timeout)
        wanted = not element.has("checked") if on is None else on
        if element.has("checked") is not wanted:
            self.press_element(element)
        self.wait_for(identifier, "checked" if wanted else "!checked", timeout)

    def set_text(self, identifier: str, text: str, timeout: float = 10) -> None:
        """Put ``text`` into a field as assistive technology does, and see that it arrived.

        Of a masked field only the number of characters can be seen. A field that changes what it
        is given (paste hygiene) is met with ``put_text``, which does not look.
        """
        element = self.put_text(identifier, text, timeout)

        def arrived() -> bool:
            length = int(self.bus.call(element.ref.get(_TEXT, "CharacterCount"))[0][1])
            content = self.text_of(element)
            return content == text or (length == len(text) and set(content) <= set("●•*"))

        wait_until(arrived, timeout, lambda: f"{identifier!r} holds the text\n{self.dump()}")

    def put_text(self, identifier: str, text: str, timeout: float = 10) -> Element:
        """Put ``text`` into a field without looking what becomes of it."""
        element = self.wait_for(identifier, "enabled", timeout)
        try:
            taken = self.bus.call(element.ref.call(_EDITABLE, "SetTextContents", "s", text))[0]
        except BusError as error:
            raise RobotError(f"{element} takes no text: {error}\n{self.dump()}") from error
        if not taken:
            raise RobotError(f"{element} refused the text\n{self.dump()}")
        return element

    # ---- with the keyboard and the mouse ---------------------------------------------------

    def focus(self, identifier: str, timeout: float = 10) -> Element:
        """Give ``identifier`` the keyboard focus and wait until it has it.

        Qt gives a combo box no such action: it is reached with the Tab key.
        """
        self.wait_active()
        element = self.wait_for(identifier, "enabled", timeout)
        if "SetFocus" not in self._actions_of(element):
            return self.tab_to(identifier)
        self.bus.call(element.ref.call(_COMPONENT, "GrabFocus"))
        return self.wait_for(identifier, "focused", timeout)

    def tab_to(self, identifier: str, key: str = "Tab") -> Element:
        """Press Tab until ``identifier`` has the focus, as someone without a mouse does.

        Raises RobotError when the focus comes round to where it has been, or stands still.
        """
        been: list[Ref] = []
        while not (target := self.find(identifier)).has("focused"):
            here = self.focused()
            if here and here.ref in been:
                raise RobotError(f"{key} never reaches {identifier!r}\n{self.dump()}")
            if here:
                been.append(here.ref)
            self.key(key)
            self.wait_look(
                f"{key} moves the focus away from {here}",
                lambda here=here: (now := self.focused()) and (not here or now.ref != here.ref),  # type: ignore[misc]
                _STEP,
            )
        return target

    def focused(self) -> Element | None:
        """Return what has the keyboard focus, or None: the list, not its current item."""
        return next((element for element in self.elements() if element.has("focused")), None)

    def wait_active(self, timeout: float = 10) -> None:
        """Wait until one of the program's windows is the active one, which gets the keys."""
        self.wait_look(
            "a window of the program is active",
            lambda: any(window.has("active") for window in self.windows()),
            timeout,
        )

    def key(self, *names: str) -> None:
        """Press real keys one after the other: "Return", "shift+Tab", "Down"."""
        self.wait_active()
        self.screen.key(*names)

    def type_text(self, text: str) -> None:
        """Type on the real keyboard into what has the focus; for Chinese take ``set_text``."""
        self.wait_active()
        self.screen.type_text(text)

    def click(self, identifier: str) -> None:
        """Click with the real mouse into the middle of ``identifier``."""
        x, y, width, height = self.extents(identifier)
        self.screen.click(x + width // 2, y + height // 2)

    def extents(self, identifier: str) -> tuple[int, int, int, int]:
        """Return x, y, width and height on the screen, in pixels."""
        call = self.find(identifier).ref.call(_COMPONENT, "GetExtents", "u", 0)
        x, y, width, height = self.bus.call(call)[0]
        return x, y, width, height

    def selected(self, identifier: str) -> list[str]:
        """Return the names of the selected items of a list, or of the one a combo box shows."""
        element, items = self.find(identifier), self.items(identifier)
        # A closed combo box is named after what it shows, and the list inside lags behind.
        if element.role == "combo box" and element.name in [item.name for item in items]:
            return [element.name]
        return [item.name for item in items if item.has("selected")]

    def select(self, identifier: str, item: str, timeout: float = 20) -> None:
        """Choose ``item`` with the arrow keys, in a list or a combo box.

        ``item`` is the name or a part of it that no other item has. An arrow key that moves
        nothing within 3 seconds is taken for the end of the list.
        """
        self.focus(identifier)
        names = [element.name for element in self.items(identifier)]
        fitting = [name for name in names if name == item] or [n for n in names if item in n]
        if len(fitting) != 1:
            raise RobotError(f"{item!r} is not one of {names}, {identifier!r}\n{self.dump()}")
        self._arrow_to(identifier, fitting[0], names)
        self.wait_look(
            f"{item!r} is selected in {identifier!r}; it is: {self.selected(identifier)}",
            lambda: self.selected(identifier) == fitting,
            timeout,
        )

    def _arrow_to(self, identifier: str, item: str, names: list[str]) -> None:
        for _ in names:
            before = self.selected(identifier)
            position = names.index(before[0]) if before else -1
            if position == names.index(item):
                return
            self.key("Down" if position < names.index(item) else "Up")
            self.wait_look(
                f"an arrow key moves the selection of {identifier!r} away from {before}",
                lambda before=before: self.selected(identifier) != before,  # type: ignore[misc]
                _STEP,
            )

"""Hearing what a program announces to screen readers."""

from __future__ import annotations

from jeepney import HeaderFields

from .atspi import REGISTRY
from .bus import Bus, Call

_EVENTS = "org.a11y.atspi.Event.Object"
_REGISTRY_PATH = "/org/a11y/atspi/registry"


class Listener:
    """Collects the announcements of all programs on the accessibility bus at ``address``.

    A connection of its own: the bus keeps the signals until they are asked for, none is lost.
    """

    def __init__(self, address: str) -> None:
        self._bus = Bus(address)
        self._heard: list[tuple[str, str]] = []
        self._bus.subscribe(_EVENTS, "Announcement")
        # Programs send only events that somebody has registered for.
        register = (REGISTRY, _REGISTRY_PATH, REGISTRY, "RegisterEvent", "s")
        self._bus.call(Call(*register, ("object:announcement",)))

    def announcements(self) -> list[tuple[str, str]]:
        """Return everything announced so far, oldest first: bus name of the program, text."""
        for message in self._bus.signals():
            sender = str(message.header.fields[HeaderFields.sender])
            # Event body: detail, two numbers, a variant with the text, properties.
            self._heard.append((sender, str(message.body[3][1])))
        return list(self._heard)

    def close(self) -> None:
        """Stop listening."""
        self._bus.close()

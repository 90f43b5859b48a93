"""The proxy portal of Linux desktops, which also runs PAC scripts.

``org.freedesktop.portal.ProxyResolver.Lookup(uri: s) -> (proxies: as)``, with answers such as
``direct://``, ``http://host:port`` and ``socks://host:port`` (xdg-desktop-portal documentation).
"""

from __future__ import annotations

import socket
import time
from typing import Any, Self

SECONDS = 3.0
_USABLE = ("http://", "https://", "socks5://", "socks5h://")
# The replies of a bus and of a service that has no such portal (D-Bus specification).
_NOBODY = frozenset(
    f"org.freedesktop.DBus.Error.{name}"
    for name in (
        "ServiceUnknown",
        "NameHasNoOwner",
        "UnknownMethod",
        "UnknownObject",
        "UnknownInterface",
        "AccessDenied",
        "NoReply",
        "Disconnected",
    )
)


class NoPortalError(Exception):
    """There is no bus, or nobody on it answers for proxies."""


class PortalProxy:
    """Asks the portal on the session bus at ``address`` (as in DBUS_SESSION_BUS_ADDRESS)."""

    def __init__(self, address: str) -> None:
        self._address = address

    def proxy_for(self, url: str) -> str | None:
        """The first usable proxy, None for direct; blocks at most ``SECONDS``.

        Raises ``NoPortalError``, and ``TimeoutError`` for a portal that does not say.
        """
        return chosen(_lookup(self._address, url, time.monotonic() + SECONDS))


def chosen(answers: list[str]) -> str | None:
    """The first answer that this program can use; none usable: the first, to be refused by name.

    GLib says ``socks`` for a SOCKS server whose version the desktop does not know; SOCKS 5 is
    what GNOME and KDE mean by it.
    """
    known = [
        answer.replace("socks://", "socks5h://", 1) if answer.startswith("socks://") else answer
        for answer in answers
    ]
    for answer in known:
        if answer.startswith("direct:"):
            return None
        if answer.startswith(_USABLE):
            return answer
    return known[0] if known else None


def _lookup(address: str, url: str, until: float) -> list[str]:
    from jeepney import DBusAddress, DBusErrorResponse, message_bus, new_method_call

    portal = DBusAddress(
        "/org/freedesktop/portal/desktop",
        bus_name="org.freedesktop.portal.Desktop",
        interface="org.freedesktop.portal.ProxyResolver",
    )
    try:
        with _bus(address, until) as bus:
            bus.call(message_bus.Hello())
            (answers,) = bus.call(new_method_call(portal, "Lookup", "s", (url,)))
    except DBusErrorResponse as error:
        if error.name in _NOBODY or error.name.startswith("org.freedesktop.DBus.Error.Spawn."):
            raise NoPortalError(error.name) from None
        raise TimeoutError(error.name) from None  # it is there, and has no answer
    except TimeoutError:
        raise
    except (OSError, ValueError, RuntimeError) as error:  # no bus, or one that is none
        raise NoPortalError(type(error).__name__) from None
    return [str(answer) for answer in answers]


def _bus(address: str, until: float) -> _Bus:
    from jeepney.bus import get_bus
    from jeepney.io.blocking import prep_socket

    return _Bus(prep_socket(get_bus(address), timeout=_left(until)), until)


class _Bus:
    """A connection whose every wait ends at ``until``; the library's own greets without a bound."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        from jeepney import Parser

        self._sock = sock
        self._until = until
        self._parser = Parser()
        self._serial = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._sock.close()

    def call(self, message: Any) -> Any:
        """Send a method call and return the body of its reply."""
        from jeepney.wrappers import unwrap_msg

        self._serial += 1
        self._sock.settimeout(_left(self._until))
        self._sock.sendall(message.serialise(serial=self._serial))
        return unwrap_msg(self._reply(self._serial))

    def _reply(self, serial: int) -> Any:
        from jeepney import HeaderFields

        while True:
            while (message := self._parser.get_next_message()) is None:
                self._sock.settimeout(_left(self._until))
                data = self._sock.recv(4096)
                if not data:
                    raise ConnectionResetError
                self._parser.add_data(data)
            if message.header.fields.get(HeaderFields.reply_serial) == serial:
                return message


def _left(until: float) -> float:
    """Seconds left; ``TimeoutError`` when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left

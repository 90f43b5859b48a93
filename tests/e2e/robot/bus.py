"""A D-Bus connection for the robot: bounded calls, and many calls under way at once."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from .waiting import Deadline, RobotError

_AT_ONCE = 100  # calls under way; well below the reply limits of any bus
_PROPERTIES = "org.freedesktop.DBus.Properties"
_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


class BusError(RobotError):
    """An error reply; ``name`` is the D-Bus error name (the object may have vanished)."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name


@dataclass(frozen=True)
class Call:
    """One method call; ``arguments`` follow the D-Bus ``signature``."""

    owner: str
    path: str
    interface: str
    member: str
    signature: str = ""
    arguments: tuple[Any, ...] = ()

    @classmethod
    def get(cls, owner: str, path: str, interface: str, name: str) -> Call:
        """Reading the property ``name``; the reply is ((signature, value),)."""
        return cls(owner, path, _PROPERTIES, "Get", "ss", (interface, name))

    def message(self) -> Message:
        """The message as jeepney sends it."""
        address = DBusAddress(self.path, self.owner, self.interface)
        return new_method_call(address, self.member, self.signature or None, self.arguments)

    def __str__(self) -> str:
        return f"{self.interface}.{self.member}{self.arguments} of {self.owner} {self.path}"


class Bus:
    """A connection to the bus at ``address``; not for use by several threads."""

    def __init__(self, address: str) -> None:
        self._connection: DBusConnection = open_dbus_connection(address, auth_timeout=10)
        self._signals: deque[Message] = deque()

    def __enter__(self) -> Bus:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def call(self, call: Call, timeout: float = 15) -> tuple[Any, ...]:
        """Make one call and return the body of the reply; raises BusError, or RobotError late."""
        reply = self.call_many([call], timeout)[0]
        if isinstance(reply, BusError):
            raise reply
        return reply

    def get(self, owner: str, path: str, interface: str, name: str) -> Any:
        """Return the value of a property."""
        return self.call(Call.get(owner, path, interface, name))[0][1]

    def has_owner(self, name: str) -> bool:
        """Tell whether anybody owns the bus name ``name``."""
        return bool(self.call(Call(*_BUS, "NameHasOwner", "s", (name,)))[0])

    def pid_of(self, owner: str) -> int | None:
        """Return the process behind a bus name, or None when it has left."""
        try:
            return int(self.call(Call(*_BUS, "GetConnectionUnixProcessID", "s", (owner,)))[0])
        except BusError:
            return None

    def call_many(
        self, calls: Sequence[Call], timeout: float = 15
    ) -> list[tuple[Any, ...] | BusError]:
        """Make all calls and return the replies in their order; an error reply is a BusError.

        Many are under way at once, which makes walking a tree several times faster than asking
        one by one. Raises RobotError when the replies are not there within ``timeout`` seconds.
        """
        deadline = Deadline(timeout)
        replies: list[tuple[Any, ...] | BusError] = []
        for start in range(0, len(calls), _AT_ONCE):
            replies += self._exchange(calls[start : start + _AT_ONCE], deadline)
        return replies

    def _exchange(
        self, calls: Sequence[Call], deadline: Deadline
    ) -> Iterable[tuple[Any, ...] | BusError]:
        serials = [next(self._connection.outgoing_serial) for _ in calls]
        numbered = zip(calls, serials, strict=True)
        self._connection.sock.sendall(b"".join(_wire(call, serial) for call, serial in numbered))
        open_serials = set(serials)
        replies: dict[int, tuple[Any, ...] | BusError] = {}
        while open_serials:
            try:
                message = self._connection.receive(timeout=deadline.left())
            except TimeoutError:
                late = calls[serials.index(min(open_serials))]
                raise RobotError(f"no answer within {deadline.seconds:g} s: {late}") from None
            serial = message.header.fields.get(HeaderFields.reply_serial, 0)
            if serial in open_serials:
                open_serials.remove(serial)
                replies[serial] = _body(message)
            elif message.header.message_type is MessageType.signal:
                self._signals.append(message)
        return [replies[serial] for serial in serials]

    def subscribe(self, interface: str, member: str) -> None:
        """Ask the bus for the signals ``interface.member`` of everybody."""
        rule = MatchRule(type="signal", interface=interface, member=member)
        self._connection.send_and_get_reply(message_bus.AddMatch(rule), timeout=15)

    def signals(self) -> list[Message]:
        """Return the signals that have come since the last time, oldest first; never waits."""
        while True:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                break
            if message.header.message_type is MessageType.signal:
                self._signals.append(message)
        come = list(self._signals)
        self._signals.clear()
        return come


def _wire(call: Call, serial: int) -> bytes:
    """The bytes of a call with its number."""
    data = _unnumbered(call)
    return data[:8] + serial.to_bytes(4, "little") + data[12:]


@functools.lru_cache(maxsize=20_000)
def _unnumbered(call: Call) -> bytes:
    """The bytes of a call with the number 0: every look asks much that the last one asked.

    jeepney writes little endian everywhere; D-Bus has the number in the bytes 8 to 11.
    """
    return bytes(call.message().serialise(serial=0))


def _body(message: Message) -> tuple[Any, ...] | BusError:
    if message.header.message_type is MessageType.error:
        name = message.header.fields.get(HeaderFields.error_name, "")
        return BusError(str(name), " ".join(str(part) for part in message.body))
    return tuple(message.body)

"""A KWallet on the session bus, for tests: ``kwallet_service.py NAME open|refused|silent``.

Speaks the methods of ``org.kde.KWallet`` with the signatures of its published interface, and
refuses any other. ``refused``: the person does not open the wallet; ``silent``: never answers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MessageType, new_error, new_method_call, new_method_return
from jeepney.io.blocking import DBusConnection, open_dbus_connection

HANDLE = 7
# Method: what it is given, and what it gives.
SIGNATURES = {
    "networkWallet": ("", "s"),
    "isOpen": ("s", "b"),
    "open": ("sxs", "i"),
    "hasEntry": ("isss", "b"),
    "readPassword": ("isss", "s"),
    "writePassword": ("issss", "i"),
    "removeEntry": ("isss", "i"),
    "removeFolder": ("iss", "b"),
}


class Wallet:
    """The entries, by folder and key."""

    def __init__(self, manner: str) -> None:
        self.manner = manner
        self.folders: dict[str, dict[str, str]] = {}

    def answer(self, method: str, body: tuple[Any, ...]) -> object:
        """What a call comes to."""
        if method == "networkWallet":
            return "kdewallet"
        if method == "isOpen":
            return self.manner == "open" and body[0] in ("kdewallet", HANDLE)
        if method == "open":
            return HANDLE if self.manner == "open" else -1
        handle, folder, *rest = body
        if handle != HANDLE:
            return {"b": False, "s": "", "i": -1}[SIGNATURES[method][1]]
        return getattr(self, f"do_{method}")(folder, *rest[:-1])

    def do_hasEntry(self, folder: str, key: str) -> bool:
        return key in self.folders.get(folder, {})

    def do_readPassword(self, folder: str, key: str) -> str:
        return self.folders.get(folder, {}).get(key, "")

    def do_writePassword(self, folder: str, key: str, value: str) -> int:
        self.folders.setdefault(folder, {})[key] = value
        return 0

    def do_removeEntry(self, folder: str, key: str) -> int:
        return 0 if self.folders.get(folder, {}).pop(key, None) is not None else -3

    def do_removeFolder(self, folder: str) -> bool:
        return self.folders.pop(folder, None) is not None


def serve(connection: DBusConnection, wallet: Wallet) -> None:
    """Answer until the bus goes away."""
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        if wallet.manner == "silent":
            continue
        fields = message.header.fields
        method = fields[3]
        given = str(fields.get(8, ""))
        known = SIGNATURES.get(method)
        if known is None or (given != known[0] and (method, given) != ("isOpen", "i")):
            connection.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
            continue
        answer = wallet.answer(method, message.body)
        connection.send(new_method_return(message, known[1], (answer,)))
        Path("wallet").write_text(repr(sorted(wallet.folders)), encoding="utf-8")


if __name__ == "__main__":
    name, manner = sys.argv[1:]
    session = open_dbus_connection(bus="SESSION")
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    asked = new_method_call(bus, "RequestName", "su", (name, 4))
    assert session.send_and_get_reply(asked).body == (1,)
    Path("ready").touch()
    serve(session, Wallet(manner))

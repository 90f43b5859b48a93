"""KDE's wallet, spoken to over D-Bus.

keyring's own backend for it needs dbus-python, which is no wheel and seldom installed. The calls
are those of the interface ``org.kde.KWallet`` (kwallet: org.kde.KWallet.xml); entries lie where
keyring's backend puts them: folder = service, key = user name.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

_APP = "feishu-wizard"
# The newest first; the older one answers on desktops of Plasma 5.
_SERVICES = (
    ("org.kde.kwalletd6", "/modules/kwalletd6"),
    ("org.kde.kwalletd5", "/modules/kwalletd5"),
)


class WalletLockedError(Exception):
    """The person did not open the wallet, or it is switched off."""


class WalletError(Exception):
    """The wallet did not do what it was asked, or is not there."""


class KWallet:
    """A backend as ``keyrings.Backend``; every call may block for any time.

    One connection is kept: the wallet asks the person once for each connection.
    """

    viable = True

    def __init__(self) -> None:
        """Find the service; ``WalletError`` when there is none, OSError without a bus."""
        from jeepney import DBusAddress
        from jeepney.io.blocking import open_dbus_connection

        self._lock = threading.Lock()
        self._handle = -1
        self._connection = open_dbus_connection(bus="SESSION")
        try:
            name, path = self._service()
        except BaseException:
            self._connection.close()
            raise
        self._address = DBusAddress(path, name, "org.kde.KWallet")

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    def locked(self) -> bool:
        """Tell whether the wallet is closed: opening it may ask the person for its password."""
        with self._lock:
            wallet = self._call("networkWallet", "")
            return not self._call("isOpen", "s", wallet)

    def get_password(self, service: str, username: str) -> str | None:
        """The stored value, None for nothing."""
        with self._lock:
            if not self._entry("hasEntry", service, username):
                return None
            return str(self._entry("readPassword", service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a value; ``WalletError`` when it was refused."""
        with self._lock:
            where = (self._opened(), service, username, password, _APP)
            if self._call("writePassword", "issss", *where) != 0:
                raise WalletError("writePassword")

    def delete_password(self, service: str, username: str) -> None:
        """Remove a value, and the folder that was made for it; ``WalletError`` for none."""
        with self._lock:
            if self._entry("removeEntry", service, username) != 0:
                raise WalletError("removeEntry")
            self._call("removeFolder", "iss", self._handle, service, _APP)

    def _entry(self, method: str, service: str, username: str) -> Any:
        return self._call(method, "isss", self._opened(), service, username, _APP)

    def _opened(self) -> int:
        """The wallet's handle; opened again when it was closed meanwhile."""
        if self._handle < 0 or not self._call("isOpen", "i", self._handle):
            wallet = self._call("networkWallet", "")
            self._handle = self._call("open", "sxs", wallet, 0, _APP)
        if self._handle < 0:
            raise WalletLockedError
        return self._handle

    def _service(self) -> tuple[str, str]:
        """The service that runs, or that the bus can start."""
        running = set(self._bus("ListNames"))
        startable = set(self._bus("ListActivatableNames"))
        for known in (running, startable):
            for name, path in _SERVICES:
                if name in known:
                    return name, path
        raise WalletError("no service")

    def _bus(self, method: str) -> Any:
        from jeepney import DBusAddress

        name = "org.freedesktop.DBus"
        return self._send(DBusAddress("/org/freedesktop/DBus", name, name), method, "", ())

    def _call(self, method: str, signature: str, *values: object) -> Any:
        return self._send(self._address, method, signature, values)

    def _send(self, address: Any, method: str, signature: str, values: tuple[object, ...]) -> Any:
        from jeepney import new_method_call
        from jeepney.wrappers import unwrap_msg

        message = new_method_call(address, method, signature or None, values)
        return unwrap_msg(self._connection.send_and_get_reply(message))[0]

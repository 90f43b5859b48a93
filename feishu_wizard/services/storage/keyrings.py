"""The operating system's keyrings, from a list of our own.

``keyring.get_keyring()`` obeys the environment, a configuration file and whatever is installed:
it can store plaintext, store nothing, or run foreign code. So the backend classes are named here,
made directly, without the properties that the environment may set, and proven before use.
"""

from __future__ import annotations

import contextlib
import importlib
import secrets
import sys
from dataclasses import dataclass
from typing import Any, Protocol

USER = "feishu-wizard"
# CRED_MAX_CREDENTIAL_BLOB_SIZE of Windows is 2,560 bytes, which is 1,280 UTF-16 units.
WINDOWS_LONGEST = 1_280


class Backend(Protocol):
    """What is used of a keyring backend. Every call may block for any time."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored value, None for nothing."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a value."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove a value; the backend raises when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A backend of the allow-list: how it is called here and where its class is."""

    name: str
    module: str
    class_name: str = "Keyring"
    longest: int = 0  # UTF-16 units; 0: no limit known
    settings: tuple[tuple[str, Any], ...] = ()


_WINDOWS = Kind(
    "Windows Credential Manager",
    "keyring.backends.Windows",
    "WinVaultKeyring",
    WINDOWS_LONGEST,
    # The default, "enterprise", roams to other computers with the user's profile.
    (("persist", "local machine"),),
)
_MACOS = Kind("macOS Keychain", "keyring.backends.macOS", settings=(("keychain", None),))
_SECRET_SERVICE = Kind("Secret Service", "keyring.backends.SecretService")
_KWALLET = Kind("KWallet", "feishu_wizard.services.storage.kwallet", "KWallet")


def allowed() -> tuple[Kind, ...]:
    """The backends of this system, the first choice first."""
    if sys.platform == "win32":
        return (_WINDOWS,)
    if sys.platform == "darwin":
        return (_MACOS,)
    return (_SECRET_SERVICE, _KWALLET)


class NotHereError(Exception):
    """The service of a backend is not running, or its library is not installed."""


def make(kind: Kind) -> Backend:
    """Make a backend; any exception means that it cannot be used here."""
    origin = getattr(importlib.import_module(kind.module), kind.class_name)
    # KEYRING_PROPERTY_* would redirect it to another collection.
    own: Any = type(kind.class_name, (origin,), {"set_properties_from_env": lambda self: None})
    own.__module__ = origin.__module__
    if not own.viable:
        raise NotHereError(kind.name)
    backend: Backend = own()
    for key, value in kind.settings:
        setattr(backend, key, value)
    return backend


class ProbeFailedError(Exception):
    """The backend did not give back what was stored in it."""


def prove(backend: Backend) -> None:
    """Write a random value, read it, delete it; ``ProbeFailedError`` when that is not so."""
    service, value = f"feishu-wizard/probe/{secrets.token_hex(8)}", secrets.token_urlsafe(32)
    backend.set_password(service, USER, value)
    try:
        if backend.get_password(service, USER) != value:
            raise ProbeFailedError
    finally:
        with contextlib.suppress(Exception):
            backend.delete_password(service, USER)
    if backend.get_password(service, USER) is not None:
        raise ProbeFailedError


@dataclass(slots=True)
class Found:
    """The result of looking for a keyring; ``reason`` says why there is none."""

    backend: Backend | None = None
    name: str = ""
    longest: int = 0
    reason: str = ""


def find(seen: Found) -> Found:
    """Find a backend that works. Blocks: run it in a thread.

    ``seen.reason`` tells, while a backend is tried, what it is known to wait for, for whoever
    stops waiting.
    """
    why = ""
    for kind in allowed():
        seen.reason = ""
        try:
            backend = make(kind)
            if _closed(kind, backend):
                seen.reason = "keyring.locked"
            prove(backend)
        except Exception as error:  # noqa: BLE001 - backends raise their libraries' own kinds
            if why in ("", "keyring.none"):  # the first that was really there is the most telling
                why = _reason(error, seen.reason)
        else:
            return Found(backend, _name(kind), kind.longest)
    return Found(reason=why or "keyring.none")


_LOCKED = (
    "KeyringLocked",
    "LockedException",
    "PromptDismissedException",
    "WalletLockedError",
)


def _reason(error: Exception, known: str) -> str:
    """Why a backend cannot be used; ``known``: what it told before."""
    if type(error).__name__ in _LOCKED:
        return "keyring.locked"
    if isinstance(error, ProbeFailedError):
        return known or "keyring.probe_failed"
    return known or "keyring.none"


def _closed(kind: Kind, backend: Backend) -> bool:
    """Tell whether it waits for a person's password, as far as it says so."""
    if kind is _SECRET_SERVICE:
        return _locked()
    told = getattr(backend, "locked", None)
    return bool(told is not None and told())


def _locked() -> bool:
    """The default collection of the Secret Service waits for its password."""
    import secretstorage

    with contextlib.closing(secretstorage.dbus_init()) as connection:
        collection = secretstorage.Collection(
            connection, "/org/freedesktop/secrets/aliases/default"
        )
        with contextlib.suppress(secretstorage.exceptions.ItemNotFoundException):
            return bool(collection.is_locked())
        return False


def _name(kind: Kind) -> str:
    """How a person knows it; several programs provide the Secret Service."""
    return _provider() if kind is _SECRET_SERVICE else kind.name


_PROVIDERS = {
    "gnome-keyring": "gnome-keyring",
    "ksecretd": "KWallet",
    "kwalletd": "KWallet",
    "keepassxc": "KeePassXC",
}


def _provider() -> str:
    """The program that owns ``org.freedesktop.secrets``, by its process name (Linux)."""
    from pathlib import Path

    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    ask = new_method_call(bus, "GetConnectionUnixProcessID", "s", ("org.freedesktop.secrets",))
    try:
        with open_dbus_connection(bus="SESSION") as connection:
            pid = connection.send_and_get_reply(ask, timeout=1.0).body[0]
        command = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace")
    except (OSError, TimeoutError, IndexError, KeyError):
        return _SECRET_SERVICE.name
    return next(
        (name for mark, name in _PROVIDERS.items() if mark in command), _SECRET_SERVICE.name
    )

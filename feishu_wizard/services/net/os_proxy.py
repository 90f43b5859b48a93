"""What the operating system says about proxies, where Qt is not there to ask.

Windows and macOS: the standard library reads the fixed settings and the exceptions, never a PAC
script (CPython ``Lib/urllib/request.py``). Linux: the desktop's proxy portal.
"""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from feishu_wizard.services.net.portal import NoPortalError, PortalProxy
from feishu_wizard.services.net.settings import SystemProxy

_INTERNET_SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_SCUTIL_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Told:
    """The system's answer. ``why`` as in ``Route``; ``unread``: a PAC script left unread.

    ``silent``: it was asked and did not say.
    """

    proxy: str | None
    why: str
    unread: str = ""
    silent: bool = False


class OsProxy:
    """The proxy settings of Windows and macOS as the standard library reads them (no PAC)."""

    def proxy_for(self, url: str) -> str | None:
        """Blocks: on Windows the exception list is compared with looked-up names."""
        parts = urlsplit(url)
        if urllib.request.proxy_bypass(parts.netloc):
            return None
        known = urllib.request.getproxies()
        return known.get(parts.scheme) or known.get("all") or known.get("socks")


def system_of_this_platform(environ: Mapping[str, str]) -> SystemProxy | None:
    """Whom to ask without Qt; None where there is nobody.

    A bus without a screen is that of a login over the network: asking there would have a portal
    started that waits for a desktop in vain.
    """
    if sys.platform in ("win32", "darwin"):
        return OsProxy()
    address = environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    desktop = environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY")
    return PortalProxy(address) if address and desktop else None


def ask(system: SystemProxy, url: str) -> Told:
    """Ask for a URL. Blocks, on Windows and macOS without a bound; ``OSError``: no answer."""
    if isinstance(system, PortalProxy):
        try:
            return Told(system.proxy_for(url), "portal")
        except NoPortalError:
            return Told(None, "unset")
        except TimeoutError:
            return Told(None, "portal", silent=True)
    script = pac_script()
    if isinstance(system, OsProxy):
        return Told(system.proxy_for(url), "system", unread=script)
    return Told(system.proxy_for(url), "pac" if script else "system")


def pac_script() -> str:
    """The PAC script that Windows or macOS is set to use: its address without user and query,
    "wpad" for one to be searched in the network, "" for none."""
    if sys.platform == "win32":
        return _shown(_of_windows())
    if sys.platform == "darwin":
        return _shown(_of_macos())
    return ""


def _of_windows() -> str:
    """``AutoConfigURL``. Searching by WPAD is the default of Windows and so says nothing."""
    if sys.platform != "win32":
        return ""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _INTERNET_SETTINGS) as key:
            value, _ = winreg.QueryValueEx(key, "AutoConfigURL")
    except FileNotFoundError:
        return ""
    return str(value).strip()


def _of_macos() -> str:
    """What ``scutil --proxy`` prints; the standard library's ``_scproxy`` leaves PAC out."""
    try:
        done = subprocess.run(
            ["/usr/sbin/scutil", "--proxy"],
            capture_output=True,
            check=False,
            timeout=_SCUTIL_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError("scutil") from None
    return pac_of_scutil(done.stdout.decode("utf-8", "replace"))


def pac_of_scutil(text: str) -> str:
    """The PAC script in the output of ``scutil --proxy`` (lines such as ``HTTPEnable : 1``)."""
    values = dict(re.findall(r"^\s*(\w+) : (.*?)\s*$", text, re.MULTILINE))
    if values.get("ProxyAutoConfigEnable") == "1":
        return str(values.get("ProxyAutoConfigURLString", "wpad"))
    return "wpad" if values.get("ProxyAutoDiscoveryEnable") == "1" else ""


def _shown(script: str) -> str:
    """A script's address as it may be shown."""
    try:
        parts = urlsplit(script)
    except ValueError:
        return "?"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))[:200]

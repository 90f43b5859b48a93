"""Windows and macOS as far as they can be played here: what is read, and what is left unread."""

from __future__ import annotations

import subprocess
import sys
import types
import urllib.request

import pytest

from feishu_wizard.services.net import os_proxy as module
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.os_proxy import OsProxy, pac_of_scutil, pac_script
from feishu_wizard.services.net.proxy import Resolver
from feishu_wizard.services.net.settings import NetSettings

pytestmark = pytest.mark.anyio
SCRIPT = "http://me:hidden@pac.corp.example/proxy.pac?token=hidden"
SHOWN = "http://pac.corp.example/proxy.pac"
STATIC = """<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
  }
  HTTPEnable : 1
  HTTPPort : 8080
  HTTPProxy : p.example
}
"""
WITH_PAC = """<dictionary> {
  FTPPassive : 1
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://pac.corp.example/proxy.pac
}
"""


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (STATIC, ""),
        (WITH_PAC, SHOWN),
        (WITH_PAC.replace("Enable : 1", "Enable : 0"), ""),
        ("<dictionary> {\n  ProxyAutoDiscoveryEnable : 1\n}\n", "wpad"),
        ("", ""),
    ],
)
def test_what_scutil_says_of_a_script(text: str, script: str) -> None:
    assert pac_of_scutil(text) == script


def registry(value: str | None) -> types.ModuleType:
    """A ``winreg`` with the one value that matters."""

    class Key:
        def __enter__(self) -> Key:
            return self

        def __exit__(self, *error: object) -> None:
            return None

    def query(key: Key, name: str) -> tuple[str, int]:
        assert name == "AutoConfigURL"
        if value is None:
            raise FileNotFoundError(2, "no such value")
        return value, 1

    fake = types.ModuleType("winreg")
    fake.HKEY_CURRENT_USER = "HKCU"
    fake.OpenKey = lambda root, path: Key()
    fake.QueryValueEx = query
    return fake


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch):
    """Windows with or without a PAC script, and its fixed proxy."""

    def make(script: str | None, proxy: str = "", excepted: bool = False) -> None:
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setitem(sys.modules, "winreg", registry(script))
        known = {"https": proxy} if proxy else {}
        monkeypatch.setattr(urllib.request, "getproxies", lambda: known)
        monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: excepted)

    return make


async def found(system=None):
    return await Resolver(NetSettings(), system, {}).route(parse_address("https://a.example"))


def test_the_registry_names_the_script(windows) -> None:
    windows(SCRIPT)
    assert pac_script() == SHOWN
    windows(None)
    assert pac_script() == ""
    windows("http://[broken")
    assert pac_script() == "?"


async def test_a_script_that_the_terminal_cannot_read_is_told(windows) -> None:
    windows(SCRIPT)
    route = await found()
    assert (route.proxy, route.why, route.pac) == (None, "system", SHOWN)
    windows(SCRIPT, "http://p.example:8080")
    route = await found()
    assert (route.proxy_host, route.pac) == ("p.example:8080", SHOWN)


async def test_fixed_settings_and_exceptions(windows) -> None:
    windows(None, "http://p.example:8080")
    route = await found()
    assert (route.proxy_host, route.why, route.pac) == ("p.example:8080", "system", "")
    windows(None, "http://p.example:8080", excepted=True)
    assert (await found()).proxy is None


async def test_the_window_has_the_script_run_and_says_so(windows) -> None:
    class Qt:
        def proxy_for(self, url: str) -> str | None:
            return "http://p.example:8080"

    windows(SCRIPT)
    route = await found(Qt())
    assert (route.proxy_host, route.why, route.pac) == ("p.example:8080", "pac", "")
    windows(None)
    assert (await found(Qt())).why == "system"


async def test_macos_asks_scutil(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command, **options):
        assert command == ["/usr/sbin/scutil", "--proxy"]
        assert options["timeout"] <= 5
        return subprocess.CompletedProcess(command, 0, WITH_PAC.encode(), b"")

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(OsProxy, "proxy_for", lambda self, url: None)
    route = await found()
    assert (route.proxy, route.pac) == (None, SHOWN)


async def test_a_scutil_that_hangs_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command, **options):
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(OsProxy, "proxy_for", lambda self, url: None)
    assert (await found()).silent


def test_on_linux_there_is_no_such_script() -> None:
    if sys.platform == "linux":
        assert pac_script() == ""
        assert module.system_of_this_platform({}) is None


async def test_settings_that_may_not_be_read_are_no_answer(windows) -> None:
    def denied(root: str, path: str) -> None:
        raise PermissionError(5, "denied")

    windows(None)
    sys.modules["winreg"].OpenKey = denied
    assert (await found()).silent

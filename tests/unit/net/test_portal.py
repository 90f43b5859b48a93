"""The desktop's proxy portal, on a real bus of our own with a portal that answers as told."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.services.net import portal as module
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.portal import NoPortalError, PortalProxy, chosen
from feishu_wizard.services.net.proxy import Resolver
from feishu_wizard.services.net.settings import NetSettings

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="a portal of Linux desktops"),
]
URL = "https://open.feishu.cn/"


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    """The address of a private session bus."""
    program = shutil.which("dbus-daemon")
    assert program, "dbus-daemon is missing: packaging/linux/system_packages.py test installs it"
    daemon = subprocess.Popen(
        [program, "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.terminate()
    daemon.wait(10)
    daemon.stdout.close()


@contextmanager
def portal(bus: str, answer: Callable) -> Iterator[list[str]]:
    """A portal on ``bus``; ``answer(message)`` gives the reply, None for silence."""
    from jeepney import DBusAddress, MessageType, message_bus, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    asked: list[str] = []
    connection = open_dbus_connection(bus)
    name = "org.freedesktop.portal.Desktop"
    got = connection.send_and_get_reply(message_bus.RequestName(name, 4), timeout=5)
    assert got.body == (1,)

    def serve() -> None:
        while True:
            message = connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            if message.body == ():
                return  # told to end
            asked.append(message.body[0])
            reply = answer(message)
            if reply is not None:
                connection.send(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield asked
    finally:
        with open_dbus_connection(bus) as other:
            target = DBusAddress("/end", bus_name=name, interface="test.End")
            other.send(new_method_call(target, "End"))
            thread.join(5)
        connection.close()
    assert not thread.is_alive()


def saying(*proxies: str) -> Callable:
    from jeepney import new_method_return

    return lambda message: new_method_return(message, "as", (list(proxies),))


def refusing(name: str) -> Callable:
    from jeepney import new_error

    return lambda message: new_error(message, name)


async def route(bus: str):
    environ = {"DBUS_SESSION_BUS_ADDRESS": bus, "WAYLAND_DISPLAY": "wayland-0"}
    resolver = Resolver(NetSettings(), None, environ)
    return await resolver.route(parse_address(URL))


@pytest.mark.parametrize(
    ("answers", "proxy"),
    [
        (["direct://"], None),
        ([], None),
        (["http://p.example:8080"], "http://p.example:8080"),
        (["http://p.example:8080", "direct://"], "http://p.example:8080"),
        (["https://p.example"], "https://p.example:443"),
        (["socks://p.example:1080"], "socks5h://p.example:1080"),
        (["socks5://p.example:1080"], "socks5://p.example:1080"),
        (["socks4://q.example:1080", "http://p.example:1"], "http://p.example:1"),
    ],
)
async def test_what_the_portal_says(bus: str, answers, proxy) -> None:
    with portal(bus, saying(*answers)) as asked:
        found = await route(bus)
    assert (found.proxy, found.why, found.silent) == (proxy, "portal", False)
    assert asked == [URL]


async def test_credentials_of_the_portal_stay_apart(bus: str) -> None:
    with portal(bus, saying("http://me:p%40ss@p.example:8080")):
        found = await route(bus)
    assert (found.proxy, found.user) == ("http://p.example:8080", "me")
    assert found.password is not None
    assert found.password.reveal() == "p@ss"


async def test_a_proxy_that_cannot_be_used_is_named_with_its_source(bus: str) -> None:
    with (
        portal(bus, saying("socks4://p.example:1080")),
        pytest.raises(NetworkError, match=r"^net\.proxy\.unsupported$") as caught,
    ):
        await route(bus)
    assert (caught.value.params["why"], caught.value.params["scheme"]) == ("portal", "socks4")


async def test_the_environment_is_asked_before_the_portal(bus: str) -> None:
    environ = {
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "DISPLAY": ":0",
        "https_proxy": "http://q.example:1",
    }
    with portal(bus, saying("http://p.example:1")) as asked:
        found = await Resolver(NetSettings(), None, environ).route(parse_address(URL))
    assert (found.proxy_host, found.why, asked) == ("q.example:1", "environment", [])


async def test_a_bus_without_a_portal(bus: str) -> None:
    found = await route(bus)
    assert (found.proxy, found.why, found.silent) == (None, "unset", False)


@pytest.mark.parametrize("name", ["UnknownMethod", "UnknownInterface"])
async def test_a_portal_without_this_interface(bus: str, name: str) -> None:
    with portal(bus, refusing(f"org.freedesktop.DBus.Error.{name}")):
        assert (await route(bus)).why == "unset"


async def test_a_portal_that_failed_is_silent(bus: str) -> None:
    with portal(bus, refusing("org.freedesktop.portal.Error.Failed")):
        found = await route(bus)
    assert (found.proxy, found.why, found.silent) == (None, "portal", True)


async def test_a_portal_that_hangs(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.3)
    with portal(bus, lambda message: None) as asked:
        began = time.monotonic()
        found = await route(bus)
        took = time.monotonic() - began
    assert asked == [URL]
    assert (found.proxy, found.why, found.silent) == (None, "portal", True)
    assert 0.25 < took < 2


def test_a_bus_that_greets_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Authentication and greeting are in the deadline as well."""
    monkeypatch.setattr(module, "SECONDS", 0.3)
    path = str(tmp_path / "bus")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        with pytest.raises(TimeoutError):
            PortalProxy(f"unix:path={path}").proxy_for(URL)


@pytest.mark.parametrize(
    "address", ["unix:path=/nowhere/at/all", "tcp:host=localhost,port=1", "nonsense", "unix:"]
)
async def test_no_bus(address: str) -> None:
    with pytest.raises(NoPortalError):
        PortalProxy(address).proxy_for(URL)
    found = await route(address)
    assert (found.proxy, found.why) == (None, "unset")


async def test_without_a_bus_or_a_desktop_nobody_is_asked(bus: str) -> None:
    with portal(bus, saying("http://p.example:1")) as asked:
        for environ in ({}, {"DISPLAY": ":0"}, {"DBUS_SESSION_BUS_ADDRESS": bus}):
            found = await Resolver(NetSettings(), None, environ).route(parse_address(URL))
            assert (found.proxy, found.why) == (None, "unset")
    assert asked == []


def test_the_first_usable_answer_counts() -> None:
    assert chosen(["ftp://a", "direct://", "http://b:1"]) is None
    assert chosen(["ftp://a"]) == "ftp://a"

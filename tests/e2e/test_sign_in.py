"""The sign-in rehearsal in a real browser: the real command, a real listener, a real page."""

from __future__ import annotations

import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.secret import Secret
from feishu_wizard.resources import resource_bytes
from feishu_wizard.services.feishu.oauth import authorize_url
from tests.e2e.browser import Browser
from tests.e2e.practice import SCOPES, console_part
from tests.sandbox_process import ROOT, SandboxFactory, SandboxProcess

SECONDS = 40.0
PERSON = "button[name=person]"
OUR_PAGE = "section[lang]"  # nobody else has it
SCHEMA = json.loads(resource_bytes("schemas/sign-in-1.json"))


class Command:
    """``rehearse-login`` as a process; what it says on standard error is read as it comes."""

    def __init__(self, setup: Path, *arguments: str) -> None:
        command = ["-m", "feishu_wizard", "--lang", "en", "rehearse-login", str(setup), *arguments]
        self.process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.said = ""

    def offered(self) -> str:
        """The address that it asks to be opened."""
        stream = self.process.stderr
        assert stream is not None
        end = time.monotonic() + SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while time.monotonic() < end and selector.select(end - time.monotonic()):
                part = os.read(stream.fileno(), 65_536)
                self.said += part.decode()
                if found := re.search(r"^(https?://\S+)\n", self.said, re.MULTILINE):
                    return found[1]
                assert part, f"it ended without an address: {self.said}"
        raise AssertionError(f"no address within {SECONDS} s: {self.said}")

    def ended(self) -> tuple[int, str, str]:
        """Exit code, standard output and all of standard error."""
        out, error = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out.decode(), self.said + error.decode()

    def interrupt(self) -> None:
        """Ctrl+C."""
        self.process.send_signal(signal.SIGINT)

    def stop(self) -> None:
        """End it whatever it does; for the end of a test."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def ready(sandbox: SandboxFactory) -> SandboxProcess:
    """A fresh tenant whose administrator did the console part."""
    practice = sandbox("--fresh")
    console_part(practice)
    return practice


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    # Its sockets lie below this folder, whose path has to be short.
    with Browser(tmp_path_factory.mktemp("b")) as opened:
        yield opened


@pytest.fixture
def port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def rehearse(ready: SandboxProcess, port: int) -> Iterator[Callable[..., Command]]:
    """Start the command for the browser; the address of its listener is registered first."""
    with ExitStack() as stack:

        def start(*arguments: str, register: bool = True) -> Command:
            if register:
                ready.control("redirect-url", add=[listener(port)])
            way = ("--way", "browser") if "--way" not in arguments else ()
            command = Command(ready.setup, *way, "--port", str(port), *arguments)
            stack.callback(command.stop)
            return command

        yield start


def listener(port: int) -> str:
    return f"http://127.0.0.1:{port}/feishu-wizard/callback"


def is_free(port: int) -> bool:
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


def secrets_of(practice: SandboxProcess, home: Path) -> str:
    """Everything that the program left below the home folder."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def test_somebody_signs_in(ready, rehearse, browser, port, home):
    command = rehearse("--json")
    page = command.offered()
    assert page.startswith(ready["accounts"] + "/open-apis/authen/v1/authorize?")
    browser.open(page)
    browser.press(PERSON)
    assert "You can close this window" in browser.text(OUR_PAGE)
    assert browser.url == f"http://127.0.0.1:{port}/feishu-wizard/received"
    assert browser.run("return document.scripts.length") == 0
    code, out, said = command.ended()
    assert code == 0, said
    told: dict[str, Any] = json.loads(out)
    jsonschema.validate(told, SCHEMA)
    assert told["way"] == "browser"
    assert told["person"]["user_id"]
    assert {"user_id", "mobile", "email"} <= set(told["fields"])
    assert told["matches"] is None
    assert is_free(port)
    kept = secrets_of(ready, home)
    state = re.search(r"state=([\w-]+)", page)
    assert state is not None
    assert state[1] not in kept + out
    assert ready["app_secret"] not in kept + out + said
    assert "eyJ" not in kept + out + said
    assert "code=" not in kept + out + said.replace(page, "")


def test_somebody_refuses(rehearse, browser, port):
    command = rehearse()
    browser.open(command.offered())
    browser.press("#refuse")
    assert "Not signed in" in browser.text(OUR_PAGE)
    assert browser.url == f"http://127.0.0.1:{port}/feishu-wizard/refused"
    code, out, said = command.ended()
    assert (code, out) == (1, "")
    assert "declined on the page" in said
    assert is_free(port)


def test_the_page_shows_20029_and_never_comes_back(ready, rehearse, browser, port):
    """An app that may not read its own settings: whether its URL is there shows on the page."""
    ready.control("grant", remove=["application:application:self_manage"])
    command = rehearse(register=False)
    browser.open(command.offered())
    assert browser.text("#code") == "20029"
    assert not is_free(port)  # it cannot know, and waits
    began = time.monotonic()
    command.interrupt()
    code, out, said = command.ended()
    assert (code, out) == (130, "")
    assert time.monotonic() - began < 5
    assert is_free(port)
    assert "A closed page cannot be seen from here" in said


def test_what_is_known_to_end_in_20029_is_not_opened(ready, rehearse, port):
    command = rehearse(register=False)
    code, out, said = command.ended()
    assert (code, out) == (1, "")
    assert listener(port) in said
    assert f"{ready['console']}/app/{ready['app_id']}/safe" in said
    assert "authen/v1/authorize" not in said


def test_the_page_shows_20027_for_a_permission_that_the_app_lacks(ready, rehearse, browser, port):
    """This program asks for none; one that is added to its link is refused by the page."""
    command = rehearse()
    page = command.offered()
    assert "scope=" not in page
    hosts = Hosts(ready["feishu"], ready["accounts"])
    asked = authorize_url(
        hosts, ready["app_id"], listener(port), Secret("x" * 43), scopes=("drive:drive",)
    )
    browser.open(asked)
    assert browser.text("#code") == "20027"
    assert "drive:drive" in browser.text("#error")
    browser.open(page)  # and the sign-in that was begun still goes on
    browser.press(PERSON)
    assert command.ended()[0] == 0


def test_the_app_is_not_available_to_somebody(ready, rehearse, browser, port):
    """20010 comes when the code is redeemed: the browser has its page already."""
    ready.control("availability", type="some", users=[])
    ready.control("release", note="For nobody")
    ready.control("approve")
    command = rehearse()
    browser.open(command.offered())
    browser.press(PERSON)
    assert "Received" in browser.text(OUR_PAGE)
    assert browser.url == f"http://127.0.0.1:{port}/feishu-wizard/received"
    code, out, said = command.ended()
    assert (code, out) == (3, "")
    assert "20010" in said
    assert is_free(port)


def test_the_browser_is_closed(rehearse, browser, port):
    """It cannot be seen from here: it waits, says so, and a Ctrl+C ends it at once."""
    command = rehearse()
    browser.open(command.offered())
    browser.close()
    assert command.process.poll() is None
    assert not is_free(port)
    command.interrupt()
    code, out, said = command.ended()
    assert (code, out) == (130, "")
    assert "Ctrl+C" in said
    assert is_free(port)


def test_the_port_is_busy(rehearse, port):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        code, out, said = rehearse().ended()
    assert (code, out) == (1, "")
    assert f"Port {port}" in said
    assert "authen/v1/authorize" not in said  # nothing was opened in vain


def test_by_a_code_without_a_redirect_url(ready, rehearse, browser, port):
    command = rehearse("--way", "device", "--json", register=False)
    page = command.offered()
    browser.open(page)
    browser.press("#approve")
    code, out, said = command.ended()
    assert code == 0, said
    told = json.loads(out)
    jsonschema.validate(told, SCHEMA)
    assert told["way"] == "device"
    assert told["person"]["open_id"].startswith("ou_")
    assert is_free(port)


def test_a_web_page_cannot_play_the_answer(ready, rehearse, browser, port):
    """A page that is open meanwhile calls the listener in every way that a browser offers."""
    command = rehearse()
    page = command.offered()
    browser.open(ready["console"] + "/app")
    state = re.search(r"state=([\w-]+)", page)
    assert state is not None
    # Even one that has got hold of the state: an embedded or fetched address is not taken.
    target = f"{listener(port)}?code=forged&state={state[1]}"
    browser.run(
        f"""
        const target = {json.dumps(target)};
        fetch(target, {{mode: 'no-cors'}}).catch(() => null);
        fetch(target, {{method: 'POST', mode: 'no-cors'}}).catch(() => null);
        fetch(target, {{headers: {{'X-Custom': '1'}}}}).catch(() => null);
        new Image().src = target;
        const frame = document.createElement('iframe');
        frame.src = target;
        document.body.append(frame);
        const script = document.createElement('script');
        script.src = target;
        document.body.append(script);
        navigator.sendBeacon(target, 'x');
        """
    )
    browser.open(page)
    browser.press(PERSON)
    code, _, said = command.ended()
    assert code == 0, said


def test_the_scopes_of_the_practice_are_those_of_the_setup():
    """The fields that a sign-in brings above rest on these."""
    assert {"contact:user.phone:readonly", "contact:user.email:readonly"} <= set(SCOPES)

"""Windows ring each other up, and hear nobody else."""

from __future__ import annotations

import os
import socket
import stat
import time
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer
from PySide6.QtWidgets import QApplication, QWidget

from feishu_wizard.ui import instance
from feishu_wizard.ui.instance import ANSWER, QUESTION, Doorbell


class Window(QWidget):
    """Counts how often it was called to the front. The offscreen platform cannot raise one."""

    def __init__(self) -> None:
        super().__init__()
        self.raised = 0

    def raise_(self) -> None:
        self.raised += 1


@pytest.fixture
def window(keep):
    return keep(Window())


@pytest.fixture
def bell(window):
    return Doorbell(window)


@pytest.fixture
def address(home):
    return str(home / "k3v9q2.window")


def rung(qtbot, bell, address):
    """What a call brought, and how many seconds that took."""
    heard, begun = [], time.monotonic()
    bell.ring(address, heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=3000)
    return heard[0], time.monotonic() - begun


def test_the_window_that_has_the_setup_comes_to_the_front(qtbot, keep, bell, window, address):
    alerted = []
    window.showMinimized()
    bell.answer(address)
    caller = Doorbell(keep(Window()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QApplication, "alert", lambda *given: alerted.append(given))
        heard, took = rung(qtbot, caller, address)
    assert heard
    assert took < 1.0
    assert window.raised == 1
    assert not window.isMinimized()
    assert window.isVisible()
    assert alerted == [(window, instance.ALERT_MS)]  # where the system keeps windows in their place
    for _ in range(20):  # and as often as it is asked
        assert rung(qtbot, caller, address)[0]
    assert window.raised == 21


@pytest.mark.skipif(os.name != "posix", reason="sockets that are files")
def test_only_this_user_can_ring(bell, address):
    bell.answer(address)
    assert stat.S_IMODE(Path(address).stat().st_mode) & 0o077 == 0


def test_nobody_there(qtbot, bell, address):
    heard, took = rung(qtbot, bell, address)
    assert not heard
    assert took < 1.0


@pytest.mark.skipif(os.name != "posix", reason="sockets that are files")
def test_a_socket_of_a_killed_program_is_in_nobodys_way(qtbot, keep, bell, window, address):
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(address)
        dead.listen()
    caller = Doorbell(keep(Window()))
    heard, took = rung(qtbot, caller, address)
    assert (heard, took < 1.0) == (False, True)
    bell.answer(address)
    assert rung(qtbot, caller, address)[0]
    assert window.raised == 1


@pytest.mark.skipif(os.name != "posix", reason="sockets that are files")
@pytest.mark.parametrize("says", [b"", b"x" * 100_000, ANSWER[:-1], ANSWER + b"x", b"no\n"])
def test_whoever_answers_something_else_is_no_window(qtbot, bell, address, says):
    with closing(socket.socket(socket.AF_UNIX)) as foreign:
        foreign.bind(address)
        foreign.listen()
        heard, begun = [], time.monotonic()
        bell.ring(address, heard.append)
        line, _ = foreign.accept()
        with closing(line):
            line.setblocking(False)
            try:
                line.send(says)
            except BlockingIOError:
                pytest.fail("the first bytes fit into any socket")
            qtbot.waitUntil(lambda: bool(heard), timeout=3000)
            assert heard == [False]
            assert time.monotonic() - begun < 1.0 + 0.5


@pytest.mark.skipif(os.name != "posix", reason="owners of files")
def test_a_socket_of_another_user_is_not_called(qtbot, bell, address, monkeypatch):
    with closing(socket.socket(socket.AF_UNIX)) as foreign:
        foreign.bind(address)
        foreign.listen()
        foreign.setblocking(False)
        monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
        assert not rung(qtbot, bell, address)[0]
        with pytest.raises(BlockingIOError):
            foreign.accept()


@pytest.mark.skipif(os.name != "posix", reason="sockets that are files")
@pytest.mark.parametrize(
    "says", [b"GET / HTTP/1.1\r\n\r\n", QUESTION + b"x", b"\x00" * 64, b"z" * 200_000]
)
def test_hostile_callers_are_dropped_without_a_word(qtbot, bell, window, address, says):
    bell.answer(address)
    with closing(socket.socket(socket.AF_UNIX)) as caller:
        caller.connect(address)
        caller.setblocking(False)
        try:
            caller.send(says)
        except BlockingIOError:
            pytest.fail("the first bytes fit into any socket")
        assert _answered(qtbot, caller) == b""
    assert window.raised == 0
    assert bell._visitors == set()


@pytest.mark.skipif(os.name != "posix", reason="sockets that are files")
def test_who_says_nothing_is_hung_up_on_and_many_are_not_let_in(
    qtbot, bell, window, address, monkeypatch
):
    monkeypatch.setattr(instance, "_TALK_MS", 200)
    bell.answer(address)
    idle = []
    for _ in range(instance._MOST_VISITORS):
        caller = socket.socket(socket.AF_UNIX)
        caller.settimeout(1)
        caller.connect(address)
        idle.append(caller)
    qtbot.waitUntil(lambda: len(bell._visitors) == instance._MOST_VISITORS, timeout=3000)
    with closing(socket.socket(socket.AF_UNIX)) as one_more:
        one_more.connect(address)
        one_more.setblocking(False)
        assert _answered(qtbot, one_more) == b""
    for caller in idle:
        caller.setblocking(False)
        assert _answered(qtbot, caller) == b""
        caller.close()
    qtbot.waitUntil(lambda: bell._visitors == set(), timeout=3000)
    assert rung(qtbot, bell, address)[0]
    assert window.raised == 1


def _answered(qtbot, caller):
    """All that comes until the other side hangs up."""
    said = []

    def over():
        try:
            part = caller.recv(4096)
        except BlockingIOError:
            return False
        except ConnectionError:
            return True
        said.append(part)
        return part == b""

    qtbot.waitUntil(over, timeout=4000)
    return b"".join(said)


def test_a_setup_that_is_let_go_is_not_answered_for(qtbot, bell, window, address):
    bell.answer(address)
    bell.answer(address + "2")
    assert not rung(qtbot, bell, address)[0]
    assert rung(qtbot, bell, address + "2")[0]
    bell.answer("")
    assert not rung(qtbot, bell, address + "2")[0]
    assert window.raised == 1


def test_an_address_that_cannot_be_is_no_reason_to_stop(qtbot, bell):
    far = "/nowhere/at/all/" + "x" * 200
    bell.answer(far)
    assert not rung(qtbot, bell, far)[0]


def test_names_instead_of_paths(qtbot, keep, bell, window):
    """What a path that is too long for a socket gets, and Windows."""
    name = f"feishu-wizard-test-{os.getpid()}"
    bell.answer(name)
    try:
        assert rung(qtbot, Doorbell(keep(Window())), name)[0]
    finally:
        bell.answer("")
        QLocalServer.removeServer(name)


def test_network_is_not_loaded_before_it_is_needed(run_python, tmp_path):
    done = run_python(
        "-c",
        "import sys\n"
        "from feishu_wizard.app import Options, open_window\n"
        f"w = open_window(Options(lang='en', state_root={str(tmp_path / 'own')!r}))\n"
        "w.begin(Options(lang='en'))\n"
        "print('PySide6.QtNetwork' in sys.modules)\n"
        "w.close()\n",
    )
    assert done.stdout.strip() == "False", done.stderr

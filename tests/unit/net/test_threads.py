"""Calls that hang keep neither the caller nor the program."""

from __future__ import annotations

import asyncio
import threading

import pytest

from feishu_wizard.services.net import threads

pytestmark = pytest.mark.anyio


async def test_a_result_an_error_and_a_wait_with_a_bound() -> None:
    assert await threads.wait(threads.start(lambda: 7, "t"), 5) == 7
    with pytest.raises(ZeroDivisionError):
        await threads.wait(threads.start(lambda: 1 / 0, "t"), 5)
    release = threading.Event()
    future = threads.start(release.wait, "t")
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await threads.wait(future, 0.02)
    release.set()
    assert await threads.wait(future, 5) is True


async def test_name_resolution_runs_in_a_daemon_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads.use_daemon_executor()
    threads.use_daemon_executor()
    loop = asyncio.get_running_loop()
    thread = await loop.run_in_executor(None, threading.current_thread)
    assert thread.daemon


def test_a_dead_name_server_does_not_keep_the_program(run_python) -> None:
    script = """
import asyncio, socket, threading
socket.getaddrinfo = lambda *a, **k: threading.Event().wait()
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.services.net.http import Http, NetSettings, Policy
async def main():
    async with Http(NetSettings()) as http:
        try:
            await http.request("GET", "https://a.invalid", policy=Policy.FEISHU, deadline=0.3)
        except NetworkError as error:
            print(error.code)
asyncio.run(main())
"""
    done = run_python("-c", script, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "net.timeout\n", "")

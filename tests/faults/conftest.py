"""One sandbox, one rig and one window for all cells of a module."""

from __future__ import annotations

import logging
import secrets
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from feishu_wizard.ui.bridge import AsyncRunner
from tests.faults.rig.server import Rig
from tests.faults.rig.trial import Bench
from tests.faults.rig.world import World, settle_in
from tests.sandbox_process import SandboxFactory


@pytest.fixture(scope="module")
def rigged(
    module_sandbox: SandboxFactory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A sandbox behind a rig."""
    sandbox = module_sandbox("--users", "20")
    ports = {name: _port(sandbox[key]) for name, key in ORIGINS.items()}
    password = secrets.token_urlsafe(24)
    with Rig(ports, tmp_path_factory.mktemp("rig"), password) as rig:
        yield World(sandbox, rig)


ORIGINS = {"open": "feishu", "accounts": "accounts", "can": "can"}


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.fixture
def world(rigged: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The product behind the rig, for one test."""
    settle_in(rigged, monkeypatch)
    return rigged


@pytest.fixture(scope="module")
def runner(qapp_of_module) -> Iterator[AsyncRunner]:
    """The window's own runner."""
    made = AsyncRunner()
    yield made
    assert made.stop(timeout=5)


@pytest.fixture(scope="module")
def qapp_of_module(qapp):
    """Qt for the module."""
    return qapp


@pytest.fixture
def bench(
    world: World, runner: AsyncRunner, tmp_path_factory: pytest.TempPathFactory, kept_hooks
) -> Bench:
    """Runs cells."""
    return Bench(world, runner, tmp_path_factory.mktemp("state"))


@pytest.fixture
def kept_hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A workplace opens the program's log and takes the hooks for errors; give them back."""
    for owner, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[[], str]:
    """What was printed and logged so far."""
    return lambda: "\n".join([*capfd.readouterr(), caplog.text])

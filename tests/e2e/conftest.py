"""Fixtures of the end-to-end tests: a private desktop, programs on it, and what a failure leaves.

Every test in this folder is marked ``e2e``. What was on the screen when a test failed lies in
``build/e2e/<test>``: ``screen.png``, ``<program>.tree.txt`` and the output of every program.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.robot import App, Desk

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them where there is no X server."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if sys.platform != "linux":
                item.add_marker(pytest.mark.skip(reason="needs an X server, D-Bus and AT-SPI"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure for the fixtures, which are torn down after it."""
    report = yield
    if call.when in ("setup", "call"):
        item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def remains_of(item: pytest.Item) -> Path | None:
    """Return the folder for what a failed test leaves, or None when it has not failed."""
    if not item.stash.get(FAILED, False):
        return None
    folder = REPOSITORY / "build" / "e2e" / re.sub(r"[^\w.-]+", "-", item.name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_desk(item: pytest.Item, **options: Any) -> Iterator[Desk]:
    """Yield a desk, and keep the output of its programs when the test fails."""
    with Desk(**options) as desk:
        yield desk
        if folder := remains_of(item):
            shutil.copytree(desk.logs, folder, dirs_exist_ok=True)


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desktop of its own, without a keyring: what a bare machine has."""
    yield from open_desk(request.node)


@pytest.fixture
def keyring_desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desktop of its own with an unlocked keyring."""
    yield from open_desk(request.node, keyring=True)


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Iterator[Callable[..., App]]:
    """A function that starts a program on a desk and ends it after the test.

    ``start(desk, *arguments, cwd=REPOSITORY, env=None, name="app") -> App``. Ask for it after the
    desk, so that the programs end before it.
    """
    apps: list[App] = []

    with ExitStack() as stack:

        def start_app(
            desk: Desk,
            *arguments: str | Path,
            cwd: Path = REPOSITORY,
            env: Mapping[str, str] | None = None,
            name: str = "app",
        ) -> App:
            app = App(desk, arguments, cwd=cwd, env=env, name=name)
            apps.append(app)  # before it starts, so that a start that fails leaves its traces
            return stack.enter_context(app)

        yield start_app
        if folder := remains_of(request.node):
            for app in apps:
                app.screenshot(folder / "screen.png")
                tree = folder / f"{app.name_of_logs}.tree.txt"
                tree.write_text(app.dump(), encoding="utf-8")

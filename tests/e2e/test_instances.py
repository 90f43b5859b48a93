"""One program at a time on a setup: a window and commands, two windows, and a killed one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from tests.e2e.robot import App, Desk
from tests.e2e.walk import Walk
from tests.sandbox_process import SandboxFactory, SandboxProcess

Start = Callable[..., App]
REPOSITORY = Path(__file__).resolve().parents[2]
WIZARD = (sys.executable, "-m", "feishu_wizard")


def opened(start: Start, desk: Desk, practice: SandboxProcess) -> App:
    """A window that works on the sandbox's setup."""
    app = start(desk, *WIZARD, "--lang", "en", "--setup", practice.setup)
    app.wait_for("message", "showing")
    (holder,) = holders(desk)
    assert holder["pid"] == app.pid
    return app


def holders(desk: Desk) -> list[dict[str, object]]:
    """Who is noted as holding a setup."""
    return [json.loads(path.read_text()) for path in sorted(desk.home.rglob("*.holder"))]


def run(desk: Desk, *arguments: str | Path) -> tuple[int, str]:
    """A command on that desk: its exit code and what it said."""
    done = desk.run(*WIZARD, *arguments, cwd=REPOSITORY)
    return done.returncode, done.stdout + done.stderr


def test_commands_that_write_are_told_who_has_the_setup(
    sandbox: SandboxFactory, desk: Desk, start: Start
) -> None:
    practice = sandbox()
    setup = practice.setup
    app = opened(start, desk, practice)
    before = practice.state()["can"]
    for command in (
        ("apply", setup, "--yes"),
        ("send", setup, "--to", "zhang.wei"),
        ("rehearse-sync", setup),
        ("rehearse-login", setup),
    ):
        code, said = run(desk, *command)
        assert code == 7, said
        assert f"process {app.pid} on " in said
    assert practice.state()["can"] == before
    assert practice.state()["messages"] == []
    # Whoever only reads is kept from nothing.
    assert run(desk, "diagnose", setup, "--offline")[0] in (0, 6)
    assert run(desk, "apply", setup, "--dry-run")[0] in (0, 6)
    assert run(desk, "explain", "setup.locked")[0] == 0
    assert app.close() == 0
    assert holders(desk) == []
    code, said = run(desk, "apply", setup, "--yes")
    assert code == 0, said


def test_a_second_window_shows_the_first_one_and_ends(
    sandbox: SandboxFactory, desk: Desk, start: Start
) -> None:
    practice = sandbox()
    app = opened(start, desk, practice)
    code, said = run(desk, "--lang", "en", "--setup", practice.setup)
    assert (code, said) == (0, "")
    assert app.exists("prerequisites.can_url")
    assert [holder["pid"] for holder in holders(desk)] == [app.pid]
    assert app.close() == 0


def test_a_sitting_that_is_open_is_shown_and_another_one_begun(
    sandbox: SandboxFactory, desk: Desk, start: Start
) -> None:
    practice = sandbox()
    first = start(desk, *WIZARD, "--lang", "en", name="first")
    first.wait_for("prerequisites.can_url", "showing enabled")
    first.set_text("prerequisites.can_url", practice["can"])
    first.wait_look("its draft is kept", lambda: bool(holders(desk)), 10)
    second = start(desk, *WIZARD, "--lang", "en", name="second")
    second.wait_for("message.show_window", "showing")
    # Typed before the answer: a press is a click a moment later, whoever presses.
    second.set_text("prerequisites.can_url", practice["can"])
    second.press("message.start_another")
    second.wait_look("its draft is kept", lambda: len(holders(desk)) == 2, 10)
    third = start(desk, *WIZARD, "--lang", "en", name="third")
    third.wait_for("message.show_window", "showing")
    third.press("message.show_window")
    assert third.wait_ended() == 0
    assert {holder["pid"] for holder in holders(desk)} == {first.pid, second.pid}
    assert first.terminate() == 130
    assert second.terminate() == 130
    assert holders(desk) == []


def test_what_a_killed_window_held_is_free_and_goes_on(
    sandbox: SandboxFactory, desk: Desk, start: Start
) -> None:
    practice = sandbox()
    walk = Walk.begun(start, desk, practice)
    walk.prerequisites()
    walk.app.wait_for("credentials.app_id", "showing")
    walk.app.set_text("credentials.app_id", practice["app_id"])
    draft = Drafted(desk)
    walk.app.wait_look("its draft is kept", lambda: draft.has(practice["app_id"]), 10)
    walk.app.kill()
    assert len(holders(desk)) == 1  # nobody took its note away
    walk.app.start()
    walk.app.wait_for("message.resume", "showing")
    walk.app.press("message.resume")
    walk.app.wait_text("credentials.app_id", practice["app_id"])
    assert [holder["pid"] for holder in holders(desk)] == [walk.app.pid]
    assert walk.app.close() == 0


class Drafted:
    """The drafts of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def has(self, text: str) -> bool:
        """A draft holds this text."""
        found = self._desk.home.rglob("drafts/*.json")
        return any(text in path.read_text(encoding="utf-8") for path in found)

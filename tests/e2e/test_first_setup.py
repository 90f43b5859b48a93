"""The real program in a real window, from a fresh tenant to a delivered message."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.e2e.practice import console_part
from tests.e2e.robot import App, Desk, atspi, scan_for
from tests.e2e.walk import Start, Walk
from tests.sandbox_process import SandboxFactory, SandboxProcess

KEYRING = "keyrings"  # the folder where gnome-keyring keeps its encrypted store


def test_a_first_setup_ends_with_delivered_messages(
    sandbox: SandboxFactory, keyring_desk: Desk, start: Start
) -> None:
    practice = sandbox("--fresh")
    people = [person["user_id"] for person in practice.state()["people"][:2]]
    walk = Walk.begun(start, keyring_desk, practice)
    walk.prerequisites()
    walk.credentials()
    walk.button("Check permissions")
    walk.says("Continue, ")
    console_part(practice)
    walk.app.press("permissions.recheck")
    walk.button("Continue")
    walk.save_to_can()
    running = _secrets_in_processes(walk.app, practice)
    walk.app.press("next")
    walk.send(people)
    walk.sign_in()
    walk.walk_people()
    walk.app.press("next")
    walk.app.wait_for("finish.export", "showing")
    assert walk.app.find_all(name="Proven")
    running += _secrets_in_processes(walk.app, practice)
    walk.app.press("next")
    assert walk.app.wait_ended() == 0

    state = practice.state()
    assert sorted(m["user_id"] for m in state["messages"]) == sorted(people)
    assert state["apps"][practice["app_id"]]["releases"] == 1
    stored = state["can"]["settings"]["feishu"]
    assert stored["enabled"] is True
    assert (stored["app_id"], stored["app_secret"], stored["callback_url"]) == (
        practice["app_id"],
        practice["app_secret"],
        practice["can"] + "/user/softLogin",
    )
    assert running == []
    _no_secret_on_disk(keyring_desk, practice)
    kept = {entry.secret for entry in keyring_desk.stored_secrets()}
    assert practice["app_secret"] in kept
    assert practice["secrets"]["api_key"] in kept


def test_a_can_without_a_profile_ends_by_hand(
    sandbox: SandboxFactory, desk: Desk, start: Start
) -> None:
    practice = sandbox("--fresh", "--can-api", "none")
    walk = Walk.begun(start, desk, practice)
    walk.prerequisites()
    app = walk.app
    walk.credentials()
    console_part(practice)
    walk.button("Check permissions")
    app.wait_for("save.by_hand", "showing")
    assert not app.exists("save.to_can")
    app.toggle("save.by_hand", True)
    for field in ("enable", "app_id", "app_secret", "callback_url", "save"):
        app.toggle(f"save.hand.{field}", True)
    walk.button("Continue")
    app.wait_for("test.recipients", "showing")
    walk.leave_the_rest(3)
    app.wait_for("finish.export", "showing")
    shown = app.elements()
    # The robot looks at no hidden page: now that all six were shown, nothing there is showing.
    whole = [node for top in atspi.walk(app.bus, app.roots()) for node in top.walk()]
    assert [seen.ref for seen in shown] == [node.ref for node in whole if node.is_showing]
    names = {element.name for element in shown}
    assert "Stated" in names
    assert not {"Configured", "Proven"} & names
    assert practice.state()["can"]["settings"].get("feishu", {}).get("app_id", "") == ""
    _no_secret_on_disk(desk, practice)


def test_waiting_for_approval_goes_on_the_next_day(
    sandbox: SandboxFactory, keyring_desk: Desk, start: Start
) -> None:
    practice = sandbox("--fresh")
    walk = Walk.begun(start, keyring_desk, practice)
    walk.prerequisites()
    walk.credentials()
    console_part(practice, approve=False)
    walk.button("Check permissions")
    walk.says("Continue, ")
    app = walk.app
    app.press("permissions.wait")
    app.wait_for("permissions.stop_waiting", "showing")
    assert app.close() == 0
    _no_secret_on_disk(keyring_desk, practice)

    practice.control("approve")
    before = len(practice.state()["requests"])
    app.start()
    app.wait_for("message.resume", "showing")
    assert len(practice.state()["requests"]) == before  # opening calls nobody
    app.press("message.resume")
    walk.button("Check permissions")
    app.wait_for("save.to_can", "showing")
    walk.save_to_can()
    stored = practice.state()["can"]["settings"]["feishu"]
    assert stored["app_secret"] == practice["app_secret"]


def test_opening_a_setup_file_shows_it_and_calls_nobody(
    sandbox: SandboxFactory, desk: Desk, start: Start
) -> None:
    practice = sandbox()
    before = len(practice.state()["requests"])
    content = practice.setup.read_bytes()
    app = start(
        desk,
        sys.executable,
        "-m",
        "feishu_wizard",
        "--lang",
        "zh_Hans",
        "--setup",
        practice.setup,
    )
    app.wait_text("prerequisites.can_url", practice["can"])
    app.wait_for("message", "showing")
    assert len(practice.state()["requests"]) == before
    assert app.close() == 0
    assert practice.setup.read_bytes() == content


def _secrets(practice: SandboxProcess) -> list[str]:
    return [practice["app_secret"], *practice["secrets"].values()]


def _secrets_in_processes(app: App, practice: SandboxProcess) -> list[str]:
    """Processes that show a secret in their arguments or environment."""
    return [str(shown) for s in _secrets(practice) for shown in app.processes_showing(s)]


def _no_secret_on_disk(desk: Desk, practice: SandboxProcess) -> None:
    """No file of the user's holds a secret, but the keyring's own store."""
    keyrings = [p for p in desk.home.rglob(KEYRING) if p.is_dir()]
    for secret in _secrets(practice):
        assert scan_for(secret, desk.folders(), allow=keyrings) == []
        assert secret not in _output(desk)


def _output(desk: Desk) -> str:
    files: list[Path] = [p for p in desk.logs.rglob("*") if p.is_file()]
    return "".join(p.read_text(encoding="utf-8", errors="replace") for p in files)

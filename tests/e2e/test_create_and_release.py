"""From no app at all to everything that can be proven: by scan, and by hand with links alone."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tests.e2e.person import Person, without_app
from tests.e2e.robot import App, Desk
from tests.e2e.walk import Start, Walk
from tests.sandbox_process import SandboxFactory, SandboxProcess


def test_by_scan_nothing_is_typed(
    sandbox: SandboxFactory, keyring_desk: Desk, start: Start, tmp_path: Path
) -> None:
    """A scan, the redirect URL in the console, one approval; and not one character typed."""
    practice = sandbox("--fresh")
    tenant(practice, scans_need_review=True, poll_seconds=1)
    app = start(keyring_desk, *window(), "--setup", without_app(practice, tmp_path))
    walk, person = Walk(app, practice), Person(app, keyring_desk, practice)
    app.wait_for("message", "showing")  # the file is open
    walk.button("Check and continue")
    app.press("credentials.scan.start")
    person.follow("credentials.scan.open").press("approve")
    app.wait_text("credentials.app_id", re.compile(r"cli_.+"))
    scanned = app.text("credentials.app_id")
    assert scanned != practice["app_id"]
    walk.button("Continue")
    walk.button("Check permissions")
    person.follow("permissions.open_audit").press("approve")
    app.press("permissions.recheck")
    callback = practice["can"] + "/user/softLogin"
    register_redirect(person, app, callback)
    walk.button("Continue")
    walk.save_as_given()
    app.press("next")
    app.wait_for("test.recipients.scanner", "showing enabled")
    app.press("test.recipients.scanner")
    walk.button("Find recipients")
    walk.says("Send")
    app.press("next")
    walk.leave_the_rest(2)
    app.wait_for("finish.export", "showing")
    assert app.find_all(name="Proven")
    done = practice.state()
    assert counted(done, scanned) == (1, 1)
    assert done["can"]["settings"]["feishu"]["app_id"] == scanned
    assert len(done["messages"]) == 1
    assert counted(done, practice["app_id"]) == (0, 0)  # the app that was there is untouched


def test_by_hand_with_links_and_one_review(
    sandbox: SandboxFactory, keyring_desk: Desk, start: Start
) -> None:
    """Every visit to the console starts from a link of the window; one version carries all."""
    practice = sandbox("--fresh")
    app = start(keyring_desk, *window())
    walk, person = Walk(app, practice), Person(app, keyring_desk, practice)
    walk.prerequisites()
    app.press("credentials.way.console")
    made = person.follow("credentials.console").press("", name="Aloudata CAN", description="CAN")
    app_id, secret = made.pair()
    walk.pair(app_id, secret)
    walk.button("Check permissions")
    add_scopes(person, app)
    register_redirect(person, app, practice["can"] + "/user/softLogin")
    for need, pressed, typed in (
        ("feishu.bot", "bot-on", {}),
        ("feishu.contact_range", "range", {"kind": "all"}),
    ):
        person.follow(f"permissions.open.{need}").press(pressed, **typed)
        app.press("permissions.done")
    person.follow("permissions.open_version").press("release", kind="all", note="Aloudata CAN")
    app.press("permissions.wait")
    person.follow("permissions.open_audit").press("approve")
    app.press("permissions.recheck")
    walk.button("Continue")
    walk.save_to_can()
    app.press("next")
    walk.send([practice.state()["people"][0]["user_id"]])
    walk.leave_the_rest(2)
    app.wait_for("finish.export", "showing")
    assert app.find_all(name="Proven")
    assert counted(practice.state(), app_id) == (1, 1)


def window() -> tuple[str, ...]:
    return (sys.executable, "-m", "feishu_wizard", "--lang", "en")


def tenant(practice: SandboxProcess, **switches: object) -> None:
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/tenant", json=switches).raise_for_status()


def counted(state: dict, app_id: str) -> tuple[int, int]:
    """Versions that were submitted, and those that somebody had to decide."""
    told = state["apps"][app_id]
    return told["releases"], told["reviews"]


def add_scopes(person: Person, app: App) -> None:
    """The import text of the window, into the console's batch import."""
    app.wait_for("permissions.others.show", "showing")
    app.press("permissions.others.show")
    app.wait_for("permissions.way.console", "showing")
    app.press("permissions.way.console")
    app.wait_for("permissions.copy_json", "showing")
    app.press("permissions.copy_json")
    app.wait_look("the import text is copied", person.desk.clipboard)
    text = person.desk.clipboard()
    assert json.loads(text)["scopes"]["tenant"]
    person.follow("permissions.open_auth").press("import", json=text)
    app.press("permissions.done")


def register_redirect(person: Person, app: App, callback: str) -> None:
    """The address that the window shows for copying is the one that CAN has."""
    app.press("permissions.copy_redirect")
    app.wait_look("the address is copied", lambda: person.desk.clipboard() == callback)
    person.follow("permissions.open.feishu.redirect_url").press("add-url", url=callback)
    app.press("permissions.done")

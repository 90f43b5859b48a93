"""``--demo``: a sandbox of its own, filled in, and nothing of the user's touched."""

from __future__ import annotations

import sys

from tests.e2e.robot import Desk, process_arguments
from tests.e2e.walk import Start


def test_the_demonstration_keeps_to_itself(keyring_desk: Desk, start: Start) -> None:
    app = start(keyring_desk, sys.executable, "-m", "feishu_wizard", "--demo", "--lang", "en")
    app.wait_for("prerequisites.can_url", "showing")
    can = app.text("prerequisites.can_url")
    assert can.startswith("http://127.0.0.1:")
    app.press("next")
    app.wait_for("credentials.app_id", "showing")
    assert app.text("credentials.app_id").startswith("cli_")
    app.set_text("credentials.callback_url", f"{can}/user/softLogin")
    app.press("next")
    app.wait_for("next", lambda e: e.name == "Check permissions")
    sandboxes = [pid for pid, words in process_arguments(app.pid).items() if _sandbox(words)]
    assert len(sandboxes) == 1
    assert app.close() == 0
    assert process_arguments(sandboxes[0]) == {}
    assert keyring_desk.stored_secrets() == []
    assert not list(keyring_desk.home.rglob("feishu-wizard*"))


def _sandbox(words: object) -> bool:
    return "feishu_wizard.sandbox" in str(words)

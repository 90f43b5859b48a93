"""A person at the wizard's window: the steps of a first-time setup, by identifiers and keys."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.e2e.robot import App, Desk
from tests.sandbox_process import SandboxProcess

Start = Callable[..., App]


class Walk:
    """The window of one program, and the practice platform that it is pointed at."""

    def __init__(self, app: App, practice: SandboxProcess) -> None:
        self.app, self.practice = app, practice
        self.app.wait_for("prerequisites.can_url", "showing enabled")

    @classmethod
    def begun(cls, start: Start, desk: Desk, practice: SandboxProcess) -> Walk:
        """The program as it opens without a setup file."""
        return cls(start(desk, sys.executable, "-m", "feishu_wizard", "--lang", "en"), practice)

    def button(self, words: str) -> None:
        """Wait until the positive button says ``words``, and press it."""
        self.app.wait_for("next", lambda e: e.name == words)
        self.app.press("next")

    def says(self, words: str) -> None:
        """Wait until the positive button says ``words``."""
        self.app.wait_for("next", lambda e: e.name.startswith(words))

    def prerequisites(self) -> None:
        """CAN's address as copied from its page, and the hosts of the practice platform."""
        app, practice = self.app, self.practice
        app.set_text("prerequisites.can_url", practice["can"] + "/user/login?redirect=%2Fhome")
        if not app.exists("prerequisites.edition.private"):
            app.press("prerequisites.network")
        app.wait_for("prerequisites.edition.private", "showing")
        app.toggle("prerequisites.edition.private", True)
        app.wait_for("prerequisites.open_url", "showing")
        app.set_text("prerequisites.open_url", practice["feishu"])
        app.set_text("prerequisites.accounts_url", practice["accounts"])
        self.button("Check and continue")

    def credentials(self) -> None:
        """App ID and secret with the slips of a hasty paste, and CAN's callback URL."""
        self.pair(self.practice["app_id"], self.practice["app_secret"])

    def pair(self, app_id: str, secret: str) -> None:
        """App ID and secret of some app."""
        app = self.app
        app.wait_for("credentials.app_id", "showing")
        app.put_text("credentials.app_id", f"App ID: {app_id} ")
        app.set_text("credentials.app_secret", secret)
        app.set_text("credentials.callback_url", self.practice["can"] + "/user/softLogin")
        self.button("Check and continue")
        self.says("Check permissions")

    def save_to_can(self) -> None:
        """Read the difference, save, and go on."""
        app = self.app
        app.wait_for("save.to_can", "showing")
        app.toggle("save.to_can", True)
        for name, value in self.practice["inputs"].items():
            app.set_text(f"save.input.{name}", value)
        for name, value in self.practice["secrets"].items():
            app.set_text(f"save.secret.{name}", value)
        self.save_as_given()

    def save_as_given(self) -> None:
        """Save what CAN's side is given already."""
        self.button("Show what changes")
        self.button("Save to CAN")
        self.says("Continue")

    def send(self, people: list[str]) -> None:
        """Find the people, then send each the test message."""
        app = self.app
        app.wait_for("test.recipients", "showing")
        app.set_text("test.recipients", ", ".join(people))
        self.button("Find recipients")
        self.says("Send")
        app.press("next")
        self.says("Next: sign-in")

    def sign_in(self) -> None:
        """By the code that the window shows, confirmed on the "phone"."""
        app = self.app
        self.button("Next: sign-in")
        self.button("Sign in once")
        app.wait_for("test.login.user_code", "showing")
        code = app.find("test.login.user_code").name.rpartition(" ")[2]
        with self.practice.client(base_url=self.practice["console"]) as client:
            client.post(f"/control/device/{code}/approve", json={}).raise_for_status()
        app.wait_for("test.login.result", "showing")

    def walk_people(self) -> None:
        """Everybody whom the app may see."""
        self.button("Next: user sync")
        self.button("Rehearse the sync")
        self.says("Continue")

    def leave_the_rest(self, count: int) -> None:
        """Go on without a sign-in and without a walk."""
        self.button("Next: sign-in")
        self.app.wait_for("test.login.not_now", "showing")
        self.app.press("test.login.not_now")
        self.button("Next: user sync")
        self.app.wait_for("test.sync.not_now", "showing")
        self.app.press("test.sync.not_now")
        self.button(f"Continue, {count} open")

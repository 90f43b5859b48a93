"""Whoever sits at the window and follows its links, in a browser of their own."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.robot import App, Desk
from tests.e2e.visitor import Visitor
from tests.sandbox_process import SandboxProcess


def without_app(practice: SandboxProcess, folder: Path) -> Path:
    """A setup file as whoever runs CAN hands it over: CAN's side complete, no app yet."""
    text = practice.setup.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^app_id = .*$", 'app_id = ""', text)
    text = re.sub(r"(?m)^app_secret = .*$", 'app_secret = ""', text)
    assert practice["app_id"] not in text
    prepared = folder / "prepared.toml"
    prepared.write_text(text, encoding="utf-8")
    prepared.chmod(0o600)
    return prepared


class Person:
    """Presses links, and works on the pages that they open."""

    def __init__(self, app: App, desk: Desk, practice: SandboxProcess) -> None:
        self.app, self.desk = app, desk
        self.browser = Visitor(practice)
        self.visits: list[str] = []

    def follow(self, link: str) -> Visitor:
        """Press a link of the window, and open what went to the browser."""
        before = len(self.desk.opened_urls())
        self.app.wait_for(link, "showing enabled")
        self.app.press(link)
        self.app.wait_look(f"{link} opens a page", lambda: self.desk.opened_urls()[before:])
        url = self.desk.opened_urls()[-1]
        self.visits.append(url)
        return self.browser.open(url)

"""A CAN that nobody knows yet: taught in the window by what a browser copied, then saved to."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.robot import App, Desk, scan_for
from tests.e2e.walk import Start, Walk
from tests.peers.dataease import DataEase, token
from tests.peers.serving import Host, Stored, hosted
from tests.sandbox_process import SandboxFactory, SandboxProcess

SESSION = token("admin")
PANEL = "save.deployment"


@pytest.fixture
def server() -> Iterator[tuple[Host, DataEase]]:
    """The server whose page the administrator has open in a browser."""
    with hosted() as host:
        peer = DataEase()
        host.put(peer)
        yield host, peer


def setup_for(practice: SandboxProcess, origin: str, folder: Path) -> Path:
    """The setup of the sandbox, with another CAN that is set up by hand so far."""
    text = practice.setup.read_text(encoding="utf-8").replace(practice["can"], origin)
    text = re.sub(r"(?m)^(profile|inputs|secrets) = .*\n", "", text)
    made = folder / "taught.toml"
    made.write_text(text, encoding="utf-8")
    made.chmod(0o600)
    return made


def copied(host: Host, practice: SandboxProcess) -> str:
    """What *Copy as cURL* gives of opening the page, saving it unchanged and turning its switch."""
    body = {"appId": practice["app_id"], "appSecret": practice["app_secret"]}
    body |= {"callBack": f"{host.origin}/user/softLogin", "enable": False, "valid": None}
    mine = f"-H 'X-DE-TOKEN: {SESSION}'"
    sends = f"{mine} -H 'content-type: application/json' --data-raw"
    switch = json.dumps({"enable": True})
    return "\n".join(
        [
            f"curl '{host.origin}/de2api/lark/info' {mine}",
            f"curl '{host.origin}/de2api/lark/create' {sends} '{json.dumps(body)}'",
            f"curl '{host.origin}/de2api/lark/switchEnable' {sends} '{switch}'",
        ]
    )


def questions(app: App) -> list[str]:
    """What is asked about the recording now."""
    return [one for one in app.identifiers() if one.startswith(f"{PANEL}.q.")]


def decide(app: App) -> None:
    """Take what is proposed, until nothing is asked any more and the profile is shown."""
    while not app.exists(f"{PANEL}.trust"):
        app.wait_for(f"{PANEL}.decide", "enabled")
        asked = questions(app)
        app.press(f"{PANEL}.decide")
        app.wait_look(
            "the answers are taken",
            lambda asked=asked: questions(app) != asked,  # type: ignore[misc]
        )
    app.wait_for(f"{PANEL}.trust", "enabled")


def words(app: App) -> str:
    """Everything that can be read now."""
    return "\n".join(element.name for element in app.elements())


def trust(app: App) -> None:
    """Trust the profile that is shown, and see that the program saves through it."""
    app.press(f"{PANEL}.trust")
    app.wait_for(f"{PANEL}.try", "showing enabled")
    app.wait_gone(f"{PANEL}.trust")


def at_the_save(start: Start, desk: Desk, practice: SandboxProcess, setup: Path) -> Walk:
    """A window that has come to the step that saves, where this CAN is set up by hand."""
    app = start(desk, sys.executable, "-m", "feishu_wizard", "--lang", "en", "--setup", setup)
    walk = Walk(app, practice)
    app.wait_for("message", "showing")  # the file is open
    walk.button("Check and continue")
    app.wait_for("credentials.app_id", "showing")
    walk.button("Check and continue")
    walk.button("Check permissions")
    app.wait_for("save.by_hand", "showing")
    assert not app.exists("save.to_can")
    return walk


def test_commands_of_a_browser_teach_the_window_a_can_that_it_then_saves_to(
    sandbox: SandboxFactory,
    server: tuple[Host, DataEase],
    desk: Desk,
    start: Start,
    tmp_path: Path,
) -> None:
    practice, (host, peer) = sandbox(), server
    callback = f"{host.origin}/user/softLogin"
    practice.control("redirect-url", add=[callback])
    practice.control("release", note="The address of this CAN")
    practice.control("approve")
    peer.pairs[practice["app_id"]] = practice["app_secret"]
    peer.changed("somebody", Stored("cli_before", "secret-before", f"{host.origin}/before"))
    walk = at_the_save(start, desk, practice, setup_for(practice, host.origin, tmp_path))
    app = walk.app

    app.press(PANEL)
    app.put_text(f"{PANEL}.paste", copied(host, practice))
    app.press(f"{PANEL}.read")
    app.wait_for(f"{PANEL}.questions", "showing")
    decide(app)
    app.press(f"{PANEL}.calls")
    app.wait_look("its calls are shown", lambda: "GET /de2api/lark/info" in words(app))
    shown = words(app)
    assert "POST /de2api/lark/create (changes the server)" in shown
    assert "POST /de2api/lark/switchEnable (changes the server)" in shown
    assert SESSION not in shown
    assert not app.exists("save.to_can")  # nothing is used before it is trusted

    trust(app)
    app.wait_for("save.to_can", "checked")
    fields = [seen.id for seen in app.elements() if seen.has("editable")]
    (asked,) = [field for field in fields if field.startswith("save.secret.")]
    app.set_text(asked, SESSION)
    app.press(f"{PANEL}.try")  # commands hold no answers: the first one completes the profile
    app.wait_gone(f"{PANEL}.try")
    decide(app)
    trust(app)
    assert len(peer.history) == 1  # so far it was only read

    walk.save_as_given()
    assert (peer.now.app_id, peer.now.app_secret) == (practice["app_id"], practice["app_secret"])
    assert (peer.now.callback, peer.now.enabled) == (callback, True)
    assert set(peer.refusals) <= {"path"}  # looking for a profile that is known, and nothing else
    assert app.close() == 0
    assert scan_for(SESSION, desk.folders()) == []

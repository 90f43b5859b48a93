"""A computer with the program, a CAN and a platform behind gates, and secrets that are watched."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.watch.bench import Bench
from tests.faults.watch.canaries import Cage, Canary, canary
from tests.faults.watch.recording import APP_ID, hengshi_har, sqlbot_curl
from tests.faults.watch.tap import Tap
from tests.peers import hengshi, sqlbot
from tests.peers.serving import Peer, hosted
from tests.sandbox_process import SandboxProcess

SEED = 20261123
NOWHERE = ("old_secret", "server_secret", "recorded_secret")
OF_BROWSER = ("har_cookie", "har_ticket", "har_token", "curl_cookie")
EVERYWHERE = ("feishu", "can")
IN_HAR = (
    "cookie",
    "csrf",
    "har_cookie",
    "har_ticket",
    "har_token",
    "har_password",
    "recorded_secret",
)


def canaries(practice: SandboxProcess) -> Cage:
    """Two that the sandbox made up, the others made here."""
    draw = random.Random(SEED)
    made = [
        Canary("app_secret", practice["app_secret"], frozenset(EVERYWHERE)),
        Canary("api_key", practice["secrets"]["api_key"], frozenset({"can"})),
        canary("other_secret", draw, *EVERYWHERE),
        canary("passphrase", draw, hard=True),
        canary("wrong_passphrase", draw, hard=True),
        canary("proxy_password", draw, "proxy", hard=True),
        canary("cookie", draw, "hengshi"),
        canary("csrf", draw, "hengshi"),
        canary("bearer", draw, "sqlbot"),
        canary("har_password", draw, hard=True),
        *(canary(name, draw) for name in (*NOWHERE, *OF_BROWSER)),
    ]
    return Cage(made)


@dataclass
class Desk:
    """A computer with the program on it, a CAN and a platform behind gates, two other servers."""

    practice: SandboxProcess
    cage: Cage
    bench: Bench
    taps: Mapping[str, Tap]
    peers: Mapping[str, Peer]
    folder: Path
    home: Path
    full: bool = False  # take every step

    def setup(self, name: str, *holds: str, **changes: str) -> Path:
        """The sandbox's setup through the gates, with the secrets in files of this desk."""
        text = self.practice.setup.read_text(encoding="utf-8")
        for host in ("feishu", "accounts", "can"):
            text = text.replace(self.practice[host], self.taps[host].origin)
        for entry in ("app_secret", "can_api_key"):
            old = self.practice.setup.with_name(entry)
            text = text.replace(f"file:{old}", f"file:{self.folder / entry}")
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        return self.write(name, text, *holds)

    def write(self, name: str, text: str, *holds: str) -> Path:
        """A file that a person made, with the canaries that they have put into it."""
        path = self.bench.allow(self.folder / name, *holds)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def stored(self) -> dict[str, Any]:
        """CAN's Feishu setting."""
        setting: dict[str, Any] = self.practice.state()["can"]["settings"]["feishu"]
        return setting

    @contextmanager
    def drill(self, name: str) -> Iterator[None]:
        """One thing is broken for a while."""
        with self.practice.client(base_url=self.practice["console"]) as client:
            client.post("/control/drills", json={"name": name, "on": True}).raise_for_status()
            try:
                yield
            finally:
                client.post("/control/drills", json={"name": name, "on": False})

    def change_by_hand(self) -> None:
        """Somebody changes the setting on CAN's own page."""
        page = {"app_id": self.practice["app_id"], "enabled": "on"}
        callback = f"{self.practice['can']}/page/user/softLogin"
        with self.practice.client(base_url=self.practice["can"]) as client:
            client.post("/system/office-software", data={**page, "callback": callback})


@contextmanager
def furnished(
    practice: SandboxProcess, home: Path, top: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Everything runs; no keyring is there. ``home``: with all folders of the user in it."""
    cage = canaries(practice)
    monkeypatch.setitem(hengshi._SESSIONS, cage["cookie"], "admin")
    monkeypatch.setattr(hengshi, "_csrf", lambda session: cage["csrf"])
    monkeypatch.setitem(sqlbot._TOKENS, cage["bearer"], "admin")
    folder, temporary = top / "desk", home / "tmp"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with ExitStack() as stack:
        peers: dict[str, Peer] = {one.name: one for one in (hengshi.Hengshi(), sqlbot.SqlBot())}
        behind = {name: practice[name] for name in ("feishu", "accounts", "can")}
        behind |= {name: _served(stack, peer, cage) for name, peer in peers.items()}
        taps = {n: stack.enter_context(Tap(n, urlsplit(o).port or 0)) for n, o in behind.items()}
        taps["proxy"] = stack.enter_context(Tap("proxy"))
        bench = Bench(cage, (folder, home), tuple(taps.values()), dict(os.environ))
        desk = Desk(practice, cage, bench, taps, peers, folder, home)
        har = hengshi_har(behind["hengshi"], cage)
        desk.write("visit.har", har.replace(behind["hengshi"], taps["hengshi"].origin), *IN_HAR)
        curl = sqlbot_curl(taps["sqlbot"].origin, cage, APP_ID, cage["recorded_secret"])
        desk.write("calls.txt", curl, "bearer", "curl_cookie", "recorded_secret")
        desk.write("app_secret", cage["app_secret"], "app_secret")
        desk.write("can_api_key", cage["api_key"], "api_key")
        yield desk


def _served(stack: ExitStack, peer: Peer, cage: Cage) -> str:
    """A server where somebody entered another secret before; its origin."""
    host = stack.enter_context(hosted())
    host.put(peer)
    peer.somebody(app_id=APP_ID, app_secret=cage["server_secret"])
    return host.origin

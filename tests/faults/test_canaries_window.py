"""No secret is anywhere but in its place while the window works: its session, without a window.

Save, another secret, undo, hand-over, what was pasted of a browser, drafts, the next start,
forgetting. After every step everything that was written or sent is searched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.sealed import OpenSealed
from feishu_wizard.wizard.steps import Step
from tests.faults.watch.desk import Desk, furnished
from tests.faults.watch.processes import Sampler
from tests.faults.watch.recording import hengshi_har, sqlbot_curl
from tests.sandbox_process import SandboxFactory
from tests.unit.wizard.practice import Sitting

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(300),
]

PLACES = [
    pytest.param(Place.SESSION, id="memory"),
    pytest.param(
        Place.FILE,
        id="file",
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(os.environ.get("TORTURE") != "all", reason="make torture"),
        ],
    ),
]


@pytest.fixture
def desk(
    sandbox: SandboxFactory, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    with furnished(sandbox(), home, tmp_path, monkeypatch) as made:
        yield made


class Window:
    """An admin at the window; ``looked`` searches everything."""

    def __init__(self, desk: Desk, capfd: pytest.CaptureFixture[str], place: Place) -> None:
        self.desk, self.capfd, self.place = desk, capfd, place
        gates = {name: desk.taps[name].origin for name in ("feishu", "accounts", "can")}
        self.told = {**desk.practice.ready, **gates}
        self.root = desk.home / "own"
        self.begin()

    def begin(self) -> None:
        """Start the program."""
        self.sitting = Sitting(self.told, self.root)
        self.session = self.sitting.session

    def looked(self, step: str, sampler: Sampler | None = None) -> None:
        """The draft is written, as it is a moment after the last key; then search."""
        self.session.keeping.now()
        self.sitting.settle()
        if self.place is Place.FILE:
            for path in self.root.rglob("*.secret"):
                names = {"app_secret": ("app_secret", "other_secret"), "can_api_key": ("api_key",)}
                self.desk.bench.allow(path, *names.get(path.stem, ()))
        out, err = self.capfd.readouterr()
        said = {"stdout": out.encode(), "stderr": err.encode()}
        said |= {"message": repr(self.session.message).encode()}
        said |= {"answers": repr(self.session.answers).encode()}
        self.desk.bench.check(step, said, sampler)

    def does(self, step: str, *works: object) -> None:
        """Press things, then search; programs that were started are looked at meanwhile."""
        with Sampler(os.getpid(), self.desk.bench.tops) as sampler:
            for work in works:
                work()  # type: ignore[operator]
                self.sitting.settle()
        self.looked(step, sampler)


@pytest.mark.parametrize("place", PLACES)
def test_a_whole_sitting_leaks_nothing(
    desk: Desk, capfd: pytest.CaptureFixture[str], place: Place
) -> None:
    window = Window(desk, capfd, place)
    through_a_proxy(window)
    saved(window)
    taken_back(window)
    handed_over(window)
    taught(window)
    gone_on_and_forgotten(window)
    arrived = {name: desk.bench.arrived(tap) for name, tap in desk.taps.items()}
    assert arrived == {
        "feishu": {"app_secret"},
        "accounts": set(),
        "can": {"app_secret", "other_secret", "api_key"},
        "hengshi": {"app_secret", "cookie", "csrf"},
        "sqlbot": set(),
        "proxy": {"proxy_password"},
    }


def through_a_proxy(window: Window) -> None:
    """A password of the proxy is typed, and the platform is looked for through it."""
    page, cage = window.session.prerequisites, window.desk.cage
    page.set_proxy_mode("address")
    page.set_proxy_url(f"http://127.0.0.1:{window.desk.taps['proxy'].port}")
    page.set_proxy_user("operator")
    window.does("typed", lambda: page.set_proxy_password(cage["proxy_password"]))
    page.set_can_text(window.told["can"])
    window.does("through a proxy", window.sitting.press)
    assert "proxy_password" in window.desk.bench.arrived(window.desk.taps["proxy"])


def saved(window: Window) -> None:
    """To the sandbox's CAN and into a file; then another secret."""
    desk, session = window.desk, window.session
    window.sitting.fill()
    session.credentials.set_place(window.place)
    window.does("walked", lambda: window.sitting.walk(Step.SAVE))
    save = session.save
    save.choose(Target.CAN, True)
    save.choose(Target.FILE, True)
    save.file.set_path(str(desk.folder / "setup.toml"))
    save.set_secret("api_key", desk.cage["api_key"])
    session.update(callback_text=window.told["can"] + "/first/user/softLogin")
    for secret in ("other_secret", "app_secret"):
        session.credentials.set_secret(desk.cage[secret])
        save.set_enable_open(True)
        window.does(f"{secret} is compared", save.compare)
        window.does(f"{secret} is saved", save.commit)
        assert session.message.code == "saved", session.message
        assert desk.stored()["app_secret"] == desk.cage[secret]


def taken_back(window: Window) -> None:
    """The last save and the one before; the former secret is known to this run's memory."""
    desk, undo = window.desk, window.session.save.undo
    before = "other_secret" if window.place is Place.SESSION else "app_secret"
    for callback in ("/first/user/softLogin", "/user/softLogin"):
        window.does("undo is shown", undo.prepare)
        window.does("undone", undo.commit)
        assert window.session.message.code == "undone", window.session.message
        assert desk.stored()["callback_url"].endswith(callback)
        assert desk.stored()["app_secret"] == desk.cage[before]


def handed_over(window: Window) -> None:
    """Sealed with a passphrase; opened with a wrong one and with the right one."""
    cage, sealing = window.desk.cage, window.session.save.file.sealing
    path = str(window.desk.folder / "hand-over.age")
    sealing.set_path(path)
    sealing.set_passphrase(cage["passphrase"])
    sealing.set_again(cage["passphrase"])
    window.does("sealed", sealing.write)
    assert sealing.written is not None, window.session.message
    sealing.forget()
    opening = OpenSealed(window.session, path)
    opening.set_passphrase(cage["wrong_passphrase"])
    window.does("a wrong passphrase", opening.open)
    assert opening.opened is None
    opening.set_passphrase(cage["passphrase"])
    window.does("opened", opening.open)
    assert opening.opened is not None


def taught(window: Window) -> None:
    """What was copied in a browser is pasted: read, answered, trusted, tried, saved through."""
    desk, session = window.desk, window.session
    app_id, flow = session.credentials.app_id.value, session.save.deployment
    secret, tap = desk.cage["recorded_secret"], desk.taps["hengshi"]
    flow.set_text(sqlbot_curl(desk.taps["sqlbot"].origin, desk.cage, app_id, secret))
    window.does("commands are read", flow.read_text)
    assert flow.recording is not None
    assert flow.text == ""  # it held the session of the browser
    peer = desk.peers["hengshi"]
    peer.somebody(app_id=app_id, app_secret=desk.cage["server_secret"])
    upstream = f"http://127.0.0.1:{tap.upstream}"
    flow.set_text(hengshi_har(upstream, desk.cage).replace(upstream, tap.origin))
    window.does("a recording is read", flow.read_text)
    assert flow.text == ""
    for _round in range(4):
        if not flow.questions:
            break
        window.does("answered", flow.decide)
    assert flow.complete, (flow.error, flow.questions)
    window.does("trusted", flow.trust)
    assert flow.in_use, session.message
    save_elsewhere(window)


def save_elsewhere(window: Window) -> None:
    """Through the profile that was made, with the session that is pasted for this run."""
    desk, session = window.desk, window.session
    here = desk.cage.all["app_secret"]  # from here on it goes there, too
    desk.cage.all["app_secret"] = replace(here, hosts=here.hosts | {"hengshi"})
    [entry] = [one.name for one in session.save.declares if one.secret]
    session.save.set_secret(entry, f"csrf={desk.cage['csrf']}; sid={desk.cage['cookie']}")
    window.does("tried", session.save.deployment.try_it)
    tried = session.save.deployment.tried
    assert tried is not None, session.message
    assert tried.fits
    session.save.set_enable_open(True)
    window.does("compared elsewhere", session.save.compare)
    window.does("saved elsewhere", session.save.commit)
    assert session.message.code == "saved", session.message
    assert desk.peers["hengshi"].now.app_secret == desk.cage["app_secret"]


def gone_on_and_forgotten(window: Window) -> None:
    """Closed, begun again, gone on with; then nothing of it is left."""
    window.sitting.close()
    window.begin()
    assert window.session.keeping.offered is not None
    window.does("gone on", lambda: window.sitting.act("resume"))
    assert window.session.answers.profile != "by-hand"
    window.does("forgotten", window.session.keeping.forget)
    assert list(window.root.rglob("*.secret")) == []
    window.place = Place.SESSION  # from here on nothing is allowed
    window.desk.bench.allowed = {
        path: names for path, names in window.desk.bench.allowed.items() if path.exists()
    }
    window.looked("left")
    window.sitting.close()

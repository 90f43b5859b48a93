"""No secret is anywhere but in its place: a whole run of save, undo, export, import and crash.

Real programs on a sandbox behind gates that keep every byte. After every step every file, name,
output, argument and environment is searched for every secret in every encoding. ``make torture``
takes more steps, and a second run with a keyring.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faults.watch.bench import WORKER_CAME
from tests.faults.watch.desk import Desk, furnished
from tests.faults.watch.recording import APP_ID
from tests.sandbox_process import SandboxFactory

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(300),
]
torture = pytest.mark.skipif(os.environ.get("TORTURE") != "all", reason="make torture")
LENGTHS = [
    pytest.param(False, id="short"),
    pytest.param(True, id="full", marks=[pytest.mark.slow, torture]),
]
PEER_SETUP = """schema = "feishu-wizard/1"
id = "peer"
[feishu]
app_id = "cli_a8c029e757e6500b"
[office]
url = "{url}"
profile = "by-hand"
[network]
proxy = "none"
"""
# Keeps the secret of stdin as the window does.
KEEP = """
import asyncio, sys
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.keep_secret import keep_secret, secret_place

async def main():
    async with Workplace(Program()) as place:
        assert (await secret_place(place)).place == "keyring"
        await keep_secret(place, Kit(Setup(id="sandbox")), sys.argv[1], Secret(sys.stdin.read()))
asyncio.run(main())
"""
FORGET = """
import asyncio, sys
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.forget_setup import forget_setup
from feishu_wizard.operations.load_setup import load_setup

async def main():
    async with Workplace(Program()) as place:
        await forget_setup(place, await load_setup(place, sys.argv[1]))
asyncio.run(main())
"""
# An error that quotes what is being saved, in every encoding.
INTERNAL = """
import sys
from feishu_wizard.__main__ import main
from feishu_wizard.operations import save_to_can
from tests.unit.report.made import ENCODINGS

async def broken(client, goal, current, secret):
    texts = [encode(secret.reveal()) for encode in ENCODINGS.values()]
    raise RuntimeError(" | ".join(texts)) from OSError(secret.reveal())

save_to_can.write_values = broken
sys.exit(main())
"""


@pytest.fixture
def desk(
    sandbox: SandboxFactory, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    with furnished(sandbox(), home, tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize("full", LENGTHS)
def test_a_whole_run_leaks_nothing(desk: Desk, full: bool) -> None:
    desk.full = full
    setup = desk.setup("setup.toml")
    app_secret = f'"file:{desk.folder / "app_secret"}"'
    plain = f'"plain:{desk.cage["other_secret"]}"'  # an explicit choice
    other = desk.setup("other.toml", "other_secret", **{app_secret: plain})
    for part in (saved, put_into_files, handed_over, imported, reported, failed, broken_off):
        part(desk, setup, other)
    arrived = {name: desk.bench.arrived(tap) for name, tap in desk.taps.items()}
    assert arrived == {
        "feishu": {"app_secret"},
        "accounts": set(),
        "can": {"app_secret", "other_secret", "api_key"},
        "hengshi": {"cookie", "csrf"},
        "sqlbot": {"bearer"},
        "proxy": {"proxy_password"},
    }


def saved(desk: Desk, setup: Path, other: Path) -> None:
    """Save, save another secret, a conflict, replaced on request, taken back."""
    wizard = desk.bench.wizard
    if desk.full:
        wizard("apply", other, "--dry-run", exit_code=6)
    wizard("apply", setup, "--yes")
    wizard("apply", other, "--yes")
    assert desk.stored()["app_secret"] == desk.cage["other_secret"]
    desk.change_by_hand()
    wizard("apply", other, "--yes", exit_code=7)
    wizard("apply", other, "--yes", "--overwrite")
    assert desk.stored()["callback_url"] == desk.taps["can"].origin + "/user/softLogin"
    for _time in range(2 if desk.full else 1):
        wizard("apply", other, "--undo", "--yes")
        assert desk.stored()["callback_url"].endswith("/page/user/softLogin")


def put_into_files(desk: Desk, setup: Path, other: Path) -> None:
    """References only, over a file that held a secret; what it held is copied nowhere."""
    old = desk.setup("references.toml", "old_secret")
    text = old.read_text(encoding="utf-8")
    held = f'app_secret = "plain:{desk.cage["old_secret"]}"'
    old.write_text(re.sub("app_secret = .*", held, text), encoding="utf-8")
    desk.bench.wizard("apply", setup, "--to", f"file:{old}", "--yes")
    del desk.bench.allowed[old]  # from here on nothing is allowed there
    desk.bench.check("what was replaced", {})
    assert f"file:{desk.folder / 'app_secret'}" in old.read_text(encoding="utf-8")
    if desk.full:
        target = desk.folder / "from-plain.toml"
        desk.bench.wizard("apply", other, "--to", f"file:{target}", "--yes")
        assert "plain:" not in target.read_text(encoding="utf-8")  # nobody chose it for this file


def handed_over(desk: Desk, setup: Path, other: Path) -> None:
    """Sealed, opened with a wrong passphrase and the right one, written out again."""
    wizard, cage, sealed = desk.bench.wizard, desk.cage, desk.folder / "hand-over.age"
    typed, wrong = cage["passphrase"] + "\n", cage["wrong_passphrase"] + "\n"
    given = ("--passphrase-stdin", "--yes")
    wizard("apply", setup, "--to", f"sealed:{sealed}", *given, stdin=typed)
    if desk.full:  # the test of the window has a wrong one, too
        refused = wizard("apply", sealed, *given, stdin=wrong, exit_code=2)
        assert "passphrase" in refused.err
    opened = desk.folder / "opened.toml"
    wizard("apply", sealed, "--to", f"file:{opened}", *given, stdin=typed)
    assert "plain:" not in opened.read_text(encoding="utf-8")


def imported(desk: Desk, setup: Path, other: Path) -> None:
    """What a browser recorded becomes profiles, tried with the session that is pasted."""
    wizard, cage = desk.bench.wizard, desk.cage
    kits = {
        name: desk.write(f"{name}.toml", PEER_SETUP.format(url=desk.taps[name].origin))
        for name in ("hengshi", "sqlbot")
    }
    given = ("can-profile", "import", desk.folder / "visit.har", "--id", "hengshi")
    options = ("--setup", kits["hengshi"], "--secret-stdin", "--session-stdin", "--yes")
    session = f"{cage['recorded_secret']}\ncsrf={cage['csrf']}; sid={cage['cookie']}\n"
    if desk.full:
        asked = wizard(*given, *options, stdin=session, exit_code=6)
        assert {"sign_in", "keep"} <= {one["id"] for one in json.loads(asked.out)["questions"]}
    answers = ("enabled=none", "sign_in=cookie", "keep=reenter")
    wizard(*given, *options, *_answered(answers), stdin=session)
    given = ("can-profile", "import", desk.folder / "calls.txt", "--id", "sqlbot")
    answers = ("envelope=code", "sign_in=token", "keep=reenter")
    typed = ("--typed-app-id", APP_ID, "--secret-stdin", "--yes")
    wizard(*given, *typed, *_answered(answers), stdin=cage["recorded_secret"])
    tried = ("can-profile", "check", "sqlbot", "--setup", kits["sqlbot"], "--session-stdin")
    wizard(*tried, stdin=f"Bearer {cage['bearer']}\n", exit_code=6)  # commands hold no answers
    if desk.full:
        profile = desk.home / ".config" / "feishu-wizard" / "profiles" / "hengshi.yaml"
        wizard("can-profile", "import", profile, "--yes")
        wizard("can-profile", "list", "--json")


def _answered(answers: tuple[str, ...]) -> list[str]:
    return [part for answer in answers for part in ("--answer", answer)]


def reported(desk: Desk, setup: Path, other: Path) -> None:
    """A diagnosis in three forms, and one through a proxy that asks for a password."""
    wizard, cage = desk.bench.wizard, desk.cage
    for kind in ("html", "md", "json") if desk.full else ("html",):
        report = desk.folder / f"report.{kind}"
        said = wizard("diagnose", setup, "--json", "--report", report, exit_code=6)
        assert json.loads(said.out)["checks"]
        assert report.stat().st_size > 500
    password = quote(cage["proxy_password"], safe="")
    proxy = f"http://operator:{password}@127.0.0.1:{desk.taps['proxy'].port}"
    hosts = ("https://open.private.invalid", "--accounts-url", "https://accounts.private.invalid")
    given = ("--open-url", *hosts, "--app-id", APP_ID, "--secret-stdin", "--json")
    wizard(
        "diagnose",
        *given,
        stdin=cage["app_secret"],
        exit_code=6,
        shown=["proxy_password"],  # the person has put it into the environment
        HTTPS_PROXY=proxy,
    )


def failed(desk: Desk, setup: Path, other: Path) -> None:
    """A save that is lost, a server that shows a mask, one that is not there."""
    wanted = setup if desk.stored()["app_secret"] == desk.cage["other_secret"] else other
    drills = [("can-save-lost", 1), ("can-masked-secret", 0), ("can-down", 4)]
    for drill, code in drills if desk.full else drills[:2]:
        with desk.drill(drill):
            desk.bench.wizard("apply", wanted, "--yes", exit_code=code)


def broken_off(desk: Desk, setup: Path, other: Path) -> None:
    """Killed while it saves and while it seals; an error inside that quotes the secret."""
    can, wizard = desk.taps["can"], desk.bench.wizard
    wanted, secret = (other, "other_secret")
    if desk.stored()["app_secret"] == desk.cage["other_secret"]:
        wanted, secret = (setup, "app_secret")
    can.hold(lambda data: data.startswith(b"PUT "), carry=True)
    wizard("apply", wanted, "--yes", exit_code=-9, kill_at=can.caught)
    can.release()
    assert desk.stored()["app_secret"] == desk.cage[secret]  # it arrived, and nobody heard of it
    wizard("apply", wanted, "--yes")
    target = desk.folder / "broken-off.age"
    given = ("apply", setup, "--to", f"sealed:{target}", "--passphrase-stdin", "--yes")
    stdin = desk.cage["passphrase"] + "\n"
    wizard(*given, stdin=stdin, exit_code=-9, kill_at=WORKER_CAME)
    assert not target.exists()
    arguments = ["-c", INTERNAL, "apply", str(setup if wanted == other else other), "--yes"]
    said = desk.bench.run("an error inside", arguments, exit_code=5)
    assert "Something unexpected happened" in said.err
    logs = [path.read_text(encoding="utf-8") for path in desk.home.rglob("feishu-wizard.log")]
    assert "RuntimeError: *** | ***" in "".join(logs)


@pytest.mark.slow
@torture
@pytest.mark.skipif(shutil.which("gnome-keyring-daemon") is None, reason="no gnome-keyring")
def test_with_a_keyring_every_file_is_clean(desk: Desk) -> None:
    """No file at all may hold a secret then, the keyring's own (encrypted) among them."""
    bench, cage = desk.bench, desk.cage
    for name in ("app_secret", "can_api_key"):
        (desk.folder / name).unlink()
    refs = {
        f'"file:{desk.folder / name}"': f'"keyring:{name}"'
        for name in ("app_secret", "can_api_key")
    }
    setup = desk.setup("setup.toml", **refs)
    with session_bus() as address:
        bus = {"DBUS_SESSION_BUS_ADDRESS": address}
        for entry, name in (("can_api_key", "api_key"), ("app_secret", "other_secret")):
            bench.run(f"keep {name}", ["-c", KEEP, entry], stdin=cage[name], **bus)
        bench.wizard("apply", setup, "--yes", **bus)
        assert desk.stored()["app_secret"] == cage["other_secret"]
        bench.run("keep app_secret", ["-c", KEEP, "app_secret"], stdin=cage["app_secret"], **bus)
        bench.wizard("apply", setup, "--yes", **bus)
        assert desk.stored()["app_secret"] == cage["app_secret"]
        bench.wizard("apply", setup, "--undo", "--yes", **bus)
        assert desk.stored()["app_secret"] == cage["other_secret"]  # given back out of the keyring
        sealed = desk.folder / "hand-over.age"
        given = ("--to", f"sealed:{sealed}", "--passphrase-stdin")
        bench.wizard("apply", setup, *given, stdin=cage["passphrase"] + "\n", **bus)
        bench.wizard("diagnose", setup, "--json", exit_code=6, **bus)
        assert list((desk.home / ".local/share/keyrings").glob("*.keyring"))
        bench.run("forget", ["-c", FORGET, str(setup)], **bus)
        bench.wizard("apply", setup, "--dry-run", exit_code=3, **bus)


@contextmanager
def session_bus() -> Iterator[str]:
    """A D-Bus session with an unlocked keyring; its address."""
    unlock = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    script = f'{unlock}; echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as bus:
        assert bus.stdout is not None
        yield bus.stdout.readline().strip()
        assert bus.stdin is not None
        bus.stdin.close()

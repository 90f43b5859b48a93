"""No secret is anywhere but in its place: a whole run of save, undo, export, import and crash.

Real programs on a sandbox behind gates that keep every byte. After every step every file, name,
output, argument and environment is searched for every secret in every encoding.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
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


def test_a_whole_run_leaks_nothing(desk: Desk) -> None:
    setup = desk.setup("setup.toml")
    app_secret = f'"file:{desk.folder / "app_secret"}"'
    plain = f'"plain:{desk.cage["other_secret"]}"'  # an explicit choice
    other = desk.setup("other.toml", "other_secret", **{app_secret: plain})
    for part in (saved, put_into_files, handed_over, imported, reported, failed, broken_off):
        if os.environ.get("H10") and part.__name__ not in os.environ["H10"]:
            continue
        start = time.monotonic()
        part(desk, setup, other)
        print(f"{part.__name__}: {time.monotonic() - start:.1f} s")
    arrived = {name: desk.bench.arrived(tap) for name, tap in desk.taps.items()}
    assert arrived == {
        "feishu": {"app_secret"},
        "accounts": set(),
        "can": {"app_secret", "other_secret", "api_key"},
        "hengshi": {"cookie", "csrf"},
        "sqlbot": {"bearer"},
        "proxy": {"proxy_password"},
    }
    assert desk.cage.found((desk.folder / "visit.har").read_bytes()) != []


def saved(desk: Desk, setup: Path, other: Path) -> None:
    """Save, save another secret, a conflict, replaced on request, taken back twice."""
    wizard = desk.bench.wizard
    wizard("apply", setup, "--dry-run", exit_code=6)
    wizard("apply", setup, "--yes")
    assert desk.stored()["app_secret"] == desk.cage["app_secret"]
    wizard("apply", other, "--yes")
    assert desk.stored()["app_secret"] == desk.cage["other_secret"]
    desk.change_by_hand()
    wizard("apply", other, "--yes", exit_code=7)
    wizard("apply", other, "--yes", "--overwrite")
    for _time in range(2):
        wizard("apply", other, "--undo", "--yes")


def put_into_files(desk: Desk, setup: Path, other: Path) -> None:
    """References only, over a file that held a secret; what it held is copied nowhere."""
    old = desk.setup("references.toml", "old_secret")
    text = old.read_text(encoding="utf-8")
    old.write_text(
        re.sub("app_secret = .*", f'app_secret = "plain:{desk.cage["old_secret"]}"', text)
    )
    desk.bench.wizard("apply", setup, "--to", f"file:{old}", "--yes")
    del desk.bench.allowed[old]
    desk.bench.check("what was replaced", {})
    assert "file:" in old.read_text(encoding="utf-8")
    target = desk.folder / "from-plain.toml"
    ended = desk.bench.wizard("apply", other, "--to", f"file:{target}", "--yes")
    print(ended, target.read_text())


def handed_over(desk: Desk, setup: Path, other: Path) -> None:
    """Sealed, opened with a wrong passphrase and the right one, written out again."""
    wizard, cage, sealed = desk.bench.wizard, desk.cage, desk.folder / "hand-over.age"
    typed = {"stdin": cage["passphrase"] + "\n"}
    wizard("apply", setup, "--to", f"sealed:{sealed}", "--passphrase-stdin", "--yes", **typed)
    wrong = {"stdin": cage["wrong_passphrase"] + "\n"}
    wizard("apply", sealed, "--passphrase-stdin", "--dry-run", exit_code=2, **wrong)
    opened = desk.folder / "opened.toml"
    print(wizard("apply", sealed, "--to", f"file:{opened}", "--passphrase-stdin", "--yes", **typed))


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
    asked = wizard(*given, *options, stdin=session, exit_code=6)
    assert {"sign_in", "keep"} <= {one["id"] for one in json.loads(asked.out)["questions"]}
    answers = ("enabled=none", "sign_in=cookie", "keep=reenter")
    wizard(*given, *options, *_answered(answers), stdin=session)
    given = ("can-profile", "import", desk.folder / "calls.txt", "--id", "sqlbot")
    answers = ("envelope=code", "sign_in=token", "keep=reenter")
    typed = ("--typed-app-id", APP_ID, "--secret-stdin", "--yes")
    wizard(*given, *typed, *_answered(answers), stdin=cage["recorded_secret"])
    tried = ("can-profile", "check", "sqlbot", "--setup", kits["sqlbot"], "--session-stdin")
    print(wizard(*tried, stdin=f"Bearer {cage['bearer']}\n", exit_code=6))
    wizard("can-profile", "list", "--json")


def _answered(answers: tuple[str, ...]) -> list[str]:
    return [part for answer in answers for part in ("--answer", answer)]


def reported(desk: Desk, setup: Path, other: Path) -> None:
    """A diagnosis in three forms, and one through a proxy that asks for a password."""
    wizard, cage = desk.bench.wizard, desk.cage
    for kind in ("html", "md", "json"):
        report = desk.folder / f"report.{kind}"
        print(wizard("diagnose", setup, "--json", "--report", report, exit_code=6).out[:300])
        assert report.stat().st_size > 500
    password = quote(cage["proxy_password"], safe="")
    proxy = f"http://operator:{password}@127.0.0.1:{desk.taps['proxy'].port}"
    hosts = (
        "--open-url",
        "https://open.private.invalid",
        "--accounts-url",
        "https://accounts.private.invalid",
    )
    print(
        wizard(
            "diagnose",
            *hosts,
            "--app-id",
            APP_ID,
            "--secret-stdin",
            "--json",
            stdin=cage["app_secret"],
            exit_code=6,
            shown=["proxy_password"],
            HTTPS_PROXY=proxy,
        ).out[:3000]
    )


def failed(desk: Desk, setup: Path, other: Path) -> None:
    """A save that is lost, a server that shows a mask, one that is not there."""
    for drill, code in (("can-save-lost", 1), ("can-masked-secret", 0), ("can-down", 4)):
        with desk.drill(drill):
            desk.bench.wizard(
                "apply", other if drill != "can-down" else setup, "--yes", exit_code=code
            )


def broken_off(desk: Desk, setup: Path, other: Path) -> None:
    """Killed while it saves and while it seals; an error inside that quotes the secret."""
    can, wizard = desk.taps["can"], desk.bench.wizard
    can.hold(lambda data: data.startswith(b"PUT "), carry=True)
    wizard("apply", setup, "--yes", exit_code=-9, kill_at=can.caught)
    can.release()
    assert desk.stored()["app_secret"] == desk.cage["app_secret"]
    wizard("apply", setup, "--yes")
    target = desk.folder / "broken-off.age"
    given = ("apply", setup, "--to", f"sealed:{target}", "--passphrase-stdin", "--yes")
    stdin = desk.cage["passphrase"] + "\n"
    wizard(*given, stdin=stdin, exit_code=-9, kill_at=WORKER_CAME)
    assert not target.exists()
    arguments = ["-c", INTERNAL, "apply", str(other), "--yes"]
    said = desk.bench.run("an error inside", arguments, exit_code=5)
    assert "Something unexpected happened" in said.err
    logs = [path.read_text(encoding="utf-8") for path in desk.home.rglob("feishu-wizard.log")]
    assert "RuntimeError: ***" in "".join(logs), logs

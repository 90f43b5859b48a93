"""``diagnose`` against the sandbox: healthy, every drill, without a setup file, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from feishu_wizard.cli.main import cli
from feishu_wizard.resources import resource_text
from feishu_wizard.sandbox.options import BEHAVIOUR_DRILLS, STATE_DRILLS
from tests.conftest import ROOT
from tests.e2e.drills_table import DRILLS, NOTHING, Expected
from tests.sandbox_process import SandboxFactory, SandboxProcess

SCHEMA = jsonschema.Draft202012Validator(json.loads(resource_text("schemas/diagnosis-1.json")))
MOST_CALLS = 15
# CAN's own test may be run ten times a minute, and every diagnosis runs it once.
USES = 8
PROBLEMS = ("fail", "warn")


@dataclass
class Practice:
    """Sandboxes for diagnoses, a new one before CAN refuses to be tested again."""

    start: SandboxFactory
    _now: SandboxProcess | None = None
    _used: int = 0

    def sandbox(self) -> SandboxProcess:
        """A healthy sandbox."""
        if self._now is None or self._used == USES:
            if self._now is not None:
                self._now.stop()
            self._now, self._used = self.start(), 0
        self._used += 1
        return self._now


@pytest.fixture(scope="module")
def practice(module_sandbox: SandboxFactory) -> Practice:
    return Practice(module_sandbox)


@pytest.fixture
def healthy(practice: Practice) -> SandboxProcess:
    return practice.sandbox()


@pytest.fixture
def drilled(practice: Practice, drill: str) -> Iterator[SandboxProcess]:
    """The sandbox with one thing broken, mended again afterwards."""
    running = practice.sandbox()
    switch(running, drill, on=True)
    yield running
    switch(running, drill, on=False)


def switch(running: SandboxProcess, drill: str, *, on: bool) -> None:
    with running.client(base_url=running["console"]) as client:
        client.post("/control/drills", json={"name": drill, "on": on}).raise_for_status()


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["--lang", "en", "diagnose", *arguments], input=stdin)


def document(done: Result) -> dict[str, Any]:
    """The JSON of a diagnosis, as promised by the schema."""
    made: dict[str, Any] = json.loads(done.stdout)
    assert list(SCHEMA.iter_errors(made)) == []
    return made


def check(made: dict[str, Any], check_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in made["checks"] if c["id"] == check_id)
    return found


def problems(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for c in made["checks"] if c["status"] in PROBLEMS]


def seen(running: SandboxProcess) -> list[dict[str, Any]]:
    """Requests of this program, CAN's own left out."""
    return [r for r in running.state()["requests"] if r["agent"] != "practice-can"]


def with_token(requests: list[dict[str, Any]]) -> int:
    return sum(1 for r in requests if r["host"] == "feishu" and r["authenticated"])


def diagnosed(running: SandboxProcess, *arguments: str) -> tuple[Result, dict[str, Any], int]:
    """Diagnose the sandbox's setup: the end, the document, calls with a token."""
    before = len(seen(running))
    done = run(str(running.setup), "--json", *arguments)
    made = document(done)
    return done, made, with_token(seen(running)[before:])


# -- healthy ---------------------------------------------------------------------------


def assert_well(made: dict[str, Any]) -> None:
    for one in made["checks"]:
        told = (one["status"], one["code"])
        if one["group"] == "capability":
            assert told == ("unknown", "not_proven"), one
        else:
            assert one["status"] == "pass" or told == ("skip", "not_applicable"), one


def test_healthy(healthy: SandboxProcess) -> None:
    done, made, calls = diagnosed(healthy)
    assert done.exit_code == 0, done.stderr
    assert_well(made)
    assert made["feishu_calls"] == calls
    assert 0 < calls <= MOST_CALLS
    passed = {c["id"] for c in made["checks"] if c["status"] == "pass"}
    assert {"feishu.credentials", "feishu.bot", "permission.login", "can.egress"} <= passed
    assert {f"net.{host}.http" for host in ("open", "accounts", "can")} <= passed


def test_healthy_over_tls(sandbox: SandboxFactory) -> None:
    running = sandbox("--tls")
    done, made, calls = diagnosed(running)
    assert done.exit_code == 0, done.stderr
    assert_well(made)
    for host in ("open", "accounts", "can"):
        assert check(made, f"net.{host}.tls")["status"] == "pass"
    assert calls <= MOST_CALLS


def test_tls_without_the_ca_file(sandbox: SandboxFactory, tmp_path: Path) -> None:
    running = sandbox("--tls")
    path = tmp_path / "setup.toml"
    path.write_text(running.setup.read_text().replace(running["ca_file"], ""))
    done = run(str(path), "--json")
    made = document(done)
    assert done.exit_code == 6
    assert problems(made)[0]["id"] == "net.open.tls"
    mended = run(str(path), "--json", "--ca-file", running["ca_file"])
    assert mended.exit_code == 0, mended.stderr


@pytest.mark.parametrize("person", ["owner"])
def test_a_person_who_is_reached(person: str, healthy: SandboxProcess) -> None:
    who = healthy.state()["named"][person]
    done, made, calls = diagnosed(healthy, "--person", who["user_id"])
    assert done.exit_code == 0, done.stderr
    gates = [c for c in made["checks"] if c["group"] == "person"]
    assert [c["id"] for c in gates if c["status"] == "pass"][:4] == [
        "person.exists",
        "person.active",
        "person.in_range",
        "person.available",
    ]
    assert calls <= MOST_CALLS
    assert made["feishu_calls"] == calls


def test_a_person_whom_nobody_knows(healthy: SandboxProcess) -> None:
    done, made, calls = diagnosed(healthy, "--person", "nobody-at-all")
    assert done.exit_code == 6
    first, *rest = problems(made)
    assert first["id"] == "person.exists"
    assert rest == []
    gates = [c for c in made["checks"] if c["group"] == "person"][1:]
    assert gates
    assert all(c["status"] == "skip" for c in gates if c["id"] != "person.account")
    assert calls <= MOST_CALLS


def test_a_person_who_has_left(healthy: SandboxProcess) -> None:
    who = healthy.state()["named"]["resigned"]
    done, made, _calls = diagnosed(healthy, "--person", who["user_id"])
    assert done.exit_code == 6
    assert problems(made)[0]["id"] in ("person.exists", "person.active")


# -- drills ----------------------------------------------------------------------------


def test_every_drill_is_tabled() -> None:
    plain = {name for name in DRILLS if not name.startswith("missing-scope:")}
    assert plain == {*STATE_DRILLS, *BEHAVIOUR_DRILLS}


@pytest.mark.parametrize("drill", DRILLS)
def test_a_drill_is_told_by_name(drill: str, drilled: SandboxProcess) -> None:
    expected = DRILLS[drill]
    done, made, calls = diagnosed(drilled, *_person(drilled, expected))
    assert done.exit_code == expected.exit_code, (done.stderr, problems(made))
    assert calls <= MOST_CALLS
    assert made["feishu_calls"] == calls
    bad = problems(made)
    assert {c["id"] for c in bad} - expected.also == {expected.check} - {NOTHING}
    if expected.check == NOTHING:
        said = check(made, expected.said_by)
        assert (said["status"], said["code"]) == (expected.status, expected.code)
        assert expected.cause in said["cause"]
        return
    first = bad[0]
    assert first["id"] == expected.check
    assert (first["status"], first["code"]) == (expected.status, expected.code)
    assert first["who"] == expected.who
    assert first["cause"]
    assert expected.cause in first["cause"]
    assert first["fix"]
    assert first["sentence"].rstrip(".") in made["verdict"]
    _assert_dependents_rest(made)


def _person(running: SandboxProcess, expected: Expected) -> tuple[str, ...]:
    if not expected.person:
        return ()
    return ("--person", running.state()["named"][expected.person]["user_id"])


def _assert_dependents_rest(made: dict[str, Any]) -> None:
    """What rests on a failed check is skipped and says so; nothing else is skipped."""
    status = {c["id"]: c["status"] for c in made["checks"]}
    failed = {check_id for check_id, word in status.items() if word == "fail"}
    for one in made["checks"]:
        if one["blocked_by"] is not None:
            assert one["status"] == "skip"
            assert one["blocked_by"] in failed
        elif one["status"] == "skip":
            assert one["code"] == "not_applicable"
        if set(one["depends_on"]) & failed and one["status"] not in PROBLEMS:
            assert one["status"] == "skip", one


# -- the human form --------------------------------------------------------------------


@pytest.mark.parametrize("drill", ["wrong-secret"])
def test_the_verdict_comes_first(drill: str, drilled: SandboxProcess) -> None:
    done = run(str(drilled.setup))
    assert done.exit_code == 6
    lines = done.stdout.splitlines()
    assert "refused the App Secret" in lines[0]
    told = done.stdout
    for part in ("Likely cause:", "What helps:", "Who can fix it:", "code 10014", "log id"):
        assert part in told
    assert f"/app/{drilled['app_id']}/baseinfo" in told
    assert "Not checked, because" in told
    assert lines[-1].endswith(" s")
    assert drilled["app_secret"] not in told + done.stderr


def test_healthy_is_short(healthy: SandboxProcess) -> None:
    done = run(str(healthy.setup))
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) < 30
    assert "calls to Feishu" in done.stdout
    assert "***" not in done.stdout


def test_in_a_process_of_its_own(healthy: SandboxProcess, run_python: Callable[..., Any]) -> None:
    done = run_python("-m", "feishu_wizard", "--lang", "zh_Hans", "diagnose", str(healthy.setup))
    assert done.returncode == 0, done.stderr
    assert "飞书" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("drill", ["slow-drip"])
@pytest.mark.parametrize("as_json", [False, True])
def test_an_interrupt_tells_what_is_known(
    drill: str, as_json: bool, drilled: SandboxProcess, tmp_path: Path
) -> None:
    before = len(seen(drilled))
    options = ("--json",) if as_json else ()
    # Who runs the tests in the background has interrupts ignored, and children inherit that.
    program = ("env", "--default-signal=INT", sys.executable, "-m", "feishu_wizard", "--lang")
    with subprocess.Popen(
        (*program, "en", "diagnose", str(drilled.setup), *options),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        while child.poll() is None and not _asked_of_can(seen(drilled)[before:]):
            pass
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert child.returncode == 130, err
    assert "Traceback" not in err
    told = err if as_json else out
    assert "found so far" in told
    assert "Setup file" in told
    assert (out == "") is as_json


def _asked_of_can(requests: list[dict[str, Any]]) -> bool:
    """CAN was read: by then other checks are done, while Feishu's answer still drips."""
    return any(r["host"] == "can" and r["authenticated"] for r in requests)


# -- parts of it -----------------------------------------------------------------------


def test_offline_makes_no_call(healthy: SandboxProcess) -> None:
    before = len(healthy.state()["requests"])
    done = run(str(healthy.setup), "--json", "--offline")
    made = document(done)
    assert done.exit_code == 0, done.stderr
    assert len(healthy.state()["requests"]) == before
    assert made["feishu_calls"] == 0
    assert check(made, "setup.file")["status"] == "pass"
    assert check(made, "feishu.credentials")["status"] == "unknown"


@pytest.mark.parametrize("drill", ["no-bot"])
def test_only_a_part(drill: str, drilled: SandboxProcess) -> None:
    done, made, _calls = diagnosed(drilled, "--only", "net.can", "--only", "can.profile")
    assert done.exit_code == 0
    assert {c["id"] for c in made["checks"]} == {
        *(f"net.can.{layer}" for layer in ("dns", "tcp", "tls", "http", "clock")),
        "can.profile",
    }
    done, made, _calls = diagnosed(drilled, "--only", "feishu.bot")
    assert done.exit_code == 6
    assert [c["id"] for c in made["checks"]] == ["feishu.bot"]


@pytest.mark.parametrize("drill", ["no-redirect-url"])
def test_a_symptom_runs_what_decides_it(drill: str, drilled: SandboxProcess) -> None:
    done, made, _calls = diagnosed(drilled, "--symptom", "login-20029")
    assert done.exit_code == 6
    assert problems(made)[0]["id"] == "feishu.redirect_url"
    assert "feishu.bot" not in {c["id"] for c in made["checks"]}


@pytest.mark.parametrize("drill", ["no-bot"])
def test_it_worked_yesterday(drill: str, practice: Practice) -> None:
    running = practice.sandbox()
    ask = (str(running.setup), "--symptom", "worked_yesterday")
    assert "No earlier diagnosis" in run(*ask).stdout
    switch(running, drill, on=True)
    done = run(*ask)
    switch(running, drill, on=False)
    assert done.exit_code == 6
    assert "Bot — OK → Problem" in done.stdout


@pytest.mark.parametrize("ending", ["html", "md", "json"])
def test_a_report_is_written(ending: str, healthy: SandboxProcess, tmp_path: Path) -> None:
    path = tmp_path / f"report.{ending}"
    done = run(str(healthy.setup), "--report", str(path), "--offline")
    assert done.exit_code == 0, done.stderr
    assert str(path) in done.stderr
    text = path.read_text(encoding="utf-8")
    assert healthy["app_id"] in text
    assert healthy["app_secret"] not in text
    if ending == "json":
        SCHEMA.validate(json.loads(text))


# -- without a setup file --------------------------------------------------------------


def hosts(running: SandboxProcess) -> tuple[str, ...]:
    address = ("--open-url", running["feishu"], "--accounts-url", running["accounts"])
    return (*address, "--proxy", "none")


def test_an_app_id_alone(healthy: SandboxProcess) -> None:
    before = len(seen(healthy))
    done = run(*hosts(healthy), "--app-id", healthy["app_id"], "--json")
    made = document(done)
    assert done.exit_code == 0, done.stderr
    known = check(made, "feishu.credentials")
    assert (known["status"], known["code"]) == ("unknown", "credentials.secret_needed")
    assert known["fix"]
    assert with_token(seen(healthy)[before:]) == made["feishu_calls"] == 0
    assert check(made, "net.open.http")["status"] == "pass"


def test_an_app_id_that_the_brand_does_not_know(healthy: SandboxProcess) -> None:
    done = run(*hosts(healthy), "--app-id", "cli_a8c029e757e6500b", "--json")
    made = document(done)
    assert done.exit_code == 6
    assert problems(made)[0]["code"] == "credentials.app_unknown"


def test_app_id_and_secret(healthy: SandboxProcess) -> None:
    pasted = f"  App Secret: {healthy['app_secret']}\n"
    done = run(
        *hosts(healthy), "--app-id", healthy["app_id"], "--secret-stdin", "--json", stdin=pasted
    )
    made = document(done)
    assert done.exit_code == 0, done.stderr
    assert check(made, "feishu.credentials")["status"] == "pass"
    assert check(made, "permission.send_message")["status"] == "pass"
    assert "Removed the label" in done.stderr
    assert healthy["app_secret"] not in done.stdout + done.stderr


def test_a_pair_pasted_together(healthy: SandboxProcess) -> None:
    pasted = f"{healthy['app_id']} {healthy['app_secret']}"
    done = run(*hosts(healthy), "--secret-stdin", "--json", stdin=pasted)
    assert check(document(done), "feishu.credentials")["status"] == "pass"


def test_an_address_of_can_alone(healthy: SandboxProcess) -> None:
    page = f"{healthy['can']}/user/softLogin"
    done = run(*hosts(healthy), "--can", page, "--json")
    made = document(done)
    assert done.exit_code == 0, done.stderr
    assert check(made, "net.can.http")["status"] == "pass"
    assert check(made, "can.profile")["status"] == "pass"
    assert check(made, "feishu.redirect_url")["evidence"]
    assert made["feishu_calls"] == 0


@pytest.mark.parametrize("drill", ["no-redirect-url"])
@pytest.mark.parametrize("with_app", [False, True])
def test_the_authorize_page_refuses_the_callback(
    drill: str, with_app: bool, drilled: SandboxProcess
) -> None:
    app = ("--app-id", drilled["app_id"]) if with_app else ()
    done = run(*hosts(drilled), "--can", drilled["can"], *app, "--json")
    refused = check(document(done), "feishu.redirect_url")
    assert done.exit_code == 6
    assert (refused["status"], refused["code"]) == ("fail", "redirect.page_refuses")
    assert refused["evidence"][-1]["feishu_code"] == 20029


def test_options_stand_for_the_file(healthy: SandboxProcess) -> None:
    done, made, _calls = diagnosed(healthy, "--callback", f"{healthy['can']}/other")
    assert done.exit_code == 6
    assert problems(made)[0]["id"] == "feishu.redirect_url"
    done, made, _calls = diagnosed(healthy, "--app-id", "cli_a8c029e757e6500b")
    assert "is not used" in done.stderr
    assert problems(made)[0]["code"] == "credentials.app_unknown"


# -- the other commands of support staff -----------------------------------------------


def other(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["--lang", "en", *arguments], input=stdin)


@pytest.mark.parametrize("text", ["20029", "no dept authority", '{"code": 20029, "msg": "x"}'])
def test_explain(text: str) -> None:
    done = other("explain", *text.split(" "))
    assert done.exit_code == 0
    assert "Likely causes" in done.stdout


def test_a_report_is_opened_and_compared(healthy: SandboxProcess, tmp_path: Path) -> None:
    then, now = tmp_path / "then.json", tmp_path / "now.html"
    assert run(str(healthy.setup), "--report", str(then)).exit_code == 0
    switch(healthy, "no-bot", on=True)
    broken = run(str(healthy.setup), "--report", str(now))
    switch(healthy, "no-bot", on=False)
    assert broken.exit_code == 6
    opened = other("report", "open", str(now))
    assert opened.exit_code == 0, opened.stderr
    assert opened.stdout.splitlines()[0] == broken.stdout.splitlines()[0]
    changed = other("report", "open", str(now), "--compare", str(then))
    assert changed.exit_code == 0, changed.stderr
    assert "Bot — OK → Problem" in changed.stdout


def test_the_servers_side_beside_this_one(healthy: SandboxProcess, tmp_path: Path) -> None:
    script = other("server-check", "script", str(healthy.setup))
    assert script.exit_code == 0, script.stderr
    assert healthy["feishu"] in script.stdout
    path, answer = tmp_path / "check.sh", tmp_path / "answer.json"
    path.write_text(script.stdout)
    there = subprocess.run(["sh", path], check=True, capture_output=True, text=True)
    answer.write_text(there.stdout)
    read = other("server-check", "import", str(answer))
    assert read.exit_code == 0, (read.stdout, read.stderr)
    done = run(str(healthy.setup), "--server", str(answer))
    assert done.exit_code == 0, done.stdout
    assert "This computer and the CAN server" in done.stdout
    made = document(run(str(healthy.setup), "--server", str(answer), "--json"))
    assert made["server"]["checks"]


@pytest.mark.parametrize(
    ("command", "content"),
    [
        (("report", "open"), '{"schema": "feishu-wizard/diagnosis/1", "checks": ['),
        (("report", "open"), '{"name": "somebody else"}'),
        (("report", "people"), "no report at all"),
        (("server-check", "import"), "$ sh check.sh\n\x1b[31mnot found\x1b[0m\n"),
        (("server-check", "import"), '{"name": "somebody else"}'),
    ],
)
def test_a_foreign_file_is_named(command: tuple[str, ...], content: str, tmp_path: Path) -> None:
    path = tmp_path / "input.json"
    path.write_text(content)
    done = other(*command, str(path))
    assert done.exit_code == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("✗")
    assert "Traceback" not in done.stderr


# -- bad input -------------------------------------------------------------------------

BAD = {
    "nothing": ((), "setup FILE"),
    "check": (("--only", "feishu.nothing"), "feishu.nothing"),
    "part of a name": (("--only", "net.op"), "net.op"),
    "symptom": (("--symptom", "headache"), "nobody_alerted"),
    "person": (("--symptom", "one_not_reached"), "--person"),
    "chat": (("--person", "oc_a0553eda9014c201e6969b478895c230"), "group chat"),
    "edition": (("--edition", "other"), "edition"),
    "app id": (("--app-id", "not an id!"), "App ID"),
    "callback": (("--callback", "ttp://can.example.com/user/softLogin"), "http://can.example"),
    "can": (("--can", "%%%"), "address"),
    "can of feishu": (("--can", "https://open.feishu.cn/app"), "feishu.cn"),
    "open url": (("--open-url", "nowhere"), "address"),
    "no open url": (("--edition", "private", "--app-id", "cli_a8c029e757e6500b"), "--open-url"),
    "proxy": (("--proxy", "http://me:pass@proxy.example.com:3128"), "user name"),
    "ca file": (("--ca-file", "no-such-file.pem"), "no-such-file.pem"),
    "report": (("--report", "report.docx"), ".html"),
    "report folder": (("--report", "no-such-folder/report.html"), "no-such-folder"),
    "report over a folder": (("--report", "folder.md"), "folder.md"),
    "server": (("--server", "no-such-answer.json"), "no-such-answer.json"),
    "secret": (("--secret-stdin", "--app-id", "cli_a8c029e757e6500b"), "empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(
    name: str, healthy: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, word = BAD[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.md").mkdir()
    before = len(healthy.state()["requests"])
    file = () if name in ("nothing", "no open url") else (str(healthy.setup),)
    done = run(*file, *arguments)
    assert done.exit_code == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert len(healthy.state()["requests"]) == before


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xff\xfe\x00binary", "UTF-8"),
        (b'schema = "feishu-wizard/1"\n[feishu\napp_id = ', "TOML"),
        (b'name = "somebody else"\n', "feishu-wizard"),
        (b'schema = "feishu-wizard/9"\n', "feishu-wizard/9"),
        (None, "no setup file"),
    ],
    ids=["unreadable", "half-written", "foreign", "future", "missing"],
)
def test_a_bad_setup_file_is_named(content: bytes | None, named: str, tmp_path: Path) -> None:
    path = tmp_path / "setup.toml"
    if content is not None:
        path.write_bytes(content)
    done = run(str(path))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert str(path) in done.stderr.splitlines()[0]
    assert named in done.stderr

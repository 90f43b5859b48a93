"""``can-profile``: listing, checking, importing from a file and from what a browser recorded."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from feishu_wizard.cli import profile_given, profile_import, runtime
from feishu_wizard.cli.can_profile import check, remove, show_list
from feishu_wizard.cli.profile_import import Asked, import_profile
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.resources import resource_bytes, resource_text
from feishu_wizard.services.can.profile import parse_profile
from feishu_wizard.text.catalog import use

SCHEMA = jsonschema.Draft202012Validator(json.loads(resource_text("schemas/can-profiles-1.json")))
ANSWERS = ("enabled=/enabled", "sign_in=api_key", "keep=omit")


def _load_recorded():
    """The tests are no package: the recorder beside this file is loaded by its path."""
    path = Path(__file__).with_name("recorded.py")
    spec = importlib.util.spec_from_file_location("cli_recorded", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


recorded = _load_recorded()
CANARIES = (recorded.COOKIE, "SESSION-canary", "TOKEN-canary", recorded.TYPED_SECRET)


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox()


@pytest.fixture(scope="module")
def rows(practice):
    return recorded.entries(practice)


@pytest.fixture(autouse=True)
def english():
    use("en")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def run(root):
    """One run of the program: ``run(lambda place: ...)`` gives the exit code."""

    def make(work):
        async def main():
            async with Workplace(Program(state_root=root, use_keyring=False)) as place:
                return await work(place)

        return asyncio.run(main())

    return make


@dataclass
class Bench:
    """The commands, each as one run of the program, and what it left behind."""

    run: Callable[..., int]
    root: Path
    capsys: pytest.CaptureFixture[str]

    def add(self, path: object, **options: Any) -> int:
        """``can-profile import``."""
        return self.run(lambda place: import_profile(place, Asked(str(path), **options)))

    def look(self, what: object, *, setup: object = "", **options: bool) -> int:
        """``can-profile check``."""
        given = {"session_stdin": False, "as_json": False, **options, "setup": str(setup)}
        return self.run(lambda place: check(place, str(what), **given))

    def remove(self, profile_id: str, *, yes: bool = True) -> int:
        """``can-profile remove``."""
        return self.run(lambda place: remove(place, profile_id, yes=yes))

    def listed(self) -> dict[str, Any]:
        """``can-profile list --json``, as data."""
        self.capsys.readouterr()
        assert self.run(lambda place: show_list(place, as_json=True)) == ExitCode.OK
        document = json.loads(self.capsys.readouterr().out)
        SCHEMA.validate(document)
        return document

    def profiles(self) -> dict[str, Any]:
        """The listed profiles by id."""
        return by_id(self.listed())

    def told(self) -> Any:
        """What was printed since."""
        return self.capsys.readouterr()


@pytest.fixture
def bench(run, root, capsys):
    return Bench(run, root, capsys)


@pytest.fixture
def acme(tmp_path):
    path = tmp_path / "acme.yaml"
    text = resource_text("can/profiles/can-rest.yaml").replace("id: can-rest", "id: acme-can")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def typing(monkeypatch):
    """A person at a terminal who types these lines."""

    def make(*lines):
        monkeypatch.setattr(profile_import, "may_ask", lambda: True)
        monkeypatch.setattr(runtime, "may_ask", lambda: True)
        monkeypatch.setattr(profile_given, "may_ask", lambda: True)
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return make


def by_id(document):
    return {one["id"]: one for one in document["profiles"]}


def piped(monkeypatch, data):
    stdin = SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False)
    monkeypatch.setattr("sys.stdin", stdin)


def everything_below(root, *told):
    """Every byte that the program left, and what it printed."""
    files = [path.read_bytes() for path in root.rglob("*") if path.is_file()]
    return b"\n".join([*files, *(text.encode() for text in told)])


def test_a_profile_file_is_shown_and_added_only_with_consent(bench, acme):
    assert bench.add(acme) == ExitCode.USAGE
    told = bench.told()
    assert "PUT /anymetrics/api/v1/office-software/feishu (changes the server)" in told.out
    assert "The App Secret is sent to your CAN server with these calls: Save" in told.out
    assert "--yes" in told.err
    assert "acme-can" not in bench.profiles()
    assert bench.add(acme, yes=True) == ExitCode.OK
    added = bench.profiles()["acme-can"]
    assert (added["trusted"], added["origin"], added["known_by"]) == (True, "added", "proposed")
    assert [one["name"] for one in added["secrets"]] == ["api_key"]
    assert bench.look("acme-can") == ExitCode.OK


def test_an_added_profile_is_removed_with_its_trust_and_only_with_consent(bench, acme, monkeypatch):
    assert bench.add(acme, yes=True) == ExitCode.OK
    bench.told()
    assert bench.remove("acme-can", yes=False) == ExitCode.USAGE
    assert "--yes" in bench.told().err
    for answer, left in (("n", True), ("y", False)):
        with monkeypatch.context() as terminal:
            terminal.setattr(runtime, "may_ask", lambda: True)
            terminal.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
            assert bench.remove("acme-can", yes=False) == (ExitCode.USAGE if left else ExitCode.OK)
        assert ("acme-can" in bench.profiles()) is left
    assert bench.add(acme) == ExitCode.USAGE  # the same bytes are trusted no more
    with pytest.raises(InputError) as caught:
        bench.remove("acme-can")
    assert caught.value.code == "profile.unknown"


def test_what_comes_with_the_program_stays(bench):
    assert bench.remove("can-rest") == ExitCode.USAGE
    assert "can-rest" in bench.told().err
    assert "can-rest" in bench.profiles()


def test_consent_at_the_terminal(bench, acme, typing):
    typing("n")
    assert bench.add(acme) == ExitCode.USAGE
    typing("y")
    assert bench.add(acme) == ExitCode.OK
    acme.write_text(acme.read_text(encoding="utf-8").replace("method: PUT", "method: POST"))
    typing("n")
    assert bench.add(acme) == ExitCode.USAGE
    told = bench.told()
    assert 'ops.save.method: "PUT" → "POST"' in told.out
    assert "Replace the profile" in told.err
    calls = bench.profiles()["acme-can"]["calls"]
    assert "PUT" in {call["method"] for call in calls}


def test_a_file_that_is_broken_or_takes_one_of_our_ids_is_refused(bench, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: can-profile/1\nid: bad\n")
    taken = tmp_path / "taken.yaml"
    taken.write_bytes(resource_bytes("can/profiles/can-rest.yaml"))
    for path, code in ((bad, "profile.invalid"), (taken, "profile.id_reserved")):
        for command in (bench.look, bench.add):
            with pytest.raises(InputError) as caught:
                command(path)
            assert caught.value.code == code
            assert caught.value.exit_code == ExitCode.USAGE
    with pytest.raises(InputError) as caught:
        bench.look(tmp_path / "none.yaml")
    assert caught.value.code == "profile.missing"


def test_broken_files_are_listed_with_their_reason(bench, acme):
    bench.add(acme, yes=True)
    (bench.root / "config" / "profiles" / "torn.yaml").write_text("id: [")
    document = bench.listed()
    assert list(by_id(document)) == ["can-rest", "can-verb", "acme-can"]
    assert [one["code"] for one in document["broken"]] == ["profile.invalid"]
    assert bench.run(lambda place: show_list(place, as_json=False)) == ExitCode.OK
    text = bench.told().out
    assert "torn.yaml" in text
    assert "✓ acme-can" in text
    assert "it has not been tried on a server yet" in text


def test_check_tries_read_only_with_a_setup(bench, acme, practice, tmp_path):
    before = practice.state()["can"]["settings"]
    assert bench.look(acme, setup=practice.setup, as_json=True) == ExitCode.OK
    document = json.loads(bench.told().out)
    SCHEMA.validate(document)
    assert document["try"]["fits"] is True
    assert document["try"]["stored"]["app_id"] == practice["app_id"]
    assert practice.state()["can"]["settings"] == before
    wrong = tmp_path / "wrong.yaml"
    text = acme.read_text(encoding="utf-8").replace("/office-software/feishu", "/nowhere/feishu")
    wrong.write_text(text, encoding="utf-8")
    assert bench.look(wrong, setup=practice.setup) == ExitCode.FINDINGS
    assert "has nothing at the address" in bench.told().out


def test_questions_are_data_where_nobody_can_be_asked(bench, rows, tmp_path):
    path = tmp_path / "page.har"
    path.write_text(recorded.har(rows), encoding="utf-8")
    assert bench.add(path) == ExitCode.FINDINGS
    told = bench.told()
    document = json.loads(told.out)
    SCHEMA.validate(document)
    assert {q["id"] for q in document["questions"]} == {"enabled", "sign_in", "keep"}
    assert all(q["title"] != q["id"] and q["choices"] for q in document["questions"])
    assert "--answer" in told.err
    assert not (bench.root / "config" / "profiles").exists()


@pytest.mark.parametrize("kind", ["har", "sanitised", "curl"])
def test_a_recording_becomes_a_profile_that_reads_the_server(
    bench, kind, rows, practice, tmp_path, monkeypatch
):
    text = {
        "har": lambda: recorded.har(rows),
        "sanitised": lambda: recorded.har(recorded.sanitised(rows)),
        "curl": lambda: recorded.curl(rows),
    }[kind]()
    path = tmp_path / f"page.{kind}"
    path.write_text(text, encoding="utf-8")
    answers = ("envelope=can", *ANSWERS) if kind == "curl" else ANSWERS
    before = practice.state()["can"]["settings"]
    piped(monkeypatch, recorded.TYPED_SECRET.encode())
    code = bench.add(
        path,
        profile_id="page-can",
        name="My CAN",
        answers=answers,
        setup=str(practice.setup),
        secret_stdin=True,
        yes=True,
    )
    told = bench.told()
    assert code == ExitCode.OK, told
    assert practice.state()["can"]["settings"] == before
    added = bench.profiles()["page-can"]
    assert (added["trusted"], added["known_by"]) == (True, "live")
    assert added["name"] == {"en": "My CAN", "zh_Hans": "My CAN"}
    assert bench.look("page-can", setup=practice.setup) == ExitCode.OK
    profile = (bench.root / "config" / "profiles" / "page-can.yaml").read_bytes()
    head = profile.decode().splitlines()[0]
    assert head.startswith("# can-profile/1, derived from a recording (")
    assert "127.0.0.1" not in head
    parse_profile(profile, "page-can")
    left = everything_below(bench.root, told.out, told.err)
    assert [canary for canary in CANARIES if canary.encode() in left] == []
    key = practice.setup.with_name("can_api_key").read_bytes().strip()
    assert key not in left


def test_what_does_not_fit_is_not_added(bench, rows, practice, tmp_path):
    wrong = json.loads(json.dumps(rows).replace("/office-software/feishu", "/nowhere/feishu"))
    path = tmp_path / "page.har"
    path.write_text(recorded.har(wrong), encoding="utf-8")
    code = bench.add(path, answers=ANSWERS, setup=str(practice.setup), yes=True)
    assert code == ExitCode.FINDINGS
    assert "not added" in bench.told().err
    assert list(bench.profiles()) == ["can-rest", "can-verb"]


def test_questions_are_asked_at_the_terminal(bench, rows, tmp_path, typing):
    path = tmp_path / "page.har"
    path.write_text(recorded.har(rows), encoding="utf-8")
    typing("1", "3", "2", "y")  # /enabled, API key, omit, and yes
    assert bench.add(path) == ExitCode.OK
    told = bench.told().err
    assert "Which value says that the integration is on?" in told
    assert "1. /enabled" in told
    added = bench.profiles()
    assert added["can-127-0-0-1"]["secrets"][0]["name"] == "api_key"


def test_an_answer_to_nothing_and_an_answer_that_is_none(bench, rows, tmp_path):
    path = tmp_path / "page.har"
    path.write_text(recorded.har(rows), encoding="utf-8")
    for answer in ("keep=never", "no_such=1", "keep", "=omit"):
        with pytest.raises(InputError) as caught:
            bench.add(path, answers=(answer,))
        assert caught.value.code == "profile.answer_unknown"


def test_a_profile_can_be_written_to_a_file_instead(bench, rows, tmp_path):
    path, out = tmp_path / "page.har", tmp_path / "made.yaml"
    path.write_text(recorded.har(rows), encoding="utf-8")
    assert bench.add(path, answers=ANSWERS, out=str(out)) == ExitCode.OK
    assert list(bench.profiles()) == ["can-rest", "can-verb"]
    assert bench.look(out) == ExitCode.OK
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_session_is_asked_for_hidden_and_kept_nowhere(
    bench, rows, practice, tmp_path, monkeypatch
):
    """The header that the browser signed in with is declared for one run only."""
    path = tmp_path / "page.har"
    lean = json.loads(json.dumps(rows))
    for row in lean:  # signed in by CAN's own header alone
        headers = row["request"]["headers"]
        row["request"]["headers"] = [
            h for h in headers if h["name"].lower() not in ("cookie", "authorization")
        ]
        row["request"]["cookies"] = []
    path.write_text(recorded.har(lean), encoding="utf-8")
    key = practice.setup.with_name("can_api_key").read_bytes().strip()
    answers = ("enabled=/enabled", "sign_in=token", "keep=omit")
    piped(monkeypatch, key + b"\n")
    code = bench.add(
        path, answers=answers, setup=str(practice.setup), session_stdin=True, yes=True,
        profile_id="token-can",
    )  # fmt: skip
    told = bench.told()
    assert code == ExitCode.OK, told
    added = bench.profiles()["token-can"]
    assert [one["keep"] for one in added["secrets"]] == ["run"]
    assert key not in everything_below(bench.root, told.out, told.err)
    piped(monkeypatch, b"")
    with pytest.raises(InputError) as caught:  # announced, and nothing came
        bench.look("token-can", setup=practice.setup, session_stdin=True)
    assert caught.value.code == "paste.empty"
    prompts = []

    def typed(label, **options):
        prompts.append((label, options["hide_input"]))
        return key.decode()

    monkeypatch.setattr(profile_given.click, "prompt", typed)
    monkeypatch.setattr(profile_given, "may_ask", lambda: True)
    assert bench.look("token-can", setup=practice.setup) == ExitCode.OK
    assert [hidden for _label, hidden in prompts] == [True]
    assert key not in everything_below(bench.root, bench.told().out)


def test_too_much_for_a_pipe_is_refused(bench, monkeypatch):
    monkeypatch.setattr("feishu_wizard.operations.import_profile.LARGEST_TEXT", 100)
    piped(monkeypatch, b"{" * 200)
    with pytest.raises(InputError) as caught:
        bench.add("-")
    assert caught.value.code == "profile.paste_too_large"


def test_the_program_itself_reads_a_pipe(run_python, rows, practice, tmp_path, home):
    """By the command line: questions with exit 6, then answered; nothing secret on the way."""
    text = recorded.curl(rows)
    command = ("-m", "feishu_wizard", "--lang", "en", "can-profile", "import", "-")
    asked = run_python(*command, stdin=text)
    assert asked.returncode == ExitCode.FINDINGS, asked.stderr
    open_ones = json.loads(asked.stdout)["questions"]
    answers = [f"--answer={q['id']}={q['proposed']}" for q in open_ones]
    done = run_python(*command, "--id", "piped-can", "--yes", *answers, stdin=text)
    assert done.returncode == ExitCode.OK, done.stderr
    shown = run_python("-m", "feishu_wizard", "can-profile", "list", "--json")
    assert by_id(json.loads(shown.stdout))["piped-can"]["trusted"] is True
    left = everything_below(home, *(one.stdout + one.stderr for one in (asked, done, shown)))
    assert [canary for canary in CANARIES if canary.encode() in left] == []
    both = run_python(*command, "--secret-stdin", stdin=text)
    assert both.returncode == ExitCode.USAGE

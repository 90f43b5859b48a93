"""``send`` in a terminal: lists, going on, taking back, and the promised exit codes."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from types import SimpleNamespace

import pytest

from feishu_wizard.cli import send as command
from feishu_wizard.cli.send import Asked, send
from feishu_wizard.domain.errors import ExitCode, InputError, NetworkError
from feishu_wizard.operations import send_test as sending
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.services.feishu.im import send_message


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox()


@pytest.fixture(scope="module")
def people(practice):
    state = practice.state()
    special = {p["user_id"] for p in state["named"].values() if isinstance(p, dict)}
    ordinary = (p for p in state["people"] if p["user_id"] not in special and p["email"])
    return (p for p in ordinary if not p["resigned"])


@pytest.fixture
def run(practice, tmp_path):
    """``send`` with these options, as one run of the program; its exit code."""
    program = Program(state_root=tmp_path / "state", use_keyring=False)

    def make(**options):
        async def main():
            async with Workplace(program) as place:
                return await send(place, str(practice.setup), Asked(**options))

        return asyncio.run(main())

    return make


def arrived(practice, *people):
    ids = [m["user_id"] for m in practice.state()["messages"]]
    return [ids.count(p["user_id"]) for p in people]


def test_a_list_in_a_file_as_excel_writes_it(run, practice, people, tmp_path, capsys):
    first, second = next(people), next(people)
    rows = [("姓名", "邮箱", "账号"), ("甲", "", first["user_id"]), ("乙", second["email"], "")]
    rows += [("丙", "", ""), ("甲", "", first["user_id"])]
    path = tmp_path / "list.csv"
    path.write_bytes("\r\n".join(",".join(row) for row in rows).encode("gb18030"))
    code = run(to_file=str(path), as_json=True)
    told = capsys.readouterr()
    assert code == ExitCode.PARTIAL
    rows = json.loads(told.out)["deliveries"]
    assert [(r["state"], r["kind"], r["proves_push"]) for r in rows] == [
        ("delivered", "can_account", True),
        ("delivered", "email", False),
        ("not_understood", "", False),
    ]
    assert rows[0]["name"] == first["name"]
    assert rows[0]["department"]
    assert rows[2]["code"] == "list.nobody_named"
    assert "5" in told.err  # the line that repeats line 2
    assert arrived(practice, first, second) == [1, 1]


def test_a_list_from_standard_input(run, practice, people, monkeypatch):
    person = next(people)
    stdin = SimpleNamespace(buffer=io.BytesIO(f"{person['user_id']}\n".encode()))
    monkeypatch.setattr(command.sys, "stdin", stdin)
    assert run(to_file="-", template="text") == ExitCode.OK
    assert arrived(practice, person) == [1]


def test_a_sending_that_was_broken_off_goes_on(run, practice, people, monkeypatch, capsys):
    first, second = next(people), next(people)
    to = (first["user_id"], second["user_id"])
    lost = []

    async def lose_once(*arguments):
        answer = await send_message(*arguments)
        if not lost:
            lost.append(answer)
            raise NetworkError("net.reset", {"host": "open"}, evidence=(answer.evidence,))
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(sending, "send_message", lose_once)
        assert run(to=to) == ExitCode.PARTIAL
    capsys.readouterr()
    assert run(to=to) == ExitCode.OK
    assert "1" in capsys.readouterr().err  # going on: one of two was reached
    assert arrived(practice, first, second) == [1, 1]
    assert run(to=to) == ExitCode.OK  # that one is done: this is another
    assert arrived(practice, first, second) == [2, 2]


def test_what_was_sent_is_taken_back(run, practice, people, capsys):
    first, second = next(people), next(people)
    run(to=(first["user_id"], second["user_id"]))
    capsys.readouterr()
    assert run(recall=True, to=(first["user_id"],), as_json=True) == ExitCode.OK
    [row] = json.loads(capsys.readouterr().out)["deliveries"]
    assert (row["recipient"], row["state"]) == (first["user_id"], "recalled")
    assert run(recall=True) == ExitCode.OK
    state = Counter(
        m["recalled"]
        for m in practice.state()["messages"]
        if m["user_id"] in (first["user_id"], second["user_id"])
    )
    assert state == {True: 2}


def test_without_an_answer_the_exit_code_is_that_of_the_network(run, people, monkeypatch):
    async def dead(*arguments):
        raise NetworkError("net.unreachable", {"host": "open"})

    monkeypatch.setattr(sending, "send_message", dead)
    assert run(to=(next(people)["user_id"],)) == ExitCode.NETWORK


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "list.empty"),
        ({"to": ("", " ,")}, "list.empty"),
        ({"to_file": "/nonexistent/list.csv"}, "list.unreadable"),
        ({"to": ("a",), "template": "poster"}, "send.no_template"),
        (
            {"to": ("\n".join(map(str, range(600))), ",".join(map(str, range(600, 1300))))},
            "send.too_many",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is(run, practice, options, code):
    before = len(practice.state()["messages"])
    with pytest.raises(InputError) as caught:
        run(**options)
    assert caught.value.code == code
    assert len(practice.state()["messages"]) == before


def test_other_figures_are_sent_and_looked_at_first(run, practice, people, capsys):
    person = next(people)
    given = ("metric=Orders of 13812345678", "value=7")
    assert run(to=(person["user_id"],), template="text", values=given) == ExitCode.OK
    assert "looks like a phone number" in capsys.readouterr().err
    [content] = [
        m["content"] for m in practice.state()["messages"] if m["user_id"] == person["user_id"]
    ]
    assert "Orders of 13812345678" in json.loads(content)["text"]


@pytest.mark.parametrize("given", ["origin=x", "metric", "=x", "time=now"])
def test_another_name_is_no_variable(run, people, given):
    with pytest.raises(InputError) as caught:
        run(to=(next(people)["user_id"],), values=(given,))
    assert caught.value.code == "send.no_variable"

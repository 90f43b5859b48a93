"""Whatever a person wrote round the setup's values is there after a save, in its order."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.setup import Capabilities, Feishu, Network, Office, Setup
from feishu_wizard.services.storage import setup_file
from feishu_wizard.services.storage.setup_file import (
    prepare_setup,
    put_setup,
    read_setup,
    write_setup,
)

EXAMPLES = 200 if os.environ.get("TORTURE") == "all" else 25
HEAD = 'schema = "feishu-wizard/1"'
WANTED = Setup(
    id="abc234",
    feishu=Feishu(app_id="cli_a8c029e757e6500b", app_secret="keyring:app_secret"),
    office=Office(
        url="https://can.example.com", profile="can-rest",
        callback_url="https://can.example.com/user/softLogin",
        inputs={"tenant_id": "1"}, secrets={"api_key": "keyring:can_api_key"},
    ),
    capabilities=Capabilities(push=False),
    network=Network(proxy="none", pinned={"can.example.com": "ab" * 32}),
)  # fmt: skip

words = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=30)
comment = words.map(lambda text: f"# {text}")
blank = st.sampled_from(["", "   ", "\t"])
foreign_key = st.from_regex(r"x_[a-z0-9]{1,6}", fullmatch=True)
few_lines = st.lists(st.one_of(comment, blank), max_size=3)
few_keys = st.sets(foreign_key, max_size=2)
a_comment = st.lists(comment, max_size=1)
marks = st.sampled_from(["ours", "OPS-1", ""])
value = st.one_of(
    st.integers(-(2**40), 2**40).map(str),
    st.sampled_from(["true", "1979-05-27T07:32:00Z", "[1, 2, 3]", "{ a = 1 }", "'it is'"]),
    st.from_regex(r'"[A-Za-z0-9 #=.:-]{0,20}"', fullmatch=True),
)
TABLES = {
    "feishu": [
        'app_id = "cli_old"  # production', "edition = 'feishu'", 'app_secret = "keyring:o"'
    ],
    "office": ['url = "http://old.example.com"', 'inputs = { tenant_id = "7" }  # finance'],
    "capabilities": ["push = true", "sso = true"],
    "network": ['proxy = "system"', "pinned = {}"],
}  # fmt: skip


@st.composite
def documents(draw) -> str:
    """A setup file as people keep them: their own lines anywhere, tables in any order."""

    def own(keys: set[str]) -> list[str]:
        lines = list(draw(few_lines))
        for key in draw(few_keys) - keys:
            keys.add(key)
            lines.append(f"{key} = {draw(value)}  # {draw(marks)}")
        return lines

    lines = [*own(set()), f"{HEAD}  # the format", *own({"x"})]
    lines = _unique(lines)
    for name in draw(st.permutations([*TABLES, "x_notes"]))[: draw(st.integers(0, 5))]:
        keys: set[str] = set()
        body = draw(st.permutations(TABLES.get(name, ["text = 'kept'"])))
        lines += [*draw(a_comment), f"[{name}]  # table"]
        for one in body[: draw(st.integers(0, len(body)))]:
            lines += [*own(keys), one]
        lines += own(keys)
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))


def _unique(lines: list[str]) -> list[str]:
    seen: set[str] = set()
    kept = []
    for line in lines:
        key = line.partition(" = ")[0]
        if line.startswith("x_") and key in seen:
            continue
        seen.add(key)
        kept.append(line)
    return kept


def own_lines(text: str) -> list[str]:
    """What is not the setup's: comments of their own line, foreign keys, heads of tables."""
    lines = text.splitlines()
    return [line for line in lines if line.startswith(("#", "x_", "[")) or not line.strip()]


def own_comments(text: str) -> list[str]:
    return [
        mark for line in text.splitlines() for mark in ("# production", "# finance", "# the format")
        if line.endswith(mark)
    ]  # fmt: skip


def is_part_in_order(part: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(line in rest for line in part)


@settings(max_examples=EXAMPLES, deadline=None)
@given(documents(), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example(f"{HEAD}\n[office]\n# ours\n   ", "\r\n", False)
def test_what_others_wrote_stays(text: str, end: str, mark: bool) -> None:
    tomllib.loads(text)
    before = (b"\xef\xbb\xbf" if mark else b"") + text.replace("\n", end).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "setup.toml"
        path.write_bytes(before)
        write_setup(path, WANTED)
        after = path.read_bytes()
        assert read_setup(path) == WANTED
        assert after.startswith(b"\xef\xbb\xbf") is mark
        if end == "\r\n" and "\n" in text:
            assert after.count(b"\n") == after.count(b"\r\n")
        new = after.decode("utf-8-sig").replace("\r\n", "\n")
        assert is_part_in_order(own_lines(text), new.splitlines())
        assert sorted(own_comments(text)) == sorted(own_comments(new))
        write_setup(path, WANTED)
        assert path.read_bytes() == after


FORMS = {
    "dotted keys": f'{HEAD}\nfeishu.app_id = "a"  # x\noffice.url = "http://b"\n',
    "inline tables": f'{HEAD}\nfeishu = {{ app_id = "a" }}  # x\nnetwork = {{ proxy = "none" }}\n',
    "tables of tables": f"{HEAD}\n[office.secrets]\nk = 'keyring:k'\n[office]  # x\nurl = ''\n",
    "a table between": f"{HEAD}\n[office]  # x\nurl=''\n[x_y]\na = 1\n[office.inputs]\nb = 'c'\n",
    "long strings": f'{HEAD}\n[feishu]\napp_id = """\\\n  cli_a"""  # x\n',
    "quoted keys": f'{HEAD}\n["feishu"]  # x\n\'app_id\' = "a"\n',
    "array of tables": f"{HEAD}  # x\n[[x_y]]\na = 1\n[[x_y]]\na = 2\n",
    "no line end": f"{HEAD}  # x",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_toml_is_kept_or_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / "setup.toml"
    path.write_text(FORMS[form])
    write_setup(path, WANTED)
    assert read_setup(path) == WANTED
    assert "# x" in path.read_text()
    for kept in ("[[x_y]]", "[x_y]"):
        assert (kept in path.read_text()) == (kept in FORMS[form])


def test_a_file_that_cannot_be_kept_is_not_written(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "setup.toml"
    path.write_text(f"{HEAD}\n")
    monkeypatch.setattr(setup_file, "_merge", lambda *args: None)
    with pytest.raises(InputError) as caught:
        write_setup(path, WANTED)
    assert (caught.value.code, caught.value.params) == ("file.cannot_keep", {"path": str(path)})
    assert path.read_text() == f"{HEAD}\n"


def test_a_change_in_the_last_moment_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "setup.toml"
    new = prepare_setup(path, WANTED)
    path.write_text(f"{HEAD}\n# theirs\n")
    with pytest.raises(ConflictError) as caught:
        put_setup(new)
    assert caught.value.code == "file.changed_meanwhile"
    changed = prepare_setup(path, msgspec.structs.replace(WANTED, id="other1"))
    path.write_text(f"{HEAD}\n# theirs again\n")
    with pytest.raises(ConflictError):
        put_setup(changed)
    assert path.read_text() == f"{HEAD}\n# theirs again\n"

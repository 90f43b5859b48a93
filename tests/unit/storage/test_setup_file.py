"""The setup file: read exactly, written without losing anything."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.setup import Capabilities, Feishu, Network, Office, Setup
from feishu_wizard.resources import resource_bytes
from feishu_wizard.services.storage.setup_file import (
    LARGEST,
    read_setup,
    render_setup,
    write_setup,
)

SETUP = Setup(
    id="k3v9q2",
    feishu=Feishu(app_id="cli_a8c029e757e6500b", app_secret="keyring:app_secret"),
    office=Office(
        url="https://can.example.com",
        profile="can-rest",
        callback_url="https://can.example.com/user/softLogin",
        inputs={"tenant_id": "1"},
        secrets={"api_key": "keyring:can_api_key"},
    ),
    network=Network(pinned={"can.example.com": "ab" * 32}, plain_http=["http://can:8080"]),
)
# As a person keeps it: comments, order, quotes and keys of their own.
KEPT = """\
# CAN of the head office; ask Operations before changing it
schema = "feishu-wizard/1"     # the format
id = 'k3v9q2'

[network]                      # we are behind the proxy
proxy = "none"

[feishu]
app_secret = "keyring:app_secret"
app_id = "cli_a8c029e757e6500b"   # production app
ticket = "OPS-1234"

# --- CAN ---
[office]
url = "https://can.example.com"
inputs = { tenant_id = "1" }   # finance
[office.secrets]
api_key = "keyring:can_api_key"

[notes]
text = "kept"
"""


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_setup(path)
    assert caught.value.params["path"] == str(path)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "setup.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "setup.toml"
    write_setup(path, SETUP)
    assert read_setup(path) == SETUP
    assert path.read_text(encoding="utf-8") == render_setup(SETUP)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_design_s_example_is_read_and_fits_the_schema(tmp_path: Path) -> None:
    schema = json.loads(resource_bytes("schemas/setup-1.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in (KEPT, render_setup(SETUP), 'schema = "feishu-wizard/1"\n'):
        read_setup(file(tmp_path, text))
        jsonschema.validate(tomllib.loads(text), schema)
    assert set(schema["properties"]) == set(Setup.__struct_fields__)
    for name, part in (("feishu", Feishu), ("office", Office), ("network", Network)):
        assert set(schema["properties"][name]["properties"]) == set(part.__struct_fields__)


def test_comments_and_keys_of_others_are_kept(tmp_path: Path) -> None:
    path = file(tmp_path, KEPT)
    before = read_setup(path)
    changed = msgspec.structs.replace(
        before,
        feishu=msgspec.structs.replace(before.feishu, app_id="cli_b"),
        office=msgspec.structs.replace(before.office, inputs={"tenant_id": "2", "a.b": "x"}),
    )
    write_setup(path, changed)
    after = path.read_text(encoding="utf-8")
    assert read_setup(path) == changed
    assert 'app_id = "cli_b"   # production app' in after
    for kept in (
        "# CAN of the head office", "# the format", "# we are behind the proxy", "OPS-1234",
        "# --- CAN ---", "# finance", 'text = "kept"', "id = 'k3v9q2'",
    ):  # fmt: skip
        assert kept in after


def test_writing_the_same_again_changes_no_byte(tmp_path: Path) -> None:
    path = file(tmp_path, KEPT)
    write_setup(path, read_setup(path))
    once = path.read_bytes()
    write_setup(path, read_setup(path))
    assert path.read_bytes() == once


def test_entries_that_are_gone_from_the_setup_are_gone_from_the_file(tmp_path: Path) -> None:
    path = file(tmp_path, KEPT)
    before = read_setup(path)
    office = msgspec.structs.replace(before.office, inputs={}, secrets={})
    write_setup(path, msgspec.structs.replace(before, office=office))
    assert "can_api_key" not in path.read_text(encoding="utf-8")
    assert read_setup(path).office.secrets == {}


def test_line_ends_and_byte_order_marks_of_windows(tmp_path: Path) -> None:
    path = file(tmp_path, b"\xef\xbb\xbf" + KEPT.replace("\n", "\r\n").encode())
    setup = read_setup(path)
    write_setup(path, msgspec.structs.replace(setup, capabilities=Capabilities(push=False)))
    assert not read_setup(path).capabilities.push
    assert b"# production app\r\n" in path.read_bytes()


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
name = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True)


@settings(max_examples=25)
@given(
    app_id=text, tenant=text, inputs=st.dictionaries(text, text, max_size=3),
    secrets=st.dictionaries(name, text.filter(bool).map(lambda value: f"plain:{value}")),
    chosen=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    edition=st.sampled_from(Edition), kind=st.sampled_from(AppType),
)  # fmt: skip
def test_any_setup_survives(app_id, tenant, inputs, secrets, chosen, edition, kind) -> None:
    import tempfile

    setup = Setup(
        id="a",
        feishu=Feishu(app_id=app_id, tenant_key=tenant, edition=edition, app_type=kind),
        office=Office(inputs=inputs, secrets=secrets),
        capabilities=Capabilities(user_sync=chosen[0], sso=chosen[1], push=chosen[2]),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.toml"
        write_setup(path, SETUP)
        write_setup(path, setup)
        assert read_setup(path) == setup


HEAD = 'schema = "feishu-wizard/1"\n'
END_OF_VALUE = {"line": "3", "column": "17"}
BAD = {
    "foreign": ("[tool.ruff]\nline-length = 100\n", "setup.foreign", {}),
    "empty": ("", "setup.foreign", {}),
    "schema of another kind": ("schema = 1\n", "setup.foreign", {}),
    "report": ('schema = "feishu-wizard/diagnosis/1"\n', "setup.foreign", {}),
    "future": ('schema = "feishu-wizard/2"\n', "setup.future", {"schema": "feishu-wizard/2"}),
    "half-written": (HEAD + '[feishu]\napp_id = "cli_a8', "setup.not_toml", END_OF_VALUE),
    "half a line": (HEAD + "[feishu]\napp_id", "setup.not_toml", {"line": "3", "column": "7"}),
    "broken": (HEAD + "[feishu\n", "setup.not_toml", {"line": "2", "column": "8"}),
    "json": ('{"schema": "feishu-wizard/1"}', "setup.not_toml", {"line": "1", "column": "1"}),
    "nested": ("x = " + "[" * 50_000, "setup.not_toml", {}),
    "binary": (b"\x7fELF\xff\xfe\x00", "setup.not_text", {}),
    "utf-16": ("schema".encode("utf-16"), "setup.not_text", {}),
}
INVALID = [
    ("[feishu]\napp_id = 7\n", "feishu.app_id"),
    ("feishu = 7\n", "feishu"),
    ('[feishu]\nedition = "dingtalk"\n', "feishu.edition"),
    ('id = "../../x"\n', "id"),
    ("[network]\nplain_http = [1]\n", "network.plain_http[0]"),
    ('[network]\nproxy = "http://u:s3cret@p"\n', "network.proxy"),
    ('[network]\npinned = {h = "s3cret"}\n', "network.pinned.h"),
    ('[feishu]\napp_secret = "s3cret"\n', "feishu.app_secret"),
    ('[office.secrets]\nk = "s3cret"\n', "office.secrets.k"),
]


@pytest.mark.parametrize(("content", "where"), INVALID)
def test_a_wrong_value_is_told_by_its_place(tmp_path: Path, content: str, where: str) -> None:
    error = refusal(file(tmp_path, HEAD + content))
    assert (error.code, error.params["where"]) == ("setup.invalid", where)
    assert "s3cret" not in repr(error.params)


@pytest.mark.parametrize(("content", "code", "params"), BAD.values(), ids=BAD)
def test_bad_files(tmp_path: Path, content, code, params) -> None:
    path = file(tmp_path, content)
    error = refusal(path)
    assert error.code == code
    assert params.items() <= error.params.items()
    if content != "":
        with pytest.raises(InputError) as caught:
            write_setup(path, SETUP)
        assert caught.value.code == code
        assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())


def test_places_where_no_file_is(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.toml").code == "setup.missing"
    assert refusal(tmp_path).code == "setup.directory"
    if os.name == "posix":
        assert refusal(Path(os.devnull)).code == "setup.unreadable"
        loop = tmp_path / "loop"
        loop.symlink_to(loop)
        assert refusal(loop).code == "setup.unreadable"
    assert refusal(Path("a\0b")).code == "setup.unreadable"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch) -> None:
    path = file(tmp_path, KEPT)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    error = refusal(path)
    assert (error.code, error.params["detail"]) == ("setup.unreadable", "Permission denied")


def test_a_large_file_is_not_even_opened(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as handle:
        handle.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    error = refusal(path)
    assert error.code == "setup.too_large"
    assert error.params["limit"] == str(LARGEST)


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_a_file_that_holds_a_secret_is_closed_to_others(tmp_path: Path) -> None:
    path = file(tmp_path, KEPT)
    path.chmod(0o644)
    write_setup(path, SETUP)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    plain = msgspec.structs.replace(SETUP, feishu=Feishu(app_secret="plain:abc"))
    write_setup(path, plain)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_setup_without_id_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_setup(tmp_path / "a.toml", Setup())
    assert list(tmp_path.iterdir()) == []

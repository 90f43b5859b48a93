"""``apply --undo --to file:PATH``: a setup file is given back as it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from feishu_wizard.cli.apply import Asked, apply
from feishu_wizard.domain.errors import ConflictError, ExitCode, InputError
from feishu_wizard.domain.setup import Feishu, Setup
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.services.storage.setup_file import write_setup

THEIRS = '# by hand\nschema = "feishu-wizard/1"\nid = "abc234"\n[office]\nurl = "https://old"\n'


@pytest.fixture
def run(tmp_path: Path):
    """One run of the command on a setup file of its own; the copy is what it writes."""
    source, copy = tmp_path / "setup.toml", tmp_path / "copy.toml"
    write_setup(source, Setup(id="abc234", feishu=Feishu(app_id="cli_a8c029e757e6500b")))

    def call(**options: bool) -> int:
        async def main() -> int:
            program = Program(state_root=tmp_path / "state", use_keyring=False)
            async with Workplace(program) as place:
                return await apply(place, str(source), Asked(to=f"file:{copy}", **options))

        return asyncio.run(main())

    call.copy = copy
    return call


def test_what_was_there_comes_back_byte_for_byte(run, capsys):
    run.copy.write_text(THEIRS)
    assert run(yes=True) == ExitCode.OK
    assert run.copy.read_text() != THEIRS
    assert run(undo=True, dry_run=True) == ExitCode.FINDINGS
    assert "https://old" in capsys.readouterr().out
    assert run(undo=True, yes=True) == ExitCode.OK
    assert run.copy.read_text() == THEIRS


def test_a_file_that_the_save_made_is_gone_again(run):
    assert run(yes=True) == ExitCode.OK
    assert run(undo=True, yes=True) == ExitCode.OK
    assert not run.copy.exists()


def test_without_a_save_there_is_nothing_to_take_back(run):
    run.copy.write_text(THEIRS)
    with pytest.raises(InputError) as told:
        run(undo=True, yes=True)
    assert told.value.code == "file.nothing_to_undo"


def test_what_somebody_else_changed_since_is_left_alone(run):
    run(yes=True)
    run.copy.write_text(run.copy.read_text() + "# mine\n")
    with pytest.raises(ConflictError) as told:
        run(undo=True, yes=True)
    assert told.value.code == "file.changed_since"
    assert "# mine" in run.copy.read_text()

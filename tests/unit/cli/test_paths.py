"""Paths that were typed are checked before any work."""

from __future__ import annotations

import os

import pytest

from feishu_wizard.cli.paths import readable, writable
from feishu_wizard.domain.errors import InputError


def refusal(check, path) -> str:
    with pytest.raises(InputError) as caught:
        check(str(path))
    assert caught.value.params == {"path": str(path)}
    return caught.value.code


def test_none_named():
    assert readable("") is None
    assert writable("") is None


def test_a_file_to_read(tmp_path):
    there = tmp_path / "people.csv"
    assert refusal(readable, there) == "file.missing"
    assert refusal(readable, tmp_path) == "file.is_directory"
    there.write_text("name\n")
    assert readable(str(there)) == there


def test_a_file_to_write(tmp_path):
    assert refusal(writable, tmp_path) == "file.is_directory"
    assert refusal(writable, tmp_path / "none" / "out.csv") == "file.no_folder"
    assert writable(str(tmp_path / "out.csv")) == tmp_path / "out.csv"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may do everything")
def test_what_may_not_be_touched(tmp_path):
    there = tmp_path / "people.csv"
    there.write_text("name\n")
    there.chmod(0)
    assert refusal(readable, there) == "file.no_permission"
    tmp_path.chmod(0o500)
    try:
        assert refusal(writable, tmp_path / "out.csv") == "file.no_permission"
    finally:
        tmp_path.chmod(0o700)

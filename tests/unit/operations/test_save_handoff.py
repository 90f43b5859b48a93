"""The hand-off sheet as a file: its form follows the name, and nothing is half written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.save_handoff import save_handoff
from tests.unit.report.handed import handed

SECRET = "Kq3Zt7Lw9Xv2Bn5Mp8Rs4Hd6Jf1Gc0Ya"


def saved(path: Path, **more: object) -> str:
    written = asyncio.run(save_handoff(None, handed(**more), str(path)))  # type: ignore[arg-type]
    assert written == str(path)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["sheet.html", "sheet.HTM"])
def test_a_page_for_the_browser(tmp_path, name):
    assert saved(tmp_path / name).startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["sheet.md", "sheet.MARKDOWN"])
def test_markdown_for_a_ticket(tmp_path, name):
    assert saved(tmp_path / name).startswith("# Please finish this Feishu app")


@pytest.mark.parametrize("name", ["sheet.pdf", "sheet", "sheet.html.exe"])
def test_another_ending_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(InputError) as refused:
        saved(tmp_path / name)
    assert (refused.value.code, refused.value.params) == ("handoff.format", {"name": name})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["sheet.html", "sheet.md"])
def test_no_secret_reaches_the_file(tmp_path, name):
    Secret(SECRET)
    assert SECRET[:10] not in saved(tmp_path / name, app_name=f"CAN {SECRET}")

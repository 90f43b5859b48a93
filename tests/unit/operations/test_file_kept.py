"""What is remembered of setup files: which was written last, by which save, where secrets lay."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from feishu_wizard.domain.change import Consent
from feishu_wizard.domain.errors import ConflictError, WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.states import Target
from feishu_wizard.operations import save_to_file
from feishu_wizard.operations.save_setup import plan_saves, save_all
from feishu_wizard.operations.undo_file import plan_file_undo, undo_file
from feishu_wizard.services.storage.kept_files import KeptFile, KeptFiles
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.setup_file import read_setup, write_setup

ID = "abc234"
SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"


def kit_at(path: Path, url: str = "https://can.example.com") -> Kit:
    feishu = Feishu(app_id="cli_a8c029e757e6500b", app_secret="keyring:app_secret")
    setup = Setup(id=ID, feishu=feishu, office=Office(url=url))
    return Kit(setup, {"app_secret": Secret(SECRET)}, file_path=str(path))


async def saved(place, kit: Kit) -> None:
    await save_all(place, kit, await plan_saves(place, kit, (Target.FILE,), silent), silent)


def test_the_file_that_was_written_last_is_given_back_first(tmp_path):
    files = KeptFiles(Paths.under(tmp_path))
    for name, day, written in (
        ("b", "21", "x"),
        ("a", "22", "x"),
        ("c", "20", "x"),
        ("d", "23", ""),
    ):
        at = f"2026-11-{day}T08:00:00.000+00:00"
        files.keep(ID, KeptFile(path=str(tmp_path / name), at=at, written=written))
    assert files.latest(ID).path == str(tmp_path / "a")  # "d" was only looked at
    assert files.latest("xyz789") is None


def test_an_undo_that_was_shown_does_not_take_back_a_later_save(perform, tmp_path):
    path = tmp_path / "setup.toml"

    async def story(place):
        await saved(place, kit_at(path))
        plan = await plan_file_undo(place, kit_at(path))
        await saved(place, kit_at(path, "https://moved.example.com"))
        with pytest.raises(ConflictError) as caught:
            await undo_file(place, kit_at(path), plan)
        assert caught.value.code == "file.changed_since"

    perform(story)
    assert read_setup(path).office.url == "https://moved.example.com"


def test_a_secret_that_somebody_put_elsewhere_since_is_a_conflict(perform, tmp_path):
    path = tmp_path / "setup.toml"

    async def story(place):
        kit = kit_at(path)
        await saved(place, kit)
        text = path.read_text()
        assert "keyring:app_secret" in text
        path.write_text(text.replace("keyring:app_secret", "file:/etc/can/app_secret"))
        [plan] = await plan_saves(place, kit, (Target.FILE,), silent)
        assert [row.field for row in plan.conflicts] == ["app_secret"]
        assert plan.needs == {Consent.OVERWRITE}
        with pytest.raises(ConflictError):
            await save_all(place, kit, (plan,), silent)
        theirs = msgspec.structs.replace(kit.setup.feishu, app_secret="file:/etc/can/app_secret")
        own = Kit(msgspec.structs.replace(kit.setup, feishu=theirs), file_path=str(path))
        [same] = await plan_saves(place, own, (Target.FILE,), silent)
        assert same.conflicts == ()

    perform(story)
    assert read_setup(path).feishu.app_secret == "file:/etc/can/app_secret"


def test_a_file_that_is_not_what_was_written_is_not_called_saved(perform, tmp_path, monkeypatch):
    """As on a disk that gives back something else, or beside a program that writes at once."""
    path = tmp_path / "setup.toml"
    theirs = Setup(id=ID, office=Office(url="https://theirs.example.com"))
    monkeypatch.setattr(save_to_file, "put_setup", lambda prepared: write_setup(path, theirs))

    async def story(place):
        with pytest.raises(WizardError) as caught:
            await saved(place, kit_at(path))
        assert caught.value.code == "file.not_saved"
        assert caught.value.params == {"path": str(path)}

    perform(story)

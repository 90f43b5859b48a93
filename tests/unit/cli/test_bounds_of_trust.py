"""What the terminal does not do unasked: another host gets nothing, an older file stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.cli import profile_import, runtime, sealing
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Feishu, Office, Setup
from tests.unit.operations.conftest import perform
from tests.unit.storage.age_files import age_file

__all__ = ["perform"]
CAN = "https://can.example.com"
KIT = Kit(Setup(id="abc234", feishu=Feishu(app_id="cli_a8c0"), office=Office(url=CAN + "/app")))


@pytest.mark.parametrize(
    ("origin", "used"),
    [
        (CAN, CAN),
        ("https://can.example.com:8443", "https://can.example.com:8443"),
        ("https://elsewhere.example.com", ""),
        ("https://can.example.com.elsewhere.example.com", ""),
        ("https://api.can.example.com", ""),
        ("", ""),
    ],
)
def test_a_recorded_address_is_used_only_at_the_host_of_the_setup(origin, used):
    """The secrets of the setup travel there."""
    kit = profile_import._at_origin(KIT, origin)
    assert kit == replace(KIT, api_base=used)


@pytest.mark.parametrize("older", [True, False])
def test_an_older_hand_over_file_is_not_replaced_unasked(perform, tmp_path, monkeypatch, older):
    monkeypatch.setattr(sealing, "wanted_from_stdin", lambda: True)
    for module in (sealing, runtime):
        monkeypatch.setattr(module, "may_ask", lambda: False)
    asked = []

    def passphrase(question):
        asked.append(question)
        raise InputError("passphrase.empty")

    monkeypatch.setattr(sealing, "given_passphrase", passphrase)
    path = tmp_path / "out.age"
    before = age_file(b"theirs", "bado-kifu-lemo") if older else None
    if before is not None:
        path.write_bytes(before)

    async def story(place):
        return await sealing.seal(place, KIT, f"sealed:{path}", dry_run=False, yes=False)

    if older:
        assert perform(story) == ExitCode.USAGE
        assert asked == []
        assert path.read_bytes() == before
    else:
        with pytest.raises(InputError):
            perform(story)
        assert len(asked) == 1

"""Taking a setup clears what killed programs left, in our folders and beside its file."""

from __future__ import annotations

import pytest

from feishu_wizard.operations.claim_setup import claim_setup, who_holds
from feishu_wizard.operations.context import Program, Workplace

pytestmark = pytest.mark.anyio
LEFT = ".k3v9q2.json.abc.feishu-wizard.tmp"


async def test_leftovers_are_swept_when_a_setup_is_taken(tmp_path):
    saved = tmp_path / "srv"
    async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
        state, config = place.paths.state, place.paths.config
        folders = [state / "drafts", state / "rehearsals", config / "profiles", saved]
        for folder in folders:
            folder.mkdir(parents=True)
            for name in (LEFT, ".other.tmp", "kept.toml"):
                (folder / name).write_bytes(b"")
        claim = await claim_setup(place, "k3v9q2", file_path=str(saved / "setup.toml"))
        assert claim.free
        for folder in folders:
            assert sorted(p.name for p in folder.iterdir()) == [".other.tmp", "kept.toml"]
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as other:
            assert (await who_holds(other, "k3v9q2")).command == ""
            refused = await claim_setup(other, "k3v9q2")
            assert refused.refusal.code == "setup.locked"
            assert refused.address == claim.address

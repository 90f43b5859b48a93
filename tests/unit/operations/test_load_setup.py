"""What a setup file is known by."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.operations.claim_setup import hold_for
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.load_setup import load_setup

NAMELESS = 'schema = "feishu-wizard/1"\n'


def load(place: Workplace, path: object) -> Kit:
    return asyncio.run(load_setup(place, str(path)))


@pytest.fixture
def places(tmp_path):
    """Two programs of one user."""
    made = [Workplace(Program(tmp_path / "state", use_keyring=False)) for _ in range(2)]
    yield made
    for place in made:
        asyncio.run(place.close())


def test_a_file_without_an_id_is_the_same_setup_for_everybody_who_opens_it(
    places, tmp_path, monkeypatch
):
    path = tmp_path / "setup.toml"
    path.write_text(NAMELESS)
    linked = tmp_path / "linked.toml"
    linked.symlink_to(path)
    monkeypatch.chdir(tmp_path)
    ids = {load(places[0], one).setup.id for one in (path, "setup.toml", linked)}
    assert len(ids) == 1
    (found,) = ids
    assert len(found) == 6
    assert path.read_text() == NAMELESS
    other = tmp_path / "other.toml"
    other.write_text(NAMELESS)
    assert load(places[0], other).setup.id != found


def test_two_programs_on_a_file_without_an_id_exclude_each_other(places, tmp_path):
    path = tmp_path / "setup.toml"
    path.write_text(NAMELESS)
    first, second = places
    asyncio.run(hold_for(first, load(first, path), "apply"))
    with pytest.raises(ConflictError) as refused:
        asyncio.run(hold_for(second, load(second, path), "apply"))
    assert refused.value.code == "setup.locked"


def test_an_id_in_the_file_goes_with_it_wherever_it_lies(places, tmp_path):
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    for path in (one, two):
        Path(path).write_text(NAMELESS + 'id = "k7m2qx"\n')
    assert {load(places[0], path).setup.id for path in (one, two)} == {"k7m2qx"}

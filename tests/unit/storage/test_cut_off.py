"""A journal that a full disk or a copy cut off is told by its header, before it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage.database import inspect
from feishu_wizard.services.storage.journal import MIGRATIONS

WHOLE = Path(__file__).with_name("fixtures") / "454c76b" / "journal.sqlite3"


@pytest.mark.parametrize("left", [1, 2, 7])
def test_pages_that_are_missing_are_told_and_nothing_is_made_beside(tmp_path, left):
    path, data = tmp_path / "journal.sqlite3", WHOLE.read_bytes()
    page = int.from_bytes(data[16:18], "big")
    path.write_bytes(data[: page * left])
    with pytest.raises(InputError) as caught:
        inspect(path, len(MIGRATIONS))
    assert (caught.value.code, caught.value.params["detail"]) == ("journal.damaged", "truncated")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    path.write_bytes(data)
    inspect(path, len(MIGRATIONS))

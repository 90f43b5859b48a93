"""The rig itself: its table is whole, and every fault defeats a naive client."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter

import pytest

from tests.faults.rig.canaries import forms, leaks
from tests.faults.rig.cells import all_cells, sample
from tests.faults.rig.kinds import KINDS, Kind
from tests.faults.rig.naive import test_button as press
from tests.faults.rig.operations import OPERATIONS

LISTS = next(one for one in OPERATIONS if one.name == "resolve-chat")
CATALOGUE = {"connect": 6, "tls": 12, "proxy": 14, "transport": 16, "status": 12, "content": 12}


def test_the_table_has_the_whole_catalogue():
    cells, groups = all_cells(), Counter(kind.group for kind in KINDS)
    assert all(groups[group] >= count for group, count in CATALOGUE.items()), groups
    assert len(KINDS) >= 72
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert len(cells) >= 300
    assert {cell.operation.name for cell in cells} == {one.name for one in OPERATIONS}
    assert {cell.kind.name for cell in sample(cells)} == {kind.name for kind in KINDS}
    assert all(kind.why for kind in KINDS if kind.naive == "passes")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the naive client leaves sockets behind,
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # found by gc
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_fault_defeats_a_naive_client(world, kind):
    """Else its cells would prove nothing. A healthy server satisfies the same client."""
    target = LISTS if kind.naive_calls else OPERATIONS[0]

    async def press_twice() -> tuple[str, str]:
        healthy = await press(world, Kind("none", kind.group, "", naive_calls=True))
        with world.broken(kind, target):
            return healthy, await press(world, kind)

    healthy, broken = asyncio.run(press_twice())
    gc.collect()
    assert healthy == "ok"
    assert world.rig.met.is_set() or kind.setting
    if kind.naive == "passes":
        assert broken == "ok"
        assert kind.mends
    elif kind.naive == "ok":
        assert broken == "ok"
        assert not kind.mends
    else:
        assert broken == kind.naive


def test_a_leak_is_found_in_every_form():
    secret = "K7-fz_Qw9xTb3m/Lp+2Rv8Yc1s"
    assert leaks([secret], {"clean": b"nothing to see, not even K7-fz"}) == []
    for form in forms(secret):
        assert leaks([secret], {"log": b"before " + form + b" after"}), form

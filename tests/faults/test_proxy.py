"""Proxies that refuse, hang, lie and are misspelt, met by every operation."""

from __future__ import annotations

import pytest

from tests.faults.rig.chosen import cells_of
from tests.faults.rig.verdict import judge


@pytest.mark.parametrize("cell", cells_of("proxy"), ids=str)
def test_a_fault_is_named_in_time_and_got_over(bench, cell, printed):
    assert judge(bench, cell, printed) == []

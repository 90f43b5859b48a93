"""What a try found before a profile is added is remembered with it: a fit, and nothing else."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.deployment import ProfileTry
from feishu_wizard.operations.deployments import add_profile
from tests.unit.deployments.made import ours

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("tried", "known_by"),
    [
        (None, "proposed"),
        (ProfileTry(False, "version", "https://can.example.com", "9.9"), "proposed"),
        (ProfileTry(True, "fits", "https://can.example.com"), "live"),
    ],
    ids=["not tried", "does not fit", "fits"],
)
async def test_only_a_fit_makes_a_derived_profile_live(place, tried, known_by):
    data = ours("derived-can")
    look = await add_profile(place, data, "", trust=True, derived=True, tried=tried)
    assert look.trusted
    assert look.known_by == known_by
    assert bool(look.fitted_at) is (known_by == "live")

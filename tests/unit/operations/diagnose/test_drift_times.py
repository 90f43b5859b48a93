"""The times of a difference are told with the finding that saw it, and with no other one."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.drift import Drift, DriftLook, Side
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.operations.drift import with_since

FIRST, LAST, NOW = (f"2026-11-{day}T08:00:00Z" for day in (20, 21, 22))


@pytest.mark.parametrize(("seen", "told"), [(NOW, FIRST), (LAST, None)])
def test_a_difference_that_was_not_looked_at_now_lends_its_times_to_nobody(seen, told):
    """It stays in the comparison while CAN cannot be read; the finding then is about that."""
    values = ((Side.SETUP, "https://a"), (Side.CAN, "https://b"))
    drift = Drift("callback_url", values, "can.saved", since=FIRST, before="", seen=seen)
    finding = Finding("can.saved", Status.FAIL, "net.timeout", {"host": "can.example.com"})
    dated = with_since(finding, DriftLook(NOW, (drift,), frozenset({Side.SETUP})))
    assert dated.params.get("differs_since") == told


def test_of_several_the_first_counts():
    later = Drift("app_id", (), "can.saved", since=LAST, before=FIRST, seen=NOW)
    first = Drift("callback_url", (), "can.saved", since=FIRST, seen=NOW)
    other = Drift("app_secret", (), "can.profile", since="2026-11-01T08:00:00Z", seen=NOW)
    finding = Finding("can.saved", Status.FAIL, "can.saved_differs", {})
    dated = with_since(finding, DriftLook(NOW, (later, first, other)))
    assert dated.params == {"differs_since": FIRST, "equal_before": ""}

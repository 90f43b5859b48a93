"""Setup, CAN and platform side by side, and since when they differ."""

from __future__ import annotations

import msgspec

from feishu_wizard.domain.drift import DriftLook, Side, beside, look_at
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.text.drift import compared_line, drift_lines

MON, TUE, WED, THU = (f"2026-11-{day}T10:00:00+00:00" for day in (16, 17, 18, 19))
PAIR = Finding("feishu.credentials", Status.PASS)
EQUAL = Finding("can.saved", Status.PASS, "can.saved_equal")
PARAMS = {"fields": "callback_url", "callback_url_setup": "https://a", "callback_url_can": "b"}
OTHER = Finding("can.saved", Status.FAIL, "can.saved_differs", PARAMS)
AWAY = Finding("can.saved", Status.SKIP, "blocked")


def after(*days: tuple[str, tuple[Finding, ...]]) -> DriftLook:
    """What is known after a comparison on each day."""
    look = DriftLook()
    for at, findings in days:
        look = beside(look, look_at(findings, at))
    return look


def test_all_sides_agree():
    look = after((MON, (PAIR, EQUAL)))
    assert look == DriftLook(MON, (), frozenset(Side))
    assert look.equal


def test_since_when_a_value_differs():
    look = after((MON, (PAIR, EQUAL)), (TUE, (PAIR, OTHER)), (WED, (PAIR, OTHER)))
    [drift] = look.drifts
    assert (drift.field, drift.before, drift.since, drift.seen) == ("callback_url", MON, TUE, WED)
    assert dict(drift.values) == {Side.SETUP: "https://a", Side.CAN: "b"}
    assert not look.equal


def test_a_difference_that_was_there_at_the_first_look_has_no_before():
    [drift] = after((TUE, (PAIR, OTHER))).drifts
    assert (drift.since, drift.before) == (TUE, "")


def test_another_value_is_another_difference():
    again = Finding(
        "can.saved", Status.FAIL, "can.saved_differs", PARAMS | {"callback_url_can": "c"}
    )
    [drift] = after((MON, (PAIR, OTHER)), (TUE, (PAIR, again))).drifts
    assert (drift.since, drift.before) == (TUE, MON)


def test_what_could_not_be_read_again_stays_with_the_day_it_was_seen():
    look = after((MON, (PAIR, OTHER)), (WED, (PAIR, AWAY)))
    [drift] = look.drifts
    assert (look.at, drift.seen) == (WED, MON)
    assert Side.CAN not in look.read
    mended = beside(look, look_at((PAIR, EQUAL), THU))
    assert mended.drifts == ()
    assert mended.equal


def test_a_side_that_was_not_read_says_nothing_of_before():
    [drift] = after((MON, (PAIR, AWAY)), (TUE, (PAIR, OTHER))).drifts
    assert drift.before == ""


def test_every_kind_of_difference_has_words():
    findings = (
        OTHER,
        Finding("can.status", Status.FAIL, "can.disabled"),
        Finding("can.profile", Status.FAIL, "can.profile_not_spoken", {"profile": "can-rest"}),
        Finding("feishu.credentials", Status.FAIL, "feishu.10014"),
        Finding("feishu.redirect_url", Status.FAIL, "redirect_missing", {"url": "https://a"}),
    )
    look = after((MON, findings))
    assert {d.field for d in look.drifts} == {
        "callback_url", "enabled", "profile", "app_secret",
    }  # fmt: skip
    lines = drift_lines(look)
    assert len(lines) == 5
    assert all(line.endswith(".") for line in lines)
    assert "https://a" in lines[0]
    assert "Feishu refuses" in " ".join(lines)
    assert "5 values differ" in compared_line(look)
    other = Finding("can.saved", Status.FAIL, "can.secret_differs")
    assert "another App Secret" in drift_lines(after((MON, (other,))))[0]


def test_a_failure_that_is_no_difference_is_none():
    down = Finding("feishu.credentials", Status.FAIL, "net.refused")
    assert look_at((down,), MON) == DriftLook(MON, (), frozenset({Side.SETUP}))


def test_the_line_says_what_was_read():
    assert compared_line(DriftLook()) == ""
    assert "agree" in compared_line(after((MON, (PAIR, EQUAL))))
    assert "Read were only" in compared_line(after((MON, (PAIR, AWAY))))
    late = msgspec.structs.replace(after((MON, (PAIR, OTHER))), at=WED)
    assert "Not seen again" in drift_lines(late)[0]

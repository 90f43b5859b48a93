"""The robot and what is hidden: it saves the time for it, and sees no less of what is showing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.robot import App, RobotError, wait_until, waiting
from tests.e2e.robot.atspi import Ref, look_at, walk

SAMPLE = Path(__file__).parent / "robot" / "sample_window.py"


@pytest.fixture
def sample(desk, start):
    return start(desk, sys.executable, SAMPLE, name="sample")


def visited(app: App, *, hidden: bool) -> list[Ref]:
    """Everything that a walk comes to."""
    tops = walk(app.bus, app.roots(), hidden=hidden)
    return [node.ref for top in tops for node in top.walk()]


def test_what_is_on_a_hidden_page_is_not_visited_and_found_as_hidden(sample: App):
    assert not sample.exists("sample.second")
    seen = sample.look("sample.second")
    assert seen is not None
    assert not seen.has("showing")
    assert "showing" not in sample.states("sample.second")
    assert sample.wait_for("sample.second", "!showing").ref == seen.ref
    assert seen.ref in visited(sample, hidden=True)
    assert seen.ref not in visited(sample, hidden=False)
    with pytest.raises(RobotError, match=r"it is: text 'sample\.second'"):
        sample.find("sample.second", timeout=0.2)
    with pytest.raises(RobotError, match="it is: there is none of this identifier"):
        sample.find("sample.third", timeout=0.2)


def test_a_page_that_is_turned_to_is_seen_and_the_other_one_gone(sample: App):
    hidden = sample.look("sample.second")
    for shown, gone in (("second", "first"), ("first", "second"), ("second", "first")):
        sample.press("sample.turn")
        sample.set_text(f"sample.{shown}", f"on the {shown}")
        sample.wait_gone(f"sample.{gone}")
        assert not sample.look(f"sample.{gone}").has("showing")
        assert f"sample.{shown}" in sample.identifiers()
        assert f"sample.{gone}" not in sample.identifiers()
    assert sample.find("sample.second").ref == hidden.ref


def test_of_two_with_one_identifier_the_one_that_is_showing_is_meant(sample: App):
    for page in ("first", "second", "first"):
        assert sample.look("sample.twin").name == f"twin on the {page} page"
        assert sample.name("sample.twin") == f"twin on the {page} page"
        sample.press("sample.turn")
        sample.wait_text("sample.twin", lambda text, page=page: page not in text)


def test_two_that_are_showing_are_an_error(sample: App):
    sample.press("sample.double")
    sample.wait_text("sample.said", "doubled")
    for see in (sample.look, sample.exists, sample.find, sample.states, sample.wait_gone):
        with pytest.raises(RobotError, match=r"2 are called 'sample\.amount'"):
            see("sample.amount")


def test_what_is_not_visited_shows_nothing(sample: App):
    for page in ("first", "second"):
        sample.wait_text("sample.twin", f"twin on the {page} page")
        whole = [seen for seen in look_at(sample.bus, visited(sample, hidden=True)) if seen]
        assert sample.elements() == [seen for seen in whole if seen.has("showing")]
        assert len(sample.elements()) < len(whole)
        sample.press("sample.turn")


class Clock:
    """Time that passes only when somebody looks or sleeps."""

    def __init__(self, looks: Iterator[float]) -> None:
        self.now, self.slept, self._looks = 0.0, list[float](), looks

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def look(self) -> bool:
        took = next(self._looks, None)
        self.now += took or 0
        return took is None


def test_a_program_that_is_slow_to_answer_is_asked_less_often(monkeypatch: pytest.MonkeyPatch):
    clock = Clock(iter([0.0, 0.125, 3.0]))
    monkeypatch.setattr(waiting, "time", clock)
    wait_until(clock.look, 60, "never late")
    assert clock.slept == pytest.approx([0.02, 0.125, 0.25])

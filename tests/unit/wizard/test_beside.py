"""Work beside the page: the newest counts, and nobody hears what was replaced or dropped."""

from __future__ import annotations

import asyncio

import pytest

from feishu_wizard.domain.progress import Progress
from feishu_wizard.wizard.alarm import Alarm
from feishu_wizard.wizard.beside import Beside
from tests.unit.wizard.fakes import no_network


@pytest.fixture
def beside(session):
    return Beside(session)


def brings(value):
    async def work(place, report):
        report(Progress(f"{value} comes"))
        if isinstance(value, BaseException):
            raise value
        return value

    return work


def test_what_it_brings_is_heard_and_the_window_is_told(session, beside, runner):
    heard, told = [], []
    session.subscribe(lambda: told.append(tuple(heard)))
    beside.start(brings("one"), heard.append, heard=lambda news: heard.append(news.code))
    assert told == []
    runner.settle()
    assert heard == ["one comes", "one"]
    assert told == [("one comes", "one")]


@pytest.mark.parametrize("value", ["first", no_network()])
@pytest.mark.parametrize("end", ["replace", "drop"])
def test_what_was_replaced_or_dropped_is_not_heard(session, beside, runner, end, value):
    heard, failed = [], []
    beside.start(brings(value), heard.append, failed.append, lambda news: heard.append(news.code))
    beside.also(brings(value), heard.append, failed.append)
    runner.work_on()  # it has ended, and nobody was told yet
    if end == "replace":
        beside.start(brings("second"), heard.append)
    else:
        beside.drop()
    runner.settle()
    assert heard == (["second"] if end == "replace" else [])
    assert failed == []


def test_what_is_replaced_is_stopped_and_a_reading_beside_it_is_not(beside, runner):
    stopped, ended, gate = [], [], asyncio.Event()

    async def hangs(place, report):
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(True)

    async def reading(place, report):
        await gate.wait()
        ended.append(True)

    beside.start(hangs, lambda _: None)
    beside.also(reading, lambda _: None)
    runner.turn()
    beside.start(brings("second"), lambda _: None)
    runner.turn()
    assert (stopped, ended) == ([True], [])
    gate.set()
    runner.settle()
    assert ended == [True]


@pytest.mark.parametrize("begin", ["start", "also"])
def test_an_error_that_nobody_takes_is_told_in_the_strip(session, beside, runner, begin):
    getattr(beside, begin)(brings(no_network()), lambda _: None)
    runner.settle()
    assert session.message.code == "net.timeout"


def test_work_of_the_session_can_belong_to_it(session, beside, runner):
    heard = []
    session.start("noting", brings("one"), beside.unless_dropped(heard.append))
    runner.settle()
    session.start("noting", brings("two"), beside.unless_dropped(heard.append))
    beside.drop()
    runner.settle()
    assert heard == ["one"]


def test_an_alarm_that_is_set_anew_calls_at_the_new_time_only(session, runner):
    calls, alarm = [], Alarm(session)
    alarm.set(1.0, lambda: calls.append("first"))
    alarm.set(2.0, lambda: calls.append("second"))
    assert alarm.is_set
    assert (runner.fire(1.0), runner.fire(2.0)) == (0, 1)
    assert (calls, alarm.is_set) == (["second"], False)


def test_an_alarm_may_be_set_by_its_own_call_and_is_stopped(session, runner):
    calls, alarm = [], Alarm(session)

    def again():
        calls.append(alarm.is_set)
        alarm.set(1.0, again)

    again()
    assert runner.fire(1.0) == 1
    alarm.stop()
    assert (runner.fire(1.0), alarm.is_set, calls) == (0, False, [False, False])

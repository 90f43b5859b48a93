"""Every drill in the window: the verdict that ``operations.diagnose`` gives when called directly.

The real session, background loop and page, offscreen, against a real sandbox whose drills are
switched one after the other. Each drill begins like a program that was just opened.
"""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.progress import silent
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.diagnose import diagnose
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.text.verdict import verdict_sentence
from feishu_wizard.ui.bridge import AsyncRunner
from feishu_wizard.ui.pages.diagnosis import DiagnosisPage
from feishu_wizard.ui.widgets.card import Banner
from feishu_wizard.ui.widgets.finding_tree import FindingTree
from feishu_wizard.wizard.diagnosis_asked import Source
from feishu_wizard.wizard.session import Session
from tests.e2e.drills_table import DRILLS, NOTHING

WAIT_MS = 60_000
# CAN lets its own test be run ten times a minute; every drill is diagnosed twice.
USES = 5


class Sandboxes:
    """A sandbox for a drill; another one before CAN refuses to be tested again."""

    def __init__(self, start):
        self.start, self.now, self.used = start, None, 0

    def one(self):
        if self.now is None or self.used == USES:
            if self.now is not None:
                self.now.stop()
            self.now, self.used = self.start(), 0
        self.used += 1
        return self.now


@pytest.fixture(scope="module")
def sandboxes(module_sandbox):
    return Sandboxes(module_sandbox)


@pytest.fixture
def practice(sandboxes):
    return sandboxes.one()


@pytest.fixture
def drilled(practice, drill):
    switch(practice, drill, on=True)
    yield practice
    switch(practice, drill, on=False)


def switch(practice, drill, *, on):
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/drills", json={"name": drill, "on": on}).raise_for_status()
    if drill == "can-down":
        wait_for_can(practice, there=not on)


def wait_for_can(practice, *, there):
    """The sandbox closes and opens CAN behind its answer."""
    can, until = urlsplit(practice["can"]), time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as one:
            if (one.connect_ex((can.hostname, can.port)) == 0) is there:
                return
    pytest.fail("CAN did not follow the drill")


@dataclass
class Told:
    """What the page shows: the sentence, and the row of the first cause."""

    sentence: str
    result: object
    row: object


@pytest.fixture
def window(app, qtbot, tmp_path):
    """Diagnose a setup file in the page; a runner and a workplace of its own."""
    runner = AsyncRunner()
    place = []

    async def workplace():
        if not place:
            place.append(Workplace(Program(tmp_path / "window", use_keyring=False)))
            runner.on_stop(place[0].close)
        return place[0]

    session = Session(runner, workplace)
    session.keeping.begin()
    session.diagnose()
    page = DiagnosisPage(session)
    page.resize(800, 2000)
    qtbot.addWidget(page)
    session.subscribe(page.refresh)
    page.show()
    qtbot.waitUntil(lambda: bool(session.permissions.needs), timeout=WAIT_MS)

    def ask(path, person=""):
        asks = session.diagnosis.asks
        asks.set_source(Source.FILE)
        asks.set_path(str(path))
        asks.set_person(person)
        page.findChild(type(page._question.run), "diagnosis.run").click()
        tree = page.findChild(FindingTree, "diagnosis.tree")
        qtbot.waitUntil(lambda: session.busy is None and tree.settled, timeout=WAIT_MS)
        assert session.message is None
        result = session.diagnosis.result
        row = tree.row(result.verdict.check) if result.verdict.check else None
        banner = page.findChild(Banner, "diagnosis.verdict")
        return Told(banner.accessibleName(), result, row)

    yield ask
    assert runner.stop(10)


def directly(practice, root, person=""):
    async def body():
        async with Workplace(Program(root, use_keyring=False)) as place:
            kit = await load_setup(place, str(practice.setup))
            return await diagnose(place, kit, Question(person=person), silent)

    return asyncio.run(body())


def named(practice, who):
    return practice.state()["named"][who]["user_id"] if who else ""


def problems(diagnosis):
    bad = (Status.FAIL, Status.WARN)
    return [(f.id, f.status, f.code) for f in diagnosis.findings if f.status in bad]


def test_a_healthy_setup_is_well_in_the_window_too(window, practice):
    told = window(practice.setup)
    assert told.result.problems == 0
    assert told.result.verdict.code == "verdict.well"
    assert told.sentence == verdict_sentence(told.result)
    assert 0 < told.result.feishu_calls <= 15


@pytest.mark.parametrize("drill", DRILLS)
def test_the_window_says_what_the_operation_says(window, drilled, drill, tmp_path):
    expected = DRILLS[drill]
    person = named(drilled, expected.person)
    before = directly(drilled, tmp_path / "direct", person)
    told = window(drilled.setup, person)
    assert problems(told.result) == problems(before)
    assert told.result.verdict == before.verdict
    if expected.check == NOTHING:
        assert told.result.problems == 0
        assert told.row is None
        said = told.result.finding(expected.said_by)
        assert said is not None
        assert said.code == expected.code
        return
    assert told.result.verdict.check == expected.check
    finding = told.result.finding(expected.check)
    assert finding.status.value == expected.status
    assert not expected.code or finding.code == expected.code
    assert told.sentence == verdict_sentence(told.result)
    # The row of the first cause is in sight, open, and says the same.
    assert told.row.isVisible()
    assert told.row.is_expanded()
    assert told.row.view().status is finding.status
    details = " ".join(detail.text for detail in told.row.view().details)
    assert expected.cause in details
    assert finding.code in details

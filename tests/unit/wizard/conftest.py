"""A session on a runner of the test's own, with operations that answer as told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import ORDER, Step
from tests.unit.wizard.fakes import (
    LoopRunner,
    Operations,
    all_well,
    fill_credentials,
    fill_prerequisites,
    fill_save,
)
from tests.unit.wizard.practice import Sitting, key_of


@pytest.fixture
def runner() -> Iterator[LoopRunner]:
    made = LoopRunner()
    yield made
    made.close()


@pytest.fixture
def operations(monkeypatch: pytest.MonkeyPatch) -> Operations:
    """Operations that go well until a test changes one."""
    made = Operations(all_well())
    made.install(monkeypatch)
    return made


@pytest.fixture
def new_session(runner: LoopRunner, operations: Operations) -> Callable[[], Session]:
    """Make a session that knows the needs, as after the first paint."""

    async def workplace() -> Any:
        return None

    def make(path: str = "") -> Session:
        session = Session(runner, workplace)
        session.keeping.begin(path)
        runner.settle()
        return session

    return make


@pytest.fixture
def session(new_session: Callable[[], Session]) -> Session:
    return new_session()


@pytest.fixture
def at(session: Session, runner: LoopRunner) -> Callable[[Step], Session]:
    """Walk the happy path to a step: ``at(Step.SAVE)``."""

    def walk(step: Step) -> Session:
        for each in ORDER[: ORDER.index(step)]:
            assert session.step is each, session.message
            _fill(session, each)
            while session.step is each:
                session.press()
                runner.settle()
                assert not session.problems(), session.problems()
        return session

    return walk


def _fill(session: Session, step: Step) -> None:
    if step is Step.PREREQUISITES:
        fill_prerequisites(session)
    elif step is Step.CREDENTIALS:
        fill_credentials(session)
    elif step is Step.SAVE:
        fill_save(session)
    elif step is Step.TEST:
        session.test.push.set_recipients("zhang.wei")
        session.test.sign_in.not_now()
        session.test.sync.not_now()


@pytest.fixture
def sit(tmp_path):
    """Start the program: ``sit(practice)``; again with the same folder for the next day."""
    opened = []

    def start(practice, folder="state"):
        made = Sitting(practice, tmp_path / folder)
        opened.append(made)
        return made

    yield start
    for each in opened:
        if not each.runner.loop.is_closed():
            each.close()


@pytest.fixture(scope="module")
def healthy(module_sandbox):
    """A tenant in which everything is granted and released; drills are switched off again."""
    return module_sandbox()


@pytest.fixture
def at_save(healthy, sit):
    admin = sit(healthy)
    session = admin.walk(Step.SAVE)
    session.save.set_secret("api_key", key_of(healthy))
    return admin

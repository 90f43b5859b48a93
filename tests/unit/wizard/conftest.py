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
    fill_credentials,
    fill_prerequisites,
    fill_save,
    healthy,
)


@pytest.fixture
def runner() -> Iterator[LoopRunner]:
    made = LoopRunner()
    yield made
    made.close()


@pytest.fixture
def operations(monkeypatch: pytest.MonkeyPatch) -> Operations:
    """Operations that go well until a test changes one."""
    made = Operations(healthy())
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
        session.test.set_recipients("zhang.wei")

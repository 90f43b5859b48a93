"""What is tried again, after how long, and when it ends."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import stamina

from feishu_wizard.domain.errors import InputError, NetworkError
from feishu_wizard.services.net.reply import Reply
from feishu_wizard.services.net.retry import is_busy, wait_of, with_retries

pytestmark = pytest.mark.anyio


@pytest.fixture
def no_pause() -> Iterator[None]:
    """Take the pauses between attempts away; how many there are stays."""
    stamina.set_testing(True, attempts=100, cap=True)
    yield
    stamina.set_testing(False)


def reply(status: int = 200, body: bytes = b'{"code": 0}', **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply("GET", "https://a.example/", status, names, body, 1, "")


class Script:
    """Outcomes one after the other; ``calls`` counts them."""

    def __init__(self, *outcomes: Reply | Exception) -> None:
        self._outcomes = iter(outcomes)
        self.calls = 0

    async def __call__(self) -> Reply:
        self.calls += 1
        outcome = next(self._outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


AGAIN = [
    reply(429), reply(502), reply(503), reply(504),
    reply(400, b'{"code": 99991400}'), reply(400, b'{"code": 230020}'),
    NetworkError("net.refused"), NetworkError("net.reset"), NetworkError("net.timeout"),
]  # fmt: skip


@pytest.mark.usefixtures("no_pause")
@pytest.mark.parametrize("outcome", AGAIN, ids=str)
async def test_tried_again_and_well(outcome) -> None:
    script = Script(outcome, outcome, reply())
    assert (await with_retries(script, budget_s=5)).status == 200
    assert script.calls == 3


ONCE = [
    reply(200), reply(400), reply(400, b'{"code": 10003}'), reply(400, b"<html>"), reply(404),
    reply(500),
]  # fmt: skip


@pytest.mark.usefixtures("no_pause")
@pytest.mark.parametrize("outcome", ONCE, ids=str)
async def test_an_answer_that_is_final(outcome: Reply) -> None:
    script = Script(outcome)
    assert await with_retries(script, budget_s=5) is outcome
    assert script.calls == 1


FINAL = [
    NetworkError("net.tls.untrusted"), NetworkError("net.deadline"), NetworkError("net.protocol"),
    NetworkError("net.proxy.auth"), InputError("net.ca_file_missing"),
]  # fmt: skip


@pytest.mark.usefixtures("no_pause")
@pytest.mark.parametrize("error", FINAL, ids=str)
async def test_a_failure_that_is_final(error: Exception) -> None:
    script = Script(error)
    with pytest.raises(type(error)) as caught:
        await with_retries(script, budget_s=5)
    assert caught.value is error
    assert script.calls == 1


@pytest.mark.usefixtures("no_pause")
async def test_after_the_last_attempt_the_outcome_is_as_it_came() -> None:
    busy = [reply(503) for _ in range(3)]
    assert await with_retries(Script(*busy), budget_s=5) is busy[2]
    broken = [NetworkError("net.reset") for _ in range(3)]
    with pytest.raises(NetworkError) as caught:
        await with_retries(Script(*broken), budget_s=5)
    assert caught.value is broken[2]


async def test_the_server_names_the_wait() -> None:
    script = Script(reply(429, x_ogw_ratelimit_reset="1", retry_after="60"), reply())
    start = time.monotonic()
    assert (await with_retries(script, budget_s=5)).status == 200
    assert 1.0 <= time.monotonic() - start < 4.0


async def test_no_wait_is_begun_that_exceeds_the_budget() -> None:
    busy = reply(429, x_ogw_ratelimit_reset="60")
    start = time.monotonic()
    assert await with_retries(Script(busy, reply()), budget_s=2) is busy
    assert time.monotonic() - start < 1


async def test_the_budget_ends_the_attempts() -> None:
    script = Script(*itertools.repeat(reply(503), 100))
    start = time.monotonic()
    await with_retries(script, attempts=100, budget_s=0.3)
    assert time.monotonic() - start < 4
    assert script.calls < 10


def test_waits_as_servers_write_them() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=90)
    past = datetime.now(UTC) - timedelta(seconds=90)
    assert wait_of(reply(retry_after="7")) == 7.0
    assert 80 < (wait_of(reply(retry_after=format_datetime(soon, usegmt=True))) or 0) < 91
    assert wait_of(reply(retry_after=format_datetime(past, usegmt=True))) == 0.0
    for nonsense in ("", "-1", "soon", "1e9", "٣"):
        assert wait_of(reply(retry_after=nonsense)) is None


def test_a_long_answer_is_not_searched_for_a_code() -> None:
    body = b'{"code": 99991400, "x": "' + b"y" * 100_000 + b'"}'
    assert not is_busy(reply(400, body))

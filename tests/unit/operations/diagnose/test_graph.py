"""Dependencies, bounds, cancelling: what the graph does, whatever the checks are about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Status, blocked, not_applicable, not_done
from feishu_wizard.operations.diagnose.graph import Graph, Look, Once, Tell

Run = Callable[[None, Tell], Awaitable[None]]


def tells(*findings: Finding) -> Run:
    async def run(case: None, tell: Tell) -> None:
        for finding in findings:
            tell(finding)

    return run


def ok(check_id: str, status: Status = Status.PASS) -> Finding:
    return Finding(check_id, status)


def hangs(*first: Finding) -> Run:
    async def run(case: None, tell: Tell) -> None:
        for finding in first:
            tell(finding)
        await asyncio.Event().wait()

    return run


def run(*looks: Look[None], seconds: float = 5.0) -> tuple[dict[str, Finding], list[str], bool]:
    told: list[str] = []
    graph = Graph(looks, lambda finding: told.append(finding.id))
    in_time = asyncio.run(graph.run(None, seconds))
    return graph.findings, told, in_time


def test_independent_looks_run_side_by_side() -> None:
    meet = asyncio.Barrier(2)

    async def met(case: None, tell: Tell, name: str) -> None:
        await meet.wait()  # only passes when both are under way
        tell(ok(name))

    found, _, in_time = run(
        Look(("a",), lambda case, tell: met(case, tell, "a")),
        Look(("b",), lambda case, tell: met(case, tell, "b")),
    )
    assert in_time
    assert {i: f.status for i, f in found.items()} == {"a": Status.PASS, "b": Status.PASS}


def test_a_failed_check_blocks_what_rests_on_it_at_any_distance() -> None:
    found, told, _ = run(
        Look(("c",), tells(ok("c")), ("b",)),
        Look(("b",), tells(ok("b")), ("a",)),
        Look(("a",), tells(ok("a", Status.FAIL))),
        Look(("d",), tells(ok("d"))),
    )
    assert found["a"].status is Status.FAIL
    for check_id in ("b", "c"):
        assert (found[check_id].status, found[check_id].blocked_by) == (Status.SKIP, "a")
    assert found["c"].depends_on == ("b",)
    assert found["d"].status is Status.PASS
    assert told.index("a") < told.index("b") < told.index("c")


@pytest.mark.parametrize("first", [not_applicable("a"), ok("a", Status.WARN)], ids=["skip", "warn"])
def test_what_does_not_apply_or_is_only_a_note_blocks_nothing(first: Finding) -> None:
    found, _, _ = run(Look(("a",), tells(first)), Look(("b",), tells(ok("b")), ("a",)))
    assert found["b"].status is Status.PASS


def test_what_rests_on_something_unknown_is_unknown_and_names_the_first_cause() -> None:
    found, _, _ = run(
        Look(("a",), tells(not_done("a"))),
        Look(("b",), tells(ok("b")), ("a",)),
        Look(("c",), tells(ok("c")), ("b",)),
    )
    for check_id in ("b", "c"):
        assert found[check_id].status is Status.UNKNOWN
        assert found[check_id].code == "diagnosis.rests_on"
        assert found[check_id].params == {"by": "a"}


def test_a_check_blocked_by_its_own_look_blocks_its_dependents_by_the_root() -> None:
    found, _, _ = run(
        Look(("x", "y"), tells(ok("x", Status.FAIL), blocked("y", "x"))),
        Look(("z",), tells(ok("z")), ("y",)),
    )
    assert found["z"].blocked_by == "x"


def test_an_expected_failure_is_the_finding_of_the_first_check_that_was_left() -> None:
    async def breaks(case: None, tell: Tell) -> None:
        tell(ok("a"))
        raise WizardError("net.refused", {"host": "h"})

    found, _, _ = run(Look(("a", "b", "c"), breaks))
    assert found["a"].status is Status.PASS
    assert (found["b"].status, found["b"].code) == (Status.FAIL, "net.refused")
    assert found["c"].blocked_by == "b"


def test_a_look_that_forgets_a_check_leaves_it_unknown() -> None:
    found, _, _ = run(Look(("a", "b"), tells(ok("a"))))
    assert (found["b"].status, found["b"].code) == (Status.UNKNOWN, "not_told")


def test_every_look_has_a_bound_of_its_own() -> None:
    found, _, in_time = run(
        Look(("a", "b"), hangs(ok("a")), seconds=0.05),
        Look(("c",), tells(ok("c")), ("b",)),
        Look(("d",), tells(ok("d"))),
    )
    assert in_time
    assert (found["b"].status, found["b"].code) == (Status.UNKNOWN, "diagnosis.too_slow")
    assert found["c"].params == {"by": "b"}
    assert found["d"].status is Status.PASS


def test_all_together_have_a_bound_and_keep_what_is_known() -> None:
    found, told, in_time = run(
        Look(("a",), tells(ok("a"))),
        Look(("b",), hangs()),
        Look(("c",), tells(ok("c")), ("b",)),
        seconds=0.1,
    )
    assert not in_time
    assert found["a"].status is Status.PASS
    assert {found["b"].code, found["c"].code} == {"diagnosis.out_of_time"}
    assert sorted(told) == ["a", "b", "c"]


def test_cancelling_ends_every_look_at_once() -> None:
    ended: list[str] = []

    async def main() -> float:
        under_way = asyncio.Barrier(21)

        async def waits(case: None, tell: Tell) -> None:
            await under_way.wait()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("x")

        graph = Graph([Look((f"a{i}",), waits) for i in range(20)], lambda finding: None)
        task = asyncio.create_task(graph.run(None, 60.0))
        await under_way.wait()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1
        return time.monotonic() - began

    assert asyncio.run(main()) < 0.1
    assert len(ended) == 20


def test_a_fault_of_this_program_is_no_finding() -> None:
    async def broken(case: None, tell: Tell) -> None:
        raise KeyError("bug")

    with pytest.raises(ExceptionGroup) as caught:
        run(Look(("a",), broken))
    assert caught.group_contains(KeyError)


def test_a_call_is_made_once_whoever_asks_and_when() -> None:
    calls: list[int] = []

    async def main() -> tuple[list[int], bool]:
        once = Once()

        async def call() -> int:
            calls.append(1)
            await asyncio.sleep(0)
            return 7

        answers = await asyncio.gather(*(once.get("x", call) for _ in range(5)))
        late = await once.get("x", call)

        async def hangs() -> None:
            await asyncio.Event().wait()

        waiting = asyncio.create_task(once.get("y", hangs))
        await asyncio.sleep(0)
        await once.close()
        cancelled = (await asyncio.gather(waiting, return_exceptions=True))[0]
        return [*answers, late], isinstance(cancelled, asyncio.CancelledError)

    answers, cancelled = asyncio.run(main())
    assert answers == [7] * 6
    assert len(calls) == 1
    assert cancelled


def test_giving_up_on_a_call_does_not_take_it_from_the_others() -> None:
    async def main() -> int:
        once, go = Once(), asyncio.Event()

        async def call() -> int:
            await go.wait()
            return 3

        first = asyncio.create_task(once.get("x", call))
        second = asyncio.create_task(once.get("x", call))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        go.set()
        return await second

    assert asyncio.run(main()) == 3

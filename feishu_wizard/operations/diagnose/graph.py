"""Runs checks side by side where they do not depend on each other, and tells results as they come.

A check that depends on a failed one is skipped with the one that blocks it; one that depends on
something unknown is unknown, too. Every piece of work has a bound of its own, and all of them
together have one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Status, blocked, not_done

C = TypeVar("C")
Tell = Callable[[Finding], None]


@dataclass(frozen=True, slots=True)
class Look(Generic[C]):
    """One piece of work that tells the findings of ``ids``.

    ``after``: checks that must have come out well first. ``seconds``: its own bound.
    """

    ids: tuple[str, ...]
    run: Callable[[C, Tell], Awaitable[None]]
    after: tuple[str, ...] = ()
    seconds: float = 30.0


class Graph(Generic[C]):
    """The findings of one run. ``tell`` gets each as soon as it is known."""

    def __init__(self, looks: Iterable[Look[C]], tell: Tell) -> None:
        self._looks = tuple(looks)
        self._after = {i: look.after for look in self._looks for i in look.ids}
        self._tell = tell
        self._known: dict[str, asyncio.Future[Finding]] = {}

    @property
    def findings(self) -> dict[str, Finding]:
        """What is known so far, by check."""
        return {i: f.result() for i, f in self._known.items() if f.done() and not f.cancelled()}

    async def run(self, case: C, seconds: float) -> bool:
        """Run all; False when the time ran out. What was not reached is then unknown."""
        loop = asyncio.get_running_loop()
        self._known = {i: loop.create_future() for look in self._looks for i in look.ids}
        in_time = True
        try:
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for look in self._looks:
                    group.create_task(self._one(look, case))
        except TimeoutError:
            in_time = False
        for check_id, future in self._known.items():
            if not future.done():
                self._put(not_done(check_id, "diagnosis.out_of_time"))
        return in_time

    async def _one(self, look: Look[C], case: C) -> None:
        # Shielded: one who is cancelled while waiting does not cancel what others wait for.
        before = [await asyncio.shield(self._known[i]) for i in look.after if i in self._known]
        stop = next((found for one in before if (found := _stopped(one)) is not None), None)
        if stop is not None:
            for check_id in look.ids:
                self._put(replace(stop, id=check_id, depends_on=look.after))
            return
        try:
            async with asyncio.timeout(look.seconds):
                await look.run(case, self._put)
        except WizardError as error:
            self._rest(look, error.finding)
        except TimeoutError:
            self._rest(look, lambda check_id: not_done(check_id, "diagnosis.too_slow"))
        else:
            self._rest(look, lambda check_id: not_done(check_id, "not_told"))

    def _rest(self, look: Look[C], first: Callable[[str], Finding]) -> None:
        """The checks of a look that ended early: the first says why, the others rest on it."""
        left = [i for i in look.ids if not self._known[i].done()]
        for check_id in left[:1]:
            self._put(first(check_id))
        for check_id in left[1:]:
            reason = _stopped(self._known[left[0]].result())
            self._put(
                replace(reason, id=check_id, depends_on=look.after) if reason else first(check_id)
            )

    def _put(self, finding: Finding) -> None:
        found = replace(finding, depends_on=finding.depends_on or self._after[finding.id])
        self._known[finding.id].set_result(found)
        self._tell(found)


def _stopped(found: Finding) -> Finding | None:
    """What a finding makes of the checks that rest on it; None: they may go on."""
    if found.status is Status.FAIL:
        return blocked("", found.id)
    if found.blocked_by is not None:
        return blocked("", found.blocked_by)
    if found.status is Status.UNKNOWN:
        by = found.params.get("by") if found.code == "diagnosis.rests_on" else found.id
        return Finding("", Status.UNKNOWN, "diagnosis.rests_on", {"by": by or found.id})
    return None


T = TypeVar("T")


class Once:
    """Makes each call once; whoever asks later, or meanwhile, gets the same answer."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Future[Any]] = {}

    async def get(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """The answer of the call ``name``; what it raises, it raises for everybody."""
        if name not in self._tasks:
            self._tasks[name] = asyncio.ensure_future(make())
        # One who gives up waiting does not take the answer away from the others.
        task: asyncio.Future[T] = self._tasks[name]
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop what is still under way."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

"""One cell: broken, cancelled while broken, whole again; everything that was seen."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Report
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.ui.bridge import AsyncRunner
from tests.faults.rig.heartbeat import Seen, Window, Work
from tests.faults.rig.kinds import Kind
from tests.faults.rig.operations import Operation
from tests.faults.rig.server import Connection
from tests.faults.rig.world import World

SETTLE_SECONDS = 1.0
CONTROL_SECONDS = 0.04


@dataclass
class Trial:
    """What a cell showed. ``tasks`` and ``sockets`` are what was left over after each part."""

    broken: Seen
    cancelled: Seen
    whole: Seen
    met: bool
    leftovers: list[str] = field(default_factory=list)
    effects: int = 0


class Kits(NamedTuple):
    """The setup with the fault, and without it."""

    broken: Kit
    whole: Kit


class Bench:
    """Runs cells in one window."""

    def __init__(self, world: World, runner: AsyncRunner, folder: Path) -> None:
        self.world = world
        self.window = Window(runner)
        self._folder = folder
        self._idle: deque[float] = deque(maxlen=20)

    def control(self) -> float:
        """The longest gap of the idle windows measured lately, this moment's among them."""
        self._idle.append(self.window.idle(CONTROL_SECONDS))
        return max(self._idle)

    def folder(self, cell: str) -> Path:
        """Where the product keeps its files in a cell."""
        return self._folder / cell

    def program(self, cell: str) -> Program:
        """The product's own folders for a cell."""
        return Program(state_root=self.folder(cell), use_keyring=False)

    def run(self, kind: Kind, operation: Operation, cell: str) -> Trial:
        """Break, cancel, heal; the first and the last in the same run of the program."""
        world, rig = self.world, self.world.rig
        whole_kit = world.kit(operation, kind.group, cell)
        kits = Kits(world.kit(operation, kind.group, cell, kind.setting), whole_kit)
        left: list[str] = []
        before, earlier = rig.effects(operation.writes), frozenset(rig.connections)
        with self.place(cell) as place:
            with world.broken(kind, operation):
                broken = self.window.run(self.work(operation, cell, place, kits.broken))
                met = rig.met.is_set() or bool(kind.setting)
            left += self._left("broken")
            cancelled = self.cancelled(kind, operation, cell, kits.broken)
            left += cancelled[1]
            whole = self.window.run(self.work(operation, cell, place, kits.whole))
        left += self._left("whole", since=earlier)
        effects = len(rig.effects(operation.writes) - before)
        return Trial(broken, cancelled[0], whole, met, left, effects)

    def again(self, kind: Kind, operation: Operation, cell: str) -> tuple[Seen, Seen]:
        """Break and cancel once more: a busy machine is no finding."""
        kit = self.world.kit(operation, kind.group, cell, kind.setting)
        with self.place(cell) as place, self.world.broken(kind, operation):
            broken = self.window.run(self.work(operation, cell, place, kit))
        return broken, self.cancelled(kind, operation, cell, kit)[0]

    def cancelled(
        self, kind: Kind, operation: Operation, cell: str, kit: Kit
    ) -> tuple[Seen, list[str]]:
        """Cancel in the middle of the fault, in another run of the program."""
        rig, known = self.world.rig, frozenset(self.world.rig.connections)
        with self.place(cell) as place:
            work = self.work(operation, cell, place, kit)
            with self.world.broken(kind, operation):
                seen = self.window.run(work, cancel_when=rig.met.is_set)
                left = self._left("cancelled")
        return seen, [*left, *self._left("closed", since=known)]

    def work(self, operation: Operation, cell: str, place: Place, kit: Kit) -> Work:
        """What the window starts."""
        people = self.world.people(cell)

        async def work(report: Report) -> Any:
            return await operation.start(place.made(), kit, report, people)

        return work

    def place(self, cell: str) -> Place:
        """A run of the program, which ends with the block."""
        return Place(self.window, lambda: Workplace(self.program(cell)))

    def _left(self, when: str, since: frozenset[Connection] | None = None) -> list[str]:
        """Tasks that are still there, and connections once the program has closed its own."""

        async def names(report: Report) -> list[str]:
            loop = asyncio.get_running_loop()
            end = loop.time() + SETTLE_SECONDS
            while others := _others():
                if loop.time() > end:
                    break
                await asyncio.wait(others, timeout=0.05)
            return [repr(task.get_coro()) for task in others]

        found = [f"{when}: {name}" for name in self.window.run(names).value]  # type: ignore[attr-defined]
        if since is not None:
            count = self.world.rig.open_after(SETTLE_SECONDS, since)
            found += [f"{when}: {count} connections"] if count else []
        return found


class Place:
    """A ``Workplace`` that is made and closed on the loop's thread."""

    def __init__(self, window: Window, make: Callable[[], Workplace]) -> None:
        self._window = window
        self._make = make
        self._made: Workplace | None = None

    def made(self) -> Workplace:
        """The workplace, made when first asked for."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *error: object) -> None:
        async def close(report: Report) -> None:
            if self._made is not None:
                await self._made.close()

        self._window.run(close)


def _others() -> set[asyncio.Task[Any]]:
    """The loop's tasks, without this one and the runner's own."""
    mine = asyncio.current_task()
    return {
        task
        for task in asyncio.all_tasks()
        if task is not mine and "AsyncRunner._main" not in repr(task.get_coro())
    }

"""What every cell must show."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.rig.canaries import chain, files_below, leaks
from tests.faults.rig.cells import Cell
from tests.faults.rig.heartbeat import Seen
from tests.faults.rig.trial import Bench, Trial
from tests.faults.rig.world import SLOW_SECONDS

CANCEL_SECONDS = 0.1
GAP_SECONDS = 0.035
QUICK_SECONDS = 3.0
SLOW_LIMIT = 3 * SLOW_SECONDS + 1.0
"""Three attempts and the second look that explains a failure."""
REPEATS = 3
Text = Callable[[], str]


def judge(bench: Bench, cell: Cell, printed: Text) -> list[str]:
    """Run a cell; what is wrong with it."""
    name = str(cell)
    trial = bench.run(cell.kind, cell.operation, name)
    wrong = [*_cause(cell, trial), *_whole(cell, trial), *trial.leftovers]
    wrong += _leaks(bench, cell, trial, printed)
    timing = _timing(bench, cell, trial.broken, trial.cancelled)
    for number in range(1, REPEATS):
        if not timing:
            break
        broken, cancelled = bench.again(cell.kind, cell.operation, f"{name}-{number}")
        timing = _timing(bench, cell, broken, cancelled)
    return wrong + timing


def _cause(cell: Cell, trial: Trial) -> list[str]:
    if not trial.met:
        return ["void: the fault was never met"]
    codes = cell.operation.codes(trial.broken.settled, trial.broken.value) or ["ok"]
    return [] if codes[0] in cell.codes else [f"named {codes[0]}, not {sorted(cell.codes)}"]


def _whole(cell: Cell, trial: Trial) -> list[str]:
    codes = cell.operation.codes(trial.whole.settled, trial.whole.value)
    wrong = [f"without the fault: {trial.whole.settled} {codes}"] if codes else []
    if cell.operation.writes and trial.effects != 1:
        wrong.append(f"{trial.effects} effects at the server, not 1")
    return wrong


def _timing(bench: Bench, cell: Cell, broken: Seen, cancelled: Seen) -> list[str]:
    limit = SLOW_LIMIT if cell.kind.slow else QUICK_SECONDS
    wrong = [] if broken.seconds <= limit else [f"took {broken.seconds:.2f} s, limit {limit:.2f}"]
    late = cancelled.cancel_seconds
    if not cancelled.settled or (late is not None and late > CANCEL_SECONDS):
        wrong.append(f"cancel took {late} s ({cancelled.settled or 'never settled'})")
    control = bench.control()
    gap = max(broken.gap, cancelled.gap)
    if gap > control + GAP_SECONDS:
        wrong.append(f"the window stood for {gap:.3f} s, idle {control:.3f} s")
    return wrong


def _leaks(bench: Bench, cell: Cell, trial: Trial, printed: Text) -> list[str]:
    parts = (trial.broken, trial.cancelled, trial.whole)
    values = [
        chain(s.value) if isinstance(s.value, BaseException) else repr(s.value) for s in parts
    ]
    channels = {
        "results": "\n".join(values),
        "progress": repr([s.progress for s in parts]),
        "printed": printed(),
    }
    data = {name: text.encode("utf-8", "backslashreplace") for name, text in channels.items()}
    data["files"] = files_below(bench.folder(str(cell)))
    return leaks(bench.world.secrets(), data)

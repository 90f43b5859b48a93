"""Every system call of every write, broken: files are the old or the new ones, and said so."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.write_paths.catalogue import PATHS
from tests.faults.write_paths.cells import FAULTS, Bench, chosen
from tests.faults.write_paths.strace import serving, why_not

WHY_NOT = why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "-")
FEW = 2  # calls of each write and fault in the reduced part


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with serving() as faulty, serving() as sound:
        yield Bench(faulty, sound, tmp_path_factory.mktemp("paths"))


def tried(bench: Bench, path: str, most: int) -> tuple[int, list[str]]:
    """How many cells there were, and what was wrong."""
    seen = bench.calls(path)
    assert seen.calls
    count, found = 0, []
    for fault in FAULTS:
        calls = chosen(seen.calls, most, f"{path} {fault}")
        found += bench.run(path, fault, calls, seen.most + 1)
        count += len(calls)
    return count, found


@pytest.mark.parametrize("path", PATHS)
def test_some_calls_of_every_write(bench: Bench, path: str) -> None:
    count, found = tried(bench, path, FEW)
    assert found == []
    assert count >= len(FAULTS)


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("TORTURE") != "all", reason="make torture")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", PATHS)
def test_every_call_of_every_write(bench: Bench, path: str) -> None:
    count, found = tried(bench, path, 10_000)
    print(f"{path}: {count} cells")
    assert found == []

"""PySide6 6.12.0 on Python < 3.12 loses a reference to True at every emit, then aborts."""

from __future__ import annotations

import textwrap

from tests.conftest import RunPython

PROGRAM = textwrap.dedent(
    """
    from PySide6.QtCore import QObject, Signal

    class Source(QObject):
        happened = Signal(bool)

    seen = []
    source = Source()
    source.happened.connect(seen.append)
    for _ in range(2_000):
        source.happened.emit(True)
    source.happened.disconnect()
    print(len(seen))
    """
)


def test_two_thousand_emits_end_well(run_python: RunPython) -> None:
    done = run_python("-c", PROGRAM)
    assert (done.returncode, done.stdout.strip()) == (0, "2000"), done.stderr

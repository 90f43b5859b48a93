"""Ctrl-C and a request to end (SIGTERM) close the window in good order.

Python runs signal handlers between its own instructions only, and Qt's loop has none: the signal's
number is written to a pipe that Qt watches.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QSocketNotifier

INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handled(app: QCoreApplication, leave: Callable[[], None]) -> Iterator[list[int]]:
    """While the block runs, a signal calls ``leave``; a second one ends the loop at once.

    Yields the list of the signals that came; the exit code is 130 when it is not empty.
    """
    seen: list[int] = []

    def noticed() -> None:
        seen.extend(read())
        if len(seen) > 1:
            app.exit(INTERRUPTED)
        else:
            leave()

    with _channel() as (source, sink, read):
        notifier = QSocketNotifier(source, QSocketNotifier.Type.Read)
        notifier.activated.connect(noticed)
        old_fd = signal.set_wakeup_fd(sink, warn_on_full_buffer=False)
        old = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
        try:
            yield seen
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_fd)
            notifier.setEnabled(False)


@contextmanager
def _channel() -> Iterator[tuple[int, int, Callable[[], bytes]]]:
    """Yield the end to watch, the end to write to, and what reads; neither end blocks.

    On Windows only sockets can be watched; elsewhere a pipe will do, and the window opens without
    the module ``socket``.
    """
    if sys.platform == "win32":
        import socket

        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            theirs.setblocking(False)
            yield ours.fileno(), theirs.fileno(), lambda: ours.recv(64)
        return
    source, sink = os.pipe()
    os.set_blocking(source, False)
    os.set_blocking(sink, False)
    try:
        yield source, sink, lambda: os.read(source, 64)
    finally:
        os.close(source)
        os.close(sink)

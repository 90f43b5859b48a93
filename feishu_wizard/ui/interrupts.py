"""Ctrl-C and a request to end (SIGTERM) close the window in good order.

Python runs signal handlers between its own instructions only, and Qt's loop has none: the signal's
number is written to a socket that Qt watches.
"""

from __future__ import annotations

import signal
import socket
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
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
    seen: list[int] = []

    def noticed() -> None:
        seen.extend(ours.recv(64))
        if len(seen) > 1:
            app.exit(INTERRUPTED)
        else:
            leave()

    notifier.activated.connect(noticed)
    old_fd = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    old = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    try:
        yield seen
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_fd)
        notifier.setEnabled(False)
        ours.close()
        theirs.close()

"""Windows of this program ring each other up: the one that has a setup comes to the front.

A socket that only this user can reach (on Windows a named pipe). Loaded with the first setup that
is taken, not with the window.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QWidget

QUESTION = b"feishu-wizard/1 raise\n"
ANSWER = b"feishu-wizard/1 raised\n"
RING_MS = 900
"""How long a starting window waits for an answer, in all."""
_TALK_MS = 1000
_MOST_VISITORS = 8
ALERT_MS = 10_000


class Doorbell(QObject):
    """Answers for ``window``, and rings at other windows. Lives on the window's thread."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._server: QLocalServer | None = None
        self._visitors: set[_Visitor] = set()

    def answer(self, address: str) -> None:
        """Come to the front whenever somebody rings at ``address``; "" answers no more.

        The caller holds the setup, so a socket that lies there is of a program that is gone.
        Without a socket the window works as well; it only cannot be called.
        """
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        if not address:
            return
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.setMaxPendingConnections(_MOST_VISITORS)
        server.newConnection.connect(self._somebody_came)
        QLocalServer.removeServer(address)
        self._server = server
        server.listen(address)

    def ring(self, address: str, heard: Callable[[bool], None]) -> None:
        """Have the window that answers at ``address`` come to the front; ``heard`` is called once,
        after 0.9 s at the latest, and tells whether one did."""
        if _somebody_elses(address):
            heard(False)
            return
        _Call(self, heard).dial(address)

    def _somebody_came(self) -> None:
        server = self._server
        while server is not None and (line := server.nextPendingConnection()) is not None:
            if len(self._visitors) >= _MOST_VISITORS:
                line.abort()
                line.deleteLater()
                continue
            visitor = _Visitor(line, self._come, self._visitors.discard)
            self._visitors.add(visitor)
            visitor.read()

    def _come(self) -> None:
        """To the front; where the system refuses that, its task bar is asked to point here."""
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        QApplication.alert(window, ALERT_MS)


class _Visitor(QObject):
    """One connection to us: exactly one question, of bounded length and time. What is anything
    else is dropped without a word."""

    def __init__(
        self, line: QLocalSocket, come: Callable[[], None], gone: Callable[[_Visitor], None]
    ) -> None:
        super().__init__(line)
        self._line, self._come, self._gone = line, come, gone
        self._said = b""
        line.setReadBufferSize(len(QUESTION) + 1)
        line.readyRead.connect(self.read)
        line.disconnected.connect(self._end)
        QTimer.singleShot(_TALK_MS, self, self._end)

    def read(self) -> None:
        """Take what has come so far."""
        room = len(QUESTION) + 1 - len(self._said)
        self._said += self._line.read(max(room, 0)).data()
        if self._said == QUESTION:
            self._said = b""
            self._come()
            self._line.write(ANSWER)
            self._line.disconnectFromServer()
        elif not QUESTION.startswith(self._said):
            self._end()

    def _end(self) -> None:
        self._gone(self)
        self._line.abort()
        self._line.deleteLater()


class _Call(QObject):
    """One call to another window."""

    def __init__(self, parent: QObject, heard: Callable[[bool], None]) -> None:
        super().__init__(parent)
        self._heard: Callable[[bool], None] | None = heard
        self._answer = b""
        self._line = QLocalSocket(self)
        self._line.setReadBufferSize(len(ANSWER) + 1)
        self._line.connected.connect(self._ask)
        self._line.readyRead.connect(self._listen)
        self._line.disconnected.connect(self._settle)
        self._line.errorOccurred.connect(self._failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._settle)

    def dial(self, address: str) -> None:
        """Call there; the time runs from now."""
        self._timer.start(RING_MS)
        self._line.connectToServer(address)

    def _ask(self) -> None:
        self._line.write(QUESTION)

    def _listen(self) -> None:
        self._answer += self._line.read(len(ANSWER) + 1 - len(self._answer)).data()
        if len(self._answer) >= len(ANSWER):
            self._settle()

    def _failed(self, _error: QLocalSocket.LocalSocketError) -> None:
        if self._line.bytesAvailable() == 0:  # what came before the other side hung up counts
            self._settle()

    def _settle(self) -> None:
        heard, self._heard = self._heard, None
        if heard is None:
            return
        self._timer.stop()
        if self._line.isOpen():
            self._answer += self._line.readAll().data()[: len(ANSWER) + 1]
        # Not within the socket's own signal: it is given up here.
        QTimer.singleShot(0, self, lambda: self._tell(heard))

    def _tell(self, heard: Callable[[bool], None]) -> None:
        self._line.abort()
        self.deleteLater()
        heard(self._answer == ANSWER)


def _somebody_elses(address: str) -> bool:
    """A socket that another user of this computer laid there; names of Windows have no owner."""
    if sys.platform == "win32":
        return False
    path = Path(address if address.startswith("/") else f"{_temp()}/{address}")
    try:
        return path.lstat().st_uid != os.getuid()
    except OSError:
        return False  # nothing there: the call itself will tell


def _temp() -> str:
    """Where Qt looks for a socket that is given by a name."""
    from PySide6.QtCore import QDir

    return QDir.tempPath()

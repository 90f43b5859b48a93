"""The desktop around the window: browser, clipboard. What differs per system is here only."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, QObject, QTimer, QUrl
from PySide6.QtGui import QClipboard, QDesktopServices, QGuiApplication

SECRET_SECONDS = 30
"""How long a copied secret may stay in the clipboard."""


def open_url(address: str) -> bool:
    """Open ``address`` in the browser; False when it is no web address or nothing opened it."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if url.scheme().lower() not in ("http", "https") or not url.host():
        return False
    return QDesktopServices.openUrl(url)


def open_page(path: str) -> bool:
    """Open a page that this program wrote; False when it is none or nothing opened it."""
    if not path.lower().endswith((".html", ".htm")):
        return False
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def copy(text: str, *, exact: bool = False) -> None:
    """Put plain text into the clipboard, behind the redactor.

    ``exact`` is for what a machine will read and this program wrote itself, such as a script.
    """
    if not exact:
        from feishu_wizard.domain.redact import redact  # its patterns are many: not at the start

        text = redact(text)
    QGuiApplication.clipboard().setText(text)


def copy_secret(text: str) -> None:
    """Copy a secret: hidden from clipboard histories, gone after ``SECRET_SECONDS``.

    What was copied since by anybody is left alone.
    """
    QGuiApplication.clipboard().setMimeData(concealed(text))
    app = QGuiApplication.instance()
    if app is not None:
        _Sweeper(app, text)


def concealed(text: str) -> QMimeData:
    """Return ``text`` with the marks by which clipboard managers know not to keep it.

    Sources: KDE Klipper (x-kde-passwordManagerHint), Microsoft "Cloud Clipboard and Clipboard
    History formats", nspasteboard.org (ConcealedType).
    """
    data = QMimeData()
    data.setText(text)
    if sys.platform == "win32":
        data.setData("ExcludeClipboardContentFromMonitorProcessing", b"1")
        data.setData("CanIncludeInClipboardHistory", bytes(4))
        data.setData("CanUploadToCloudClipboard", bytes(4))
    elif sys.platform == "darwin":
        data.setData("org.nspasteboard.ConcealedType", b"1")
    else:
        data.setData("x-kde-passwordManagerHint", b"secret")
    return data


class _Sweeper(QObject):
    """Takes one secret out of the clipboard again; knows its digest only."""

    def __init__(self, app: QObject, text: str) -> None:
        super().__init__(app)
        self._digest = _digest(text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._sweep)
        self._timer.start(round(SECRET_SECONDS * 1000))
        if isinstance(app, QGuiApplication):
            app.aboutToQuit.connect(self._sweep)

    def _sweep(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if _digest(clipboard.text(QClipboard.Mode.Clipboard)) == self._digest:
            clipboard.clear(QClipboard.Mode.Clipboard)
        self._timer.stop()
        self.deleteLater()


def _digest(text: str) -> bytes:
    import hashlib  # not before the first paint: it loads OpenSSL

    return hashlib.sha256(text.encode()).digest()

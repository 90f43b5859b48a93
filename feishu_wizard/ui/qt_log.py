"""Qt's own messages go into the log, not to the terminal."""

from __future__ import annotations

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# Said by the platform plugin that the tour draws on; it has no window manager to hint to.
_EXPECTED = ("This plugin does not support propagateSizeHints()",)


def install() -> None:
    """Route every message of Qt to the logger ``qt``, redacted."""
    # Until the log file is open, logging's last resort would print warnings to stderr.
    qInstallMessageHandler(handle)


def handle(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    """Log one message."""
    level = logging.DEBUG if text in _EXPECTED else _LEVELS.get(kind, logging.WARNING)
    if not log.isEnabledFor(level):
        return  # Qt speaks before the first paint, and the patterns of redaction are many
    from feishu_wizard.domain.redact import redact

    category = context.category or "default"
    log.log(level, "%s: %s", category, redact(text or ""))

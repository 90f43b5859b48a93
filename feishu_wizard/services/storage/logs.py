"""The log: a small rotating file, 0600, every line through the redactor."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from io import TextIOWrapper
from types import TracebackType

from feishu_wizard.domain.redact import redact
from feishu_wizard.services.storage import platform
from feishu_wizard.services.storage.paths import Paths

FILE_NAME = "feishu-wizard.log"
_BYTES = 1_048_576
_OLDER_FILES = 3
_log = logging.getLogger("feishu_wizard")


class RedactingFormatter(logging.Formatter):
    """Redacts the finished text, so that arguments and tracebacks pass it too."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text without secrets."""
        return redact(super().format(record))


def configure(paths: Paths, *, verbose: bool = False) -> None:
    """Write the log below ``paths.log`` and send unhandled errors there.

    Called once by the program. A log that cannot be opened is told on stderr and is no reason
    not to start. Calling it again replaces the file.
    """
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if handler.get_name() == FILE_NAME]:
        root.removeHandler(old)
        old.close()
    try:
        root.addHandler(_handler(paths))
    except OSError as error:
        _tell(f"the log cannot be written: {error.strerror} ({paths.log})")
        # Without a handler the library writes warnings to stderr as they came, secrets too.
        nowhere = logging.NullHandler()
        nowhere.set_name(FILE_NAME)
        root.addHandler(nowhere)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    sys.excepthook = _unhandled
    threading.excepthook = _unhandled_in_thread
    sys.unraisablehook = _unraisable


def _handler(paths: Paths) -> logging.Handler:
    from logging.handlers import RotatingFileHandler

    class PrivateFile(RotatingFileHandler):
        told = False

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name
            """Say it once; the library's own way prints the record as it came, secrets too."""
            error = sys.exception()
            if not self.told:
                self.told = True
                what = getattr(error, "strerror", None) or type(error).__name__
                _tell(f"the log cannot be written: {what} ({self.baseFilename})")

        def _open(self) -> TextIOWrapper:
            return open(
                self.baseFilename,
                "a",
                encoding="utf-8",
                errors="backslashreplace",
                opener=platform.open_private,
            )

    platform.private_folder(paths.log)
    handler = PrivateFile(
        paths.log / FILE_NAME, maxBytes=_BYTES, backupCount=_OLDER_FILES, encoding="utf-8"
    )
    handler.set_name(FILE_NAME)
    handler.setFormatter(
        RedactingFormatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    return handler


def traceback_text(error: BaseException) -> str:
    """A traceback without local variables, redacted."""
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    return redact("".join(lines))


def _unhandled(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    text = traceback_text(error)
    _log.critical("unhandled error\n%s", text)
    _tell(text)


def _unhandled_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or issubclass(args.exc_type, SystemExit):
        return
    name = args.thread.name if args.thread else ""
    _log.critical("unhandled error in thread %s\n%s", name, traceback_text(args.exc_value))


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    text = traceback_text(args.exc_value) if args.exc_value else ""
    _log.error("%s\n%s", args.err_msg or "ignored error", text)


def _tell(text: str) -> None:
    """Say it on stderr, which a window program may not have."""
    if sys.stderr is not None:
        sys.stderr.write(redact(text).rstrip() + "\n")

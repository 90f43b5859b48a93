"""The log: private, bounded, and without secrets whatever is written to it."""

from __future__ import annotations

import logging
import os
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.storage import logs
from feishu_wizard.services.storage.paths import Paths

SECRET = "9fK2mQ7xW4vT8sR1pL6nB3cD5hJ0gZyA"


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the hooks and the root logger back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    for module, name in (
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    yield
    for handler in list(root.handlers):
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


def content(paths: Paths) -> str:
    return (paths.log / logs.FILE_NAME).read_text(encoding="utf-8")


def failing() -> Exception:
    """An exception that carries a secret in text and local variables."""
    hidden = SECRET
    try:
        raise ValueError(f"value {hidden} is wrong")
    except ValueError as error:
        return error


def test_every_way_into_the_log_is_redacted(paths: Paths, capsys) -> None:
    Secret(SECRET)
    logs.configure(paths, verbose=True)
    log = logging.getLogger("somebody.else")
    log.info("formatted %s", SECRET)
    log.debug({"token": SECRET})
    log.error("with traceback", exc_info=failing())
    error = failing()
    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(failing()))
    thread.start()
    thread.join()
    text = content(paths)
    assert SECRET not in text
    assert SECRET not in capsys.readouterr().err
    for line in ("formatted", "with traceback", "unhandled error", "in thread"):
        assert line in text
    assert text.count("Traceback (most recent call last)") == 3
    assert "hidden = " not in text


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_the_file_is_private_also_after_rotation(paths: Paths, monkeypatch) -> None:
    monkeypatch.setattr(logs, "_BYTES", 1000)
    old = os.umask(0)
    try:
        logs.configure(paths)
        for number in range(100):
            logging.getLogger("x").warning("line %03d", number)
    finally:
        os.umask(old)
    files = sorted(paths.log.iterdir())
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(paths.log.stat().st_mode) == 0o700


def test_configuring_again_does_not_write_twice(paths: Paths, tmp_path: Path) -> None:
    logs.configure(paths)
    other = Paths.under(tmp_path / "other")
    logs.configure(other)
    logs.configure(other)
    logging.getLogger("x").warning("once")
    assert content(other).count("once") == 1
    assert content(paths) == ""


def test_debug_lines_only_when_asked_for(paths: Paths) -> None:
    logs.configure(paths)
    logging.getLogger("x").debug("small talk")
    logging.getLogger("x").info("news")
    assert "small talk" not in content(paths)
    assert "news" in content(paths)


def test_any_text_can_be_written(paths: Paths) -> None:
    logs.configure(paths)
    logging.getLogger("x").warning("飞书 \ud800 \x00")
    assert "飞书 \\ud800" in content(paths)


def test_a_log_that_cannot_be_opened_is_told_and_no_obstacle(tmp_path: Path, capsys) -> None:
    (tmp_path / "log").write_bytes(b"")
    logs.configure(Paths.under(tmp_path))
    assert "the log cannot be written" in capsys.readouterr().err


def test_an_interrupt_is_no_failure(paths: Paths, capsys) -> None:
    logs.configure(paths)
    error = KeyboardInterrupt()
    sys.excepthook(KeyboardInterrupt, error, None)
    assert content(paths) == ""

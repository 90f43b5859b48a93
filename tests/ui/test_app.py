"""The window as a program: what is loaded when, how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType

from feishu_wizard.domain.secret import Secret
from feishu_wizard.ui import qt_log

FIRST_PAINT = """
import sys
from feishu_wizard.app import Options, open_window
window = open_window(Options(lang="en", state_root=sys.argv[1]))
begun = []
window.session.keeping.begin = begun.append
window.shell.sidebar  # the window is there, but not painted yet
assert not window.shell.findChildren(type(window.shell.page()))[1:], "one page only"
heavy = ["httpx", "keyring", "sqlite3", "jinja2", "asyncio", "ssl", "PySide6.QtNetwork"]
window.app.processEvents()
print(*[name for name in heavy if name in sys.modules])
print(window.shell.focusWidget().objectName(), window.shell.focusWidget().isEnabled())
window.app.processEvents()
print(begun)
window.shell.leave()
window.app.exec()
print(window.close())
"""


def test_nothing_heavy_is_loaded_before_the_first_paint(run_python, tmp_path):
    ended = run_python("-c", FIRST_PAINT, str(tmp_path / "state"))
    assert ended.stderr.replace("This plugin does not support propagateSizeHints()\n", "") == ""
    loaded, focus, begun, stopped = ended.stdout.splitlines()
    assert loaded == ""
    assert focus == "prerequisites.can_url True"
    assert begun == "['']"
    assert stopped == "True"


RUNNING = """
import sys
from PySide6.QtCore import QTimer
import feishu_wizard.app as app
shown = app.open_window
def announced(options):
    window = shown(options)
    QTimer.singleShot(50, lambda: print("ready", flush=True))
    return window
app.open_window = announced
raise SystemExit(app.run(app.Options(lang="en", state_root=sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals reach consoles otherwise there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_in_good_order(tmp_path, number):
    command = [sys.executable, "-c", RUNNING, str(tmp_path / "state")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout.readline() == "ready\n"
            program.send_signal(number)
            assert program.wait(20) == 130
            assert program.stdout.read() == ""
        finally:
            if program.poll() is None:
                program.kill()


def test_qts_messages_are_logged_without_secrets(caplog):
    Secret("hunter2-hunter2")
    qt_log.handle(QtMsgType.QtWarningMsg, QMessageLogContext(), "cannot use hunter2-hunter2")
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("qt", "WARNING")
    assert "hunter2" not in record.getMessage()

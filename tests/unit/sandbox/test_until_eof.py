"""A sandbox that another program started ends with that program, however it ends."""

from __future__ import annotations

import json
import subprocess
import sys

COMMAND = [sys.executable, "-m", "feishu_wizard.sandbox", "--port", "0", "--until-eof"]


def test_the_end_of_standard_input_ends_the_sandbox() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        assert json.loads(child.stdout.readline())["app_id"].startswith("cli_")
        assert child.poll() is None
        child.stdin.close()
        assert child.wait(20) == 0
        assert child.stderr.read() == b""


def test_a_signal_ends_it_while_standard_input_is_open() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline()
        child.terminate()
        assert child.wait(20) == 0
        assert child.stderr.read() == b""

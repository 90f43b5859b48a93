"""What tests/conftest.py promises every test, tried on a run of its own."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ROOT, RunPython

TRIALS = """
import contextlib, os, socket
from pathlib import Path
import pytest

def test_swallowed_connect():
    with contextlib.suppress(OSError), socket.socket() as plain:
        plain.connect(("192.0.2.1", 80))

def test_swallowed_lookup():
    with contextlib.suppress(OSError):
        socket.getaddrinfo("open.example.com", 443)

def test_allowed():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("can.invalid", 443)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()

def test_environment():
    assert "HTTPS_PROXY" not in os.environ
    assert "PYTHON_KEYRING_BACKEND" not in os.environ
    assert os.environ["SSL_CERT_FILE"] == "kept"
    assert Path.home() != Path("AT_HOME")
    assert Path(os.environ["XDG_STATE_HOME"]).is_relative_to(Path.home())
"""


def test_the_promises_hold(run_python: RunPython, tmp_path: Path, home: Path) -> None:
    trials = tmp_path / "test_trials.py"
    trials.write_text(TRIALS.replace("AT_HOME", str(home)), encoding="utf-8")
    done = run_python(
        *("-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)),
        *("-p", "no:pytest-qt", "-p", "tests.conftest", "-rA", "--override-ini=addopts="),
        str(trials),
        HTTPS_PROXY="http://proxy.invalid:3128",
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
        SSL_CERT_FILE="kept",
    )
    assert "2 errors" in done.stdout, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    assert "ERROR test_trials.py::test_swallowed_connect" in done.stdout
    assert "ERROR test_trials.py::test_swallowed_lookup" in done.stdout
    assert "connect to ('192.0.2.1', 80)" in done.stdout

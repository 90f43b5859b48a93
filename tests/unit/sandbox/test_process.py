"""The sandbox as a real process: ready line, files, signals, TLS, ports that close and open."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from feishu_wizard.sandbox.command import main
from tests.sandbox_process import SandboxProcess, sandbox_factory

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def start(tmp_path):
    with sandbox_factory(tmp_path / "sandboxes") as factory:
        yield factory


def test_ready_line_setup_file_and_a_clean_end(start):
    running: SandboxProcess = start()
    ready = running.ready
    assert set(ready) == {
        "feishu", "accounts", "can", "console", "app_id", "app_secret", "inputs", "secrets",
        "setup", "ca_file",
    }  # fmt: skip
    assert ready["console"] == ready["feishu"]
    assert len(ready["app_secret"]) == 32
    path = Path(ready["setup"])
    setup = tomllib.loads(path.read_text("utf-8"))
    assert setup["feishu"]["edition"] == "private"
    assert setup["feishu"]["open_url"] == ready["feishu"]
    assert setup["office"]["callback_url"] == f"{ready['can']}/user/softLogin"
    secrets = {
        setup["feishu"]["app_secret"]: ready["app_secret"],
        setup["office"]["secrets"]["api_key"]: ready["secrets"]["api_key"],
    }
    for reference, value in secrets.items():
        kind, _, name = reference.partition(":")
        assert kind == "file"
        assert Path(name).is_absolute()
        assert Path(name).read_text("utf-8") == value
        if os.name == "posix":
            assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    assert ready["app_secret"] not in path.read_text("utf-8")
    assert running.stop() == 0
    assert running.log() == ""
    assert not path.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_even_with_connections_open(start, number):
    running: SandboxProcess = start("--drill", "slow-drip")
    with running.client() as client, client.stream("GET", f"{running['feishu']}/open-apis/x") as s:
        assert next(s.iter_raw()) == b" "
        running.process.send_signal(number)
        assert running.process.wait(10) == 0
    assert running.log() == ""


def test_tls(start):
    running: SandboxProcess = start("--tls")
    ready = running.ready
    with running.client() as client:
        for name in ("feishu", "accounts", "can"):
            assert ready[name].startswith("https://127.0.0.1:")
            assert client.get(ready[name]).status_code in (200, 302)
        headers = {
            "tenant-id": "1",
            "auth-type": "APIKEY",
            "auth-value": ready["secrets"]["api_key"],
        }
        url = f"{ready['can']}/anymetrics/api/v1/office-software/feishu/test"
        assert client.post(url, json={}, headers=headers).json()["data"]["ok"] is True
    with httpx.Client(trust_env=False) as naive, pytest.raises(httpx.ConnectError):
        naive.get(ready["feishu"])
    setup = tomllib.loads(Path(ready["setup"]).read_text("utf-8"))
    assert setup["network"]["ca_file"] == ready["ca_file"]


def test_can_down_closes_and_opens_its_port(start):
    running: SandboxProcess = start("--drill", "can-down")
    with running.client() as client:
        with pytest.raises(httpx.ConnectError):
            client.get(running["can"])
        drills = f"{running['console']}/control/drills"
        client.post(drills, json={"name": "can-down", "on": False})
        for _ in range(100):  # the port opens after the answer: ask until it is there
            if reached(running["can"]):
                break
        assert client.get(running["can"]).status_code == 302
        client.post(drills, json={"name": "can-down", "on": True})
        client.post(drills, json={"name": "can-down", "on": False})
        client.post(drills, json={"name": "can-down", "on": True})
    assert running.stop() == 0
    assert running.log() == ""


def reached(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), 5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_only_loopback_is_served(start):
    running: SandboxProcess = start()
    port = int(running["feishu"].rsplit(":", 1)[1])
    with socket.socket() as other:
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.3", port)) != 0


def test_state_folder_is_kept(start, tmp_path):
    folder = tmp_path / "kept"
    running: SandboxProcess = start("--state", str(folder))
    assert Path(running["setup"]) == folder / "setup.toml"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    running.stop()
    assert (folder / "setup.toml").exists()
    again: SandboxProcess = start("--state", str(folder), "--fresh")
    assert again.state()["can"]["settings"]["feishu"]["configured"] is False


@pytest.mark.parametrize("arguments", [["--drill", "nonsense"], ["--users", "1"], ["--port", "-1"]])
def test_bad_options(arguments, capsys):
    assert main(arguments) == 2
    assert "sandbox:" in capsys.readouterr().err


def test_a_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "feishu_wizard.sandbox", "--port", str(port)]
        ended = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=30
        )
    assert ended.returncode == 4
    assert f"port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""

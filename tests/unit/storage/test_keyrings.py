"""Real keyring services and hostile environments, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from feishu_wizard.services.storage import keyrings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="services of Linux desktops")
dbus = pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no dbus-run-session")
gnome = pytest.mark.skipif(shutil.which("gnome-keyring-daemon") is None, reason="no gnome-keyring")

USE = """
import asyncio, sys, time
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.storage.secrets import SecretStore
async def main():
    start = time.monotonic()
    store = SecretStore(seconds=float(sys.argv[1]))
    info = await store.info()
    print(info.place.value, info.backend or "-", info.reason or "-")
    await store.put("k3v9q2", "app_secret", Secret("s3cret-value-of-the-test"))
    again = SecretStore(seconds=float(sys.argv[1]))
    found = await again.get("k3v9q2", "keyring:app_secret")
    print("found" if found and found.reveal() == "s3cret-value-of-the-test" else "not found")
    await store.forget("k3v9q2", ["app_secret"])
    print("left" if await SecretStore().get("k3v9q2", "app_secret") else "gone")
    print("quick" if time.monotonic() - start < 25 else "slow")
asyncio.run(main())
"""

EVIL = """
import keyring.backend
class Keyring(keyring.backend.KeyringBackend):
    priority = 99
    def get_password(self, service, username): return None
    def set_password(self, service, username, password):
        open({mark!r}, "w").write(password)
    def delete_password(self, service, username): pass
open({mark!r}, "w").write("loaded")
"""


def in_session(script: Path, before: str, seconds: str, **environment: str) -> list[str]:
    """Run a Python script in a D-Bus session of its own, after a shell command."""
    command = f'{before}\nexec "{sys.executable}" "{script}" {seconds}'
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", command],
        env={**os.environ, **environment},
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


UNLOCKED = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[3]))
    path = tmp_path / "use.py"
    path.write_text(USE, encoding="utf-8")
    return path


@dbus
@gnome
def test_the_environment_cannot_redirect_secrets(script: Path, home: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "evil.py").write_text(EVIL.format(mark=str(mark)), encoding="utf-8")
    for folder in (home / ".config" / "python_keyring", home / ".local/share/python_keyring"):
        folder.mkdir(parents=True)
        (folder / "keyringrc.cfg").write_text(
            f"[backend]\ndefault-keyring=evil.Keyring\nkeyring-path={evil}\n", encoding="utf-8"
        )
    for backend in ("keyring.backends.null.Keyring", "evil.Keyring"):
        lines = in_session(
            script,
            UNLOCKED,
            "10",
            PYTHON_KEYRING_BACKEND=backend,
            KEYRING_PROPERTY_PREFERRED_COLLECTION="/org/freedesktop/secrets/collection/none",
            PYTHONPATH=f"{os.environ['PYTHONPATH']}:{evil}",
        )
        assert lines == ["keyring gnome-keyring -", "found", "gone", "quick"]
    assert not mark.exists()


def test_a_bus_that_is_gone(run_python) -> None:
    done = run_python("-c", USE, "10", DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus")
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["session - keyring.none", "not found", "gone", "quick"]


def test_the_allow_list_of_each_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for platform, names in (
        ("win32", ["keyring.backends.Windows"]),
        ("darwin", ["keyring.backends.macOS"]),
        ("linux", ["keyring.backends.SecretService", "feishu_wizard.services.storage.kwallet"]),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        assert [kind.module for kind in keyrings.allowed()] == names


def test_windows_entries_stay_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    import types

    class WinVaultKeyring:
        persist = "enterprise"
        viable = True

        def set_properties_from_env(self) -> None:
            raise AssertionError("the environment was asked")

        def __init__(self) -> None:
            self.set_properties_from_env()

    module = types.SimpleNamespace(WinVaultKeyring=WinVaultKeyring)
    monkeypatch.setattr(keyrings.importlib, "import_module", lambda name: module)
    monkeypatch.setattr(sys, "platform", "win32")
    (kind,) = keyrings.allowed()
    assert keyrings.make(kind).persist == "local machine"
    assert kind.longest == 1280


@pytest.mark.parametrize(
    "module", ["secrets", "setup_file", "drafts", "journal", "logs", "locks", "kwallet"]
)
def test_importing_storage_loads_nothing_heavy(run_python, module: str) -> None:
    heavy = ["httpx", "keyring", "secretstorage", "sqlite3", "tomlkit", "filelock"]
    heavy += ["platformdirs", "cryptography", "jeepney"]
    script = (
        f"import sys, feishu_wizard.services.storage.{module}\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = run_python("-c", script)
    assert (done.stdout, done.stderr) == ("[]\n", "")

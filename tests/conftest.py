"""What every test gets: a clean environment, a home of its own, no network but loopback."""

from __future__ import annotations

import compileall
import importlib.util
import ipaddress
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from feishu_wizard.domain import redact
from tests.sandbox_process import SandboxFactory, sandbox_factory

ROOT = Path(__file__).resolve().parent.parent
RunPython = Callable[..., subprocess.CompletedProcess[str]]

# Qt reads these once, when the first application object is made.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(_name, None)
os.environ["LANG"] = "C.UTF-8"

# A busy machine is no finding of a property test.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

# A developer's settings that would change what the product does. SSL_CERT_FILE stays: the
# machine may need it, and the tests that are about it set it themselves.
_FOREIGN = re.compile(
    r"(?i:.*_proxy)|FEISHU_WIZARD_.*|PYTHON_KEYRING_BACKEND"
    r"|KEYRING_PROPERTY_.*|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|SSLKEYLOGFILE"
)
_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_RUNTIME_DIR": "run",
}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Let the Qt settings of pyproject.toml be known when pytest-qt is left out."""
    if not pluginmanager.hasplugin("pytest-qt"):
        for name in ("qt_api", "qt_log_level_fail"):
            parser.addini(name, "a setting of pytest-qt")
        parser.addini("qt_log_ignore", "a setting of pytest-qt", type="linelist")


def pytest_sessionstart() -> None:
    """Compile the message catalogues that the tests are about to read; hear Ctrl+C.

    A shell starts what runs in the background with SIGINT ignored, and programs started by the
    tests would inherit that. The product is compiled, too: each of the thousands of programs
    would do it all again where Python is told not to write what it compiled.
    """
    compileall.compile_dir(ROOT / "feishu_wizard", quiet=2)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    spec = importlib.util.spec_from_file_location(
        "build_locale", ROOT / "packaging" / "build_locale.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.compile_all(ROOT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by what a test asks for and where it lies, so that nobody can forget to."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "qapp" in names or "qtbot" in names:
            item.add_marker("gui")
        for folder, marker in (("e2e", "e2e"), ("ui", "gui"), ("benchmarks", "bench")):
            if item.path.is_relative_to(ROOT / "tests" / folder):
                item.add_marker(marker)


@pytest.fixture(autouse=True)
def clean_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the developer's shell would tell the product."""
    for name in list(os.environ):
        if _FOREIGN.fullmatch(name):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def untouched_homes() -> list[Path]:
    """Homes in which a test left nothing: the next one gets such a one again, as making and
    removing a dozen folders takes longer than most tests."""
    return []


@pytest.fixture(autouse=True)
def home(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    untouched_homes: list[Path],
) -> Iterator[Path]:
    """A home folder of this test's own; its path is short enough for sockets below it."""
    top = untouched_homes.pop() if untouched_homes else _new_home(tmp_path_factory.mktemp("h"))
    for name, below in _FOLDERS.items():
        monkeypatch.setenv(name, str(top / below))
    yield top
    if _is_untouched(top):
        untouched_homes.append(top)


def _new_home(top: Path) -> Path:
    for below in _FOLDERS.values():
        (top / below).mkdir(mode=0o700, parents=True, exist_ok=True)
    return top


def _is_untouched(top: Path) -> bool:
    """Nothing is in it but the folders it was made with, as they were made."""
    made = {str(top / below) for below in _FOLDERS.values()}
    between = {str(top / name) for name in ("AppData", ".local")}
    found = set()
    for folder, folders, files in os.walk(top):
        found.add(folder)
        if files or any(Path(folder, name).is_symlink() for name in folders):
            return False
    return found == made | between and all(
        Path(one).stat().st_mode & 0o777 == 0o700 for one in made
    )


@pytest.fixture(autouse=True)
def masked_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is masked from now on is that only until this test ends, and what a test forgets
    is known again to the next one: a secret of a whole module is registered once only."""
    monkeypatch.setattr(redact, "_known", dict(redact._known))
    monkeypatch.setattr(redact, "_variants", redact._variants)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A test that speaks another language does not leave it to the next one."""
    yield
    catalog = sys.modules.get("feishu_wizard.text.catalog")
    if catalog is not None and catalog.current() != "en":
        catalog.use("en")


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"} or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def no_outside_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every address but loopback, and fail the test that tried, even if it caught that.

    Names under ``.invalid`` do not resolve, as RFC 6761 promises, without asking a resolver.
    """
    tried: list[str] = []
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    resolve = socket.getaddrinfo

    def check(sock: socket.socket, address: Any) -> None:
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            tried.append(f"connect to {address!r}")
            raise OSError(f"a test tried to leave this machine: {address!r}")

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        check(sock, address)
        connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
        check(sock, address)
        return connect_ex(sock, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if name.rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not _is_loopback(name):
            tried.append(f"resolve {name!r}")
            raise socket.gaierror(socket.EAI_AGAIN, f"a test tried to resolve {name!r}")
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield
    if tried:
        pytest.fail("the test reached for the outside world: " + "; ".join(tried))


@pytest.fixture
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxFactory]:
    """Start sandboxes for this test: ``sandbox("--fresh")``; see ``tests.sandbox_process``."""
    with sandbox_factory(tmp_path_factory.mktemp("sandbox")) as start:
        yield start


@pytest.fixture(scope="module")
def module_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxFactory]:
    """Like ``sandbox``, for tests of one module that only read and can share one."""
    with sandbox_factory(tmp_path_factory.mktemp("sandbox")) as start:
        yield start


@pytest.fixture
def run_python(tmp_path: Path) -> RunPython:
    """Run this Python on the checkout: ``run_python("-m", "feishu_wizard", "--version")``.

    ``stdin`` takes text; what is named besides goes into the environment. Returns the
    ``subprocess.CompletedProcess`` with text output, whatever the exit code.
    """

    def run(
        *arguments: str, stdin: str = "", timeout: float = 60, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            input=stdin,
            text=True,
            encoding="utf-8",
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    return run

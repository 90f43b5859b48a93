"""A private desktop: home, X server, session bus, accessibility bus, keyring, all ours to end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import secretstorage
from jeepney.io.blocking import open_dbus_connection

from .bus import Bus, BusError, Call
from .listener import Listener
from .processes import Child, end, with_variable
from .waiting import Deadline, RobotError, wait_until
from .xserver import XServer

SCREEN = (1280, 900)
_MARK = "ROBOT_DESK"  # in the environment of all that runs here, so that nothing is left behind
_AT_SPI_LAUNCHERS = (
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
    "/usr/libexec/at-spi2/at-spi-bus-launcher",
)
_PACKAGES = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "dbus-daemon": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
}
_A11Y = ("org.a11y.Bus", "/org/a11y/bus")
_SECRETS = ("org.freedesktop.secrets", "/org/freedesktop/secrets")
# No service folders: nothing can be activated that we did not start.
_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
# Stands in for the browser: writes the address down instead of opening it.
_OPENER = """#!/bin/sh
printf '%s\\n' "$1" >> '{log}'
"""


@dataclass(frozen=True)
class StoredSecret:
    """One entry of the keyring."""

    label: str
    attributes: dict[str, str]
    secret: str


class Desk:
    """``with Desk() as desk:`` a desktop of its own below a temporary folder.

    ``root`` holds everything: ``home`` (HOME and the XDG folders), ``tmp`` (TMPDIR), ``logs``
    (what each program wrote). ``screen`` is the X server, ``bus`` the session bus, ``a11y`` the
    accessibility bus, ``listener`` hears what is announced on it. With ``keyring=True`` a real
    gnome-keyring-daemon holds an unlocked keyring.
    """

    def __init__(self, *, keyring: bool = False, screen: tuple[int, int] = SCREEN) -> None:
        self._wants_keyring = keyring
        self._size = screen
        self._mark = uuid.uuid4().hex
        self._stack = ExitStack()
        self.root = self.home = self.logs = Path()
        self.variables: dict[str, str] = {}

    # ---- start and end ---------------------------------------------------------------------

    def __enter__(self) -> Desk:
        _check_programs(self._wants_keyring)
        with ExitStack() as stack:
            self.root = Path(tempfile.mkdtemp(prefix="desk-"))
            stack.callback(shutil.rmtree, self.root)
            stack.callback(self._end_strays)
            self._make_folders()
            self.screen = XServer(self._folder("x"), self.logs, self.variables, self._size)
            stack.callback(self.screen.stop)
            self.variables["DISPLAY"] = self.screen.display
            self._start_session_bus(stack)
            if self._wants_keyring:
                self._start_keyring(stack)
            self._start_accessibility(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def at_end(self, callback: Callable[[], object]) -> None:
        """Have ``callback`` called when the desk ends, while its servers still run."""
        self._stack.callback(callback)

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def _make_folders(self) -> None:
        self.logs = self._folder("logs")
        self.home = self._folder("home")
        opener = self._folder("bin") / "xdg-open"
        opener.write_text(_OPENER.format(log=self.root / "opened"), encoding="utf-8")
        opener.chmod(0o755)
        self.variables = {
            "PATH": f"{opener.parent}:{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self._folder("tmp")),
            "BROWSER": str(opener),
            "XDG_RUNTIME_DIR": str(self._folder("run")),
            "XDG_CONFIG_HOME": str(self._folder("home/.config")),
            "XDG_CACHE_HOME": str(self._folder("home/.cache")),
            "XDG_DATA_HOME": str(self._folder("home/.local/share")),
            "XDG_STATE_HOME": str(self._folder("home/.local/state")),
            _MARK: self._mark,
        }

    def _end_strays(self) -> None:
        """End whoever was started here and escaped from its parent."""
        end(with_variable(_MARK, self._mark))

    def _start_session_bus(self, stack: ExitStack) -> None:
        config, socket = self.root / "session.conf", self.root / "bus"
        config.write_text(_BUS_CONFIG.format(socket=socket), encoding="utf-8")
        arguments = ["dbus-daemon", "--nofork", "--nopidfile", "--nosyslog"]
        arguments.append(f"--config-file={config}")
        child = self._start("session-bus", arguments, stack)
        address = f"unix:path={socket}"

        def connect() -> Bus | None:
            child.check_running()
            try:
                return Bus(address)
            except (FileNotFoundError, ConnectionRefusedError):
                return None

        self.bus = wait_until(connect, 20, lambda: f"session bus\n{child.output_tail()}")
        stack.callback(self.bus.close)
        self.variables["DBUS_SESSION_BUS_ADDRESS"] = address

    def _start_keyring(self, stack: ExitStack) -> None:
        arguments = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        child = self._start("keyring", arguments, stack, stdin=subprocess.PIPE)
        assert child.popen.stdin
        child.popen.stdin.write(uuid.uuid4().hex.encode())  # the password nobody needs again
        child.popen.stdin.close()
        self._wait_owner(_SECRETS[0], child)

        def unlocked() -> bool:
            child.check_running()
            interface = "org.freedesktop.Secret.Service"
            path = self.bus.call(Call(*_SECRETS, interface, "ReadAlias", "s", ("default",)))[0]
            collection = "org.freedesktop.Secret.Collection"
            return path != "/" and not self.bus.get(_SECRETS[0], path, collection, "Locked")

        wait_until(unlocked, 20, lambda: f"an unlocked keyring\n{child.output_tail()}")

    def _start_accessibility(self, stack: ExitStack) -> None:
        launcher = next(path for path in _AT_SPI_LAUNCHERS if Path(path).exists())
        child = self._start("at-spi", [launcher, "--launch-immediately"], stack)
        self._wait_owner(_A11Y[0], child)
        self.bus.call(
            Call(
                *_A11Y,
                "org.freedesktop.DBus.Properties",
                "Set",
                "ssv",
                ("org.a11y.Status", "IsEnabled", ("b", True)),
            )
        )
        address = str(self.bus.call(Call(*_A11Y, _A11Y[0], "GetAddress"))[0])
        self.a11y = Bus(address)
        stack.callback(self.a11y.close)

        def registry_answers() -> bool:
            child.check_running()
            root = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
            try:  # the accessibility bus starts the registry at the first call
                self.a11y.call(Call(*root, "org.a11y.atspi.Accessible", "GetChildren"))
            except BusError:
                return False
            return True

        wait_until(registry_answers, 20, lambda: f"the registry\n{child.output_tail()}")
        self.listener = Listener(address)
        stack.callback(self.listener.close)

    def _start(
        self,
        name: str,
        arguments: list[str],
        stack: ExitStack,
        *,
        stdin: int = subprocess.DEVNULL,
    ) -> Child:
        child = Child(name, arguments, logs=self.logs, env=self.variables, stdin=stdin)
        stack.callback(child.end)
        return child

    def _wait_owner(self, name: str, child: Child) -> None:
        def owned() -> bool:
            child.check_running()
            return self.bus.has_owner(name)

        wait_until(owned, 20, lambda: f"{name} on the session bus\n{child.output_tail()}")

    # ---- what tests ask --------------------------------------------------------------------

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment for a program on this desk, with ``more`` variables."""
        return {
            **self.variables,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "QT_ACCESSIBILITY": "1",
            # Qt complains when the robot asks for an object that has just vanished; every other
            # line on stderr is the program's own.
            "QT_LOGGING_RULES": "qt.accessibility.atspi.warning=false",
            "PYTHONFAULTHANDLER": "1",  # a crash leaves the stack of every thread on stderr
            **more,
        }

    def run(
        self, *arguments: str | Path, cwd: Path | None = None, timeout: float = 60, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program on this desk to its end, ``text`` on its stdin; the exit code is yours."""
        return subprocess.run(
            [str(argument) for argument in arguments],
            input=text,
            env=self.environment(),
            cwd=cwd,
            timeout=Deadline(timeout).seconds,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def opened_urls(self) -> list[str]:
        """Return what was handed to the web browser, oldest first; no browser is started."""
        log = self.root / "opened"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def clipboard(self) -> str:
        """Return the text in the clipboard, as another program on this screen gets it."""
        done = self.run(sys.executable, Path(__file__).with_name("read_clipboard.py"))
        if done.returncode:
            raise RobotError(f"the clipboard cannot be read: {done.stderr}")
        return done.stdout

    def stored_secrets(self) -> list[StoredSecret]:
        """Return all entries of the keyring, also those no program asked for."""
        address = self.variables["DBUS_SESSION_BUS_ADDRESS"]
        with open_dbus_connection(address, auth_timeout=10) as connection:
            return [
                StoredSecret(
                    item.get_label(), item.get_attributes(), item.get_secret().decode("utf-8")
                )
                for item in secretstorage.get_default_collection(connection).get_all_items()
            ]

    def folders(self) -> list[Path]:
        """Return where programs of this desk can have left something, for ``scan_for``."""
        return [self.home, self.root / "tmp", self.root / "run", self.logs]


def _check_programs(keyring: bool) -> None:
    """Raise RobotError naming the Debian packages of what is not installed."""
    wanted = {name for name in _PACKAGES if keyring or name != "gnome-keyring-daemon"}
    missing = {_PACKAGES[name] for name in wanted if shutil.which(name) is None}
    if not any(Path(path).exists() for path in _AT_SPI_LAUNCHERS):
        missing.add("at-spi2-core")
    if missing:
        raise RobotError(f"install these Debian packages: {' '.join(sorted(missing))}")

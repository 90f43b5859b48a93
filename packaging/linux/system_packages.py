"""Install or name what Qt and the tests need from a Linux system.

Usage: ``python packaging/linux/system_packages.py demo|test``. Looks for the libraries, programs
and fonts themselves, so that a machine which has them under other package names is left alone.
On Debian and Ubuntu, as root or with a password-less sudo, the missing packages are installed;
elsewhere the command to run is printed. Exit 0: all is there; 1: something needed is missing.
Runs on any Python >= 3.11 with the standard library only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["library", "program", "file"]


@dataclass(frozen=True)
class Need:
    """One thing the system must have, and the package that brings it, per package manager."""

    kind: Kind
    name: str  # soname, program, or globs below /usr separated by |
    apt: str
    dnf: str
    zypper: str
    pacman: str


QT = (
    Need("library", "libEGL.so.1", "libegl1", "mesa-libEGL", "libEGL1", "libglvnd"),
    Need("library", "libGL.so.1", "libgl1", "mesa-libGL", "libGL1", "libglvnd"),
    Need("library", "libxkbcommon.so.0", "libxkbcommon0", *["libxkbcommon"] * 3),
    Need(
        "library",
        "libxkbcommon-x11.so.0",
        "libxkbcommon-x11-0",
        "libxkbcommon-x11",
        "libxkbcommon-x11-0",
        "libxkbcommon-x11",
    ),
    Need("library", "libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "libdbus-1-3", "dbus"),
    Need("library", "libfontconfig.so.1", "libfontconfig1", *["fontconfig"] * 3),
    Need("library", "libfreetype.so.6", "libfreetype6", "freetype", "libfreetype6", "freetype2"),
    Need("library", "libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2", "glib2"),
    Need("library", "libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libX11-xcb1", "libx11"),
    *(
        Need("library", soname, apt, package, "libxcb-" + apt.removeprefix("libxcb-"), arch)
        for soname, apt, package, arch in (
            ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
            ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
            ("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
            ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
            ("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
            (
                "libxcb-render-util.so.0",
                "libxcb-render-util0",
                "xcb-util-renderutil",
                "xcb-util-renderutil",
            ),
            ("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
            ("libxcb-xinerama.so.0", "libxcb-xinerama0", "libxcb", "libxcb"),
            ("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb"),
        )
    ),
    Need(
        "file",
        "share/fonts/**/*CJK*|share/fonts/**/SourceHan*|share/fonts/**/wqy*",
        "fonts-noto-cjk",
        "google-noto-sans-cjk-fonts",
        "google-noto-sans-cjk-fonts",
        "noto-fonts-cjk",
    ),
)

TESTS = (
    Need(
        "program",
        "Xvfb",
        "xvfb",
        "xorg-x11-server-Xvfb",
        "xorg-x11-server-Xvfb",
        "xorg-server-xvfb",
    ),
    Need("program", "xauth", "xauth", "xorg-x11-xauth", "xauth", "xorg-xauth"),
    Need("program", "openbox", *["openbox"] * 4),
    Need("program", "xdotool", *["xdotool"] * 4),
    Need("program", "strace", *["strace"] * 4),
    Need("program", "chromium", *["chromium"] * 4),
    Need(
        "program",
        "chromedriver",
        "chromium-driver",
        "chromedriver",
        "chromedriver",
        "chromium",
    ),
    Need("program", "age", *["age"] * 4),
    Need("program", "curl", *["curl"] * 4),
    Need("program", "wget", *["wget"] * 4),
    Need("program", "dash", *["dash"] * 4),
    Need("program", "busybox", *["busybox"] * 4),
    Need("program", "dbus-daemon", "dbus", "dbus-daemon", "dbus-1", "dbus"),
    Need("program", "dbus-run-session", "dbus", "dbus-daemon", "dbus-1", "dbus"),
    Need("program", "dbus-launch", "dbus-x11", "dbus-x11", "dbus-1-x11", "dbus"),
    Need("program", "gnome-keyring-daemon", *["gnome-keyring"] * 4),
    Need("file", "libexec/at-spi-bus-launcher", *["at-spi2-core"] * 4),
)

GROUPS: dict[str, tuple[Need, ...]] = {"demo": QT, "test": QT + TESTS}

# What to type for each package manager, in the order of preference.
MANAGERS: dict[str, tuple[str, str]] = {
    "apt-get": ("apt", "apt-get install --no-install-recommends"),
    "dnf": ("dnf", "dnf install"),
    "zypper": ("zypper", "zypper install"),
    "pacman": ("pacman", "pacman -S --needed"),
}


def has_library(soname: str) -> bool:
    """Tell whether the dynamic linker finds ``soname``, as Qt's plugins will ask it to."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def has_program(name: str) -> bool:
    """Tell whether ``name`` can be started."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


def has_file(patterns: str) -> bool:
    """Tell whether a file matches one of the globs ``patterns`` below /usr or /usr/local."""
    tops = (Path("/usr"), Path("/usr/local"))
    return any(next(top.glob(one), None) for one in patterns.split("|") for top in tops)


CHECKS: dict[Kind, Callable[[str], bool]] = {
    "library": has_library,
    "program": has_program,
    "file": has_file,
}


def missing(needs: Iterable[Need]) -> list[Need]:
    """Return those of ``needs`` that this machine does not have."""
    return [need for need in needs if not CHECKS[need.kind](need.name)]


def apt_command() -> list[str] | None:
    """Return how apt-get can be run here without asking, or None where it cannot."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True)
    if asked.returncode != 0:
        return None
    # sudo drops the environment, so what apt must know goes through env(1).
    return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]


def apt_install(apt: list[str], packages: list[str]) -> bool:
    """Install ``packages``; refresh the package lists only when it does not work without."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]
    install = [*apt, *quiet, "-y", "--no-install-recommends", "install", *packages]

    def runs(command: list[str], stderr: int | None = None) -> bool:
        done = subprocess.run(
            command, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=stderr
        )
        return done.returncode == 0

    has_lists = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    if has_lists and runs(install, stderr=subprocess.DEVNULL):
        return True
    return runs([*apt, *quiet, "update"]) and runs(install)


def advice(packages: dict[str, list[str]]) -> str:
    """Return the command that a person should run; ``packages`` per package manager."""
    for program, (manager, command) in MANAGERS.items():
        if shutil.which(program):
            names = " ".join(packages[manager])
            return f"Install what is missing, then try again:\n    sudo {command} {names}"
    return "Install it with your package manager, then try again."


def install_or_exit(packages: list[str], what: str) -> None:
    """Install the Debian ``packages``, or end the program saying what to run."""
    apt = apt_command()
    if apt is not None and apt_install(apt, packages):
        return
    names = dict.fromkeys(("apt", "dnf", "zypper", "pacman"), packages)
    sys.exit(f"{what} is missing. {advice(names)}")


def names_by_manager(needs: Iterable[Need]) -> dict[str, list[str]]:
    """Return the package names of ``needs`` for each package manager, without repeats."""
    wanted = list(needs)
    return {
        manager: list(dict.fromkeys(str(getattr(need, manager)) for need in wanted))
        for manager in ("apt", "dnf", "zypper", "pacman")
    }


def provide(needs: tuple[Need, ...]) -> list[Need]:
    """Install what is missing of ``needs`` where that is allowed; return what is missing still."""
    lacking = missing(needs)
    apt = apt_command() if lacking else None
    if apt is None:
        return lacking
    packages = names_by_manager(lacking)["apt"]
    print(f"Installing system packages: {' '.join(packages)} ...", flush=True)
    apt_install(apt, packages)
    return missing(lacking)


def main(arguments: list[str]) -> int:
    """Provide the group named on the command line; return the exit code."""
    if len(arguments) != 1 or arguments[0] not in GROUPS:
        print(__doc__, file=sys.stderr)
        return 2
    if sys.platform != "linux":
        return 0
    lacking = provide(GROUPS[arguments[0]])
    if not lacking:
        return 0
    names = ", ".join(need.apt if need.kind == "file" else need.name for need in lacking)
    print(f"Missing on this system: {names}", file=sys.stderr)
    print(advice(names_by_manager(lacking)), file=sys.stderr)
    # Without a Chinese font the window opens all the same, with boxes for Chinese text.
    fatal = arguments[0] == "test" or any(need.kind != "file" for need in lacking)
    return 1 if fatal else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

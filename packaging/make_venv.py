"""Make or complete the virtual environment from a lock file with hashes.

Usage: ``python packaging/make_venv.py VENV LOCK``. Runs on the machine's own Python, with the
standard library only. Every package is a wheel whose hash is in the lock: nothing is built,
and nothing is taken that was not resolved before. The project itself is linked in, editable.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "linux"))
import system_packages

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def python_of(venv: Path) -> Path:
    """Return the interpreter inside ``venv``."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_usable(venv: Path) -> bool:
    """Tell whether ``venv`` has a working pip on a Python that is new enough."""
    probe = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        done = subprocess.run([python_of(venv), "-c", probe], check=False, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def create(venv: Path) -> None:
    """Create ``venv`` anew; on Debian installs or names python3-venv when it is missing."""
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        system_packages.install_or_exit([package], "Python's venv module")
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)


def fill(venv: Path, lock: Path) -> None:
    """Install what ``lock`` names into ``venv``, then the project."""
    pip = [str(python_of(venv)), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    pip.append("--no-input")
    locked = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
    subprocess.run([*pip, *locked], check=True, cwd=ROOT)
    project = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    subprocess.run([*pip, *project], check=True, cwd=ROOT)


def main(arguments: list[str]) -> int:
    """Bring the environment to the state of the lock; return the exit code."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    venv, lock = Path(arguments[0]).absolute(), Path(arguments[1]).absolute()
    try:
        if not is_usable(venv):
            print(f"Making {venv.name} with Python {sys.version.split()[0]} ...", flush=True)
            create(venv)
        print(f"Installing what {lock.name} lists ...", flush=True)
        fill(venv, lock)
    except subprocess.CalledProcessError as error:
        print(f"Failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

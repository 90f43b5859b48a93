"""The wheel carries the packaged files, compiled catalogues included, and finds them."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import RunPython

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import gettext, json
from feishu_wizard import __version__
from feishu_wizard.resources import resource_path, resource_text
chinese = gettext.translation("feishu_wizard", resource_path("locale"), ["zh_Hans"])
print(json.dumps({
    "version": __version__,
    "folder": str(resource_path("icons")),
    "icon": resource_text("icons/app.svg")[:4],
    "texts": len(chinese._catalog),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return built


def test_what_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "feishu_wizard/py.typed" in names
    assert "feishu_wizard/_resources/icons/app.svg" in names
    assert "feishu_wizard/_resources/locale/zh_Hans/LC_MESSAGES/feishu_wizard.mo" in names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"feishu_wizard", "feishu_wizard-0.1.0.dist-info"}
    assert not [name for name in names if "_resources/images/" in name or "__pycache__" in name]


def test_it_reads_its_own_files_away_from_the_checkout(
    wheel: Path, tmp_path: Path, run_python: RunPython
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    done = run_python("-c", PROGRAM, PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["folder"] == str(tmp_path / "site" / "feishu_wizard" / "_resources" / "icons")
    assert said["version"] == "0.1.0"
    assert said["icon"] == "<svg"
    assert said["texts"] > 1


def test_qt_is_an_extra(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        (name,) = [n for n in content.namelist() if n.endswith("/METADATA")]
        metadata = content.read(name).decode()
    wishes = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    qt = [wish for wish in wishes if "pyside" in wish.lower()]
    assert len(qt) == 2
    assert all("extra == 'gui'" in wish for wish in qt)

"""Which system packages are installed, and what is said where that is not allowed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "linux" / "system_packages.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="about Linux packages")


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("system_packages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_what_is_there_is_not_missing(script: ModuleType) -> None:
    there = script.Need("library", "libc.so.6", *["libc6"] * 4)
    gone = script.Need("library", "libnothing-of-the-kind.so.9", *["libnothing9"] * 4)
    assert script.missing([there, gone]) == [gone]
    assert script.has_program("sh")
    assert not script.has_program("no-such-program")
    assert script.has_file("nothing/*|bin/env")


def test_only_the_missing_is_installed(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(script, "apt_command", lambda: ["apt-get"])
    monkeypatch.setattr(script, "apt_install", lambda _, packages: installed.extend(packages))
    monkeypatch.setattr(
        script,
        "missing",
        lambda needs: [n for n in needs if "cursor" in n.name and n.apt not in installed],
    )
    assert script.main(["demo"]) == 0
    assert installed == ["libxcb-cursor0"]


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("dnf", "sudo dnf install mesa-libEGL dbus-daemon"),
        ("zypper", "sudo zypper install libEGL1 dbus-1"),
        ("pacman", "sudo pacman -S --needed libglvnd dbus"),
        ("apt-get", "sudo apt-get install --no-install-recommends libegl1 dbus"),
    ],
)
def test_elsewhere_the_command_is_named(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    manager: str,
    command: str,
) -> None:
    wanted = ("libEGL.so.1", "dbus-daemon")
    monkeypatch.setattr(script, "apt_command", lambda: None)
    monkeypatch.setattr(
        script, "missing", lambda needs: [need for need in needs if need.name in wanted]
    )
    monkeypatch.setattr(script.shutil, "which", lambda name: name if name == manager else None)
    assert script.main(["test"]) == 1
    said = capsys.readouterr().err
    assert "Missing on this system: libEGL.so.1, dbus-daemon" in said
    assert command in said


def test_without_a_chinese_font_the_demo_goes_on(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "apt_command", lambda: None)
    monkeypatch.setattr(script, "missing", lambda needs: [n for n in needs if n.kind == "file"])
    assert script.main(["demo"]) == 0
    assert "fonts-noto-cjk" in capsys.readouterr().err
    assert script.main(["test"]) == 1


def test_every_need_is_named_for_every_manager(script: ModuleType) -> None:
    for need in script.GROUPS["test"]:
        assert all((need.apt, need.dnf, need.zypper, need.pacman)), need

"""Checks of the tree itself: what lies where, and what must never be committed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "demo.txt", "fast.txt")
FOLDERS = {".ci", "feishu_wizard", "packaging", "resources", "tests"}
FILES = {
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "README.zh-CN.md",
    "pyproject.toml",
}
BINARY = {".png", ".ico", ".icns", ".sqlite3"}
MADE_HERE = re.compile(r"(^|/)(\.git|\.venv|build|dist|\.\w+_cache|\.hypothesis|__pycache__)(/|$)")

# The brackets keep these patterns from finding themselves.
PATHS_OF_A_MACHINE = re.compile(r"/wor[k]/|/roo[t]/|/tmp/[w]/|/opt/pyp[i]")
REGISTRIES = re.compile(
    r"pyp[i]\.org|pythonhoste[d]\.org|deb\.debia[n]\.org|npmj[s]\.(?:org|com)"
    r"|tsinghu[a]\.edu\.cn|mirrors\.aliyu[n]\.com"
)


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is or would be committed; without git, every file that was not made here."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "ls-files", "-coz", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
        return tuple(path for path in paths if path.is_file())
    found = (Path(top, name) for top, _, names in os.walk(ROOT) for name in names)
    return tuple(
        path
        for path in found
        if not MADE_HERE.search(path.relative_to(ROOT).as_posix()) and path.suffix != ".mo"
    )


def texts() -> list[tuple[str, bytes]]:
    """Name and content of every committed file that is text."""
    return [
        (path.relative_to(ROOT).as_posix(), path.read_bytes())
        for path in committed()
        if path.suffix not in BINARY
    ]


def pins(lock: str) -> dict[str, str]:
    """Map each requirement of a lock (name, version, marker) to the lines of its hashes."""
    content = (ROOT / "packaging" / "lock" / lock).read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", " ", content)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return {line.split(" --hash")[0].strip(): line for line in lines}


def names(lock: str) -> set[str]:
    """Return the names of the packages in a lock, in their normal form."""
    return {re.split(r"[ =;\[]", pin)[0] for pin in pins(lock)}


def test_nothing_lies_where_it_does_not_belong() -> None:
    relative = [path.relative_to(ROOT) for path in committed()]
    assert {path.parts[0] for path in relative if len(path.parts) > 1} <= FOLDERS
    assert {path.name for path in relative if len(path.parts) == 1} <= FILES


def test_the_checks_see_the_tree() -> None:
    assert {path.name for path in committed()} >= FILES
    assert Path(__file__) in committed()


@pytest.mark.parametrize("forbidden", [PATHS_OF_A_MACHINE, REGISTRIES], ids=["machine", "registry"])
def test_no_file_names_a(forbidden: re.Pattern[str]) -> None:
    hits = [
        f"{name}: {found.group()}"
        for name, content in texts()
        for found in forbidden.finditer(content.decode("utf-8"))
    ]
    assert not hits


def test_the_forbidden_would_be_found() -> None:
    assert PATHS_OF_A_MACHINE.search("see /wo" + "rk/main")
    assert REGISTRIES.search("https://py" + "pi.org/simple")


def test_text_is_utf8_with_unix_lines() -> None:
    for name, content in texts():
        assert b"\r" not in content or name.endswith(".ps1"), name
        assert not content or content.endswith(b"\n"), f"{name} does not end with a line end"
        assert not content.startswith(b"\xef\xbb\xbf"), f"{name} starts with a byte order mark"
        content.decode("utf-8")


def test_contributing_stays_short() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120


def test_ci_runs_make_test_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines == ["#!/usr/bin/env bash", "set -eu", "exec make test"]
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "packaging" / "lock" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "file:" not in text
    assert "index" not in re.sub(r"#.*|importlib\S*", "", text)
    for pin, line in pins(lock).items():
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ; .+)?", pin), pin
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line), f"{pin} has no hash"


@pytest.mark.parametrize("part", LOCKS[1:])
def test_the_small_locks_are_parts_of_the_whole(part: str) -> None:
    whole = {pin.split(" ;")[0]: line for pin, line in pins(LOCKS[0]).items()}
    for pin, line in pins(part).items():
        version = pin.split(" ;")[0]
        assert version in whole, f"{part} has {version}, {LOCKS[0]} has not"
        assert set(re.findall("sha256:[0-9a-f]+", line)) == set(
            re.findall("sha256:[0-9a-f]+", whole[version])
        )


def test_the_lock_holds_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        project["project"]["dependencies"],
        project["build-system"]["requires"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    declared = {re.split(r"[<>=~;\[ ]", wish)[0].lower() for group in groups for wish in group}
    assert declared <= names(LOCKS[0])


def test_the_bare_package_pulls_no_qt() -> None:
    assert not {name for name in names("fast.txt") if name.startswith(("pyside", "shiboken"))}


def test_icons_have_one_colour_to_tint_and_one_size() -> None:
    icons = [path for path in (ROOT / "resources" / "icons").glob("*.svg") if path.stem != "app"]
    assert len(icons) >= 28
    for icon in icons:
        svg = ET.fromstring(icon.read_text(encoding="utf-8"))  # noqa: S314 - our own file
        assert svg.get("viewBox") == "0 0 24 24", icon.name
        colours = {e.get(name) for e in svg.iter() for name in ("fill", "stroke")}
        assert colours <= {"#000", "none", None}, icon.name


def test_no_pattern_has_a_possessive_group() -> None:
    """Python 3.11 up to 3.11.4 matches them wrongly (gh-101955), and Debian 12 has 3.11.2."""
    raw = re.compile(r"""\br[bf]?(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')""")
    patterns = [
        (path.name, found[1] or found[2] or "")
        for path in (ROOT / "feishu_wizard").rglob("*.py")
        for found in raw.finditer(path.read_text(encoding="utf-8"))
    ]
    assert len(patterns) > 200
    assert has_possessive_group(r"(?:ab)*+")
    assert not has_possessive_group(r"[a]*+(?:b)*[()*+]")
    assert [name for name, pattern in patterns if has_possessive_group(pattern)] == []


def has_possessive_group(pattern: str) -> bool:
    """A repetition of more than one character that gives nothing back."""
    without_classes = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "x", pattern)
    return re.search(r"\)(?:[*+?]|\{[\d,]+\})\+", without_classes) is not None


def test_one_room_hands_types_to_msgspec() -> None:
    """It shows other threads a type that it has learned by half (domain/typed.py)."""
    asks = re.compile(
        r"msgspec\.convert|(?:json|yaml|toml|msgpack)\.Decoder\("
        r"|from msgspec import .*(?:convert|json)"
        r"|(?:msgspec\.\w+\.decode)\([^\n]*type="
    )
    assert asks.search("msgspec.json.decode(a, type=B)")
    rooms = {
        path.relative_to(ROOT / "feishu_wizard").as_posix()
        for path in (ROOT / "feishu_wizard").rglob("*.py")
        if asks.search(path.read_text(encoding="utf-8"))
    }
    assert rooms == {"domain/typed.py"}

"""What has to be true after a fault, and after the next try."""

from __future__ import annotations

import contextlib
import io
import logging
import stat
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.text import words
from tests.faults.write_paths.path import CANARY, NEW, OLD, WritePath


@dataclass(frozen=True)
class Outcome:
    """How a write ended: "" when it went well, else the code of its failure."""

    code: str
    complaint: str = ""


def acted(path: WritePath, root: Path) -> Outcome:
    """Write; a failure has to be one that people can act on, and name its file."""
    try:
        path.act(root)
    except WizardError as error:
        code = " ".join((error.code, error.params.get("detail", ""))).strip()
        return Outcome(code, _unnamed(path, root, error))
    except Exception as error:  # noqa: BLE001 - this is what must not happen
        lines = traceback.format_exception(error)
        return Outcome(type(error).__name__, "".join(lines[-3:]))
    return Outcome("")


def _unnamed(path: WritePath, root: Path, error: WizardError) -> str:
    """What is wrong with a failure's message; "" for nothing."""
    told = error.params.get("path", "")
    if not _fits(told, root, path.named):
        return f"{error.code} names {told!r}"
    said = words.error_words(error).text
    if told not in said:
        return f"the words of {error.code} leave the file out: {said}"
    return f"the words of {error.code} tell a secret" if CANARY in said else ""


def _fits(told: str, root: Path, globs: tuple[str, ...]) -> bool:
    if not told.startswith(str(root)):
        return False
    below = PurePath(told).relative_to(root)
    return any(below.match(glob) and len(below.parts) == glob.count("/") + 1 for glob in globs)


def after(path: WritePath, root: Path, outcome: Outcome | None) -> list[str]:
    """What is wrong after a write that failed, or was killed (no outcome): [] for nothing."""
    found = [] if outcome is None or not outcome.complaint else [outcome.complaint]
    found += list(_state(path, root, outcome)) + list(_leftovers(root))
    again = acted(path, root)
    if again.code:
        return [*found, f"a second try fails: {again.code} {again.complaint}"]
    state = path.look(root)
    if state != NEW:
        found.append(f"after a second try: {state}")
    return found + list(_untidy(path, root))


def _state(path: WritePath, root: Path, outcome: Outcome | None) -> Iterator[str]:
    state = path.look(root)
    if state not in (OLD, NEW):
        yield state
    elif outcome is None or path.forgiving:
        return
    elif not outcome.code and state != NEW:
        yield "it was said to be done, and is not"
    elif outcome.code and state != OLD and not path.lasting:
        yield f"it failed with {outcome.code}, and the new one is in force"


def _leftovers(root: Path) -> Iterator[str]:
    """Files that are made half-way are private, unless the one they replace is not."""
    for one in root.rglob("*.tmp"):
        mode = stat.S_IMODE(one.stat().st_mode)
        target = one.with_name(one.name[1:].rsplit(".", 3)[0])
        meant = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
        if mode & ~(0o600 | meant):
            yield f"{one.name} is {mode:o}"


def _untidy(path: WritePath, root: Path) -> Iterator[str]:
    for one in sorted(root.rglob("*")):
        if not one.is_file():
            continue
        if not _fits(str(one), root, path.stay):
            yield f"{one.name} was left behind"
        held = CANARY.encode() in one.read_bytes()
        if held and not _fits(str(one), root, path.holds):
            yield f"{one.name} holds the secret"


@contextlib.contextmanager
def heard() -> Iterator[list[str]]:
    """What goes to stderr meanwhile, and the program's log handlers are given back."""
    told: list[str] = []
    root, stderr = logging.getLogger(), sys.stderr
    sys.stderr = text = io.StringIO()
    try:
        yield told
    finally:
        sys.stderr = stderr
        told.append(text.getvalue())
        for handler in [one for one in root.handlers if one.get_name()]:
            root.removeHandler(handler)


def spoken(told: list[str]) -> list[str]:
    """What is wrong with what was said on stderr."""
    text = "".join(told)
    found = [f"a traceback: {text}"] if "Traceback" in text else []
    return [*found, f"a secret on stderr: {text}"] if CANARY in text else found

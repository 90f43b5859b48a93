"""What a write path is: how to make the state before, how to write, and how to look at it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feishu_wizard.domain.secret import Secret

SETUP_ID = "k3v9q2"
CANARY = "9fK2mQ7xW4vT8sR1pL6nB3cD5hJ0gZyA"
KNOWN = Secret(CANARY)  # while it lives, the log leaves it out
OLD, NEW = "old", "new"


@dataclass(frozen=True)
class WritePath:
    """One write of the program, below a folder of its own.

    ``look``: "old", "new", or what is wrong. ``named``: globs of the files that a failure may
    name; ``kept``: of those that are there in the end; ``holds``: of those that may hold the
    secret of the test. ``lasting``: what a failure told of may be stored all the same, as a
    database tells. ``forgiving``: no failure is told, the program goes on without.
    """

    name: str
    before: Callable[[Path], None]
    act: Callable[[Path], None]
    look: Callable[[Path], str]
    named: tuple[str, ...]
    kept: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    lasting: bool = False
    forgiving: bool = False

    @property
    def stay(self) -> tuple[str, ...]:
        """Globs of the files that may be there in the end."""
        return self.kept or self.named


def nothing(root: Path) -> None:
    """There was nothing before."""


def settled(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing: without a loop and its own files."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")


def either(path: Path, old: bytes | None, new: bytes | None) -> str:
    """Which of two contents a file has; None: it is not there."""
    content = path.read_bytes() if path.exists() else None
    found = {old: OLD, new: NEW}.get(content)
    return found or f"{path.name} is torn: {content!r:.80}"

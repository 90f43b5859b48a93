"""Secrets made up for one run, and all the forms in which one could lie somewhere."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tests.faults.rig.canaries import forms as packed
from tests.unit.report.made import forms as written

_LETTERS = string.ascii_letters + string.digits
# What has to be encoded on its way into a URL, into JSON, into HTML, into a shell.
_HARD = "!9&<q\"u'o te>%/+=é\\"


@dataclass(frozen=True)
class Canary:
    """A secret that is looked for. ``hosts``: names of the taps where it may arrive."""

    name: str
    value: str
    hosts: frozenset[str] = frozenset()

    @cached_property
    def forms(self) -> frozenset[bytes]:
        """As bytes: as it is, cut off at either end, and in every encoding it could travel in."""
        wide = {self.value.encode("utf-16-le"), self.value.encode("utf-16-be")}
        return (
            packed(self.value)
            | {form.encode() for form in written(self.value)}
            | wide
            | {self.value[-12:].encode()}
        )

    def __repr__(self) -> str:
        """Its name: a failing test must not show more than it has to."""
        return f"<{self.name}>"


def canary(name: str, draw: random.Random, *hosts: str, hard: bool = False) -> Canary:
    """One with a value of its own: 32 letters and digits, or with ``hard`` characters in it."""
    text = "".join(draw.choices(_LETTERS, k=32))
    return Canary(name, f"{text[:16]}{_HARD}{text[16:]}" if hard else text, frozenset(hosts))


class Cage:
    """All canaries of a run; finds them in bytes."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self.all = {one.name: one for one in canaries}

    def __getitem__(self, name: str) -> str:
        """The value of a canary."""
        return self.all[name].value

    def found(self, data: bytes, allowed: Iterable[str] = ()) -> list[str]:
        """Names of the canaries in ``data``, without those that are allowed there."""
        wanted = (one for name, one in self.all.items() if name not in allowed)
        return [one.name for one in wanted if any(form in data for form in one.forms)]

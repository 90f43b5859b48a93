"""Text that remembers where each of its characters stood in what was typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strand:
    """A text and, per character, its index in what was typed. Every change makes a new one."""

    text: str
    at: Sequence[int]

    @classmethod
    def of(cls, typed: str) -> Strand:
        """The whole of what was typed."""
        return cls(typed, range(len(typed)))

    def cut(self, start: int, end: int) -> Strand:
        """The characters from ``start`` up to ``end``."""
        return Strand(self.text[start:end], self.at[start:end])

    def without(self, unwanted: Callable[[str], bool]) -> Strand:
        """All characters but the unwanted."""
        kept = [i for i, character in enumerate(self.text) if not unwanted(character)]
        return Strand("".join(self.text[i] for i in kept), [self.at[i] for i in kept])

    def mapped(self, change: Callable[[str], str]) -> Strand:
        """Each character replaced by exactly one other."""
        return Strand("".join(map(change, self.text)), self.at)

    def position(self, index: int) -> str:
        """Where a character stands in what was typed, counted from 1, for people."""
        return str(self.at[index] + 1)

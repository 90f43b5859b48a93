"""What is still open while a profile is derived: questions, the answers given, and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.model import Choice, Question


class Asking:
    """Collects questions and notes. An answer that was given closes its question; else the
    proposed one is used, and the question stays open."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self._open: list[Question] = []
        self._notes: dict[tuple[str, tuple[tuple[str, str], ...]], None] = {}

    def ask(
        self, question: str, choices: Iterable[Choice], proposed: str = "", **params: str
    ) -> str:
        """The answer to a question; the proposed one (or the first) when none was given.

        Raises ``InputError`` recording.bad_answer (question) for one that is no choice.
        """
        offered = tuple(choices)
        values = [choice.value for choice in offered]
        given = self._answers.get(question)
        if given is not None:
            if given not in values:
                raise InputError("recording.bad_answer", {"question": question})
            return given
        self._open.append(Question(question, offered, proposed, params))
        return proposed or values[0]

    def pick(self, question: str, values: Iterable[str], proposed: str = "", **params: str) -> str:
        """``ask`` with choices that need no other words than their value."""
        return self.ask(question, (Choice(value, value) for value in values), proposed, **params)

    def note(self, code: str, **params: str) -> None:
        """Something that a person should know."""
        self._notes[code, tuple(params.items())] = None

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those without an answer, in the order in which they came up."""
        return tuple(self._open)

    @property
    def notes(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """Code and parameters of each note, once."""
        return tuple((code, dict(params)) for code, params in self._notes)

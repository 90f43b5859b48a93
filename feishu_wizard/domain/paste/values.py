"""App ID, secrets and the rest: what is wrong with one, and what is unusual."""

from __future__ import annotations

import re
from collections.abc import Callable

from feishu_wizard.domain.paste.characters import LINE_BREAKS, foreign, is_word, unprintable
from feishu_wizard.domain.paste.model import (
    FieldKind,
    Problem,
    ProblemCode,
    Proposal,
    ProposalCode,
    WarningCode,
)
from feishu_wizard.domain.paste.strand import Strand
from feishu_wizard.domain.paste.urls import Verdict

SECRET_LENGTH = 32  # what the platform gives out; the manual's samples have 29 and 32
_APP_ID = re.compile(r"cli_[0-9A-Za-z]{10,}")
_APP_ID_ANY_CASE = re.compile(r"cli_[0-9a-f]{16}", re.IGNORECASE)
_WITHOUT_PREFIX = re.compile(r"[0-9a-f]{16}")


def judge_app_id(strand: Strand) -> Verdict:
    """Letters, digits and low lines; anything but the usual form is a warning."""
    problem = _first(strand, _not_of_an_id)
    if problem is not None:
        return Verdict(problem, proposal=_joined(strand.text))
    if _APP_ID.fullmatch(strand.text):
        return Verdict()
    return Verdict(warning=Problem(WarningCode.APP_ID_SHAPE), proposal=_usual(strand.text))


def judge_secret(strand: Strand) -> Verdict:
    """Printable ASCII; another length or sign than the platform's own is a warning."""
    problem = _first(strand, foreign)
    if problem is not None:
        return Verdict(problem)
    length = len(strand.text)
    if length != SECRET_LENGTH:
        return Verdict(warning=Problem(WarningCode.SECRET_LENGTH, {"length": str(length)}))
    odd = next((i for i, c in enumerate(strand.text) if not c.isalnum()), None)
    if odd is None:
        return Verdict()
    where = {"position": strand.position(odd)}
    return Verdict(warning=Problem(WarningCode.SECRET_CHARACTERS, where))


def judge_api_key(strand: Strand) -> Verdict:
    """Printable ASCII of any length: keys of CAN differ."""
    return Verdict(_first(strand, foreign))


def judge_text(kind: FieldKind, strand: Strand) -> Verdict:
    """Recipients and file names: anything that can be printed; recipients on several lines."""
    lines = kind is FieldKind.RECIPIENT

    def wrong(character: str) -> ProblemCode | None:
        if character in LINE_BREAKS:
            return None if lines else ProblemCode.LINE_BREAK
        return None if lines and character == "\t" else unprintable(character)

    return Verdict(_first(strand, wrong))


def _first(strand: Strand, wrong: Callable[[str], ProblemCode | None]) -> Problem | None:
    for index, character in enumerate(strand.text):
        code = wrong(character)
        if code is not None:
            return Problem(code, {"position": strand.position(index)})
    return None


def _not_of_an_id(character: str) -> ProblemCode | None:
    return foreign(character) or (None if is_word(character) else ProblemCode.CHARACTERS)


def _joined(text: str) -> Proposal | None:
    """An App ID that was broken by a blank or a line break."""
    joined = "".join(text.split())
    return Proposal(joined, ProposalCode.JOINED) if _APP_ID.fullmatch(joined) else None


def _usual(text: str) -> Proposal | None:
    if _APP_ID_ANY_CASE.fullmatch(text):
        return Proposal(text.lower(), ProposalCode.SMALL_LETTERS)
    if _WITHOUT_PREFIX.fullmatch(text):
        return Proposal(f"cli_{text}", ProposalCode.PREFIX)
    return None

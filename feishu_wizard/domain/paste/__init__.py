"""Paste hygiene: the cleaned value, what was done to get it, and what stands against it.

``read_paste`` is pure and raises nothing. What is certain (blanks round a value, quotes, a label)
is cleaned and told; what is only likely is a proposal, taken with one button; nothing is changed
in silence. Inside a secret nothing is ever changed.
"""

from __future__ import annotations

from feishu_wizard.domain.paste.model import (
    Edit,
    EditCode,
    FieldKind,
    Pasted,
    Problem,
    ProblemCode,
    Proposal,
    ProposalCode,
    WarningCode,
)

__all__ = [
    "Edit",
    "EditCode",
    "FieldKind",
    "Pasted",
    "Problem",
    "ProblemCode",
    "Proposal",
    "ProposalCode",
    "WarningCode",
    "read_paste",
]


def read_paste(kind: FieldKind, text: str) -> Pasted:
    """Read what was typed or pasted into a box. Never raises; an empty box is no problem."""
    if not text:
        return Pasted(kind, "", "")
    # The rules are many patterns, and the window opens on empty boxes: they load with the first
    # value.
    from feishu_wizard.domain.paste.reading import read

    return read(kind, text)

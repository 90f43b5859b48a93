"""How a pasted value is read: cleaned first, then judged by the box it is in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from feishu_wizard.domain.paste.clean import Cleaning, clean
from feishu_wizard.domain.paste.model import (
    URLS,
    FieldKind,
    Pasted,
    Problem,
    ProblemCode,
    Proposal,
    ProposalCode,
)
from feishu_wizard.domain.paste.shapes import incomplete, misplaced
from feishu_wizard.domain.paste.strand import Strand
from feishu_wizard.domain.paste.urls import Verdict, judge_url
from feishu_wizard.domain.paste.values import (
    judge_api_key,
    judge_app_id,
    judge_secret,
    judge_text,
)

LONGEST_TYPED = 8192  # room for a snippet; beyond it nothing is even looked at
_LONGEST = {
    FieldKind.APP_ID: 64,
    FieldKind.APP_SECRET: 256,
    FieldKind.API_KEY: 4096,
    FieldKind.CA_FILE: 4096,
    FieldKind.RECIPIENT: LONGEST_TYPED,
    FieldKind.CALLBACK_URL: 2048,
    FieldKind.CAN_URL: 2048,
    FieldKind.PROXY_URL: 2048,
}
_APP_ID_IN_ADDRESS = re.compile(r"https?://[^\s?#]{1,200}/(cli_[0-9A-Za-z]{10,64})(?:[/?#]|$)")


def read(kind: FieldKind, text: str, *, look_for_others: bool = True) -> Pasted:
    """Read what is not empty; see ``read_paste``."""
    if len(text) > LONGEST_TYPED:
        return Pasted(kind, text, "", problem=_too_long(LONGEST_TYPED, len(text)))
    work = clean(kind, text)
    elsewhere = _elsewhere(work.others) if look_for_others else {}
    problem = _blocked(work)
    if problem is not None:
        return _pasted(text, work, Verdict(problem), elsewhere)
    wrong = misplaced(kind, work.strand.text)
    if wrong is not None:
        verdict = Verdict(wrong[0], proposal=_from_address(kind, work.strand.text))
        home = _elsewhere(wrong[1]) if look_for_others else {}
        return _pasted(text, work, verdict, home | elsewhere)
    return _pasted(text, work, _judge(kind, work.strand), elsewhere)


def _pasted(text: str, work: Cleaning, verdict: Verdict, elsewhere: dict[FieldKind, str]) -> Pasted:
    return Pasted(
        work.kind,
        text,
        work.strand.text,
        work.edits,
        verdict.proposal,
        elsewhere,
        verdict.problem,
        verdict.warning,
    )


def _too_long(limit: int, length: int) -> Problem:
    return Problem(ProblemCode.TOO_LONG, {"limit": str(limit), "length": str(length)})


def _blocked(work: Cleaning) -> Problem | None:
    """What stands against the value whatever it means."""
    if work.nested:
        return Problem(ProblemCode.NESTED)
    if work.foreign is not None:
        label = work.foreign.params.get("label") or next(iter(work.foreign.params.values()))
        return Problem(ProblemCode.EVENT_KEY, {"label": label})
    text = work.strand.text
    if not text:
        return _nothing_left(work)
    if len(text) > _LONGEST[work.kind]:
        return _too_long(_LONGEST[work.kind], len(text))
    return incomplete(work.kind, text)


def _nothing_left(work: Cleaning) -> Problem:
    for kind, code in _NAMED.items():
        if kind in work.others:
            return Problem(code)
    other = next(iter(work.others), None)
    if other is not None:
        return Problem(ProblemCode.OTHER_BOX, {"field": other.value})
    return Problem(ProblemCode.EMPTY)


_NAMED = {
    FieldKind.APP_ID: ProblemCode.APP_ID,
    FieldKind.APP_SECRET: ProblemCode.APP_SECRET,
    FieldKind.API_KEY: ProblemCode.API_KEY,
}


def _elsewhere(others: Mapping[FieldKind, str]) -> dict[FieldKind, str]:
    """Values for other boxes, cleaned as if they had been pasted there; only usable ones."""
    found = {kind: read(kind, text, look_for_others=False) for kind, text in others.items()}
    return {kind: pasted.value for kind, pasted in found.items() if pasted.usable}


def _from_address(kind: FieldKind, text: str) -> Proposal | None:
    """The address of an app's console page holds its App ID."""
    match = _APP_ID_IN_ADDRESS.match(text) if kind is FieldKind.APP_ID else None
    return Proposal(match[1], ProposalCode.FROM_ADDRESS) if match else None


def _judge(kind: FieldKind, strand: Strand) -> Verdict:
    if kind in URLS:
        return judge_url(kind, strand)
    if kind is FieldKind.APP_ID:
        return judge_app_id(strand)
    if kind is FieldKind.APP_SECRET:
        return judge_secret(strand)
    if kind is FieldKind.API_KEY:
        return judge_api_key(strand)
    return judge_text(kind, strand)

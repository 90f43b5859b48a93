"""What a value looks like: a token, an address, an id. So it is told when it is in a wrong box."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feishu_wizard.domain.address import CALLBACK_PATH
from feishu_wizard.domain.paste.characters import MASKS
from feishu_wizard.domain.paste.model import URLS, FieldKind, Problem, ProblemCode

_MASKED = re.compile(rf"[{re.escape(''.join(sorted(MASKS)))}]{{3,}}|\A(?:cli_)?[xX]{{6,}}\Z")
_CUT_OFF = re.compile(r"…|\.{3}|。{2,}")
_CUT_OFF_END = re.compile(r"(?:…|\.{3}|。{2,})\Z")
_TOKENS = {"t": "tenant", "u": "user", "a": "app", "ur": "refresh"}
_ANYWHERE = frozenset(FieldKind)


@dataclass(frozen=True, slots=True)
class _Shape:
    code: ProblemCode
    pattern: re.Pattern[str]
    welcome: frozenset[FieldKind] = frozenset()
    belongs: FieldKind | None = None


# Source of the forms: facts on identifier formats; official pages on tokens and custom bots.
_SHAPES = (
    _Shape(ProblemCode.CERTIFICATE, re.compile(r"-----BEGIN [A-Z ]{1,40}-----")),
    _Shape(ProblemCode.WEBHOOK, re.compile(r".{0,200}/open-apis/bot/(?:v2/)?hook/")),
    _Shape(
        ProblemCode.APP_ID,
        re.compile(r"cli_[0-9A-Za-z]{10,64}\Z"),
        frozenset({FieldKind.APP_ID}),
        FieldKind.APP_ID,
    ),
    _Shape(ProblemCode.TOKEN, re.compile(r"(?P<prefix>t|ur?|a)-[A-Za-z0-9_.\-]{16,}\Z")),
    _Shape(
        ProblemCode.JWT,
        re.compile(r"eyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-.]*\Z"),
        frozenset({FieldKind.API_KEY}),
    ),
    _Shape(
        ProblemCode.API_KEY,
        re.compile(r"sk-[A-Za-z0-9_\-]{8,}\Z"),
        frozenset({FieldKind.API_KEY}),
        FieldKind.API_KEY,
    ),
    _Shape(
        ProblemCode.PLATFORM_ID,
        re.compile(r"(?P<id>o[unc]_|om_|od-|oav_)[0-9A-Za-z]{16,64}\Z"),
        frozenset({FieldKind.RECIPIENT}),
    ),
    _Shape(
        ProblemCode.EMAIL,
        re.compile(r"[^@\s:/\\]{1,64}@[^@\s:/\\]{1,255}\.[^@\s:/\\.]{2,63}\Z"),
        frozenset({FieldKind.RECIPIENT, FieldKind.CA_FILE, FieldKind.API_KEY}),
    ),
    _Shape(ProblemCode.URL, re.compile(r"(?:https?|ftp|file)://", re.IGNORECASE), URLS),
    _Shape(
        ProblemCode.APP_SECRET,
        re.compile(r"(?=[0-9A-Za-z]*[0-9])(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{29,40}\Z"),
        _ANYWHERE - URLS - {FieldKind.APP_ID},
        FieldKind.APP_SECRET,
    ),
)


def incomplete(kind: FieldKind, text: str) -> Problem | None:
    """A value of which a part is hidden or missing."""
    if kind is FieldKind.CA_FILE:
        return None
    masked = set(text) <= MASKS if kind in URLS else _MASKED.search(text)
    if masked:
        return Problem(ProblemCode.MASKED)
    loose = kind in URLS or kind is FieldKind.RECIPIENT
    if (_CUT_OFF_END if loose else _CUT_OFF).search(text):
        return Problem(ProblemCode.CUT_OFF)
    return None


def misplaced(kind: FieldKind, text: str) -> tuple[Problem, dict[FieldKind, str]] | None:
    """A value that belongs into another box, or into none; and the box, when there is one."""
    for shape in _SHAPES:
        match = shape.pattern.match(text) if kind not in shape.welcome else None
        if match:
            return Problem(shape.code, _params(match)), _home(shape, kind, text)
    return None


def _params(match: re.Match[str]) -> dict[str, str]:
    named = match.groupdict()
    if "prefix" in named:
        return {"token": _TOKENS[named["prefix"]]}
    return {"prefix": named["id"]} if "id" in named else {}


def _home(shape: _Shape, kind: FieldKind, text: str) -> dict[FieldKind, str]:
    if shape.belongs is not None:
        return {shape.belongs: text}
    if shape.code is ProblemCode.URL and text.endswith(CALLBACK_PATH):
        return {FieldKind.CALLBACK_URL: text}
    return {}

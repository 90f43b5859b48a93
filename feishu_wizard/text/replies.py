"""Replies of the platform inside a pasted text, found whatever stands around them."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# A reply that says why something failed is short; what is longer is cut off and fails to parse.
_LONGEST = 65_536
_TRIES = 200
_NODES = 5_000
_SMALLEST_CODE = 1_000  # below are HTTP statuses and exit codes of others
_LARGEST_CODE = 2**63
_START = re.compile(r"\{\s{0,20}\"")
_WORD = re.compile(r"[a-z][a-z_]{2,40}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer says: ``code`` 0 and ``error`` "" where it has none."""

    at: int
    code: int = 0
    error: str = ""
    msg: str = ""
    log_id: str = ""
    scopes: str = ""
    field: str = ""

    def params(self) -> dict[str, str]:
        """The values for the words of the error book; what is unknown is left out."""
        values = {
            "feishu_code": str(self.code or ""),
            "error": self.error,
            "msg": self.msg,
            "log_id": self.log_id,
            "scopes": self.scopes,
            "field": self.field,
        }
        return {name: value for name, value in values.items() if value}


def replies_in(text: str) -> Iterator[Reply]:
    """Yield the refusals in ``text``, also inside other JSON and inside quoted JSON."""
    plain = text.replace('\\"', '"') if '{\\"' in text else ""
    for version in filter(None, (text, plain)):
        for at, document in _documents(version):
            for found in _objects(document):
                reply = _reply(found, at)
                if reply is not None:
                    yield reply


def _documents(text: str) -> Iterator[tuple[int, Any]]:
    decoder = json.JSONDecoder()
    at, tries = 0, 0
    while tries < _TRIES:
        start = _START.search(text, at)
        if start is None:
            return
        tries += 1
        begin = start.start()
        try:
            document, length = decoder.raw_decode(text[begin : begin + _LONGEST])
        except (ValueError, RecursionError):
            at = begin + 1
        else:
            at = begin + length
            yield begin, document


def _objects(document: Any) -> Iterator[Mapping[str, Any]]:
    """Every object inside, the outer ones first; texts that hold JSON are opened."""
    todo, seen = deque([document]), 0
    while todo and seen < _NODES:
        value = todo.popleft()
        seen += 1
        if isinstance(value, dict):
            yield value
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, str) and value.lstrip()[:1] == "{":
            todo.extend(inner for _at, inner in _documents(value))


def _reply(body: Mapping[str, Any], at: int) -> Reply | None:
    code = _code(body.get("code"))
    error = body.get("error")
    word = error if isinstance(error, str) and _WORD.fullmatch(error) else ""
    if "success" in body or not (code or word):  # CAN's answers have phrases of their own
        return None
    detail = error if isinstance(error, dict) else {}
    fields = detail.get("field_violations")
    return Reply(
        at,
        code,
        word,
        _first_text(body, "msg", "message", "error_description"),
        _first_text(detail, "log_id", "logid") or _first_text(body, "log_id", "logid"),
        ", ".join(_subjects(detail.get("permission_violations"))),
        next((_first_text(row, "field") for row in _rows(fields)), ""),
    )


def _code(value: object) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) <= 18:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if _SMALLEST_CODE <= value < _LARGEST_CODE else 0
    return 0


def _subjects(rows: object) -> list[str]:
    """Permissions of which any one suffices: ``subject``, in older answers ``scope``."""
    names = (_first_text(row, "subject", "scope") for row in _rows(rows))
    return list(dict.fromkeys(name for name in names if name))


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _first_text(body: Mapping[str, Any], *names: str) -> str:
    return next((v for v in (body.get(name) for name in names) if isinstance(v, str) and v), "")

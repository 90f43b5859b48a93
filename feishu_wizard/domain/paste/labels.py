"""Finds values by their names: labels, assignments, JSON, YAML, TOML and queries alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feishu_wizard.domain.paste.characters import LINE_BREAKS
from feishu_wizard.domain.paste.model import Edit, EditCode, FieldKind
from feishu_wizard.domain.paste.strand import Strand

_NAMES: tuple[tuple[str, FieldKind | None, str], ...] = (
    ("event", None, r"verification[ _\-]?token|encrypt[ _\-]?key"),
    ("app_id", FieldKind.APP_ID, r"app[ _.\-]?id|client[ _.\-]?id|应用 ?(?:ID|编号|标识)"),
    (
        "app_secret",
        FieldKind.APP_SECRET,
        r"app[ _.\-]?secret|client[ _.\-]?secret|应用 ?(?:密钥|Secret)",
    ),
    (
        "callback_url",
        FieldKind.CALLBACK_URL,
        r"callback[ _.\-]?(?:url|uri|domain|address)|redirect[ _.\-]?ur[il]s?"
        r"|回调 ?(?:地址|域名|URL|链接)|重定向 ?(?:URL|地址)",
    ),
    ("api_key", FieldKind.API_KEY, r"(?:x-)?api[ _\-]?key|auth[_\-]?value|authorization"),
    (
        "proxy_url",
        FieldKind.PROXY_URL,
        r"(?:https?|all)[ _]?proxy|proxy(?:[ _]?url)?|代理(?:地址)?",
    ),
    ("ca_file", FieldKind.CA_FILE, r"ca[ _\-]?(?:file|cert|bundle)|证书(?:文件)?"),
    ("can_url", FieldKind.CAN_URL, r"can[ _\-]?(?:url|address|host)|CAN ?(?:地址|网址)"),
    ("any_secret", FieldKind.APP_SECRET, r"secret|密钥"),
    ("any_url", FieldKind.CAN_URL, r"url|address|网址|地址|链接"),
    ("heading", None, r"应用凭证|凭证与基础信息|app credentials|credentials"),
)
_KINDS = {group: kind for group, kind, _ in _NAMES}
# These stand for themselves, so blanks are enough between them and their values.
_PLAIN = frozenset({"event", "app_id", "app_secret", "heading"})
_LABEL = re.compile(
    r"(?:\A|(?<=[\s{,\[(;&|\"'`“「：，；、\u4e00-\u9fff]))"
    r"(?P<export>(?:export|setx?|env)\s+|\$env:|--)?(?P<open>[\"'`“]?)"
    r"(?P<space>(?:[A-Za-z0-9]{1,30}[_.\-]){0,6})"
    rf"(?P<core>{'|'.join(f'(?P<{group}>{pattern})' for group, _, pattern in _NAMES)})"
    r"(?P<close>[\"'`”]?)(?:[ \t]*(?:=>|[:：=＝|])\s*|(?P<gap>\s+))",
    re.IGNORECASE,
)
_FARTHEST = 40  # a text whose first label comes later is prose
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "「": "」"}
_ESCAPE = re.compile(r"\\(?:u(?P<unit>[0-9a-fA-F]{4})|(?P<plain>[\"\\/]))")
_NEXT_PAIR = re.compile(r"&[A-Za-z_]{1,40}=|\s#\s")
_AFTER = " \t\r\n,;}&|，；、。)]"


@dataclass(frozen=True, slots=True)
class Found:
    """A named value.

    ``kind`` is None for a value that belongs into no box of ours. ``general``: the name says
    only "secret", "address" or "credentials", so it fits whichever box it was pasted into.
    """

    kind: FieldKind | None
    general: bool
    value: Strand
    edit: Edit


def find_values(strand: Strand) -> list[Found]:
    """All named values that are not empty, in order."""
    matches = [match for match in _LABEL.finditer(strand.text) if _separates(match)]
    if not matches or matches[0].start() > _FARTHEST or _in_query(strand.text, matches[0]):
        return []
    ends = [match.start() for match in matches[1:]] + [len(strand.text)]
    found = [_found(strand, match, end) for match, end in zip(matches, ends, strict=True)]
    return [one for one in found if one.value.text]


def _in_query(text: str, first: re.Match[str]) -> bool:
    """The name belongs to the query of an address that was pasted without its scheme."""
    return text[: first.start()].endswith("&")


def _separates(match: re.Match[str]) -> bool:
    if match["gap"] is None or match.string.startswith(("http://", "https://"), match.end()):
        return True
    by_command = (match["export"] or "").lower().strip() in ("setx", "--")
    return by_command or (_group(match) in _PLAIN and not match["space"])


def _group(match: re.Match[str]) -> str:
    return next(group for group in _KINDS if match[group] is not None)


def _found(strand: Strand, match: re.Match[str], end: int) -> Found:
    group = _group(match)
    general = group.startswith("any_") or group == "heading"
    return Found(_KINDS[group], general, _value(strand, match.end(), end), _edit(match))


def _edit(match: re.Match[str]) -> Edit:
    # A name with digits in front may be a piece of something secret: it is not repeated.
    space = match["space"] if not re.search(r"[0-9]", match["space"]) else ""
    name = space + match["core"]
    if match["open"] in ('"', "'") and match["close"]:
        return Edit(EditCode.JSON_VALUE, {"key": name})
    if match["export"]:
        return Edit(EditCode.EXPORT, {"name": name})
    return Edit(EditCode.LABEL, {"label": name})


def _value(strand: Strand, start: int, end: int) -> Strand:
    opening = strand.text[start : start + 1]
    if opening in _QUOTES:
        closing = _closing(strand.text, start + 1, _QUOTES[opening])
        if closing >= 0:
            inside = strand.cut(start + 1, closing)
            return _unescaped(inside) if opening == '"' else inside
        start += 1
    text = strand.text[start:end]
    stop = next((i for i, c in enumerate(text) if c in LINE_BREAKS), len(text))
    pair = _NEXT_PAIR.search(text, 0, stop)
    kept = text[: pair.start() if pair else stop].rstrip(_AFTER)
    return strand.cut(start, start + len(kept))


def _closing(text: str, start: int, quote: str) -> int:
    """Where the quote closes on the same line; -1 when it does not."""
    index = start
    while index < len(text) and text[index] not in LINE_BREAKS:
        if text[index] == quote:
            return index
        index += 2 if text[index] == "\\" and quote == '"' else 1
    return -1


def _unescaped(strand: Strand) -> Strand:
    """A JSON string's escapes resolved; each result stands where its escape began."""
    text, at, index = "", [], 0
    while index < len(strand.text):
        escape = _ESCAPE.match(strand.text, index)
        at.append(strand.at[index])
        if escape is None:
            text += strand.text[index]
        else:
            text += escape["plain"] or chr(int(escape["unit"], 16))
        index = escape.end() if escape else index + 1
    return Strand(text, at)

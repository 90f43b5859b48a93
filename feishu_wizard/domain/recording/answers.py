"""What the answers of a server look like: envelope, list, fields, version, secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from feishu_wizard.domain.recording.asking import Asking
from feishu_wizard.domain.recording.credentials import kind_of
from feishu_wizard.domain.recording.model import RecordedCall
from feishu_wizard.domain.recording.places import MISSING, escape, find, inside, leaves, same

_SUCCESS = ("success", "ok", "succeed", "isSuccess", "succ")
_CODES = (
    *("code", "errcode", "errCode", "error_code", "errorCode", "err_no", "errno", "ret"),
    *("retCode", "retcode", "resultCode", "rspCode", "status", "statusCode", "respCode"),
)
_GOOD_CODES: tuple[object, ...] = (
    *(0, 200, 1, 10000, 20000, 100200, "0", "200", "00000", "000000", "0000", "ok"),
    *("OK", "success", "SUCCESS", "Success"),
)
_MESSAGE = ("errorMsg", "message", "msg", "errmsg", "errMsg", "error_msg", "error", "detail")
_DETAIL = ("detailErrorMsg", "messageDetail", "detail", "details", "description")
_TRACE = ("traceId", "trace_id", "requestId", "request_id", "logId", "log_id", "tid")
_KINDS = ("type", "platform", "name", "provider", "channel", "category", "code", "key", "id")
_MASKED = re.compile(r"[*•●∙]{3,}|^x{4,}$")
_VERSION = re.compile(r"^(?:version|revision|rev|ver|(?:opt_?)?lock_?version|etag)$", re.I)
_SECRET_SET = re.compile(
    r"secret_?(?:is_?)?(?:set|exists?|configured|present)$|^has_?\w*secret", re.I
)
_SECRET_HINT = re.compile(r"secret_?(?:hint|tail|last|suffix|preview|mask(?:ed)?)", re.I)


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the setting lies in an answer. ``data``: pointer of the data; ``select``: which of a
    list; ``setting``: the object itself."""

    data: str
    select: dict[str, Any] | None
    setting: Any
    answer: Any


def shape_of(answer: object, at: str, fitting: str, body: object, asking: Asking) -> Shape | None:
    """The shape of an answer that shows a field at ``at`` which a save sends at ``fitting``; None
    when the one does not end with the other, so that no profile can say both."""
    if not at.endswith(fitting):
        return None
    root = at[: len(at) - len(fitting)]
    setting = find(answer, root)
    before, _, index = root.rpartition("/")
    rows = find(answer, before) if root else None
    if not isinstance(rows, list) or not index.isdigit():
        whole = inside(setting)
        return Shape(root, None, whole, answer) if whole is setting else None
    select = _select(rows, setting, body, asking)
    return None if select is None else Shape(before, select, setting, answer)


def _select(rows: list[Any], row: Any, body: object, asking: Asking) -> dict[str, Any] | None:
    """What tells the row from the others: best a value that the save sends, too."""
    if not isinstance(row, dict):
        return None
    telling = []
    for key, value in row.items():
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            continue
        if kind_of(key, value) or isinstance(inside(value), dict | list):
            continue
        others = [r.get(key) for r in rows if isinstance(r, dict) and r is not row]
        if not any(same(value, other) for other in others):
            telling.append(key)
    sent = [key for key in telling if same(find(body, f"/{escape(key)}"), row[key])]
    named = [key for key in _KINDS if key in (sent or telling)]
    if not named:
        return None
    if len(named) > 1:
        places = [f"/{escape(key)}" for key in named]
        at = asking.pick("select", places, places[0])
        key = named[places.index(at)]
    else:
        key = named[0]
    return {"at": f"/{escape(key)}", "equals": row[key]}


def envelope_of(shape: Shape, others: list[RecordedCall], asking: Asking) -> dict[str, Any]:
    """The envelope of the answers: rules that held whenever the server was content."""
    top = shape.answer
    if not isinstance(top, dict) or (shape.data == "" and shape.setting is top and not _wraps(top)):
        return {"data": shape.data}
    rules = []
    kinds: tuple[tuple[tuple[str, ...], tuple[object, ...]], ...]
    kinds = ((_SUCCESS, (True,)), (_CODES, _GOOD_CODES))
    for names, good in kinds:
        key = next((name for name in names if _good(top.get(name, MISSING), good)), None)
        if key is not None:
            rules.append({"at": f"/{key}", "in": _values(key, top[key], others, good)})
    if not rules and shape.data:
        asking.note("no_success_rule")
    found: dict[str, Any] = {"ok": rules, "data": shape.data}
    words = (("message", _MESSAGE), ("detail", _DETAIL), ("trace", _TRACE))
    told = [top, *(call.answer for call in others)]
    for word, usual in words:
        keys = [key for key in usual if any(_is_text(one, key) for one in told)]
        if keys:
            found[word] = [f"/{key}" for key in keys]
    return found


def _wraps(top: dict[str, Any]) -> bool:
    return any(top.get(name) is True for name in _SUCCESS)


def _good(value: object, good: tuple[object, ...]) -> bool:
    return any(same(value, one) for one in good)


def _values(
    key: str, value: object, others: list[RecordedCall], good: tuple[object, ...]
) -> list[Any]:
    """What stood there in all answers that look like a success; null counts where it came."""
    values = [value]
    for call in others:
        seen = call.answer.get(key, MISSING) if isinstance(call.answer, dict) else MISSING
        fine = _good(seen, good) or (seen is None and call.status < 300)
        if fine and not any(same(seen, one) for one in values):
            values.append(seen)
    return values


def _is_text(document: object, key: str) -> bool:
    if not isinstance(document, dict) or key not in document:
        return False
    return document[key] is None or isinstance(document[key], str)


def secret_rules(
    shape: Shape, at: str, saves: list[RecordedCall], asking: Asking
) -> dict[str, Any]:
    """How a read shows the secret, and how a save leaves it alone: seen, or asked for."""
    shown = find(shape.setting, at)
    hinted = shown is MISSING and "secret_hint" in secret_state(shape)
    rules: dict[str, Any] = {"read": "hint" if hinted else _shown_as(shown)}
    sent = [find(call.body, at) for call in saves]
    choices = ["reenter", "omit", "empty"]
    if rules["read"] == "mask":
        rules["mask"] = _mask(str(shown))
        choices.append("mask")
    if rules["read"] == "plain":
        choices.insert(0, "resend")
    rules["keep"] = _kept(sent, shown, rules["read"]) or asking.pick("keep", choices, choices[0])
    return rules


def _mask(shown: str) -> str:
    """A pattern for what stands for the secret."""
    if not shown.strip("*"):
        return r"^\*+$"
    return r"^[*x]+$" if not shown.strip("*x") else r"[*•●∙]{3,}"


def _shown_as(shown: object) -> str:
    if shown is MISSING:
        return "omitted"
    if not isinstance(shown, str) or not shown:
        return "empty"
    return "mask" if _MASKED.search(shown) else "plain"


def _kept(sent: list[object], shown: object, read: str) -> str:
    """How a save that was recorded left the secret alone; "" when none did."""
    if any(value is MISSING for value in sent):
        return "omit"
    if any(value == "" for value in sent):
        return "empty"
    if any(value == shown for value in sent) and read in ("mask", "plain"):
        return "mask" if read == "mask" else "resend"
    return ""


def secret_state(shape: Shape) -> dict[str, str]:
    """Where a read tells that a secret is stored, and how it ends."""
    found = {}
    for leaf in leaves(shape.setting, into_lists=False):
        if isinstance(leaf.value, bool) and _SECRET_SET.search(leaf.name):
            found["secret_set"] = leaf.at
        elif isinstance(leaf.value, str) and _SECRET_HINT.search(leaf.name):
            found["secret_hint"] = leaf.at
    return found


def concurrency_of(
    shape: Shape, read: RecordedCall, save: RecordedCall
) -> tuple[dict[str, Any], str | None]:
    """How a save says what it was based on, and where the version lies."""
    if "if-match" in save.headers and "etag" in read.answer_headers:
        return {"mode": "etag"}, None
    for leaf in leaves(save.body, into_lists=False):
        number = isinstance(leaf.value, int | str) and not isinstance(leaf.value, bool)
        if number and _VERSION.match(leaf.name) and find(shape.setting, leaf.at) is not MISSING:
            return {"mode": "field", "at": leaf.at}, leaf.at
    return {"mode": "none"}, None

"""Why a recording cannot become a profile: said before anything is guessed."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.credentials import entropy, signature
from feishu_wizard.domain.recording.find import WRITES, Found, carries_values
from feishu_wizard.domain.recording.model import RecordedCall, Recording, Typed
from feishu_wizard.domain.recording.places import leaves

_OPAQUE = re.compile(r"^[A-Za-z0-9+/_=\s-]{40,}$")
_SEALED = re.compile(r"encrypt|cipher|payload|^data$|^enc|sealed|content$", re.I)
_QUERY = re.compile(r"^\s*(?:query|mutation)\b[\s\S]*\{")


def refuse_unfit(recording: Recording, found: Found, typed: Typed) -> None:
    """Raise ``InputError`` when no save was found, with the likeliest reason; else do nothing.

    recording.graphql, recording.websocket, recording.multipart, recording.encrypted,
    recording.no_bodies, recording.saved_by_get, recording.only_reads, recording.values_not_found;
    for a save that was found: recording.signed (names).
    """
    if found.saves:
        if _graphql(found.saves[0]):
            raise InputError("recording.graphql", {"count": str(len(recording.calls))})
        _refuse_signed(found.saves[0])
        return
    writes = [call for call in recording.calls if call.method in WRITES]
    reasons = (
        ("recording.graphql", any(_graphql(call) for call in recording.calls)),
        ("recording.websocket", _over_sockets(recording, typed)),
        ("recording.multipart", any(call.encoding == "multipart" for call in writes)),
        ("recording.encrypted", any(_encrypted(call) for call in writes)),
        ("recording.no_bodies", _without_bodies(writes)),
        ("recording.saved_by_get", _saved_by_get(recording, typed)),
        ("recording.only_reads", not writes),
    )
    for code, holds in reasons:
        if holds:
            raise InputError(code, {"count": str(len(recording.calls))})
    raise InputError("recording.values_not_found", {"count": str(len(recording.calls))})


def _refuse_signed(save: RecordedCall) -> None:
    named = [*save.headers, *save.signed_by]
    if isinstance(save.body, dict):
        named += [str(key) for key in save.body]
    named += [pair.partition("=")[0] for pair in save.query.split("&")]
    names = sorted({name for name in named if signature(name)})
    if names:
        raise InputError("recording.signed", {"names": ", ".join(names[:3])})


def refuse_read(recording: Recording, found: Found, typed: Typed) -> None:
    """Raise ``InputError`` recording.read_is_post (path) or recording.no_read when nothing that was
    found can be read again."""
    if found.reads:
        return
    shown = [c for c in recording.calls if c.method == "POST" and c not in found.saves]
    for call in shown:
        if call.answer is not None and carries_values(call.answer, typed):
            raise InputError("recording.read_is_post", {"path": call.path})
    raise InputError("recording.no_read", {"path": found.saves[0].path})


def _graphql(call: RecordedCall) -> bool:
    body = call.body if isinstance(call.body, dict) else {}
    asked = body.get("query")
    by_body = isinstance(asked, str) and _QUERY.match(asked) is not None
    return by_body or (call.method == "POST" and call.path.rstrip("/").endswith("/graphql"))


def _over_sockets(recording: Recording, typed: Typed) -> bool:
    sockets = [call for call in recording.calls if call.encoding == "websocket"]
    return any(carries_values(call.body, typed) for call in sockets)


def _encrypted(call: RecordedCall) -> bool:
    """One opaque text instead of fields."""
    if call.encoding == "text":
        return _opaque(call.body)
    values = list(leaves(call.body))
    if not 1 <= len(values) <= 4:
        return False
    return any(
        _opaque(leaf.value) and (len(values) == 1 or _SEALED.search(leaf.name)) for leaf in values
    )


def _opaque(value: object) -> bool:
    if not isinstance(value, str) or not _OPAQUE.match(value):
        return False
    return " " not in value.strip() and entropy(value) > 3.2


def _without_bodies(writes: list[RecordedCall]) -> bool:
    return bool(writes) and any(call.encoding == "missing" for call in writes)


def _saved_by_get(recording: Recording, typed: Typed) -> bool:
    """The secret or both other values stand in the address of a read."""
    known = [value for value in (typed.app_id, typed.callback_url) if value]
    if typed.app_secret:
        known.append(typed.app_secret.reveal())
    return any(
        call.method == "GET" and sum(value in _unquoted(call.query) for value in known) >= 2
        for call in recording.calls
    )


def _unquoted(query: str) -> str:
    return unquote_plus(query)

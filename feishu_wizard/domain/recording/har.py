"""One entry of an HTTP Archive (HAR 1.2) as a recorded call.

The format: http://www.softwareishard.com/blog/har-12-spec/. Browsers differ: Chromium leaves
Cookie, Set-Cookie and Authorization out by default and adds ``_resourceType``; Firefox writes the
raw text of a form beside its params and ``encoding: base64`` also for texts; Safari writes no
bodies unless they were opened. Nothing is required here but a method and an address.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.model import RecordedCall
from feishu_wizard.domain.recording.request import (
    MAX_BODY,
    MULTIPART,
    Parts,
    call_from,
    decoded_json,
    sort_headers,
)

#: What no settings page speaks through.
_OTHER_TYPES = frozenset(
    {"document", "stylesheet", "script", "image", "font", "media", "manifest", "preflight", "ping"}
    | {"texttrack", "csp-violation-report", "eventsource", "other-page"}
)
_OTHER_MIMES = ("text/html", "text/css", "image/", "font/", "video/", "audio/", "text/event-stream")
_SCRIPTS = ("javascript", "wasm", "ecmascript", "font-", "pdf", "octet-stream", "zip")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_MAX_HEADERS = 300
_MAX_MESSAGES = 50


def call_of(entry: Mapping[str, Any], at: int) -> RecordedCall | None:
    """The call of an entry; None for a page, a picture, a preflight, or what is no HTTP at all."""
    request, response = _map(entry.get("request")), _map(entry.get("response"))
    method = _text(request.get("method")).upper()
    if _is_socket(entry, request):
        return _socket(entry, request, at)
    if method not in _METHODS or _is_other(entry, method, response):
        return None
    body, missing = _request_body(request)
    parts = Parts(
        method,
        _text(request.get("url")),
        _headers(request),
        tuple(_text(_map(c).get("name")) for c in _list(request.get("cookies"))),
        body,
        missing,
    )
    try:
        call = call_from(parts, at)
    except InputError:
        return None  # data:, blob:, an extension's own address
    return _with_answer(call, response)


def _is_other(entry: Mapping[str, Any], method: str, response: Mapping[str, Any]) -> bool:
    kind = _text(entry.get("_resourceType")).lower()
    mime = _text(_map(response.get("content")).get("mimeType")).lower()
    if method != "GET":
        return kind in ("preflight", "ping")
    by_mime = mime.startswith(_OTHER_MIMES) or any(word in mime for word in _SCRIPTS)
    return kind in _OTHER_TYPES or by_mime


def _is_socket(entry: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    kind = _text(entry.get("_resourceType")).lower()
    return kind == "websocket" or _text(request.get("url")).startswith(("ws:", "wss:"))


def _socket(entry: Mapping[str, Any], request: Mapping[str, Any], at: int) -> RecordedCall | None:
    """A web socket, with what was said over it: enough to tell that values went that way."""
    url = _text(request.get("url"))
    if url.startswith("ws"):
        url = f"http{url[2:]}"
    said = [_text(_map(one).get("data")) for one in _list(entry.get("_webSocketMessages"))]
    try:
        call = call_from(Parts("GET", url, _headers(request)), at)
    except InputError:
        return None
    return replace(call, encoding="websocket", body=said[:_MAX_MESSAGES])


def _request_body(request: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The body as text, and whether one was sent that the file does not hold."""
    data = request.get("postData")
    if isinstance(data, Mapping):
        text = data.get("text")
        if isinstance(text, str) and text:
            return text, False
        params = [_map(one) for one in _list(data.get("params"))]
        if any(one.get("fileName") for one in params):
            return MULTIPART, False
        if params:
            pairs = [(_text(one.get("name")), _text(one.get("value"))) for one in params]
            return _form_text(pairs, request), False
    return None, _says_it_had_a_body(request)


def _form_text(pairs: list[tuple[str, str]], request: Mapping[str, Any]) -> str:
    """Form fields as a form; Firefox splits names and values without decoding them."""
    mime = _text(_map(request.get("postData")).get("mimeType")).lower()
    if "multipart" in mime:
        return MULTIPART
    raw = all("%" in value or value.isalnum() or not value for _, value in pairs)
    if raw and any("%" in value for _, value in pairs):
        return "&".join(f"{name}={value}" for name, value in pairs)
    return urlencode(pairs)


def _says_it_had_a_body(request: Mapping[str, Any]) -> bool:
    if _text(request.get("method")).upper() not in ("POST", "PUT", "PATCH"):
        return False
    size = request.get("bodySize")
    told = size if isinstance(size, int | float) and not isinstance(size, bool) else 0
    lengths = [v for n, v in _headers(request) if n.lower() == "content-length"]
    types = [n for n, _ in _headers(request) if n.lower() == "content-type"]
    return told > 0 or any(length not in ("", "0") for length in lengths) or bool(types)


def _with_answer(call: RecordedCall, response: Mapping[str, Any]) -> RecordedCall:
    status = response.get("status")
    code = int(status) if isinstance(status, int | float) and 100 <= status < 600 else 0
    kept, _signed, _cookies = sort_headers(_headers(response))
    text = _answer_text(_map(response.get("content")))
    return replace(
        call,
        status=code,
        answer_headers=kept,
        answered=text is not None,
        answer=None if text is None else decoded_json(text),
    )


def _answer_text(content: Mapping[str, Any]) -> str | None:
    """The decoded answer; None when the file does not hold it."""
    text = content.get("text")
    if not isinstance(text, str) or not text or len(text) > MAX_BODY * 4 // 3 + 4:
        return None
    if _text(content.get("encoding")).lower() == "base64":
        try:
            text = base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return None
    return text if len(text) <= MAX_BODY else None


def _headers(side: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [_map(one) for one in _list(side.get("headers"))[:_MAX_HEADERS]]
    return tuple((_text(h.get("name")), _text(h.get("value"))) for h in found if h.get("name"))


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, dict | list) else json.dumps(value)


def sanitised(calls: tuple[RecordedCall, ...]) -> bool:
    """Whether a HAR holds no credential that every browser would have sent: exported without
    sensitive data, as Chromium does by default (DevTools, "Export HAR (sanitized)")."""
    gone = {"cookie", "authorization", "proxy-authorization"}
    return bool(calls) and not any(gone & set(call.signed_by) for call in calls)

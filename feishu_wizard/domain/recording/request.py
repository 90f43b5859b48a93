"""One request made from its parts, with every credential taken out but its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import SplitResult, parse_qsl, urlsplit

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.credentials import credential
from feishu_wizard.domain.recording.model import RecordedCall

MULTIPART = "--multipart--"  # stands for a body of parts, which is not looked into
MAX_BODY = 1_000_000  # characters; a settings call has some thousand at most
_FORM = "application/x-www-form-urlencoded"
_FORM_LIKE = re.compile(r"^[A-Za-z0-9_.%\[\]\-]+=[^\s{}]*(?:&[A-Za-z0-9_.%\[\]\-]+=[^\s{}]*)*$")
_METHOD = re.compile(r"^[A-Z]{3,10}$")


@dataclass(frozen=True, slots=True)
class Parts:
    """A request as it was written. ``headers``: with values; ``cookies``: names told apart from
    the headers; ``body`` None: none was sent. ``missing``: one was sent, but is not there."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookies: tuple[str, ...] = ()
    body: str | None = field(default=None, repr=False)
    missing: bool = False


def call_from(parts: Parts, at: int = 0) -> RecordedCall:
    """Make a call of its parts. Raises ``InputError`` recording.bad_address."""
    split = _split(parts.url)
    headers, signed, cookies = sort_headers(parts.headers)
    if split.username or split.password:
        signed.append("authorization")
    cookies += [name for name in parts.cookies if name not in cookies]
    if cookies and "cookie" not in signed:
        signed.append("cookie")
    encoding, body = decoded_body(parts.body, _content_type(parts.headers))
    return RecordedCall(
        method=parts.method if _METHOD.match(parts.method) else "",
        origin=_origin(split),
        path=split.path or "/",
        query=split.query,
        headers=headers,
        encoding="missing" if parts.missing else encoding,
        body=body,
        signed_by=tuple(dict.fromkeys(signed)),
        cookie_names=tuple(cookies),
        at=at,
    )


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
        reached = split.hostname and split.port != 0
    except ValueError:
        raise InputError("recording.bad_address", {}) from None
    if split.scheme.lower() not in ("http", "https") or not reached:
        raise InputError("recording.bad_address", {})
    return split


def _origin(split: SplitResult) -> str:
    host = (split.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    scheme = split.scheme.lower()
    default = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" + (f":{split.port}" if split.port not in (None, default) else "")


def sort_headers(
    headers: Iterable[tuple[str, str]],
) -> tuple[dict[str, str], list[str], list[str]]:
    """Headers that may be kept, names of those that are credentials, names of cookies."""
    kept: dict[str, str] = {}
    signed: list[str] = []
    cookies: list[str] = []
    for given, value in headers:
        name = given.strip().lower()
        if name == "cookie":
            cookies += [n for n in cookie_names(value) if n not in cookies]
            signed.append(name)
        elif _harmless(name) or not credential(name, value):
            kept[name] = value.strip()
        else:
            signed.append(name)
    return kept, signed, cookies


_HARMLESS = re.compile(
    r"^(?:user-agent|accept.*|content-.*|referer|origin|host|sec-.*|if-.*|etag)$"
)


def _harmless(name: str) -> bool:
    """Never sent by a profile of its own, so its value may look like anything."""
    return _HARMLESS.match(name) is not None


def cookie_names(text: str) -> list[str]:
    """The names of a Cookie header."""
    names = (pair.partition("=")[0].strip() for pair in text.split(";"))
    return [name for name in dict.fromkeys(names) if name]


def _content_type(headers: Iterable[tuple[str, str]]) -> str:
    found = (value for name, value in headers if name.strip().lower() == "content-type")
    return next(found, "").partition(";")[0].strip().lower()


def decoded_body(text: str | None, content_type: str) -> tuple[str, object]:
    """``encoding`` and ``body`` of a call: json, form, multipart, text; "" and None for none."""
    if text is None or not text.strip():
        return "", None
    if content_type.startswith("multipart/") or text.startswith((MULTIPART, "------WebKitForm")):
        return "multipart", None
    if len(text) > MAX_BODY:
        return "missing", None
    decoded = decoded_json(text)
    if decoded is not None and (content_type != _FORM or isinstance(decoded, dict | list)):
        return "json", decoded
    if content_type == _FORM or (not content_type and _FORM_LIKE.match(text)):
        return "form", form(text)
    return "text", text


def decoded_json(text: str) -> object:
    """The document; None when it is none (or the document ``null``)."""
    try:
        return json.loads(text.lstrip("\ufeff"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def form(text: str) -> Mapping[str, object]:
    """The fields of a form; a name that comes twice has a list."""
    fields: dict[str, object] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        before = fields.get(name)
        if before is None:
            fields[name] = value
        else:
            fields[name] = [*before, value] if isinstance(before, list) else [before, value]
    return fields

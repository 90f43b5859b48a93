"""Page tokens: opaque, checked, and counted from the start of the list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from feishu_wizard.sandbox.feishu.call import Call
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, field_error

BAD_SIZE, BAD_TOKEN = 40011, 40012
_MARK = "sandbox-page:"

T = TypeVar("T")


def page_of(
    call: Call, items: Sequence[T], name: str, *, default: int, limit: int, contacts: bool = False
) -> Json:
    """``{name, has_more, page_token}`` of the asked page.

    Contacts answer 40011/40012 for a bad size or token, the others 99992402.
    """
    part, more, token = cut(call, items, default=default, limit=limit, contacts=contacts)
    return {name: part, "has_more": more, "page_token": token}


def cut(
    call: Call, items: Sequence[T], *, default: int, limit: int, contacts: bool = False
) -> tuple[list[T], bool, str]:
    """The asked page, whether there is more, and the token of the next one."""
    size = _size(call, default, limit, contacts)
    start = _start(call, contacts)
    part = list(items[start : start + size])
    more = start + size < len(items)
    return part, more, _encode(start + size) if more else ""


def _size(call: Call, default: int, limit: int, contacts: bool) -> int:
    text = call.query("page_size", str(default))
    if text.isascii() and text.isdigit() and 1 <= int(text) <= limit:
        return int(text)
    if contacts:
        raise PlatformError(BAD_SIZE, "page size is invalid")
    raise field_error("page_size", f"page_size must be between 1 and {limit}", text)


def _start(call: Call, contacts: bool) -> int:
    text = call.query("page_token")
    if not text:
        return 0
    try:
        plain = base64.urlsafe_b64decode(text).decode()
        if not plain.startswith(_MARK):
            raise ValueError(plain)
        return int(plain.removeprefix(_MARK))
    except (binascii.Error, ValueError) as error:
        if contacts:
            raise PlatformError(BAD_TOKEN, "page token is invalid") from error
        raise field_error("page_token", "page_token is invalid", text[:100]) from error


def _encode(start: int) -> str:
    return base64.urlsafe_b64encode(f"{_MARK}{start}".encode()).decode()

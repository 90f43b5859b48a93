"""Addresses of endpoints, with ids that cannot leave their place in the path."""

from __future__ import annotations

import re
from urllib.parse import quote

from feishu_wizard.domain.errors import InputError

_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def api_path(template: str, *ids: str) -> str:
    """Fill each ``{}`` of ``template`` with a quoted id.

    Raises ``InputError`` ``feishu.bad_id`` (params id) for an id that would name another
    endpoint: empty, dots only, or with control characters or spaces.
    """
    return template.format(*(_quoted(value) for value in ids))


def _quoted(value: str) -> str:
    if not value.strip(".") or _CONTROL.search(value):
        raise InputError("feishu.bad_id", {"id": value})
    return quote(value, safe="")

"""The body of a request in the form that an operation wants: JSON, or a form of plain fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from feishu_wizard.domain.errors import InputError

Encoding = Literal["json", "form"]


def in_form(body: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form (application/x-www-form-urlencoded) as texts; null is left out.

    Raises ``InputError`` ``can.form_nested`` (param at) for a value that a form cannot hold.
    """
    fields: dict[str, str] = {}
    for name, value in body.items():
        if value is None:
            continue
        if isinstance(value, dict | list):
            raise InputError("can.form_nested", {"at": f"/{name}"})
        fields[name] = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return fields


def check_size(body: Mapping[str, Any] | None, limit: int) -> None:
    """Raise ``InputError`` ``can.too_large`` (param limit) for a body above ``limit`` KiB."""
    if body is not None and len(json.dumps(body).encode()) > limit * 1024:
        raise InputError("can.too_large", {"limit": str(limit)})

"""Parameter values in words: a code inside a parameter is shown as people call the thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from feishu_wizard.text import tables, way
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.text.titles import check_title


def spoken(params: Mapping[str, str], code: str = "") -> dict[str, str]:
    """Return the parameters with codes, field names and times as words.

    ``name`` is a field only with codes about secrets and inputs; elsewhere it is somebody's name.
    """
    values = {name: _value(name, str(value)) for name, value in params.items()}
    if "name" in params and code.startswith(("secret.", "can.")):
        values["name"] = field_name(str(params["name"]))
    if code == "net.clock" and "seconds" in params:
        values["drift"] = _drift(str(params["seconds"]))
    return values


def field_name(field: str) -> str:
    """Return the label of a field by its id (``credentials.app_id``), name or secret's entry."""
    name = field.rpartition(".")[2].removeprefix("can_")
    return _(tables.FIELDS[name]) if name in tables.FIELDS else name


def local_time(text: str) -> str:
    """Return an RFC 3339 time as the local date and time; other text as it is."""
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _drift(seconds: str) -> str:
    """Seconds by which this computer is ahead (positive) or behind."""
    n = int(float(seconds))
    if n < 0:
        return ngettext("{n} second behind", "{n} seconds behind", -n).format(n=-n)
    return ngettext("{n} second ahead of", "{n} seconds ahead of", n).format(n=n)


def _value(name: str, value: str) -> str:
    return _WAYS[name](value) if name in _WAYS else value


def _from(table: Mapping[Any, str]) -> Callable[[str], str]:
    return lambda value: _(table[value]) if value in table else value


def _fields(value: str) -> str:
    return _(", ").join(field_name(part.strip()) for part in value.split(","))


def _parts(value: str) -> str:
    from feishu_wizard.text.ledger import part_names  # only there where something was proven

    return part_names(value.split(","))


_WAYS: dict[str, Callable[[str], str]] = {
    "by": check_title,
    "first": check_title,
    "fields": _fields,
    "field": _fields,
    "at": local_time,
    "since": local_time,
    "worked_at": local_time,
    "differs_since": local_time,
    "equal_before": local_time,
    "parts": _parts,
    "not_before": local_time,
    "not_after": local_time,
    "step": _from(way.STEP_TITLES),
    "target": _from(tables.TARGETS),
    "edition": _from(tables.EDITIONS),
    "difference": _from(tables.DIFFERENCES),
    "why": _from(tables.ROUTES),
    "direct_why": _from(tables.ROUTES),
    "operation": _from(tables.OPERATIONS),
    "place": _from(tables.PLACES),
}

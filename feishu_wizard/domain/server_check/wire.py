"""The answer of the script as it is written (schema "feishu-wizard/server-check/1")."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.typed import from_table

SCHEMA = "feishu-wizard/server-check/1"
_LONGEST = 700
_MOST_LINES = 60
_MOST_CHECKS = 20
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Check(msgspec.Struct, frozen=True):
    """One address that was asked. ``at``, ``ended``: seconds since 1970; ``said``: what the tool
    reported, line by line (the script's header says what is kept)."""

    place: str
    method: str
    url: str
    at: str = ""
    ended: str = ""
    said: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """The rest of the first line that begins with ``name``; "" when there is none."""
        return next((line[len(name) :].strip() for line in self.said if line.startswith(name)), "")

    def values(self, name: str) -> list[str]:
        """The rest of every line that begins with ``name``."""
        return [line[len(name) :].strip() for line in self.said if line.startswith(name)]

    @property
    def exit(self) -> int:
        """The exit code of the tool; -1 when it is not told."""
        found = re.fullmatch(r"-?[0-9]{1,6}", self.value("exit="))
        return int(found[0]) if found else -1


class Output(msgspec.Struct, frozen=True):
    """One run of the script. ``environment``: proxy variables, ``name=value``."""

    schema: str
    checks: tuple[Check, ...]
    complete: bool
    host: str = ""
    at: str = ""
    tool: str = ""
    shell: str = ""
    system: str = ""
    seconds: str = ""
    ca_file: str = ""
    environment: tuple[str, ...] = ()

    @property
    def limit(self) -> int:
        """Seconds that one step was given."""
        return int(self.seconds) if re.fullmatch(r"[0-9]{1,3}", self.seconds) else 10


def convert(found: dict[str, Any]) -> Output:
    """Check the shape and cut to size; raises ``InputError`` server_check.invalid (detail)."""
    try:
        output = from_table(_bounded(found), Output)
        for check in output.checks:
            urlsplit(check.url).port  # noqa: B018 - raises for what is no address
    except (msgspec.ValidationError, ValueError) as error:
        raise InputError("server_check.invalid", {"detail": str(error)[:120]}) from None
    return output


def _bounded(found: dict[str, Any]) -> dict[str, Any]:
    """Everything printable and of bounded length: it was written on another machine."""
    result = {name: _cut(value, _MOST_LINES) for name, value in found.items()}
    checks = found.get("checks")
    if isinstance(checks, list):
        result["checks"] = [
            {name: _cut(value, _MOST_LINES) for name, value in one.items()}
            for one in checks[:_MOST_CHECKS]
            if isinstance(one, dict)
        ]
    return result


def _cut(value: Any, most: int) -> Any:
    if isinstance(value, str):
        return _UNFIT.sub(" ", value[:_LONGEST])
    if isinstance(value, list):
        return [_cut(one, 0) for one in value[:most] if isinstance(one, str)]
    return value

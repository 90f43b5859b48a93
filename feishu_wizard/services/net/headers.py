"""Headers that can be sent: checked before the client, whose error text shows the whole value."""

from __future__ import annotations

import re
from collections.abc import Mapping

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Who

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"([\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?)?")
_LONGEST = 16_384


def checked(headers: Mapping[str, str] | None, host: str) -> dict[str, str]:
    """A copy of the headers; ``net.header`` names the one that cannot be sent, never its value.

    A line break, NUL, blank at an end or non-ASCII character comes from a pasted token.
    """
    result = {}
    for name, value in (headers or {}).items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or len(value) > _LONGEST:
            shown = "".join(ch for ch in name if ch.isprintable())[:60]
            raise NetworkError("net.header", {"host": host, "header": shown}, who=Who.YOU)
        result[name] = value
    return result

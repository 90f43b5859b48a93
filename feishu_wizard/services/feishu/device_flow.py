"""What both device flows of the platform answer with alike (RFC 8628): tolerant of numbers as
text, strict about the page that a person is to open."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu.envelope import unexpected
from feishu_wizard.services.net.reply import Reply

# A host without this endpoint: no such path, not for this method, not built in.
ABSENT = frozenset({404, 405, 410, 501})
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_PAGE = "verification_uri_complete"


def page_of(reply: Reply, url: str) -> str:
    """The page to be opened: https, or as plain as the host that was asked."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise unexpected(reply, f"$.{_PAGE}") from error
    if not parts.netloc or parts.scheme not in ("https", urlsplit(reply.url).scheme):
        raise unexpected(reply, f"$.{_PAGE}")
    if not _PRINTABLE.fullmatch(url):
        raise unexpected(reply, f"$.{_PAGE}")
    return url


def device_code_of(reply: Reply, body: Mapping[str, Any]) -> Secret:
    """The code that the result is asked for with."""
    value = text_of(body.get("device_code"))
    if not value:
        raise unexpected(reply, "$.device_code")
    return Secret(value)


def seconds_of(
    body: Mapping[str, Any], names: tuple[str, ...], without: float, longest: float
) -> float:
    """A number of seconds, also as text; ``without`` for none, bounded by ``longest``."""
    for name in names:
        value = body.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        try:
            seconds = float(value)
        except (ValueError, OverflowError):
            continue
        if math.isfinite(seconds) and seconds > 0:
            return min(max(seconds, 1.0), longest)
    return without


def text_of(value: object) -> str:
    """A text, trimmed, or a number as one; "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""

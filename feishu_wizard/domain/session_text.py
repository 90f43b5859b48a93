"""A session that a person copies from the browser: the value of a header, maybe with its name."""

from __future__ import annotations

import re

_NAMED = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*:\s*(?=\S)")


def session_value(text: str) -> str:
    """The value alone, on one line: line breaks of a wrapped copy and a header's name are dropped.

    A Cookie header has blanks, and a token may begin with its scheme: both stay.
    """
    line = " ".join(text.split())
    return _NAMED.sub("", line)

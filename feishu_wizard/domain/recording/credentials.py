"""What in a recording is a credential, a person, a time, an id, or the browser's own noise.

When in doubt a value is one of these: it never reaches a profile as a constant.
"""

from __future__ import annotations

import math
import re
from collections import Counter

_CREDENTIAL = re.compile(
    r"cookie|authorization|token|csrf|xsrf|secret|session|jwt|ticket|passw|passphrase|credential"
    r"|(?:^|[-_.])(?:key|sid|pwd|auth|sk|ak|uid|otp|pin)$|api[-_]?key|access[-_]?key|apikey"
    r"|auth[-_]?(?:value|key|code|data|id)|(?:^|[-_])x[-_]auth(?!.*type)"
    r"|(?:^|[-_])(?:user|account|operator|employee|login)(?:[-_]?(?:id|name|code|no))?$"
    r"|(?:private|encrypt)[-_]?key",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:^|[-_.]|x-?)(?:sign|signature|signed|hmac|req(?:uest)?sign|content-md5|digest)(?:$|[-_.])",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"user|account|creator|created?[-_]?by|updat(?:e|ed|or|er)[-_]?by|updater|operator|owner"
    r"|modifie[dr]|nick|real[-_]?name|full[-_]?name|employee|staff|e[-_]?mail|mobile|phone|author"
    r"|contact|person|leader|manager",
    re.IGNORECASE,
)
_FREE_TEXT = re.compile(
    r"remark|comment|desc|memo|title|note|message|reason|address|company|corp[-_]?name",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"time|(?:^|[-_])date|(?:At|_at|-at|On)$|(?:^|[-_])(?:ts|gmt)(?:$|[-_A-Z])|timestamp"
)
_MAIL = re.compile(r"[\w.%+\-]+@[\w\-]+\.[\w.\-]+")
_MOBILE = re.compile(r"^(?:\+?86[ -]?)?1[3-9][0-9]{9}$|^\+[1-9][0-9 \-]{6,18}$")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)")
_UUID = re.compile(r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_HEX = re.compile(r"^[0-9a-fA-F]{16,}$")
_WORD = re.compile(r"^[A-Za-z][A-Za-z0-9_.:/-]{0,39}$|^[0-9]{1,7}(?:\.[0-9]{1,6}){0,3}$")
_TOKEN = re.compile(r"^[A-Za-z0-9+/_.~=-]{20,}$")
_SHAPES = re.compile(r"eyJ[A-Za-z0-9_\-]{8,}|^(?:Bearer|Basic|Token)\s|^sk-|^[tuar]{1,2}-\w{16,}")
_NOISE = re.compile(
    r"^(?:accept(?:-.*)?|user-agent|cache-control|pragma|connection|content-(?:length|type|encoding)"
    r"|host|origin|referer|sec-.*|dnt|te|priority|upgrade(?:-insecure-requests)?|if-.*|range|expect"
    r"|transfer-encoding|keep-alive|x-client-data|save-data|device-memory|downlink|rtt|ect|width"
    r"|viewport-width|proxy-.*|forwarded|via|x-forwarded-.*|x-real-ip|date|trailer|alt-used|purpose"
    r"|:.*|x-b3-.*|traceparent|tracestate|sentry-trace|baggage|b3|eagleeye-.*|newrelic|x-datadog-.*"
    r"|(?:x-)?(?:request|trace|correlation|span|req|nonce|timestamp|ts)(?:-?id)?|idempotency-key"
    r"|x-nonce|x-timestamp|x-[a-z]*-?trace-?id)$",
    re.IGNORECASE,
)
_BUSTER = re.compile(
    r"^(?:_|t|_t|ts|r|rnd|rand|random|timestamp|nocache|cb|_dc|time)$", re.IGNORECASE
)


def noise(header: str) -> bool:
    """A header that a browser, a proxy or a tracer adds by itself."""
    return _NOISE.match(header) is not None


def signature(name: str) -> bool:
    """A name that says: computed anew for this request."""
    return _SIGNATURE.search(name) is not None


def cache_buster(name: str) -> bool:
    """A query parameter that only keeps caches away."""
    return _BUSTER.match(name) is not None


def credential(name: str, value: str) -> bool:
    """A header, parameter or field whose value opens a door, by its name or by its value."""
    return _CREDENTIAL.search(name) is not None or secret_looking(value)


def secret_looking(value: str) -> bool:
    """A value that nobody chose: a token, a key, a signature."""
    text = value.strip()
    if _SHAPES.search(text):
        return True
    if not _TOKEN.match(text) or _UUID.match(text):
        return False
    mixed = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return (mixed and entropy(text) >= 3.2) or (len(text) >= 32 and entropy(text) >= 4.0)


def entropy(text: str) -> float:
    """Shannon's measure of a text, in bits a character."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values()) if total else 0.0


def kind_of(name: str, value: object) -> str:
    """Why a value of a request may not be repeated for ever: ``credential``, ``person``, ``time``,
    ``id``, ``text``; "" for a plain constant such as a flag or the name of a platform."""
    if value is None or isinstance(value, bool) or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return next((kind for kind in (kind_of(name, item) for item in value) if kind), "")
    if isinstance(value, dict):
        return next((kind for key, v in value.items() if (kind := kind_of(key, v))), "")
    return _kind_of_scalar(name, str(value), is_text=isinstance(value, str))


def _kind_of_scalar(name: str, text: str, *, is_text: bool) -> str:
    if _CREDENTIAL.search(name) and len(text) > 3:
        return "person" if _PERSON.search(name) else "credential"
    if _MAIL.search(text) or _MOBILE.match(text) or (_PERSON.search(name) and len(text) > 1):
        return "person"
    if _ISO.match(text) or (text.isdigit() and len(text) in (10, 13) and text[0] == "1"):
        return "time"
    if _TIME.search(name) and len(text) >= 8:
        return "time"
    if secret_looking(text):
        return "credential"
    if _UUID.match(text) or _HEX.match(text) or (text.isdigit() and len(text) > 7):
        return "id"
    if _FREE_TEXT.search(name) or (is_text and not _WORD.match(text)):
        return "text"
    return ""

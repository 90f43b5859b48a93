"""What secrets look like: tokens, keys, and pairs whose name says that the value is secret.

Apart from ``redact``, because compiling the patterns takes longer than all the rest of it, and
the program opens its window before it has anything to mask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Every pattern begins with literal characters, because ``re`` then skips to them at the speed of
# ``str.find``; what has to stand before them is a lookbehind that comes after.
# Patterns of names are written for text in small letters, those of tokens for the text as it is.
_NAMES = (
    "secret",
    "password",
    "passwd",
    "passphrase",
    r"pwd(?<![a-z]pwd)",
    r"api[_\- ]?key",
    r"encrypt[_\- ]?key",
    r"auth[_-]value",
    r"device[_-]?code",
    r"user_code",
    r"code_verifier",
    r"app_ticket",
    r"verification token",
    r"token(?:(?<=[_\-]token)(?<!page_token)|(?<=accesstoken)|(?<=refreshtoken)|(?<=idtoken))",
)
_OPEN = r"(?:\\{0,7}[\"'])?"  # the quote that closes a name, escaped when JSON lies in JSON
_SEPARATOR = r"[ \t]{0,8}(?:=>|[:=：>]|%3[ad])\s{0,8}"
_VALUE = (
    r"(?:[bru]?(?:"
    r'"""(?P<long>(?:(?!""").)+)'
    r"|\'\'\'(?P<long2>(?:(?!\'\'\').)+)"
    r'|"(?P<double>(?:[^"\\\n]|\\.)+)'
    r"|'(?P<single>(?:[^'\\\n]|\\.)+)"
    r"|(?P<slash>\\{1,7})(?P<quote>[\"'])"
    r"(?P<escaped>(?:(?!(?<!\\)(?P=slash)(?P=quote)).)+)"
    r")"
    r"|(?!(?:null|true|false|none)\b|[{\[(\"'])(?P<bare>[^\s&\"'<>]+))"
)
_PAIRS = tuple(re.compile(name + _OPEN + _SEPARATOR + _VALUE, re.DOTALL) for name in _NAMES)
# Header lists as HTTP libraries print them: (b'auth-value', b'...').
_TUPLE = re.compile(
    rf"\(b?[\"'][\w-]{{0,40}}(?:{'|'.join(_NAMES)}|authorization|cookie)[\"']\s?,\s?{_VALUE}",
    re.DOTALL,
)
# These carry blanks, so a bare value ends with its line.
_HEADERS = tuple(
    re.compile(
        rf"{name}{_OPEN}[ \t]{{0,8}}[:=]\s{{0,8}}"
        r"(?:[bru]?(?:\"(?P<double>[^\"\n]+)|'(?P<single>[^'\n]+))"
        r"|(?P<bare>[^\s\"'{(\[][^\r\n\"']*))"
    )
    for name in ("authorization", "cookie")
)
# A code of a query is an authorisation code, unless it is a short number: that is an error code
# of the platform, as in its own search links, which support needs to see.
_QUERIES = tuple(
    re.compile(
        rf"{name}(?:(?<=[?&#;]{name})|(?<=%3f{name})|(?<=%26{name})|(?<=%23{name}))"
        rf"(?:=|%3d)(?!{rest})(?P<value>[^\s&\"'<>#]+)"
        rf"|{name}(?<![a-z0-9_]{name})=(?!{rest})(?P<bare>[^\s&\"'<>#]+)"
    )
    for name, rest in (
        ("code", r"[0-9]{1,9}(?![0-9a-z_\-%.~+/=])"),
        ("state", r"\Z"),
        ("token", r"\Z"),
        ("ticket", r"\Z"),
    )
)
# An authorisation code or state in a JSON body: long, with digits, no text code of our own.
_BODIES = tuple(
    re.compile(
        rf"{name}(?<=[\"']{name})\\{{0,7}}[\"']\s{{0,4}}:\s{{0,4}}\\{{0,7}}[\"']"
        r"(?P<value>(?=[a-z_\-]{0,80}[0-9])[a-z0-9_\-]{20,})"
    )
    for name in ("code", "state")
)
# A secret written into a setup file, see ``domain.setup.SecretRef``.
_PLAIN = re.compile(
    r"plain:(?<![a-z0-9_]plain:)"
    r"(?:(?<=\"plain:)(?P<double>[^\"\n]+)|(?<='plain:)(?P<single>[^'\n]+)|(?P<bare>[^\s\"'<>]+))"
)
_BEARER = re.compile(r"bearer(?<![a-z0-9_]bearer)\s{1,8}(?P<token>[^\s\"'<>,;]+)")
# Source: api-call-guide, access tokens: t- tenant, u- user, a- app, ur- refresh.
_TOKENS = tuple(
    re.compile(rf"{prefix}(?<![A-Za-z0-9_]{prefix})(?P<token>[A-Za-z0-9_.\-]{{16,}})")
    for prefix in ("t-", "u-", "ur-", "a-")
)
_KEY = re.compile(r"sk-(?<![A-Za-z0-9_]sk-)(?P<key>[A-Za-z0-9_\-]{8,})")
_JWT = re.compile(r"eyJ(?<![A-Za-z0-9_\-]eyJ)(?P<jwt>[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*){0,4})")
_HOOK = re.compile(r"/hook/(?P<hook>[A-Za-z0-9_\-]{8,})")  # a webhook's address is its key
_BASIC = re.compile(r"Basic (?P<token>(?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/_\-]{8,}={0,2})")
_USERINFO = re.compile(r"://(?P<userinfo>[^/?#\s\"'<>]*)@")

_IN_SMALL_LETTERS = (*_PAIRS, _TUPLE, *_HEADERS, *_QUERIES, *_BODIES, _PLAIN, _BEARER)
_AS_IT_IS = (*_TOKENS, _KEY, _JWT, _HOOK, _BASIC, _USERINFO)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where a shape stands whose value is secret: start and end of the value."""
    # U+0130 is the one character whose small form is longer: spans have to fit the text.
    small = text.replace("\u0130", "I").lower()
    for patterns, searched in ((_IN_SMALL_LETTERS, small), (_AS_IT_IS, text)):
        for pattern in patterns:
            # The value is the last group that matched; what comes before it are its quotes.
            yield from (match.span(match.lastindex or 0) for match in pattern.finditer(searched))


def people(text: str) -> str:
    """Mask e-mail addresses and mobile numbers."""
    if "@" in text:
        text = EMAIL.sub(_mask_email, text)
    text = MAINLAND.sub(lambda m: f"{m[0][:3]}****{m[0][-4:]}", text)
    return ABROAD.sub(lambda m: f"{m[0][:3]}****{m[0][-2:]}", text)


EMAIL = re.compile(r"(?<![\w.%+\-])(?P<local>[\w.%+\-]+)@(?P<domain>(?:[\w\-]+\.)+[^\W\d_]{2,})")
MAINLAND = re.compile(
    r"1(?:(?<![\w.\-]1)|(?<=\+861)|(?<=\+86-1)|(?<=861)(?<!\w861))"
    r"[3-9][0-9][ \-]?[0-9]{4}[ \-]?[0-9]{4}(?!\w)"
)
ABROAD = re.compile(r"\+(?<!\w\+)[1-9][0-9 \-]{5,16}[0-9](?!\w)")


def _mask_email(match: re.Match[str]) -> str:
    local = match["local"]
    return f"{local[0] if len(local) > 2 else ''}***@{match['domain']}"

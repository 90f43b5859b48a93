"""What must not be seen is masked here, at every exit: logs, reports, error texts, stderr.

Two nets, laid over the same text and cut out together:

* exact values, registered by ``Secret``, in every encoding they are likely to travel in, and any
  prefix of them with eight characters or more (a cut-off value is still most of a value);
* shapes: tokens, keys, ``name=value`` pairs whose name says that the value is secret.

Time is linear in the text: exact values are found with ``str.find``, and no pattern below can
start twice inside the run of characters that it repeats.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Callable, Iterator
from itertools import takewhile
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST = 6  # shorter values would mask ordinary words
_HEAD = 8  # this many characters of a secret are enough to be masked

# An encoded secret: what has to be seen to recognise it, and the whole of it.
_Variant = tuple[str, str]
_Span = tuple[int, int]

_lock = threading.Lock()
_known: dict[str, tuple[_Variant, ...]] = {}
_variants: tuple[_Variant, ...] = ()  # replaced as a whole, so readers need no lock


def register(value: str) -> None:
    """Mask this value from now on. Values under six characters are not registered."""
    global _variants  # noqa: PLW0603 - one registry per process is the point
    if len(value) < SHORTEST:
        return
    with _lock:
        if value not in _known:
            _known[value] = tuple(_encodings(value))
            _variants = tuple(dict.fromkeys(v for group in _known.values() for v in group))


def forget_all() -> None:
    """Empty the registry. For tests."""
    global _variants  # noqa: PLW0603 - see register
    with _lock:
        _known.clear()
        _variants = ()


def redact(text: str) -> str:
    """Return ``text`` with every secret replaced by ``***``. Safe to apply again.

    A cut can lay bare the beginning of another token, so it goes on until nothing changes.
    """
    variants = _variants
    while True:
        masked = _cut(text, sorted([*_exact_spans(text, variants), *_shape_spans(text)]))
        if masked == text:
            return masked
        text = masked


def redact_people(text: str) -> str:
    """Mask e-mail addresses (``z***@example.com``) and mobile numbers (``138****8000``)."""
    if "@" in text:
        text = _EMAIL.sub(_mask_email, text)
    text = _MAINLAND.sub(lambda m: f"{m[0][:3]}****{m[0][-4:]}", text)
    return _ABROAD.sub(lambda m: f"{m[0][:3]}****{m[0][-2:]}", text)


# --- exact values ---------------------------------------------------------------------------


def _encodings(value: str) -> Iterator[_Variant]:
    """Every form of a value that is looked for."""
    head = value[:_HEAD]
    for encode in _BY_CHARACTER:
        yield encode(head), encode(value)
    raw = value.encode("utf-8", "surrogatepass")
    bits = len(head.encode("utf-8", "surrogatepass")) * 8
    for encode_bytes in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode_bytes(raw).decode().rstrip("=")
        # The last letter of the head may carry bits of the next byte: leave it out.
        yield (whole[: bits // 6] if len(value) > _HEAD else whole), whole


def _quote(value: str, safe: str = "") -> str:
    return quote(value, safe=safe, errors="surrogatepass")


def _quote_twice(value: str) -> str:
    return _quote(_quote(value))


def _lower_escapes(encoded: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), encoded)


def _escape_all(value: str, digits: str = "04x") -> str:
    units = value.encode("utf-16-be", "surrogatepass")
    pairs = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(f"\\u{unit:{digits}}" for unit in pairs)


def _literal(value: str, write: Callable[[object], str]) -> str:
    """As in a Python literal. Which quotes are escaped there depends on what else is in it."""
    return "".join(write(character)[1:-1] for character in value)


def _hex(value: str) -> str:
    return value.encode("utf-8", "surrogatepass").hex()


# Encodings that go character by character: the prefix of a value is the prefix of its encoding.
_BY_CHARACTER: tuple[Callable[[str], str], ...] = (
    lambda v: v,
    _quote,
    lambda v: _quote(v, "/"),
    lambda v: quote_plus(v, errors="surrogatepass"),
    lambda v: _lower_escapes(_quote(v)),
    _quote_twice,
    lambda v: _lower_escapes(_quote_twice(v)),
    lambda v: json.dumps(v)[1:-1],
    lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
    lambda v: json.dumps(json.dumps(v)[1:-1])[1:-1],
    _escape_all,
    lambda v: _escape_all(v, "04X"),
    _hex,
    lambda v: _hex(v).upper(),
    lambda v: _literal(v, repr),
    lambda v: _literal(v, ascii),
    lambda v: _literal(v, repr).replace("'", "\\'"),
    lambda v: _literal(v, ascii).replace("'", "\\'"),
    html.escape,
    lambda v: html.escape(v, quote=False),
    lambda v: html.escape(v, quote=False).replace('"', "&#34;").replace("'", "&#39;"),
)


def _exact_spans(text: str, variants: tuple[_Variant, ...]) -> Iterator[_Span]:
    for head, whole in variants:
        at = text.find(head)
        while at >= 0:
            end = _common_end(text, at, head, whole)
            yield at, end
            # After a part only: the whole value may begin inside it.
            at = text.find(head, end if end - at == len(whole) else at + 1)


def _common_end(text: str, at: int, head: str, whole: str) -> int:
    """Where the text stops to agree with ``whole``, which begins at ``at``."""
    if text.startswith(whole, at):
        return at + len(whole)
    start = at + len(head)
    rest = zip(text[start : at + len(whole)], whole[len(head) :], strict=False)
    return start + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))


# --- shapes ---------------------------------------------------------------------------------

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
# In a query every code is an authorisation code; elsewhere a short number is the platform's
# error code, which support needs to see.
_QUERIES = tuple(
    re.compile(
        rf"{name}(?:(?<=[?&#;]{name})|(?<=%3f{name})|(?<=%26{name})|(?<=%23{name}))"
        rf"(?:=|%3d)(?P<value>[^\s&\"'<>#]+)"
        rf"|{name}(?<![a-z0-9_]{name})=(?!{rest})(?P<bare>[^\s&\"'<>#]+)"
    )
    for name, rest in (
        ("code", r"[0-9]{1,9}(?![0-9a-z_\-%.])"),
        ("state", r"\Z"),
        ("token", r"\Z"),
        ("ticket", r"\Z"),
    )
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

_IN_SMALL_LETTERS = (*_PAIRS, _TUPLE, *_HEADERS, *_QUERIES, _PLAIN, _BEARER)
_AS_IT_IS = (*_TOKENS, _KEY, _JWT, _HOOK, _BASIC, _USERINFO)


def _shape_spans(text: str) -> Iterator[_Span]:
    # U+0130 is the one character whose small form is longer: spans have to fit the text.
    small = text.replace("\u0130", "I").lower()
    for patterns, searched in ((_IN_SMALL_LETTERS, small), (_AS_IT_IS, text)):
        for pattern in patterns:
            # The value is the last group that matched; what comes before it are its quotes.
            yield from (match.span(match.lastindex or 0) for match in pattern.finditer(searched))


def _cut(text: str, spans: list[_Span]) -> str:
    """Replace the spans (sorted by start) by the mask; those that touch become one."""
    parts: list[str] = []
    kept = 0  # everything before it is written
    begin, end = -1, -1
    for start, stop in spans:
        if start <= end:
            end = max(end, stop)
            continue
        if end >= 0:
            parts += [text[kept:begin], MASK]
            kept = end
        begin, end = start, stop
    if end >= 0:
        parts += [text[kept:begin], MASK]
        kept = end
    parts.append(text[kept:])
    return "".join(parts)


# --- people ---------------------------------------------------------------------------------

_EMAIL = re.compile(r"(?<![\w.%+\-])(?P<local>[\w.%+\-]+)@(?P<domain>(?:[\w\-]+\.)+[^\W\d_]{2,})")
_MAINLAND = re.compile(
    r"1(?:(?<![\w.\-]1)|(?<=\+861)|(?<=\+86-1)|(?<=861)(?<!\w861))"
    r"[3-9][0-9][ \-]?[0-9]{4}[ \-]?[0-9]{4}(?!\w)"
)
_ABROAD = re.compile(r"\+(?<!\w\+)[1-9][0-9 \-]{5,16}[0-9](?!\w)")


def _mask_email(match: re.Match[str]) -> str:
    local = match["local"]
    return f"{local[0] if len(local) > 2 else ''}{MASK}@{match['domain']}"

"""What a code, a log line, a reply or an exception means, from the error book.

Pure: reads the text and the book, calls nobody. Nothing of the text is repeated but the values
that were recognised in it (message, log id, permissions, host), redacted and on one line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feishu_wizard.domain.edition import ConsolePage, Edition, Hosts, hosts_of
from feishu_wizard.domain.finding import Finding, Link, Status
from feishu_wizard.domain.redact import redact
from feishu_wizard.text import book
from feishu_wizard.text.catalog import pick
from feishu_wizard.text.clues import Clue, bounded, clues_in
from feishu_wizard.text.links import links_of, troubleshooting_link
from feishu_wizard.text.spoken import spoken
from feishu_wizard.text.words import code_words

if TYPE_CHECKING:
    from feishu_wizard.text.book_file import Entry

MOST = 5  # explanations of one text


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the book says about one thing that was recognised, in the language in use.

    ``code``: the code of the book. ``known``: the book has an entry for it; else ``sentence``
    says what came back and no more. ``causes``: the likeliest first. ``who``: as words.
    ``retryable``: whether the same again, later, may succeed by itself; None: has no meaning.
    ``source``: where that is written. ``log_id``: as it stood in the text.
    """

    code: str
    known: bool
    title: str
    sentence: str
    causes: tuple[str, ...] = ()
    fix: str = ""
    who: str = ""
    page: ConsolePage | None = None
    links: tuple[Link, ...] = ()
    retryable: bool | None = None
    source: str = ""
    log_id: str = ""


def explain(text: str) -> tuple[Explanation, ...]:
    """Explain what is recognised in ``text``, the most telling first; empty: nothing is.

    Takes a bare code ("20029", "net.tls.untrusted"), a phrase of a message, a log line, a JSON
    reply with anything around it, an OAuth error, an HTTP status, or the exception of a program.
    Of a text longer than half a million characters the beginning and the end are read.
    """
    read = bounded(text)
    hosts, app_id, host = hosts_in(read), app_id_in(read), host_in(read)
    found: dict[tuple[str, ...], Explanation] = {}
    for clue in clues_in(read):
        explained = _explained(clue, hosts, app_id, host)
        same = book.find(clue.code).codes if explained.known else (clue.code,)
        found.setdefault(same, explained)
    return tuple(found.values())[:MOST]


# --------------------------------------------------------------- what the text is about

_URL = re.compile(r"https?://[^\s\"'<>\\)\]，。]{1,500}", re.IGNORECASE)
_APP_ID = re.compile(r"(?<![0-9A-Za-z_])cli_[0-9A-Za-z]{10,32}(?![0-9A-Za-z_])")
_NAME = re.compile(
    r"(?<![\w.@/-])(?!(?:java|javax|sun|org|com|io|net)\.)(?:[a-z0-9-]{1,63}\.){1,6}"
    r"(?:cn|com|net|org|io|corp|local|lan|internal|intranet|example|invalid|cloud)(?![\w.(-])",
    re.IGNORECASE,
)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::\d{1,5})?", re.IGNORECASE)
_PUBLIC = ("feishu.cn", "larksuite.com", "larkoffice.com")


def app_id_in(text: str) -> str:
    """Return the first App ID in ``text``, "" when there is none."""
    match = _APP_ID.search(text)
    return match[0] if match else ""


def hosts_in(text: str) -> Hosts:
    """Return the hosts of the brand that ``text`` is about; Feishu when it does not say.

    A private deployment is recognised by the platform's paths at an https address.
    """
    for match in _URL.finditer(text):
        host = _host_of(match[0])
        public = host.endswith(_PUBLIC)
        if host and not public and "/open-apis/" in match[0] and match[0].startswith("https://"):
            return hosts_of(Edition.PRIVATE, f"https://{host}")
        if public:
            break
    small = text.lower()
    lark, feishu = small.find("larksuite.com"), small.find("feishu.cn")
    is_lark = lark >= 0 and (feishu < 0 or lark < feishu)
    return hosts_of(Edition.LARK if is_lark else Edition.FEISHU)


def host_in(text: str) -> str:
    """Return the host that ``text`` names first, in an address or by itself; "" for none."""
    url = _URL.search(text)
    host = _host_of(url[0]) if url else ""
    name = _NAME.search(text)
    return host or (name[0] if name else "")


def _host_of(url: str) -> str:
    """The host with its port, without user name and password; "" when it cannot be one."""
    try:
        host = urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""


# ------------------------------------------------------------------ from a clue to words


def _explained(clue: Clue, hosts: Hosts, app_id: str, host: str) -> Explanation:
    told = {name: redact(book.one_line(value)) for name, value in clue.params.items() if value}
    if host:
        told.setdefault("host", host)
    entry = book.entry_of(clue.code, told)
    shown = dict.fromkeys(_needed(entry), "…") | told
    words = code_words(clue.code, shown)
    known = not book.lacks(clue.code)
    return Explanation(
        clue.code,
        known,
        words.title,
        words.sentence,
        _causes(entry.causes, clue.code, shown) if known else (),
        words.fix,
        words.who if entry.who else "",
        words.page,
        _links(clue.code, told, hosts, app_id),
        entry.retryable if known else None,
        pick(book.sources().get(entry.source, {})) if known else "",
        told.get("log_id", ""),
    )


def _needed(entry: Entry) -> set[str]:
    """What the words name and a text rarely tells: left open, as in a form."""
    parts = (entry.title, entry.cause, entry.fix)
    texts = (text for part in parts for text in part.values())
    return {name for text in texts for name in book.needed_by(text)} - {"code"}


def _causes(
    causes: Mapping[str, tuple[str, ...]], code: str, params: Mapping[str, str]
) -> tuple[str, ...]:
    values = {"code": code, **spoken(params, code)}
    number = max((len(texts) for texts in causes.values()), default=0)
    rows = ({lang: texts[n] for lang, texts in causes.items()} for n in range(number))
    return tuple(book.fill(pick(row), values) for row in rows)


def _links(code: str, told: Mapping[str, str], hosts: Hosts, app_id: str) -> tuple[Link, ...]:
    number = code.removeprefix("feishu.")
    if number.isdecimal() and book.lacks(code):
        return (troubleshooting_link(hosts, number, told.get("log_id", "")),)
    return links_of(Finding("", Status.FAIL, code, told), hosts, app_id)

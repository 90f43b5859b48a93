"""What a pasted text holds: codes, phrases, replies, statuses. Reads, and explains nothing.

Text from outside is data: nothing of it is run, followed or shown from here, every pattern is
linear, and of a long text only the beginning and the end are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from feishu_wizard.text import book
from feishu_wizard.text.replies import replies_in

LIMIT = 250_000  # characters that are read at either end
_SHORT = 400  # in a text of this length a bare number is likely meant as a code
_NEAR = 800  # characters after a code in which its message and log id are looked for
_MOST = 40  # clues of one kind
_SHORTEST_UNKNOWN = 5  # digits of a code that the book lacks


class Rank(IntEnum):
    """How well a clue tells what is meant; the smaller the better."""

    REPLY = 0
    NAMED = 1
    SAID = 2
    WORD = 3
    WEAK = 4
    STATUS = 5
    NUMBER = 6


@dataclass(frozen=True, slots=True)
class Clue:
    """A code, where it stands, and the values that came with it."""

    code: str
    rank: Rank
    at: int = 0
    params: Mapping[str, str] = field(default_factory=dict)


_NUMBER = re.compile(r"(?<![\w.:/%-])(\d{4,10})(?![\w.:/%-])")
_LABELLED = re.compile(
    r"(?:code|error|错误码|错误代码|返回码)"
    r"[\"'\\]{0,6}\s{0,4}[:=：]?\s{0,4}[\"'\\\[(（]{0,6}(\d{4,10})(?![\d.:])"
)
_OWN = re.compile(r"(?<![\w.@/-])[a-z][a-z_]{0,40}(?:\.[a-z0-9_]{1,40}){1,5}(?![\w@/-])")
_OAUTH = re.compile(
    r"(?<![\w.-])(?:authorization_pending|slow_down|access_denied|expired_token|invalid_grant"
    r"|invalid_client|unauthorized_client)(?![\w-])"
)
_OAUTH_LABELLED = re.compile(
    r"error[\"'\\]{0,6}\s{0,4}[:=]\s{0,4}[\"'\\]{0,6}([a-z][a-z_]{3,40})(?![\w.-])"
)
_STATUS = re.compile(
    r"(?:https?(?:/\d(?:\.\d)?)?(?: status)?(?: code)?[ :=]{1,3}"
    r"|status(?:[ _]?code)?[\"']?[ :=]{1,3}|returned error: )([45]\d\d)(?!\d)"
    r"|(?<![\d.])([45]\d\d) (?:bad gateway|service unavailable|gateway time-?out|forbidden"
    r"|not found|unauthorized|internal server error|too many requests)"
)
_MSG = re.compile(
    r"(?:msg|message|error_description)[\"'\\]{0,6}\s{0,4}[:=：]\s{0,4}[\"'\\]{0,6}"
    r"([^\"'\\\n,;}]{1,300})",
    re.IGNORECASE,
)
_LOG_ID = re.compile(
    r"(?:log[_-]?id|x-tt-logid)[\"'\\]{0,6}\s{0,4}[:=：]\s{0,4}[\"'\\]{0,6}([0-9A-Za-z]{10,64})"
    r"(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_SCOPE = re.compile(
    r"(?<![\w.:/-])(?:contact|im|application|admin|tenant|event|auth|user|docs?|drive|wiki|calendar"
    r"|cardkit|task|approval|bitable|sheets|mail|search):[a-z_]{2,40}(?:\.[a-z_]{1,40}){0,4}"
    r"(?::[a-z_]{2,40}){0,2}(?![\w:/])"
)
# What failed on the way to a proxy is the proxy's: Go and Python say both in one line.
_OF_THE_PROXY = {
    "net.dns": "net.proxy.dns",
    "net.refused": "net.proxy.refused",
    "net.timeout": "net.proxy.timeout",
    "net.deadline": "net.proxy.timeout",
}


def bounded(text: str) -> str:
    """Return the text, or the two ends of one that is too long to be read."""
    if len(text) <= 2 * LIMIT:
        return text
    return f"{text[:LIMIT]}\n{text[-LIMIT:]}"


def clues_in(text: str) -> list[Clue]:
    """Return what is recognised in a bounded text, the best first, each code once."""
    small = _lower(text)
    found = [*_whole(small), *_of_replies(text), *_labelled(text, small), *_own(small)]
    found += [*_said(text), *_oauth(small, found), *_statuses(small), *_numbers(small)]
    best: dict[str, Clue] = {}
    for clue in sorted(_sifted(found), key=lambda clue: (clue.rank, clue.at)):
        best.setdefault(clue.code, clue)
    return list(best.values())


def _whole(small: str) -> Iterator[Clue]:
    """The text is a code and nothing else."""
    word = small.strip().strip("#'\"。.,;:")
    if re.fullmatch(r"\d{4,10}", word):
        yield Clue(f"feishu.{word}", Rank.NAMED, params={"feishu_code": word})
    elif re.fullmatch(r"feishu\.\d{4,10}", word):
        yield Clue(word, Rank.NAMED, params={"feishu_code": word.partition(".")[2]})
    elif len(word) <= 80 and "*" not in word and book.knows(word):
        yield Clue(word, Rank.NAMED)


def _of_replies(text: str) -> Iterator[Clue]:
    for reply in replies_in(text):
        if reply.code:
            yield Clue(f"feishu.{reply.code}", Rank.REPLY, reply.at, reply.params())
        elif reply.error:
            yield Clue(f"oauth.{reply.error}", Rank.REPLY, reply.at, reply.params())


def _labelled(text: str, small: str) -> Iterator[Clue]:
    """Numbers that the text itself calls a code, with the message and the log id near them."""
    for count, match in enumerate(_LABELLED.finditer(small)):
        if count >= _MOST:
            return
        code, number = f"feishu.{match[1]}", match[1]
        if book.knows(code) or len(number) >= _SHORTEST_UNKNOWN:
            near = {**nearby(text[match.end() : match.end() + _NEAR]), "feishu_code": number}
            # A number that the book lacks may be the code of another system.
            rank = Rank.NAMED if not book.lacks(code) else Rank.NUMBER
            yield Clue(code, rank, match.start(), near)


def nearby(text: str) -> dict[str, str]:
    """Return message, log id and permissions that a piece of text names."""
    found: dict[str, str] = {}
    for name, pattern in (("msg", _MSG), ("log_id", _LOG_ID)):
        match = pattern.search(text)
        if match:
            found[name] = match[1].strip()
    scopes = _SCOPE.findall(text)
    if scopes:
        found["scopes"] = ", ".join(dict.fromkeys(scopes[:10]))
    return found


def _own(small: str) -> Iterator[Clue]:
    """Codes of this program, as its own reports and logs write them."""
    for match in _OWN.finditer(small):
        if book.knows(match[0]):
            number = match[0].removeprefix("feishu.")
            params = {"feishu_code": number} if number.isdecimal() else {}
            yield Clue(match[0], Rank.NAMED, match.start(), params)


def _said(text: str) -> Iterator[Clue]:
    flat = re.sub(r"\s+", " ", text)
    small = _lower(flat)
    for phrase in book.phrases():
        places = [(at, said) for at, said in ((small.find(s), s) for s in phrase.says) if at >= 0]
        if places:
            at, said = min(places)
            rank = Rank.WEAK if phrase.weak else Rank.SAID
            params = {"msg": flat[at : at + len(said)], **nearby(flat[at : at + _NEAR])}
            number = phrase.code.removeprefix("feishu.")
            if number.isdecimal():
                params["feishu_code"] = number
            yield Clue(phrase.code, rank, at, params)


def _lower(text: str) -> str:
    """Small letters at the same places: U+0130 alone becomes longer."""
    return text.replace("\u0130", "I").lower()


def _oauth(small: str, found: list[Clue]) -> Iterator[Clue]:
    if any(clue.rank is Rank.REPLY for clue in found):
        return  # the reply says it better
    for match in _OAUTH.finditer(small):
        yield Clue(f"oauth.{match[0]}", Rank.WORD, match.start(), {"error": match[0]})
    for match in _OAUTH_LABELLED.finditer(small):
        if book.knows(f"oauth.{match[1]}"):
            yield Clue(f"oauth.{match[1]}", Rank.WORD, match.start(), {"error": match[1]})


def _statuses(small: str) -> Iterator[Clue]:
    for match in _STATUS.finditer(small):
        status = match[1] or match[2]
        code = "net.proxy.auth" if status == "407" else "net.status"
        yield Clue(code, Rank.STATUS, match.start(), {"status": status})


def _numbers(small: str) -> Iterator[Clue]:
    """Bare numbers: in a line or two any known code, in a long text only unmistakable ones."""
    for match in _NUMBER.finditer(small):
        plain = len(small) <= _SHORT or (len(match[1]) == 8 and match[1].startswith("9999"))
        if plain and book.knows(f"feishu.{match[1]}"):
            code = f"feishu.{match[1]}"
            yield Clue(code, Rank.NUMBER, match.start(), {"feishu_code": match[1]})


def _sifted(found: list[Clue]) -> list[Clue]:
    """Leave out what only repeats, less well, what another clue says."""
    said = {clue.code for clue in found if clue.rank <= Rank.WORD}
    proxied = any(clue.code == "net.proxy.refused" for clue in found)
    kept = []
    for clue in found:
        if clue.rank >= Rank.WEAK and said:
            continue
        if proxied and clue.code in _OF_THE_PROXY and clue.rank is Rank.SAID:
            clue = Clue(_OF_THE_PROXY[clue.code], clue.rank, clue.at, clue.params)  # noqa: PLW2901
        kept.append(clue)
    return kept

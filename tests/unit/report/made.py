"""Diagnoses made by hand: a plain one, and one with secrets and people in every place."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from feishu_wizard.domain.diagnosis import (
    Diagnosis,
    ServerCheck,
    order_of,
    verdict_of,
)
from feishu_wizard.domain.finding import Evidence, Finding, Link, Proof, Status, Who

APP_ID = "cli_a8c029e757e6500b"
FACTS = {
    "setup_id": "k3v9q2",
    "edition": "feishu",
    "app_id": APP_ID,
    "can": "https://can.example.com",
    "profile": "can-rest",
    "callback_url": "https://can.example.com/user/softLogin",
    "capabilities": "user_sync,sso,push",
}
PERMISSIONS = ("permission.user_id", "permission.mobile", "permission.email")


def plain(*changed: Finding, **changes: Any) -> Diagnosis:
    """Everything passed, but what ``changed`` says."""
    news = {finding.id: finding for finding in changed}
    findings = tuple(
        news.get(check, Finding(check, Status.PASS, proof=Proof.PROVEN))
        for check in order_of(PERMISSIONS)
    )
    known: dict[str, Any] = {
        "findings": findings,
        "verdict": verdict_of(findings),
        "feishu_calls": 9,
        "elapsed_ms": 4200,
        "at": "2026-07-01T10:00:00+00:00",
        "version": "0.2.0",
        "facts": dict(FACTS),
    }
    return Diagnosis(**(known | changes))


def bot_off() -> Finding:
    """The bot is not released: a code of the platform with its evidence."""
    seen = Evidence(
        "GET",
        "open.feishu.cn",
        "/open-apis/bot/v3/info",
        200,
        11205,
        "app do not have bot",
        "20260701100000A1B2C3D4E5F60718293A",
        31,
        "2026-07-01T10:00:00Z",
    )
    params = {"feishu_code": "11205", "msg": seen.msg, "log_id": seen.log_id}
    return Finding(
        "feishu.bot",
        Status.FAIL,
        "feishu.11205",
        params,
        who=Who.DEVELOPER,
        evidence=(seen,),
        depends_on=("feishu.credentials",),
    )


def _escaped(value: str) -> str:
    units = value.encode("utf-16-be")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))


ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda v: v,
    "url": lambda v: quote(v, safe=""),
    "double url": lambda v: quote(quote(v, safe=""), safe=""),
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64url": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "json": _escaped,
    "hex": lambda v: v.encode().hex(),
    "repr": lambda v: repr(v.encode()),
    "html": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "exception": lambda v: repr(ValueError(f"refused: {v}")),
}


@dataclass(frozen=True, slots=True)
class Canary:
    """A secret, as it would stand in a text. ``registered``: the program held it itself."""

    kind: str
    value: str
    around: str
    registered: bool = False

    @property
    def text(self) -> str:
        """As it would be met."""
        return self.around.format(self.value)


SECRETS = (
    Canary("app secret", "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E", "{}", registered=True),
    Canary("tenant token", "t-g1047bgt3HZQ5L2NXY7WVK6M4RJDPAUCEF0S8", "{}"),
    Canary("user token", "eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiI3NDEwIiwidWlkIjoiOTEifQ.c2lnbmVk", "{}"),
    Canary("app ticket", "bx7Kq2ticketWmZ91", "app_ticket={}"),
    Canary("CAN key", "sk-5f3a9c1e7b2d4860", "{}"),
    Canary("CAN password", "Zx!9&<q\"u'o te>", "{}", registered=True),
    Canary("cookie", "c00kie-8841-Value", "Cookie: session={}"),
    Canary("authorization", "b3BlcmF0b3I6aHVudGVyMg==", "Authorization: Basic {}"),
    Canary("proxy password", "pr0xyPa55w", "http://operator:{}@proxy.example.com:8080"),
    Canary("OAuth code", "a61hb967bd094dge949h79bbexd16dfe", "code={}"),
    Canary("state", "st4te-Kp0qLm28Xv", "state={}"),
    Canary("code verifier", "TxYmzM4PHLBlqm5NtnCmwxMH8mFlRWl_ipie3O0aVzo", "code_verifier={}"),
    Canary("refresh token", "ur-oQ0mMq6MCcueAv0pyx2fQQhxqv3CbLu6G8ySFwafeKww2Def2BJdOkW3", "{}"),
)
_SURNAMES = "林周陈沈何方顾许唐蒋陆宋贺白梁秦"
_GIVEN = (
    "晓晴",
    "思远",
    "予安",
    "知夏",
    "景行",
    "若溪",
    "一鸣",
    "清和",
    "云帆",
    "嘉禾",
    "子衿",
    "言蹊",
    "望舒",
)
_FIRST = ("Amelia", "Bruno", "Clara", "Dorian", "Elif", "Fabian", "Greta", "Hugo", "Ines", "Jonas")
_LAST = ("Novak", "Lindqvist", "Okafor", "Moreau", "Petrov", "Silva", "Tanaka", "Ullmann", "Varga")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with all identifiers that platform and CAN know."""

    name: str
    latin: str
    mobile: str
    email: str
    user_id: str
    open_id: str
    union_id: str

    @property
    def identifiers(self) -> tuple[str, ...]:
        """All of them."""
        return (
            self.name,
            self.latin,
            self.mobile,
            self.email,
            self.user_id,
            self.open_id,
            self.union_id,
        )


def people(count: int = 200) -> list[Person]:
    """Invented people, every identifier of its own."""
    return [_person(n) for n in range(count)]


def _person(n: int) -> Person:
    first, last = _FIRST[n % 10], _LAST[n // 10 % 9]
    chinese = _SURNAMES[n % 16] + _GIVEN[n // 16 % 13]
    initial = chr(ord("A") + n // 90)
    return Person(
        name=chinese,
        latin=f"{first} {initial}. {last}",
        mobile=f"13{n % 10}{55_000_000 + n * 7919:08d}",
        email=f"{first}.{last}{n}@example.com".lower(),
        user_id=f"{n * 2654435761 % 2**32:08x}",
        open_id=f"ou_{n * 0x9E3779B97F4A7C15 % 2**128:032x}",
        union_id=f"on_{n * 0xC2B2AE3D27D4EB4F % 2**128 + 7:032x}",
    )


def hostile(texts: list[str], known: tuple[str, ...]) -> Diagnosis:
    """A diagnosis with ``texts`` in every field that a text can reach."""
    checks = [c for c in order_of(PERMISSIONS) if not c.startswith("setup.")]
    parts = _dealt(texts, len(checks))
    findings = tuple(_loaded(check, part) for check, part in zip(checks, parts, strict=True))
    some = texts[:: max(1, len(texts) // 40)]
    server = ServerCheck(
        tuple(_loaded(c, part) for c, part in zip(checks[:5], parts, strict=False)),
        host=" ".join(some[:9]),
        at="2026-07-01T09:00:00Z",
        tool=" ".join(some[9:18]),
        notes=(some[0], "server.no_tool"),
    )
    facts = FACTS | {"os": " ".join(some), "person": known[0], "secret": some[0], "proxy": some[3]}
    return plain(
        findings=findings, verdict=verdict_of(findings), facts=facts, people=known, server=server
    )


def _dealt(texts: list[str], stacks: int) -> list[list[str]]:
    return [texts[start::stacks] for start in range(stacks)]


def _loaded(check: str, texts: list[str]) -> Finding:
    return Finding(
        check,
        Status.FAIL if check == "feishu.bot" else Status.WARN,
        "net.not_feishu",
        {
            "title": " | ".join(texts),
            "host": texts[0],
            "detail": texts[-1],
            "msg": " ".join(texts[:5]),
            "name": texts[0],
            texts[0]: texts[0],
        },
        evidence=tuple(_evidence(texts)),
        links=tuple(Link("platform_help", f"https://open.feishu.cn/s?q={text}") for text in texts),
        depends_on=(texts[0],),
    )


def _evidence(texts: list[str]) -> Iterator[Evidence]:
    for at in range(0, len(texts), 6):
        text = " ".join(texts[at : at + 6])
        path = f"/open-apis/contact/v3/users/{text.replace(' ', '/')}"
        yield Evidence("GET", "open.feishu.cn", path, 400, 41012)
        yield Evidence("POST", "open.feishu.cn", "/x", 400, 1, f"no such user: {text}.", text, 3)
        yield Evidence("GET", text, f"/{text}/x?code={text}", 200, 0, json.dumps({"msg": text}))


def forms(value: str) -> set[str]:
    """A value in all the encodings that are searched for."""
    found = {encode(value) for encode in ENCODINGS.values()}
    found |= {json.dumps(value)[1:-1], html.escape(value), repr(value)[1:-1]}
    return found | {form.upper() for form in found if form == value.encode().hex()}

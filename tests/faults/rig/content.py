"""Answers that arrive whole and say something else: statuses, redirects, documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.faults.rig.transport import Answering, Exchange
from tests.faults.rig.wire import Answer, made, page

Change = Callable[[Any], object]
BUSY = {"code": 99991400, "msg": "request trigger frequency limit"}
SPENT = {"code": 99991663, "msg": "Invalid access token for authorization."}


def says(answer: Answer) -> Answering:
    """Give this answer instead of the healthy one."""

    async def answering(exchange: Exchange) -> bool:
        await exchange.write(answer.whole())
        return True

    return answering


def changed(change: Change) -> Answering:
    """Change the document of the healthy answer; a write is not passed on."""

    async def answering(exchange: Exchange) -> bool:
        reads = exchange.request.method == "GET" or "/auth/" in exchange.request.target
        answer = await exchange.healthy() if reads else made("200 OK", _written(exchange))
        await exchange.write(answer.changed(change).whole())
        return True

    return answering


def _written(exchange: Exchange) -> dict[str, Any]:
    if "/open-apis/" in exchange.request.target:
        return {"code": 0, "msg": "success", "data": {"message_id": "om_rig"}}
    return {"success": True, "code": "200", "data": {}}


def body(change: Callable[[bytes], bytes]) -> Answering:
    """Change the bytes of the healthy answer; a write is not passed on."""

    async def answering(exchange: Exchange) -> bool:
        reads = exchange.request.method == "GET" or "/auth/" in exchange.request.target
        answer = await exchange.healthy() if reads else made("200 OK", _written(exchange))
        await exchange.write(Answer(answer.status, answer.headers, change(answer.body)).whole())
        return True

    return answering


async def passed_on(exchange: Exchange, change: Callable[[Answer], Answer]) -> bool:
    """Let the server do it and change how it says so."""
    await exchange.write(change(await exchange.healthy()).whole())
    return True


async def with_more(exchange: Exchange) -> bool:
    """A later version of the server says more than today's."""

    def more(document: Any) -> Any:
        return {**document, "new_field": {"nested": [1, None, "x"]}, "trace": 7}

    return await passed_on(exchange, lambda answer: answer.changed(more))


async def with_bom(exchange: Exchange) -> bool:
    """The document begins with a byte order mark."""

    def marked(answer: Answer) -> Answer:
        return Answer(answer.status, answer.headers, b"\xef\xbb\xbf" + answer.body)

    return await passed_on(exchange, marked)


async def echo(exchange: Exchange) -> bool:
    """A refusal that quotes the request's body and credentials."""
    sent = [exchange.request.header(n) for n in ("authorization", "auth-value")]
    text = "refused: " + " ".join([*sent, exchange.request.body.decode("utf-8", "replace")])
    document = {"code": 10013, "success": False, "msg": text, "errorMsg": text}
    await exchange.write(made("400 Bad Request", document).whole())
    return True


def page_loop(token: str) -> Answering:
    """A list that says there is more, for ever, with the same ``token`` or with none."""
    return says(
        made(
            "200 OK",
            {"code": 0, "data": {"items": [], "has_more": True, "page_token": token}},
        )
    )


def untyped(document: Any) -> Any:
    """The envelope's own words in another type."""
    kinds = {"code": str, "success": str}
    if document.get("success") is None:
        return {k: kinds.get(k, lambda x: x)(v) for k, v in document.items()}
    return {**document, "success": "true", "code": 7.5}


def unsigned(document: Any) -> Any:
    """The envelope's own words are missing."""
    return {k: v for k, v in document.items() if k not in ("code", "success")}


DEEP = b'{"code": 0, "data": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
PORTAL = page("200 OK", "Sign in to Guest Wi-Fi")
GATEWAY = {
    status: page(status, status)
    for status in ("401 Unauthorized", "403 Forbidden", "404 Not Found", "409 Conflict")
}
CUT = json.dumps({"code": 0, "tenant_access_token": "t-g1"})[:-9].encode()

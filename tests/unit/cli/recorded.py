"""A settings page that was recorded: real calls to a sandbox's CAN, as a browser writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

API = "/anymetrics/api/v1"
SETTING = f"{API}/office-software/feishu"
COOKIE = "sid=SESSION-canary-7f21c0d94ab8e613; theme=dark"
TYPED_SECRET = "Kx7wTq29ZbLm4VnPc8RsJd5HgYf3AeU6"


def entries(practice: Any) -> list[dict[str, Any]]:
    """Open the page, save with a made-up secret, look again, and put the old secret back."""
    headers = {
        "tenant-id": "1",
        "auth-type": "APIKEY",
        "auth-value": Path(practice.setup).with_name("can_api_key").read_text(encoding="utf-8"),
        "Cookie": COOKIE,
        "Authorization": "Bearer TOKEN-canary-55d1e80b97f24c3a",
    }
    made: list[dict[str, Any]] = []
    with practice.client(base_url=practice["can"]) as client:

        def call(method: str, body: Any = None, **more: str) -> Any:
            reply = client.request(method, SETTING, json=body, headers=headers | more)
            made.append(_entry(reply))
            return reply

        def save(secret: str) -> None:
            tag = call("GET").headers["ETag"]
            callback = practice.state()["can"]["settings"]["feishu"]["callback_url"]
            body = {"appId": practice["app_id"], "appSecret": secret, "callbackUrl": callback}
            reply = call("PUT", body, **{"If-Match": tag})
            assert reply.status_code == 200, reply.text

        save(TYPED_SECRET)
        whole = [*made]
        save(practice["app_secret"])
        call("GET")
    return [*whole, made[-1]]


def har(rows: list[dict[str, Any]]) -> str:
    """The recording as a HAR with sensitive data."""
    log = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": rows}
    return json.dumps({"log": log})


def sanitised(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a browser exports by default: no cookie, no authorization, no key."""
    kept: list[dict[str, Any]] = json.loads(json.dumps(rows))
    for row in kept:
        row["request"]["cookies"] = []
        row["request"]["headers"] = [
            h
            for h in row["request"]["headers"]
            if h["name"].lower() not in ("cookie", "authorization", "auth-value", "auth-type")
        ]
    return kept


def curl(rows: list[dict[str, Any]]) -> str:
    """The read and the save, copied as cURL (bash)."""
    return " ;\n".join(_curl(row["request"]) for row in rows[:2])


def _curl(request: dict[str, Any]) -> str:
    lines = [f"curl '{request['url']}'", f"-X '{request['method']}'"]
    wanted = (h for h in request["headers"] if h["name"] not in ("host", "content-length"))
    lines += [f"-H '{h['name']}: {h['value']}'" for h in wanted]
    if "postData" in request:
        lines.append(f"--data-raw '{request['postData']['text']}'")
    return " \\\n  ".join(lines)


def _entry(reply: Any) -> dict[str, Any]:
    asked = reply.request
    request: dict[str, Any] = {
        "method": asked.method,
        "url": str(asked.url),
        "httpVersion": "http/1.1",
        "headers": [{"name": k, "value": v} for k, v in asked.headers.items()],
        "cookies": [{"name": "sid", "value": COOKIE}],
        "queryString": [],
    }
    if asked.content:
        request["postData"] = {"mimeType": "application/json", "text": asked.content.decode()}
    response = {
        "status": reply.status_code,
        "statusText": "OK",
        "headers": [{"name": k, "value": v} for k, v in reply.headers.items()],
        "cookies": [],
        "content": {"mimeType": "application/json", "text": reply.text},
        "redirectURL": "",
    }
    return {
        "startedDateTime": "2026-11-20T08:00:00.000Z",
        "time": 12,
        "_resourceType": "fetch",
        "request": request,
        "response": response,
        "serverIPAddress": urlsplit(str(asked.url)).hostname,
    }

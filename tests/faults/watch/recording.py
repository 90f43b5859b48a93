"""What an administrator's browser exports of two settings pages, full of secrets."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import httpx

from tests.faults.watch.canaries import Cage

APP_ID = "cli_a8c029e757e6500b"
ELSEWHERE = "https://telemetry.example.com/collect"


def hengshi_har(origin: str, cage: Cage) -> str:
    """A whole visit: signing in, other calls with tokens, then the read, the save, the read."""
    cookie = f"csrf={cage['csrf']}; sid={cage['cookie']}; _USER_SESSION_ID={cage['har_cookie']}"
    path = f"{origin}/api/authentication-configs/lark"
    with httpx.Client(headers=_as_client(cookie=_needed(cage)), trust_env=False) as client:
        before = client.get(path)
        config = before.json()["data"]["config"]
        body = {"id": "lark", "config": {**config, "appSecret": cage["recorded_secret"]}}
        saved = client.put(path, json=body, headers={"X-CSRF-TOKEN": cage["csrf"]})
        after = client.get(path)
    assert saved.json()["code"] == 0, saved.text
    calls = [_entry(reply, cookie) for reply in (before, saved, after)]
    rows = [_sign_in(origin, cage), _telemetry(cage), *calls]
    log = {"version": "1.2", "creator": {"name": "browser", "version": "1"}, "entries": rows}
    return json.dumps({"log": log}, ensure_ascii=False)


def sqlbot_curl(origin: str, cage: Cage, app_id: str, secret: str) -> str:
    """The read, the save and the switch, copied as cURL (bash)."""
    config = {"client_id": app_id, "client_secret": secret}
    save = {"id": 8, "type": 8, "name": "lark", "config": json.dumps(config)}
    calls = (
        ("GET", "/api/v1/system/platform", None),
        ("PUT", "/api/v1/system/authentication", save),
        ("PATCH", "/api/v1/system/authentication/enable", {"id": 8, "enable": True}),
    )
    return " ;\n".join(_curl(origin, cage, *one) for one in calls)


def _needed(cage: Cage) -> str:
    """The cookies that the server wants; it refuses any other."""
    return f"csrf={cage['csrf']}; sid={cage['cookie']}"


def _as_client(cookie: str) -> dict[str, str]:
    return {"Accept": "application/json", "Cookie": cookie, "Accept-Language": "zh-CN"}


def _curl(origin: str, cage: Cage, method: str, path: str, body: Any) -> str:
    lines = [
        f"curl '{origin}{path}'",
        f"-X '{method}'",
        "-H 'Accept: application/json'",
        f"-H 'X-SQLBOT-TOKEN: Bearer {cage['bearer']}'",
        f"-b 'SESSION={cage['curl_cookie']}'",
    ]
    if body is not None:
        lines += ["-H 'Content-Type: application/json'", f"--data-raw '{json.dumps(body)}'"]
    return " \\\n  ".join(lines)


def _sign_in(origin: str, cage: Cage) -> dict[str, Any]:
    """The page on which the administrator signed in; passwords and fresh cookies."""
    body = json.dumps({"user": "admin", "password": cage["har_password"]}, ensure_ascii=False)
    return {
        "startedDateTime": "2026-11-20T08:00:00.000Z",
        "time": 9,
        "_resourceType": "fetch",
        "request": {
            "method": "POST",
            "url": f"{origin}/login?next=%2F&ticket={quote(cage['har_ticket'])}",
            "httpVersion": "http/1.1",
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "cookies": [],
            "queryString": [{"name": "ticket", "value": cage["har_ticket"]}],
            "postData": {"mimeType": "application/json", "text": body},
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": [{"name": "Set-Cookie", "value": f"sid={cage['cookie']}; HttpOnly"}],
            "cookies": [{"name": "sid", "value": cage["cookie"]}],
            "content": {
                "mimeType": "application/json",
                "text": json.dumps({"token": cage["har_token"]}),
            },
            "redirectURL": "",
        },
    }


def _telemetry(cage: Cage) -> dict[str, Any]:
    """A call to somewhere else, with credentials of its own."""
    basic = base64.b64encode(f"op:{cage['har_password']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "X-Trace-Token": cage["har_token"]}
    return {
        "startedDateTime": "2026-11-20T08:00:01.000Z",
        "time": 9,
        "_resourceType": "fetch",
        "request": {
            "method": "POST",
            "url": f"{ELSEWHERE}#{cage['har_token']}",
            "httpVersion": "http/1.1",
            "headers": [{"name": k, "value": v} for k, v in headers.items()],
            "cookies": [],
            "queryString": [],
            "postData": {
                "mimeType": "application/x-www-form-urlencoded",
                "text": f"password={quote(cage['har_password'])}",
                "params": [{"name": "password", "value": cage["har_password"]}],
            },
        },
        "response": {
            "status": 204,
            "statusText": "",
            "headers": [],
            "cookies": [],
            "content": {"mimeType": "text/plain", "text": ""},
            "redirectURL": "",
        },
    }


def _entry(reply: httpx.Response, cookie: str) -> dict[str, Any]:
    asked = reply.request
    headers = {k: cookie if k.lower() == "cookie" else v for k, v in asked.headers.items()}
    request: dict[str, Any] = {
        "method": asked.method,
        "url": str(asked.url),
        "httpVersion": "http/1.1",
        "headers": [{"name": k, "value": v} for k, v in headers.items()],
        "cookies": [
            dict(zip(("name", "value"), one.split("=", 1), strict=True))
            for one in cookie.split("; ")
        ],
        "queryString": [],
    }
    if asked.content:
        request["postData"] = {"mimeType": "application/json", "text": asked.content.decode()}
    return {
        "startedDateTime": "2026-11-20T08:00:02.000Z",
        "time": 12,
        "_resourceType": "fetch",
        "request": request,
        "response": {
            "status": reply.status_code,
            "statusText": "OK",
            "headers": [{"name": k, "value": v} for k, v in reply.headers.items()],
            "cookies": [],
            "content": {"mimeType": "application/json", "text": reply.text},
            "redirectURL": "",
        },
    }

"""Recordings of differently built settings servers, as HAR entries of a browser."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from feishu_wizard.domain.recording.har import call_of, sanitised
from feishu_wizard.domain.recording.model import Form, Recording, Typed
from feishu_wizard.domain.secret import Secret

ORIGIN = "https://can.example.com"
APP_ID = "cli_a8c029e757e6500b"
SECRET = "Zk3mQ8vTr1xLw7PdYb5NcHs2GjFu9EaK"
CALLBACK = "https://can.example.com/user/softLogin"
COOKIE = "sid=9f8e7d6c5b4a39281706f5e4d3c2b1a0; csrftoken=Qm7RtYp2Ls9XvBn4KdWf6HgJ"
CSRF = "Qm7RtYp2Ls9XvBn4KdWf6HgJ"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6aGFuZ3NhbiJ9.Zm9vYmFyYmF6cXV4"
TYPED = Typed(APP_ID, CALLBACK, Secret(SECRET))
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0",
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "sec-ch-ua": '"Chromium";v="140"',
    "Referer": f"{ORIGIN}/settings",
}


def entry(
    method: str,
    path: str,
    body: Any = None,
    answer: Any = None,
    *,
    headers: dict[str, str] | None = None,
    status: int = 200,
    answer_headers: dict[str, str] | None = None,
    form: bool = False,
) -> dict[str, Any]:
    """One entry as Chromium exports it."""
    sent = {**BROWSER, **(headers or {})}
    request: dict[str, Any] = {"method": method, "url": f"{ORIGIN}{path}", "cookies": []}
    if body is not None:
        mime = "application/x-www-form-urlencoded" if form else "application/json"
        text = urlencode(body) if form else json.dumps(body, ensure_ascii=False)
        request["postData"] = {"mimeType": mime, "text": text}
        sent["Content-Type"] = mime
    request["headers"] = [{"name": n, "value": v} for n, v in sent.items()]
    content: dict[str, Any] = {"mimeType": "application/json"}
    if answer is not None:
        content["text"] = json.dumps(answer, ensure_ascii=False)
    told = [{"name": n, "value": v} for n, v in (answer_headers or {}).items()]
    return {
        "_resourceType": "xhr",
        "request": request,
        "response": {"status": status, "headers": told, "content": content},
    }


def page(path: str = "/settings") -> dict[str, Any]:
    return {
        "_resourceType": "document",
        "request": {"method": "GET", "url": f"{ORIGIN}{path}", "headers": []},
        "response": {"status": 200, "content": {"mimeType": "text/html", "text": "<html>"}},
    }


def recording(entries: list[dict[str, Any]]) -> Recording:
    calls = [call_of(one, at) for at, one in enumerate(entries)]
    kept = tuple(call for call in calls if call is not None)
    return Recording(Form.HAR, kept, len(calls) - len(kept), sanitised(kept))


def har(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": entries}}


def rest() -> list[dict[str, Any]]:
    """A resource with an ETag, behind CAN's own headers and envelope."""
    signed = {"tenant-id": "1", "auth-type": "TOKEN", "auth-value": TOKEN}
    stored = {
        "appId": APP_ID,
        "appSecretSet": True,
        "appSecretHint": "9EaK",
        "callbackUrl": CALLBACK,
        "enabled": False,
        "version": 7,
    }

    def told(data: Any) -> dict[str, Any]:
        return {"success": True, "code": "200", "errorMsg": None, "traceId": "t1", "data": data}

    base = "/anymetrics/api/v1/office-software/feishu"
    sent = {"appId": APP_ID, "appSecret": SECRET, "callbackUrl": CALLBACK}
    return [
        page(),
        entry("GET", "/anymetrics/api/v1/users/me", None, told({"name": "x"}), headers=signed),
        entry("GET", base, None, told(stored), headers=signed, answer_headers={"ETag": '"v7"'}),
        entry("PUT", base, sent, told(stored), headers={**signed, "If-Match": '"v7"'}),
        entry(
            "PUT",
            f"{base}/enabled",
            {"enabled": True},
            told({**stored, "enabled": True}),
            headers={**signed, "If-Match": '"v8"'},
        ),
    ]


def verb() -> list[dict[str, Any]]:
    """GET and POST verbs, a code of 0, the secret in plain, a switch and a test of its own."""
    signed = {"X-DE-TOKEN": TOKEN, "X-Requested-With": "XMLHttpRequest"}
    stored = {
        "appId": APP_ID,
        "appSecret": SECRET,
        "callBack": CALLBACK,
        "enable": True,
        "valid": True,
    }
    done = {"code": 0, "msg": None, "data": None}
    return [
        entry(
            "GET", "/de2api/lark/info?_=1732332332332", None,
            {"code": 0, "msg": None, "data": stored}, headers=signed,
        ),
        entry("POST", "/de2api/lark/validate", stored, {**done, "data": True}, headers=signed),
        entry("POST", "/de2api/lark/create", stored, done, headers=signed),
        entry("POST", "/de2api/lark/switchEnable", {"enable": False}, done, headers=signed),
    ]  # fmt: skip


def listed() -> list[dict[str, Any]]:
    """A list of platforms, an object in a string, a session cookie with its CSRF header."""
    signed = {"Cookie": COOKIE, "X-CSRFToken": CSRF}
    config = {"client_id": APP_ID, "client_secret": "******", "redirect_uri": CALLBACK}
    rows = [
        {"id": 7, "type": 7, "name": "dingtalk", "config": "{}", "enable": False},
        {"id": 8, "type": 8, "name": "lark", "config": json.dumps(config), "enable": True},
    ]
    sent = {
        "id": 8,
        "type": 8,
        "name": "lark",
        "config": json.dumps({**config, "client_secret": SECRET}),
    }
    done = {"code": 0, "data": None, "msg": "ok"}
    return [
        entry("GET", "/api/v1/system/platform", None, {**done, "data": rows}, headers=signed),
        entry("PUT", "/api/v1/system/authentication", sent, done, headers=signed),
        entry(
            "PATCH", "/api/v1/system/authentication/enable", {"id": 8, "enable": False}, done,
            headers=signed,
        ),
    ]  # fmt: skip


def formed() -> list[dict[str, Any]]:
    """A form, no envelope, a version in the body, on and off as 1 and 0 through the save."""
    stored = {
        "app_id": APP_ID,
        "app_secret": "",
        "callback_url": CALLBACK,
        "status": "1",
        "version": "12",
        "remark": "",
    }
    sent = {**stored, "app_secret": SECRET}
    return [
        entry("GET", "/admin/feishu.json", None, stored, headers={"Authorization": "Bearer x"}),
        entry(
            "POST", "/admin/feishu.json", sent, {"result": "saved"}, form=True,
            headers={"Authorization": "Bearer x"},
        ),
        entry(
            "POST", "/admin/feishu.json", {**sent, "status": "0"}, {"result": "saved"}, form=True,
            headers={"Authorization": "Bearer x"},
        ),
    ]  # fmt: skip


SERVERS = {"rest": rest, "verb": verb, "listed": listed, "formed": formed}

"""Answers of a CAN server, in its envelope."""

from __future__ import annotations

from typing import Any

APP_ID = "cli_a8c029e757e6500b"
CALLBACK = "https://can.example.com/user/softLogin"
PREFIX = "/anymetrics/api/v1"
READ = f"GET {PREFIX}/office-software/feishu"
SAVE = f"PUT {PREFIX}/office-software/feishu"
ENABLE = f"PUT {PREFIX}/office-software/feishu/enabled"
TEST = f"POST {PREFIX}/office-software/feishu/test"
TOKEN = f"POST {PREFIX}/token/create"
VERB_READ = f"GET {PREFIX}/officeSoftware/detail?type=FEISHU"
VERB_SAVE = f"POST {PREFIX}/officeSoftware/save"
VERB_ENABLE = f"POST {PREFIX}/officeSoftware/switchEnable"
VERB_TEST = f"POST {PREFIX}/officeSoftware/test"


def fine(data: Any) -> dict[str, Any]:
    return {
        "data": data,
        "success": True,
        "code": "200",
        "errorMsg": None,
        "detailErrorMsg": None,
        "traceId": "3f1c2a",
    }


def refused(code: str, message: str = "no", data: Any = None) -> dict[str, Any]:
    return {
        "data": data,
        "success": False,
        "code": code,
        "errorMsg": message,
        "detailErrorMsg": "field appSecret",
        "traceId": "3f1c2a",
    }


def setting(**changes: Any) -> dict[str, Any]:
    return {
        "platform": "feishu",
        "enabled": False,
        "configured": True,
        "active": False,
        "appId": APP_ID,
        "appSecretSet": True,
        "appSecretHint": "9TaE",
        "callbackUrl": CALLBACK,
        "capabilities": {"userSync": True, "sso": True, "push": True},
        "version": 7,
        "updatedAt": "2026-11-22T08:00:00Z",
        "updatedBy": "admin",
        "lastTest": None,
    } | changes


def fresh() -> dict[str, Any]:
    return setting(
        configured=False,
        appId="",
        appSecretSet=False,
        appSecretHint=None,
        callbackUrl="",
        version=0,
    )


HTML_404 = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>"
HTML_500 = b"<html><head><title>500 Internal Server Error</title></head></html>"
APP_PAGE = (
    b"<!doctype html><html><head><title>Aloudata CAN</title></head><div id=root></div></html>"
)
LOGIN_PAGE = (
    b"<!doctype html><html><head><title>Aloudata CAN</title></head>"
    b"<form><input name=u><input type='password' name=p></form></html>"
)

"""CAN's own test of a Feishu app: real calls with the given or the stored credentials."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from feishu_wizard.sandbox.can.feishu_client import FeishuClient, UpstreamError
from feishu_wizard.sandbox.can.office import CanOffice
from feishu_wizard.sandbox.can.replies import CanError
from feishu_wizard.sandbox.can.store import Setting

CHECKS = ("token", "contact", "message", "callback")
PER_MINUTE = 10


@dataclass(frozen=True)
class Asked:
    """What to test with and which checks to run."""

    app_id: str
    secret: str
    callback: str
    checks: tuple[str, ...]
    user_id: str


def asked(setting: Setting, body: Mapping[str, object]) -> Asked:
    """Read a test request; an omitted secret means the stored one."""
    checks = body.get("checks") or list(CHECKS)
    if not isinstance(checks, list) or not set(checks) <= set(CHECKS):
        raise CanError("OS_INVALID", f"checks must be out of {', '.join(CHECKS)}", "checks")
    app_id = str(body.get("appId") or setting.app_id)
    secret = str(body.get("appSecret") or setting.app_secret)
    if not app_id or not secret:
        raise CanError("OS_INCOMPLETE", "appId and appSecret are neither given nor stored")
    user = str(body.get("testUserId") or "")
    return Asked(app_id, secret, setting.callback_url, tuple(checks), user)


async def run(office: CanOffice, setting: Setting, body: Mapping[str, object]) -> dict[str, Any]:
    """``{ok, checks}``; one test at a time and ten a minute, else OS_RATE_LIMITED."""
    wanted = asked(setting, body)
    now = office.world.now()
    office.tests = [at for at in office.tests if at > now - 60]
    if office.testing or len(office.tests) >= PER_MINUTE:
        raise CanError("OS_RATE_LIMITED", "one test at a time, ten a minute")
    office.tests.append(now)
    office.testing = True
    try:
        results = await _run(office, wanted)
    finally:
        office.testing = False
    fine = all(result["status"] != "fail" for result in results)
    office.store.remember_test(setting.platform, office.world.timestamp(), fine)
    return {"ok": fine, "checks": results}


async def _run(office: CanOffice, wanted: Asked) -> list[dict[str, Any]]:
    async with FeishuClient(office, wanted.app_id, wanted.secret) as feishu:
        token = await _timed("token", feishu.login)
        results = [token]
        probes = {
            "contact": lambda: _contact(feishu),
            "message": lambda: _message(feishu, wanted.user_id),
            "callback": lambda: _callback(feishu, wanted.callback),
        }
        for name in wanted.checks:
            if name == "token":
                continue
            if token["status"] == "fail":
                results.append(_result(name, "skip", None, "no token", 0))
            else:
                results.append(await _timed(name, probes[name]))
    return results


async def _contact(feishu: FeishuClient) -> None:
    await feishu.call("GET", "/contact/v3/scopes", {"page_size": "1"})


async def _message(feishu: FeishuClient, user_id: str) -> None:
    if not user_id:
        await feishu.call("GET", "/bot/v3/info")
        return
    body = {
        "receive_id": user_id,
        "msg_type": "text",
        "content": '{"text": "CAN: the Feishu integration was tested. CAN：飞书集成测试。"}',
    }
    await feishu.call("POST", "/im/v1/messages", {"receive_id_type": "user_id"}, body)


async def _callback(feishu: FeishuClient, callback: str) -> str | None:
    if not callback:
        return "no callback URL is stored"
    try:
        reply = await feishu.call("GET", "/application/v6/applications/me", {"lang": "zh_cn"})
    except UpstreamError as error:
        if error.code == 99991672:
            return "the app may not read its own redirect URLs"
        raise
    if (
        callback.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]
        not in reply["data"]["app"]["redirect_urls"]
    ):
        raise UpstreamError(20029, "the callback URL is not a registered redirect URL")
    return None


async def _timed(name: str, probe: Callable[[], Awaitable[str | None]]) -> dict[str, Any]:
    """Run a probe; what it returns is the reason why it was skipped."""
    start = time.perf_counter()
    status, code, message = "pass", None, ""
    try:
        skipped = await probe()
        if skipped:
            status, message = "skip", skipped
    except UpstreamError as error:
        status, code, message = "fail", error.code, error.message
    return _result(name, status, code, message, int((time.perf_counter() - start) * 1000))


def _result(name: str, status: str, code: int | None, message: str, took: int) -> dict[str, Any]:
    return {
        "id": name,
        "status": status,
        "upstreamCode": code,
        "message": message,
        "tookMs": took,
    }

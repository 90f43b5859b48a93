"""CAN's own calls to Feishu, by real HTTP with what was saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from feishu_wizard.sandbox.can.office import CanOffice

if TYPE_CHECKING:
    import httpx

Json = dict[str, Any]
THROTTLED = 99991400
TRIES = 4


@dataclass
class UpstreamError(Exception):
    """Feishu refused (``code``) or could not be reached (``code`` None)."""

    code: int | None
    message: str

    def __str__(self) -> str:
        return self.message


class FeishuClient:
    """A tenant token and the calls CAN needs; use as an async context manager."""

    def __init__(self, office: CanOffice, app_id: str, secret: str) -> None:
        self._app_id = app_id
        self._secret = secret
        self._http = office.client()
        self._token = ""

    async def __aenter__(self) -> FeishuClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def login(self) -> None:
        """Get a tenant token."""
        body = {"app_id": self._app_id, "app_secret": self._secret}
        path = "/open-apis/auth/v3/tenant_access_token/internal"
        reply = await self._send("POST", path, None, body, {})
        self._token = str(reply["tenant_access_token"])

    async def call(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Json:
        """One call with the tenant token; returns the whole body."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return await self._send(method, f"/open-apis{path}", query, body, headers)

    async def pages(self, path: str, query: Mapping[str, str]) -> AsyncIterator[Json]:
        """The ``data`` of each page."""
        token = ""
        while True:
            wanted = {**query, **({"page_token": token} if token else {})}
            data = (await self.call("GET", path, wanted))["data"]
            yield data
            token = str(data.get("page_token") or "")
            if not data.get("has_more") or not token:
                return

    async def exchange(self, code: str, redirect_uri: str) -> Json:
        """An authorization code for the profile of who signed in."""
        body = {
            "grant_type": "authorization_code",
            "client_id": self._app_id,
            "client_secret": self._secret,
            "code": code,
            "redirect_uri": redirect_uri,
        }
        path = "/open-apis/authen/v2/oauth/token"
        reply = await self._send("POST", path, None, body, {})
        headers = {"Authorization": f"Bearer {reply['access_token']}"}
        info = await self._send("GET", "/open-apis/authen/v1/user_info", None, None, headers)
        profile: Json = info["data"]
        return profile

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str],
    ) -> Json:
        for attempt in range(1, TRIES + 1):
            answer = await self._request(method, path, query, body, headers)
            try:
                reply: Any = answer.json()
            except ValueError as error:
                raise UpstreamError(None, "the answer of Feishu is no JSON") from error
            details = reply if isinstance(reply, dict) else {}
            code = details.get("code")
            if code == 0:
                return details
            if code != THROTTLED or attempt == TRIES:
                raise UpstreamError(code, str(details.get("msg", ""))[:300])
            await asyncio.sleep(min(float(answer.headers.get("x-ogw-ratelimit-reset", 1)), 5))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        import httpx  # loaded with the client in any case

        try:
            return await self._http.request(
                method, path, params=query, json=body, headers=dict(headers)
            )
        except httpx.HTTPError as error:
            why = f"cannot reach {self._http.base_url.host}: {str(error) or type(error).__name__}"
            raise UpstreamError(None, why) from error

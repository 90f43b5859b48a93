"""The authenticated caller: one App ID, one token, every call counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu.auth import PairTokens, Token, TokenSource
from feishu_wizard.services.feishu.envelope import Answer, Decoder, answer_of
from feishu_wizard.services.feishu.pace import Pace, api_of
from feishu_wizard.services.net.http import Http, Policy, Reply
from feishu_wizard.services.net.retry import is_busy, wait_of, with_retries

T = TypeVar("T")
Params = Mapping[str, str | list[str]]
#: Makes an answer of a reply, or raises as ``answer_of`` does.
Reader = Callable[[Reply], Answer[T]]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    params: Params | None
    body: Mapping[str, object] | None
    repeatable: bool
    api: str


# Under 30 minutes the platform hands out a new token (official docs:
# tenant_access_token_internal), so asking earlier gains nothing.
RENEW_BELOW_S = 30 * 60.0
# Official docs: general error codes. The token is missing, spent, of another tenant or app.
_TOKEN_ERRORS = frozenset({99991661, 99991663, 99991665, 99991668})
# These say that this API was called too often; other busy answers say nothing about the pace.
_TOO_OFTEN = 429, 400


class FeishuClient:
    """Calls the Open Platform as one app. Made for one event loop.

    ``calls`` counts what went out with a token, retries included; token requests carry none
    and are not counted. ``throttled`` counts answers that asked to come again later.
    The token lives in this object only. ``source`` gives it; without one, the pair does, as for
    every self-built app. ``pace`` holds back what would go beyond the limits of an API.
    """

    def __init__(
        self,
        http: Http,
        hosts: Hosts,
        app_id: str,
        secret: Secret,
        source: TokenSource | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.hosts = hosts
        self.app_id = app_id
        self.calls = 0
        self.throttled = 0
        self._spare: int | None = None
        self._http = http
        self._secret = secret
        self._source = source or PairTokens(http, hosts, app_id, secret)
        self._token: Answer[Token] | None = None
        self._lock = asyncio.Lock()
        self.pace = pace or Pace()

    def uses(self, secret: Secret) -> bool:
        """Tell whether this client signs in with that App Secret."""
        return self._secret.matches(secret)

    def spare_calls(self, repetitions: int | None) -> None:
        """Allow only so many repetitions from now on, whatever the number of calls; None: any."""
        self._spare = repetitions

    async def tenant_token(self) -> Answer[Token]:
        """The token in use; a new one when under 30 minutes (or half its life) remain."""
        async with self._lock:
            if self._token is None or _nearly_spent(self._token.value):
                self._token = await self._source.fetch()
            return self._token

    async def new_token(self) -> Answer[Token]:
        """A token asked for now: one that is still in use proves nothing of the pair today."""
        async with self._lock:
            self._token = None
        return await self.tenant_token()

    async def call(
        self,
        method: str,
        path: str,
        decoder: Decoder[T],
        *,
        params: Params | None = None,
        body: Mapping[str, object] | None = None,
        retry: bool | None = None,
        api: str = "",
    ) -> Answer[T]:
        """Call ``path`` of the open host and decode the answer.

        ``retry`` says that a repeat does no harm even when the outcome of the first try is
        unknown; None means so for GET only. ``api`` names whose pace it keeps; "" is the path
        without its ids. Raises ``FeishuError`` for any code but 0 and ``NetworkError`` for what
        is no answer of the platform.
        """
        return await self.exchange(
            method,
            path,
            lambda reply: answer_of(reply, decoder),
            params=params,
            body=body,
            retry=retry,
            api=api,
        )

    async def exchange(
        self,
        method: str,
        path: str,
        read: Reader[T],
        *,
        params: Params | None = None,
        body: Mapping[str, object] | None = None,
        retry: bool | None = None,
        api: str = "",
    ) -> Answer[T]:
        """``call`` for who reads the bytes of an answer himself: ``read`` gets the reply."""
        repeatable = method == "GET" if retry is None else retry
        request = _Request(method, path, params, body, repeatable, api or api_of(method, path))
        token = (await self.tenant_token()).value
        try:
            return read(await self._send(request, token))
        except FeishuError as error:
            if error.feishu_code not in _TOKEN_ERRORS:
                raise
        await self._drop(token)
        renewed = (await self.tenant_token()).value
        return read(await self._send(request, renewed))

    async def _send(self, request: _Request, token: Token) -> Reply:
        async def once() -> Reply:
            await self.pace.turn(request.api)
            self.calls += 1
            reply = await self._http.request(
                request.method,
                self.hosts.open + request.path,
                policy=Policy.FEISHU,
                headers={"Authorization": f"Bearer {token.value.reveal()}"},
                params=request.params,
                json=request.body,
            )
            self._note(request.api, reply)
            return reply

        return await (with_retries(once, allow=self._again) if request.repeatable else once())

    def _note(self, api: str, reply: Reply) -> None:
        """Let the pace know what the platform said about it."""
        if not is_busy(reply):
            self.pace.served(api)
            return
        self.throttled += 1
        if reply.status in _TOO_OFTEN:
            self.pace.busy(api, wait_of(reply))

    def _again(self, busy: bool) -> bool:
        if self._spare is None:
            return True
        self._spare -= 1
        return self._spare >= 0

    async def _drop(self, token: Token) -> None:
        """Forget a refused token, unless another call has renewed it meanwhile."""
        async with self._lock:
            if self._token is not None and self._token.value is token:
                self._token = None


def _nearly_spent(token: Token) -> bool:
    margin = min(RENEW_BELOW_S, token.lifetime / 2)
    return token.expires_at - time.monotonic() < margin

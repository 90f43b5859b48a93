"""Requests to one CAN server as its profile says: address, headers, login, bounds."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from feishu_wizard.domain.errors import CanError, InputError, NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.envelope import Opened, error_of, open_envelope
from feishu_wizard.services.can.model import Login, Op, Profile
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.http import Http, Policy, Reply
from feishu_wizard.services.net.retry import with_retries

_VALUE = re.compile(r"^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$")


class Transport:
    """Sends the calls of a profile to one origin, never to another one.

    ``base`` is the address of the API: an origin, or an origin with a path. A path that already
    ends with the profile's prefix gets it only once. Secrets are put in when a request is built;
    the token of a login lives in this object only.
    """

    def __init__(
        self,
        http: Http,
        base: str,
        profile: Profile,
        inputs: Mapping[str, str],
        secrets: Mapping[str, Secret],
    ) -> None:
        self.profile = profile
        self.url = api_base(base, profile)
        self._http = http
        self._inputs = inputs
        self._secrets = secrets
        self._token: Secret | None = None
        self._lock = asyncio.Lock()

    async def exchange(
        self,
        op: Op,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Opened:
        """Make one call and open its envelope; a spent login token is renewed once.

        Raises ``CanError``, ``NetworkError``, and ``InputError`` ``can.input_missing`` or
        ``can.secret_missing`` (param name), ``can.header_invalid`` (param header),
        ``can.too_large`` (param limit, in KiB).
        """
        login = self.profile.auth.login
        token = await self._login_token(login) if login else None
        try:
            return await self._call(op, body, headers, token)
        except CanError as error:
            again = login and login.on_401 == "relogin_once" and error.outcome == "unauthenticated"
            if not again:
                raise
        await self._drop(token)
        return await self._call(op, body, headers, await self._login_token(login))

    async def ask_openly(self, op: Op) -> Opened:
        """Make a read-only call without any credential."""
        reply = await self._send(op.method, op.path, {}, None)
        return open_envelope(reply, self.profile)

    def lookup(self, name: str) -> str:
        """The value of ``input.*`` or ``secret.*``."""
        kind, _, key = name.partition(".")
        if kind == "secret":
            secret = self._secrets.get(key)
            if not secret:
                raise InputError("can.secret_missing", {"name": key})
            return secret.reveal()
        declared = self.profile.inputs[key]
        value = self._inputs.get(key, "") or declared.default
        if not value and declared.required:
            raise InputError("can.input_missing", {"name": key})
        return value

    async def _call(
        self,
        op: Op,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        token: Secret | None,
    ) -> Opened:
        all_headers = self._headers(self.profile.auth.headers, token) | dict(headers or {})

        async def once() -> Reply:
            return await self._send(op.method, op.path, all_headers, body)

        # Only a read may be repeated: the outcome of a write is found out by reading.
        reply = await (with_retries(once) if op.method == "GET" else once())
        return open_envelope(reply, self.profile)

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Reply:
        limit = self.profile.limits.max_body_kb
        if body is not None and len(json.dumps(body).encode()) > limit * 1024:
            raise InputError("can.too_large", {"limit": str(limit)})
        url = self.url + path
        if parse_address(url).origin != parse_address(self.url).origin:
            raise NetworkError("net.bad_address", {"address": path})
        return await self._http.request(
            method,
            url,
            policy=Policy.CAN,
            headers={"Accept": "application/json", **headers},
            json=body,
            deadline=self.profile.base.timeout_s,
        )

    def _headers(self, templates: Mapping[str, str], token: Secret | None) -> dict[str, str]:
        def lookup(name: str) -> str:
            if name == "login.token":
                return token.reveal() if token else ""
            return self.lookup(name)

        filled = {name: str(template.fill(text, lookup)) for name, text in templates.items()}
        for name, value in filled.items():
            if value and not _VALUE.match(value):
                raise InputError("can.header_invalid", {"header": name})
        return {name: value for name, value in filled.items() if value}

    async def _login_token(self, login: Login | None) -> Secret | None:
        if login is None:
            return None
        async with self._lock:
            if self._token is None:
                self._token = await self._log_in(login)
            return self._token

    async def _log_in(self, login: Login) -> Secret:
        body: dict[str, Any] = {}
        for at, value in login.set.items():
            pointer.put(body, at, template.fill(value, self.lookup))
        headers = self._headers(login.headers, None)
        reply = await self._send(login.method, login.path, headers, body)
        # The pointer to the token starts at the whole answer, not at its data.
        opened = open_envelope(reply, self.profile)
        token = pointer.find(reply.json(), login.token_at)
        if isinstance(token, list) and len(token) == 1:
            token = token[0]  # CAN's documentation says "array" and shows a text
        if not isinstance(token, str) or not token:
            raise error_of("unexpected", opened.evidence, at=login.token_at)
        return Secret(token)

    async def _drop(self, token: Secret | None) -> None:
        async with self._lock:
            if self._token is token:
                self._token = None


def api_base(base: str, profile: Profile) -> str:
    """The address that paths are added to. ``NetworkError`` ``net.bad_address`` for no address."""
    text = base.strip().rstrip("/")
    address = parse_address(text)
    if "?" in text or "#" in text or "\\" in text:
        raise NetworkError("net.bad_address", {"host": "", "address": address.origin})
    if profile.base.require_https and address.scheme != "https" and not address.loopback:
        raise NetworkError("net.https_required", {"host": address.host})
    prefix = profile.base.prefix
    return text if address.path.endswith(prefix) else text + prefix

"""Requests to one CAN server as its profile says: address, headers, login, cookies, bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from feishu_wizard.domain.errors import CanError, InputError, NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.bodies import Encoding, check_size, in_form
from feishu_wizard.services.can.cookies import Jar
from feishu_wizard.services.can.envelope import Opened, open_envelope
from feishu_wizard.services.can.model import Op, Profile
from feishu_wizard.services.can.session import Session, filled_headers, merged, opened_session
from feishu_wizard.services.can.template import Lookup
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.http import Http, Policy, Reply
from feishu_wizard.services.net.retry import with_retries

_NOTHING = Session()


class Transport:
    """Sends the calls of a profile to one origin, never to another one.

    ``base`` is the address of the API: an origin, or an origin with a path. A path that already
    ends with the profile's prefix gets it only once. Secrets are put in when a request is built;
    token and cookies of a login live in this object only.
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
        self._session: Session | None = None
        self._lock = asyncio.Lock()

    async def exchange(
        self,
        op: Op,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        lookup: Lookup | None = None,
    ) -> Opened:
        """Make one call and open its envelope; a spent login is renewed once.

        ``lookup`` gives the values of the path when it names more than inputs. Raises
        ``CanError``, ``NetworkError``, and ``InputError`` ``can.input_missing`` or
        ``can.secret_missing`` (param name), ``can.header_invalid`` (param header),
        ``can.cookie_invalid`` and ``can.cookie_missing`` (params name, cookie),
        ``can.path_value_missing`` and ``can.path_value_invalid`` (param name),
        ``can.form_nested`` (param at), ``can.too_large`` (param limit, in KiB).
        """
        path = template.fill_path(op.path, lookup or self.lookup)
        login = self.profile.auth.login
        session = await self._signed_in()
        try:
            return await self._call(op, path, body, headers, session)
        except CanError as error:
            again = login and login.on_401 == "relogin_once" and error.outcome == "unauthenticated"
            if not again:
                raise
        await self._drop(session)
        return await self._call(op, path, body, headers, await self._signed_in())

    async def ask_openly(self, path: str) -> Reply:
        """Make a read-only call without any credential."""
        return await self._send("GET", template.fill_path(path, self.lookup), {}, None)

    def opened(self, reply: Reply) -> Opened:
        """Open the envelope of an answer; raises ``CanError``."""
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
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        session: Session,
    ) -> Opened:
        read = op.method == "GET"
        sent = merged(
            filled_headers(merged(self.profile.auth.headers, op.headers), session, self.lookup),
            session.jar.headers(write=not read) if session.jar else {},
            headers or {},
        )

        async def once() -> Reply:
            return await self._send(op.method, path, sent, None if read else body, op.encoding)

        # Only a read may be repeated: the outcome of a write is found out by reading.
        reply = await (with_retries(once) if read else once())
        if session.jar:
            session.jar.see(reply.set_cookies)
        return open_envelope(reply, self.profile)

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        encoding: Encoding = "json",
    ) -> Reply:
        check_size(body, self.profile.limits.max_body_kb)
        form = in_form(body) if body is not None and encoding == "form" else None
        url = self.url + path
        if parse_address(url).origin != parse_address(self.url).origin:
            raise NetworkError("net.bad_address", {"address": path})
        return await self._http.request(
            method,
            url,
            policy=Policy.CAN,
            headers=merged({"Accept": "application/json"}, headers),
            json=None if form is not None else body,
            form=form,
            deadline=self.profile.base.timeout_s,
        )

    async def _signed_in(self) -> Session:
        auth = self.profile.auth
        if auth.login is None and auth.cookies is None:
            return _NOTHING
        async with self._lock:
            if self._session is None:
                self._session = await self._sign_in()
            return self._session

    async def _sign_in(self) -> Session:
        """Log in, and take the cookies of the login or those that were pasted."""
        login, cookies = self.profile.auth.login, self.profile.auth.cookies
        jar: Jar | None = None
        if cookies is not None and cookies.source == "secret":
            jar = Jar.of_text(cookies, Secret(self.lookup(f"secret.{cookies.secret}")))
        if login is None:
            return Session(None, jar)
        body: dict[str, Any] = {}
        for at, value in login.set.items():
            pointer.put(body, at, template.fill(value, self.lookup))
        headers = filled_headers(login.headers, _NOTHING, self.lookup)
        path = template.fill_path(login.path, self.lookup)
        reply = await self._send(login.method, path, headers, body, login.encoding)
        opened = open_envelope(reply, self.profile)
        token, given = opened_session(login, cookies, reply, opened)
        return Session(token, given or jar)

    async def _drop(self, session: Session) -> None:
        async with self._lock:
            if self._session is session:
                self._session = None


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

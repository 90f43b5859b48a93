"""The only maker of HTTP clients.

Every call has a total deadline and a limit for the body, follows no redirect, keeps no cookie
and reads nothing from the environment but the proxy (``proxy.py``).
"""

from __future__ import annotations

import asyncio
import json as jsonlib
import logging
import ssl
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from types import TracebackType
from urllib.parse import urlencode

import httpx
import socksio

from feishu_wizard import __version__
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.services.net import reply as replies
from feishu_wizard.services.net import threads, tls
from feishu_wizard.services.net.address import Address, parse_address
from feishu_wizard.services.net.call import Call
from feishu_wizard.services.net.failure import causes
from feishu_wizard.services.net.headers import checked
from feishu_wizard.services.net.proxy import Resolver, Route
from feishu_wizard.services.net.proxy_auth import code_of, proxy_schemes, sign_ins
from feishu_wizard.services.net.reply import Reply
from feishu_wizard.services.net.settings import NetSettings, Policy, SystemProxy, check_policy
from feishu_wizard.services.net.trail import Trail

__all__ = ["Http", "NetSettings", "Policy", "Reply", "Route", "SystemProxy"]

# httpx tells every URL with its query at INFO, httpcore every header at DEBUG.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# httpcore looks for sniffio several times a call. Where that is not installed, Python searches the
# whole path each time, a millisecond of a call; with None in its place an import fails at once.
if "sniffio" not in sys.modules and find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

_INSPECT_SECONDS = 5.0
_ALWAYS = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "User-Agent": f"feishu-wizard/{__version__}",
}
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, OSError, replies.TooLargeError)
_OF_THE_CERTIFICATE = frozenset(
    f"net.tls.{name}" for name in ("untrusted", "hostname", "other", "expired", "not_yet_valid")
)
_FAILURES_OF_SOCKS = (socksio.SOCKSError, AssertionError, IndexError, ValueError)


class Http:
    """Connections for one setup; a pool per route and kind of trust, made when needed and reused.

    Requests go to httpx's transports themselves: what its client adds (cookies, redirects,
    authentication, hooks) is not wanted here and is a tenth of an exchange's work.
    ``transport`` carries every request instead of the network: a server in the same process.
    """

    def __init__(
        self,
        settings: NetSettings,
        system_proxy: SystemProxy | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self._transport = transport
        self._resolver = Resolver(settings, system_proxy)
        self._lines: dict[tuple[str, ...], httpx.AsyncBaseTransport] = {}

    async def __aenter__(self) -> Http:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            await line.aclose()

    async def route(self, url: str) -> Route:
        """The way to a URL; raises net.proxy.invalid and net.proxy.unsupported."""
        return await self._resolver.route(parse_address(url))

    async def request(  # noqa: PLR0913 - the parts of an HTTP request
        self,
        method: str,
        url: str,
        *,
        policy: Policy,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str | list[str]] | None = None,
        deadline: float = 15.0,
        max_bytes: int = 1_048_576,
        trail: Trail | None = None,
    ) -> Reply:
        """Make one exchange; any status is a ``Reply``, anything else a ``NetworkError``.

        ``deadline`` (seconds) covers everything up to the last byte of the body.
        ``trail`` receives how far it came and the peer's certificate.
        """
        address = parse_address(url)
        check_policy(address, policy, self.settings)
        body, kind = _encoded(json, form)
        sent = {**kind, **checked(headers, address.host)}
        call = Call(method, address, trail or Trail(), deadline, max_bytes)
        return await self._guarded(call, url, params, policy, sent, body)

    async def _guarded(
        self,
        call: Call,
        url: str,
        params: Mapping[str, str | list[str]] | None,
        policy: Policy,
        headers: dict[str, str],
        body: bytes | None,
    ) -> Reply:
        threads.use_daemon_executor()
        outer = sys.exception()
        failures: tuple[type[Exception], ...] = _FAILURES
        try:
            async with asyncio.timeout(call.deadline):
                call.route = await self._resolver.route(call.address)
                call.trail.tunnelled = bool(call.route.proxy) and call.address.scheme == "https"
                if (call.route.proxy or "").startswith("socks5"):
                    failures += _FAILURES_OF_SOCKS
                line = self._line(call.route, call.address, policy)
                target = _target(url, params)
                request = httpx.Request(
                    call.method, target, headers=_with_ours(headers), content=body
                )
                return await _exchange(line, request, call)
        except failures as error:
            failed = call.failure(error, outer)
            await call.trail.close()
        except asyncio.CancelledError:
            await call.trail.close()
            raise
        raise await self._explained(failed, call, policy)

    async def _explained(self, failed: NetworkError, call: Call, policy: Policy) -> NetworkError:
        """Add what only a second look can tell: the untrusted issuer, the proxy's schemes."""
        address, route, params = call.address, call.route, failed.params
        if failed.code == "net.proxy.auth" and not params["scheme"]:
            params["scheme"] = await proxy_schemes(route, address)
            return call.error(code_of(params["scheme"]), params)
        if failed.code in _OF_THE_CERTIFICATE:
            try:
                der = await self.peer_certificate(address.origin, _INSPECT_SECONDS)
                info = tls.describe(der)
            except (NetworkError, ValueError):
                return failed
            params.update(issuer=info.issuer, subject=info.subject, sha256=info.sha256)
            params.update(not_before=info.not_before, not_after=info.not_after)
            if policy is Policy.CAN:
                params["accept"] = address.netloc  # whose certificate a person may accept
        return failed

    async def peer_certificate(self, url: str, deadline: float = 15.0) -> bytes:
        """The peer's certificate (DER), trusted or not; no request is sent.

        Goes the same way as a request, so behind a proxy it is what the proxy lets through.
        """
        address = parse_address(url)
        call = Call("GET", address, Trail(), deadline, 0)
        outer = sys.exception()
        call.route = await self._resolver.route(address)
        call.trail.tunnelled = bool(call.route.proxy)
        line = self._make(call.route, tls.inspecting())
        try:
            async with line, asyncio.timeout(deadline):
                request = httpx.Request("GET", address.origin, headers=_with_ours({}))
                request.extensions["trace"] = call.trail
                # Whoever answers has shown no certificate; what they say does not matter.
                await (await line.handle_async_request(request)).aclose()
        except (*_FAILURES, *_FAILURES_OF_SOCKS) as error:
            for cause in causes(error, outer):
                if isinstance(cause, tls.CertificateSeen):
                    return cause.der
            raise call.failure(error, outer) from None
        finally:
            await call.trail.close()
        raise NetworkError("net.tls.other", {"host": address.host, "detail": "plain_http"})

    def _line(self, route: Route, address: Address, policy: Policy) -> httpx.AsyncBaseTransport:
        pin = self.settings.pin_for(address) if policy is Policy.CAN else ""
        if pin and address.scheme == "https":
            pin = tls.normal_fingerprint(pin, address.host)
            context = tls.pinned(pin)
        else:
            pin, context = "", tls.verified(self.settings.ca_file)
        key = (route.proxy or "", route.user, pin)
        if key not in self._lines:
            self._lines[key] = self._make(route, context)
        return self._lines[key]

    def _make(self, route: Route, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
        return self._transport or httpx.AsyncHTTPTransport(
            verify=context, trust_env=False, proxy=self._proxy(route)
        )

    def _proxy(self, route: Route) -> httpx.Proxy | None:
        if route.proxy is None:
            return None
        password = route.password.reveal() if route.password else ""
        return httpx.Proxy(
            route.proxy,
            auth=(route.user, password) if route.user else None,
            ssl_context=tls.verified(self.settings.ca_file)
            if route.proxy.startswith("https")
            else None,
        )


def _target(url: str, params: Mapping[str, str | list[str]] | None) -> httpx.URL:
    """The URL with its parameters; parsed once, which is a tenth of an exchange's work."""
    if not params:
        return httpx.URL(url)
    if "?" in url or "#" in url:
        return httpx.URL(url).copy_merge_params(httpx.QueryParams(dict(params)))
    return httpx.URL(f"{url}?{urlencode(params, doseq=True)}")


def _with_ours(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers of every request, unless this one has its own."""
    own = {name.lower() for name in headers}
    return [*(pair for pair in _ALWAYS.items() if pair[0].lower() not in own), *headers.items()]


async def _exchange(line: httpx.AsyncBaseTransport, request: httpx.Request, call: Call) -> Reply:
    response, body = await _read(line, request, call)
    if response.status_code == 407 and call.route.proxy:
        schemes = sign_ins(response.headers.get_list("proxy-authenticate"))
        params = {"proxy": call.route.proxy_host, "scheme": schemes}
        raise call.error(code_of(schemes), params)
    return call.reply(response, body)


async def _read(
    line: httpx.AsyncBaseTransport, request: httpx.Request, call: Call
) -> tuple[httpx.Response, bytes]:
    """The answer with its whole body."""
    request.extensions["trace"] = call.trail
    response = await line.handle_async_request(request)
    try:
        call.trail.see(response.extensions.get("network_stream"))
        return response, await replies.read_body(response, call.max_bytes)
    except replies.BadEncodingError as error:
        raise httpx.DecodingError("encoding", request=request) from error
    finally:
        await response.aclose()


def _encoded(json: object, form: Mapping[str, str] | None) -> tuple[bytes | None, dict[str, str]]:
    """Body and its Content-Type."""
    if json is not None:
        return _json_bytes(json), {"Content-Type": "application/json; charset=utf-8"}
    if form is not None:
        text = str(httpx.QueryParams(dict(form)))
        return text.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return None, {}


def _json_bytes(value: object) -> bytes:
    try:
        return jsonlib.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate has a JSON form, but no UTF-8
        return jsonlib.dumps(value, separators=(",", ":")).encode()

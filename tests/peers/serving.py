"""What the eight peers share: a strict reading of requests, a history, and one server."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar, Literal

import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

Routes = dict[str, dict[str, str]]
HERE = Path(__file__).resolve().parent
Role = Literal["admin", "reader", "stranger"]
Reason = Literal[
    "path", "method", "header", "signed_out", "csrf", "not_admin", "media_type", "body", "field"
]
# What every HTTP client sends of its own accord.
_OF_THE_CLIENT = frozenset(
    {"host", "accept", "accept-encoding", "connection", "user-agent"}
    | {"content-length", "content-type"}
)
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Log in</title></head><body><form>"
    "<input name=user><input name=secret type=password></form></body></html>"
)


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """The request is none that the product takes."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Call:
    """One request. Header names are in lower case; ``path`` holds no query."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    cookies: dict[str, str]
    raw: bytes

    def __str__(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"


@dataclass
class Stored:
    """What a server keeps. ``extra``: what a profile does not manage."""

    app_id: str = ""
    app_secret: str = ""
    callback: str = ""
    enabled: bool = False
    valid: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class Peer:
    """One product. Subclasses say the routes, who is signed in, and how a refusal looks.

    ``routes``: path pattern to method to the name of the method that answers; a group of the
    pattern becomes an argument. ``pairs``: App ID to App Secret as Feishu would know them.
    ``seen``: every call. ``history``: after every change who made it and what is stored since,
    the oldest first. ``login_page``: everything is answered with a page for people.
    ``upgraded``: the next release, whose read has another shape.
    """

    name: ClassVar[str]
    headers: ClassVar[frozenset[str]] = frozenset()
    routes: ClassVar[Routes] = {}
    inputs: ClassVar[dict[str, str]] = {}
    has_callback: ClassVar[bool] = True
    tells_valid: ClassVar[bool] = False

    def __init__(self) -> None:
        self.stored: Stored | None = None
        self.pairs: dict[str, str] = {}
        self.seen: list[Call] = []
        self.refusals: list[Reason] = []
        self.history: list[tuple[str, Stored]] = []
        self.login_page = False
        self.upgraded = False

    @property
    def profile(self) -> bytes:
        """The profile that speaks this product."""
        return (HERE / f"{self.name}.yaml").read_bytes()

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """The values of the profile's secrets for this person."""
        raise NotImplementedError

    def sign_in(self, call: Call) -> None:
        """Let an administrator pass."""
        raise NotImplementedError

    def refuse(self, reason: Reason, detail: str) -> Response:
        """The product's answer to a request that it does not take."""
        raise NotImplementedError

    def changed(self, by: str, stored: Stored) -> None:
        """Store, and remember."""
        self.stored = stored
        self.history.append((by, copy.deepcopy(stored)))

    def somebody(self, **values: Any) -> None:
        """Another administrator changes something in the product's own page."""
        self.changed("somebody", self._with(values))

    @property
    def writes(self) -> list[Call]:
        """The calls that are no reads."""
        return [call for call in self.seen if call.method != "GET"]

    @property
    def now(self) -> Stored:
        """What is stored; the empty setting when nothing is."""
        return copy.deepcopy(self.stored) if self.stored else self.empty()

    def empty(self) -> Stored:
        """The setting of a server where nobody entered anything."""
        return Stored()

    def knows(self, app_id: str, app_secret: str) -> bool:
        """Whether Feishu would take this pair."""
        return bool(app_secret) and self.pairs.get(app_id) == app_secret

    def _with(self, values: Mapping[str, Any]) -> Stored:
        made = self.now
        for name, value in values.items():
            setattr(made, name, value)
        return made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        call = Call(
            request.method,
            request.url.path,
            dict(request.query_params),
            {name.lower(): value for name, value in request.headers.items()},
            dict(request.cookies),
            await request.body(),
        )
        await self._answer(call)(scope, receive, send)

    def _answer(self, call: Call) -> Response:
        self.seen.append(call)
        if self.login_page:
            return HTMLResponse(LOGIN_PAGE)
        try:
            handler, found = self._route(call)
            unknown = call.headers.keys() - _OF_THE_CLIENT - self.headers
            if unknown:
                raise Refusal("header", ", ".join(sorted(unknown)))
            self.sign_in(call)
            body = self._body(call) if call.method != "GET" else {}
            answer: Response = getattr(self, handler)(call, body, **found)
        except Refusal as refusal:
            self.refusals.append(refusal.reason)
            return self.refuse(refusal.reason, refusal.detail)
        return answer

    def _route(self, call: Call) -> tuple[str, dict[str, str]]:
        for pattern, methods in self.routes.items():
            match = re.fullmatch(pattern, call.path)
            if match and call.method in methods:
                return methods[call.method], match.groupdict()
            if match:
                raise Refusal("method", call.method)
        raise Refusal("path", call.path)

    def _body(self, call: Call) -> dict[str, Any]:
        kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refusal("media_type", kind)
        return parsed(call.raw.decode("utf-8", "replace"))


def parsed(text: str) -> dict[str, Any]:
    """A JSON object, and nothing else."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Refusal("body", str(error)) from error
    if not isinstance(value, dict):
        raise Refusal("body", "not an object")
    return value


def check(body: Mapping[str, Any], known: Mapping[str, Any], needed: Iterable[str] = ()) -> None:
    """Refuse keys that are missing or unknown, and values of another type: 1 is not True.

    ``known``: name to a type, or to a tuple of types.
    """
    for name in needed:
        if name not in body:
            raise Refusal("field", f"{name} is missing")
    for name, value in body.items():
        if name not in known:
            raise Refusal("field", f"{name} is unknown")
        types = known[name] if isinstance(known[name], tuple) else (known[name],)
        if type(value) not in types:
            raise Refusal("field", f"{name} has another type")


def text(value: object) -> str:
    """A text; what is null is empty."""
    return value if isinstance(value, str) else ""


def spring_error(status: int, error: str, path: str = "") -> JSONResponse:
    """Spring Boot's page for errors that no handler took, as JSON."""
    body = {"timestamp": "2026-01-05T08:00:00.000+00:00", "status": status, "error": error}
    return JSONResponse({**body, "path": path}, status)


class _Server(uvicorn.Server):
    """A server in a thread, which leaves signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = Event()

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the test program."""
        yield


class Host:
    """One port of loopback that answers as the peer that is put there."""

    def __init__(self) -> None:
        self.peer: Peer | None = None
        self.origin = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request over."""
        assert self.peer is not None, "no peer was put here"
        await self.peer(scope, receive, send)

    def put(self, peer: Peer) -> Peer:
        """From now on this product answers."""
        self.peer = peer
        return peer


@contextmanager
def hosted() -> Iterator[Host]:
    """Serve over real HTTP until the block ends."""
    host = Host()
    config = uvicorn.Config(
        host, host="127.0.0.1", port=0, http="h11", ws="none", lifespan="off", log_config=None
    )
    server = _Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    assert server.listening.wait(30), "the server did not start"
    host.origin = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield host
    finally:
        server.should_exit = True
        thread.join(30)

"""What the tests of the CAN client share: profiles, and a server that answers as told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import pytest
import stamina

from feishu_wizard.domain.secret import Secret
from feishu_wizard.resources import resource_bytes
from feishu_wizard.services.can.client import CanClient
from feishu_wizard.services.can.profile import Profile, parse_profile
from feishu_wizard.services.net.http import Http, NetSettings
from tests.peers.serving import Host, Peer, Role, hosted
from tests.unit.can.peers import PEERS, Manners, made, profile_of

API_KEY = "sk-423f0c9a7b1d4e5f8a6b2c3d"
KEY_SECRET = "J8vQ2mZx7RtN4sLw"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repeat without the pauses between the tries; the number of tries stays."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@cache
def load(profile_id: str) -> Profile:
    return parse_profile(resource_bytes(f"can/profiles/{profile_id}.yaml"), profile_id)


@pytest.fixture
def rest() -> Profile:
    return load("can-rest")


@pytest.fixture
def verb() -> Profile:
    return load("can-verb")


@pytest.fixture
async def http() -> Any:
    async with Http(NetSettings(proxy="none")) as made:
        yield made


class Stub:
    """A server on loopback. ``answers`` maps "METHOD path?query" to queued answers."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
        self.seen: list[tuple[str, dict[str, str], Any]] = []

    def queue(
        self, call: str, body: Any, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """Add an answer; the last one of a call is given again and again."""
        if isinstance(body, bytes):
            kind, raw = "text/html", body
        else:
            kind, raw = "application/json", json.dumps(body).encode()
        head = {"Content-Type": kind, **(headers or {})}
        self.answers.setdefault(call, []).append((status, head, raw))

    def requests(self, method: str) -> list[tuple[str, dict[str, str], Any]]:
        return [request for request in self.seen if request[0].startswith(method)]


def _body(raw: bytes, kind: str) -> Any:
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode(), keep_blank_values=True))
    return json.loads(raw) if raw else None


@pytest.fixture
def stub() -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            call = f"{self.command} {self.path}"
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.seen.append((call, headers, _body(raw, headers.get("content-type", ""))))
            queued = made.answers.get(call) or [(404, {"Content-Type": "text/html"}, b"<h1>404")]
            status, head, body = queued.pop(0) if len(queued) > 1 else queued[0]
            self.send_response(status)
            for name, value in head.items():
                for one in value.split("\n"):  # a header may come in several lines
                    self.send_header(name, one)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815 - names of the base class

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - likewise
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Stub(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(stub: Stub, http: Http) -> Callable[..., CanClient]:
    """Make a client for the stub: ``client(profile)``."""

    def make(profile: Profile, origin: str = "") -> CanClient:
        inputs = {"tenant_id": "1", "key_id": "ak0001"}
        secrets = {"api_key": Secret(API_KEY), "key_secret": Secret(KEY_SECRET)}
        return CanClient(http, origin or stub.origin, profile, inputs, secrets)

    return make


# -- other products, see tests/peers ---------------------------------------------------------


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosted() as serving:
        yield serving


@pytest.fixture(params=PEERS, ids=lambda manners: manners.kind.name)
def manners(request: pytest.FixtureRequest) -> Manners:
    found: Manners = request.param
    return found


@pytest.fixture
def peer(manners: Manners, host: Host) -> Peer:
    return host.put(made(manners))


@pytest.fixture
def speak(http: Http, host: Host) -> Callable[..., CanClient]:
    """Make a client of the product that is served: ``speak(peer)``."""

    def make(peer: Peer, role: Role = "admin", changed: Profile | None = None) -> CanClient:
        used = changed or profile_of(type(peer))
        secrets = {name: Secret(value) for name, value in peer.secrets(role).items()}
        return CanClient(http, host.origin, used, peer.inputs, secrets)

    return make

"""A CAN that speaks the reference contract and misbehaves as a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

SAVED_AT = "2026-11-22T08:00:00Z"
BASE = "/anymetrics/api/v1/office-software/feishu"


class CanStub:
    """What is stored, and what was asked. ``before`` and ``after`` run around every write.

    ``hints`` and ``versions``: whether reads show the secret's end and an ETag. ``answer_lost``
    and ``write_lost``: the connection ends after, or instead of, the next writes of these kinds.
    ``pretends``: a write is answered well and not stored. ``plain``: reads show the secret.
    ``lag``: how many reads after a write still show what was there before. ``upgraded``: reads
    answer with a page.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.stored = {"appId": "", "appSecret": "", "callbackUrl": "", "enabled": False}
        self.version = 0
        self.hints = True
        self.versions = True
        self.pretends = False
        self.plain = False
        self.lag = 0
        self.upgraded = False
        self.saved_by = ""
        self._late: list[dict[str, Any]] = []
        self.answer_lost: set[str] = set()
        self.write_lost: set[str] = set()
        self.before: Callable[[str], None] = lambda kind: None
        self.writes: list[tuple[str, dict[str, Any]]] = []
        self.reads = 0

    def body(self) -> dict[str, Any]:
        secret = self.stored["appSecret"]
        hint = str(secret)[-4:] if self.hints and secret else None
        shown = {k: v for k, v in self.stored.items() if self.plain or k != "appSecret"}
        shown |= {"updatedBy": self.saved_by, "updatedAt": SAVED_AT} if self.saved_by else {}
        versioned = {"version": self.version} if self.versions else {}
        return {**shown, **versioned, "appSecretSet": bool(secret), "appSecretHint": hint}

    def read(self) -> dict[str, Any]:
        """What a read shows; after a write, the former setting a few times where it lags."""
        self.reads += 1
        return self._late.pop(0) if self._late else self.body()

    def put(self, by: str = "ops.liu", **values: Any) -> None:
        """Somebody else saves."""
        self.saved_by = by
        self.stored.update(values)
        self.version += 1

    def write(self, kind: str, sent: dict[str, Any], match: str) -> int:
        """Apply a write; the HTTP status."""
        self.before(kind)
        self.writes.append((kind, sent))
        first = match == "*" and not (self.stored["appId"] or self.stored["callbackUrl"])
        if self.versions and not first and match != f'"v{self.version}"':
            return 412
        if kind not in self.write_lost and not self.pretends:
            self._late = [self.body()] * self.lag
            self.put(by="wizard", **sent)
        return 200


@contextmanager
def can_stub() -> Iterator[CanStub]:
    """Serve a stub on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler())
    server.daemon_threads = True
    made = CanStub(f"http://127.0.0.1:{server.server_address[1]}")
    server.stub = made  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler() -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self._stub.upgraded:
                self._send(200, b"<!doctype html><title>CAN</title><p>Hello", "text/html")
                return
            self._answer(200, self._stub.read())

        def do_PUT(self) -> None:
            stub = self._stub
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            kind = "enable" if self.path.endswith("/enabled") else "save"
            match = self.headers.get("if-match") or self.headers.get("if-none-match", "")
            status = stub.write(kind, sent, match)
            if kind in stub.answer_lost | stub.write_lost:
                self.close_connection = True
                self.connection.close()
                return
            self._answer(status)

        @property
        def _stub(self) -> CanStub:
            return self.server.stub  # type: ignore[attr-defined,no-any-return]

        def _answer(self, status: int, data: dict[str, Any] | None = None) -> None:
            shown = self._stub.body() if data is None else data
            body: dict[str, Any] = {"success": True, "code": "200", "data": shown}
            if status == 412:
                body = {"success": False, "code": "OS_VERSION_STALE", "errorMsg": "changed"}
            self._send(status, json.dumps(body).encode(), "application/json", shown)

        def _send(
            self, status: int, raw: bytes, kind: str, shown: dict[str, Any] | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            if shown is not None and "version" in shown:
                self.send_header("ETag", f'"v{shown["version"]}"')
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: Any) -> None:
            """Tests read what was asked from the stub."""

    return Handler

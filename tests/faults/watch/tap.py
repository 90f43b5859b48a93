"""A gate before a server of this computer that keeps every byte a client sent there."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

HOST = "127.0.0.1"
HELD_SECONDS = 30.0
_REFUSED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Tap:
    """Carries bytes to ``upstream`` (a port); without one, every request gets a 502.

    ``catch`` is asked about what a client sent. Where it says yes, the server's answer is held
    back until ``release``; ``caught`` is set as soon as there is one. With ``carry`` off the
    request itself is held back and never arrives.
    """

    def __init__(self, name: str, upstream: int = 0) -> None:
        self.name, self.upstream = name, upstream
        self.catch: Callable[[bytes], bool] = lambda data: False
        self.carry = True
        self.caught, self._free = threading.Event(), threading.Event()
        self._heard: list[bytearray] = []
        self._open: list[socket.socket] = []
        self._server = socket.create_server((HOST, 0))
        self.port: int = self._server.getsockname()[1]

    @property
    def origin(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def heard(self) -> bytes:
        """Everything that clients sent so far, one connection after the other."""
        return b"\n".join(bytes(one) for one in list(self._heard))

    def hold(self, catch: Callable[[bytes], bool], *, carry: bool) -> None:
        """Hold back the next answer to what ``catch`` takes; with ``carry`` off the request."""
        self.caught.clear()
        self._free.clear()
        self.catch, self.carry = catch, carry

    def release(self) -> None:
        """Nothing is held back any more."""
        self.catch = lambda data: False
        self._free.set()

    def __enter__(self) -> Tap:
        threading.Thread(target=self._accept, name=f"tap {self.name}", daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for one in list(self._open):
            _shut(one)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:  # it was closed
                return
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        heard = bytearray()
        self._heard.append(heard)
        with client, contextlib.suppress(OSError):
            if not self.upstream:
                self._refuse(client, heard)
                return
            with socket.create_connection((HOST, self.upstream)) as server:
                self._open.append(server)
                held = threading.Event()
                back = threading.Thread(target=self._answers, args=(server, client, held))
                back.daemon = True
                back.start()
                self._requests(client, server, heard, held)
                back.join(HELD_SECONDS)

    def _refuse(self, client: socket.socket, heard: bytearray) -> None:
        while b"\r\n\r\n" not in heard:
            data = client.recv(65_536)
            if not data:
                return
            heard += data
        client.sendall(_REFUSED)

    def _requests(
        self, client: socket.socket, server: socket.socket, heard: bytearray, held: threading.Event
    ) -> None:
        while data := client.recv(65_536):
            heard += data
            if self.catch(data):
                if not self.carry:
                    self.caught.set()
                    self._free.wait(HELD_SECONDS)
                    break
                held.set()
            server.sendall(data)
        _shut(server)

    def _answers(self, server: socket.socket, client: socket.socket, held: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65_536):
                if held.is_set():
                    self.caught.set()
                    self._free.wait(HELD_SECONDS)
                    held.clear()
                client.sendall(data)
        _shut(client)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)

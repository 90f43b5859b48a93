"""Where a player works: a server of its own on loopback, the program's real services, a folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.domain.edition import Edition, Hosts
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import CapabilityWord, ProfileOffer
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.services.feishu.auth import TOKEN_PATH
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.net.http import Http, NetSettings
from feishu_wizard.text import words
from feishu_wizard.text.explain import explain

APP_ID = "cli_a8c029e757e6500b"
APP_SECRET = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"
LOG_ID = "202611220800000102030405060708090A"
TOKEN = {"code": 0, "msg": "ok", "tenant_access_token": "t-g10400token0000000001", "expire": 7200}
_REPLIES = Path(__file__).parents[1] / "feishu" / "replies"


@dataclass(frozen=True)
class Answered:
    """What the server says to a path."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Platform:
    """The other side, and the program's own clients of it."""

    origin: str
    http: Http

    @property
    def hosts(self) -> Hosts:
        return Hosts(self.origin, self.origin)

    @property
    def client(self) -> FeishuClient:
        return FeishuClient(self.http, self.hosts, APP_ID, Secret(APP_SECRET))


@dataclass
class Desk:
    """``fixture``: gets another fixture of the tests by its name."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    fixture: Callable[[str], Any]

    def kit(self, origin: str = "", **office: Any) -> Kit:
        """A setup whose platform and CAN are the server at ``origin``."""
        feishu = Feishu(
            edition=Edition.PRIVATE, open_url=origin, accounts_url=origin, app_id=APP_ID
        )
        setup = Setup(id="abc234", feishu=feishu, office=Office(**({"url": origin} | office)))
        secrets = {"app_secret": Secret(APP_SECRET), "can_api_key": Secret("sk-5f3a9c1e7b2d4860")}
        return Kit(setup, secrets, file_path=str(self.folder / "setup.toml"))

    def place(self) -> Workplace:
        """A workplace without the user's folders and keyring."""
        return Workplace(Program(state_root=self.folder / "state", use_keyring=False))


def fixture(name: str) -> dict[str, Any]:
    """The answer of an endpoint of the platform as the documentation shapes it."""
    loaded: dict[str, Any] = json.loads((_REPLIES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@contextlib.asynccontextmanager
async def serving(
    routes: Mapping[str, Answered], other: Answered | None = None
) -> AsyncIterator[Platform]:
    """Answer paths as told, ``other`` for all the rest; a token unless the routes say else."""
    told = {TOKEN_PATH: Answered(TOKEN), **routes}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # a connection that was only tried, as the probe does
        finally:
            writer.close()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        for line in head.lower().splitlines():
            if line.startswith("content-length:"):
                await reader.readexactly(int(line.partition(":")[2]))
        path = head.split(" ", 2)[1].partition("?")[0]
        writer.write(_bytes(told.get(path) or other or Answered({"code": 99991201}, 404)))
        await writer.drain()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with Http(NetSettings(proxy="none", plain_http=frozenset({origin}))) as http:
            yield Platform(origin, http)
    finally:
        server.close()


def _bytes(answered: Answered) -> bytes:
    raw = answered.body
    kind = "text/html" if isinstance(raw, bytes) else "application/json"
    body = raw if isinstance(raw, bytes) else json.dumps(raw, ensure_ascii=False).encode()
    lines = [f"HTTP/1.1 {answered.status} X", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in answered.headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


async def refusal(call: Any) -> WizardError:
    """The expected failure of a call."""
    with pytest.raises(WizardError) as caught:
        await call
    return caught.value


@dataclass(frozen=True)
class Told:
    """A code with its parameters, and the sentence that is shown for it."""

    code: str
    params: Mapping[str, str]
    sentence: str


def told(thing: Any) -> Told:
    """What the program says of a result, in the language in use, by the way it really goes."""
    if isinstance(thing, str):  # what came back, pasted
        found = explain(thing)[0]
        return Told(found.code, {}, found.sentence)
    if isinstance(thing, WizardError):
        return Told(thing.code, thing.params, words.error_words(thing).sentence)
    if isinstance(thing, Finding):
        code = words._pass_code(thing) if thing.code == "ok" else thing.code
        return Told(code, thing.params, words.finding_words(thing).sentence)
    if isinstance(thing, NeedState):
        shown = words.need_reason(thing)
        assert shown is not None
        return Told(thing.reason, thing.params, shown.sentence)
    if isinstance(thing, CapabilityWord):
        return Told(
            f"capability.{thing.code}", thing.params, words.capability_sentence(thing).sentence
        )
    if isinstance(thing, ProfileOffer):
        code = thing.reason if thing.fits else f"by_hand.{thing.reason}"
        return Told(code, {}, words.offer_words(thing).sentence)
    return Told(thing.code, thing.params, words.code_words(thing.code, thing.params).sentence)

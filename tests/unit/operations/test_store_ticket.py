"""The ticket of a store app, told by the CAN that the platform pushes it to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import msgspec
import pytest

from feishu_wizard.domain.edition import AppType
from feishu_wizard.domain.errors import CredentialError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_TICKET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.operations.check_store_app import lacks_token
from feishu_wizard.operations.store_ticket import store_ticket

KEY = "sk-9a8b7c6d5e4f3a2b"
PROFILE = b"""
schema: can-profile/1
id: tells-tickets
name: {en: CAN, zh_Hans: CAN}
evidence: source
secrets:
  key: {label: {en: Key, zh_Hans: Key}}
auth: {headers: {X-Key: "${secret.key}"}}
fields: {app_id: /appId, app_secret: /appSecret, callback_url: /callbackUrl}
ops:
  get: {path: /feishu}
  app_ticket: {path: /ticket, at: /ticket}
"""


class TellsTickets:
    """A CAN that tells a ticket: ``answer`` is its status and what it says."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.answer: tuple[int, Any] = (200, {"ticket": "told-ticket-0001"})
        self.asked: list[str] = []


@pytest.fixture
def teller() -> Iterator[TellsTickets]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(f"{self.path} {self.headers.get('X-Key')}")
            status, body = made.answer
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = TellsTickets(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def kit(teller) -> Kit:
    feishu = Feishu(app_type=AppType.STORE, app_id="cli_a8c029e757e6500b", tenant_key="736588c9")
    office = Office(url=teller.origin, profile="tells-tickets")
    return Kit(Setup(id="k3v9q2", feishu=feishu, office=office), {"can_key": Secret(KEY)})


@pytest.fixture
def ask(perform):
    """Run with the profile trusted: the ticket, or the code of the refusal."""

    def run(work):
        async def main(place):
            place.shelf.put("tells-tickets", PROFILE, trusted=True, derived=False)
            try:
                return await work(place)
            except CredentialError as error:
                return error

        return perform(main)

    return run


def with_feishu(kit: Kit, **changes: Any) -> Kit:
    feishu = msgspec.structs.replace(kit.setup.feishu, **changes)
    return replace(kit, setup=msgspec.structs.replace(kit.setup, feishu=feishu))


def test_can_tells_it_once_for_a_while(ask, kit, teller):
    async def work(place):
        assert await lacks_token(place, kit) is None
        return await store_ticket(place, kit), await store_ticket(place, kit)

    first, second = ask(work)
    assert first.reveal() == "told-ticket-0001"
    assert second is first  # the same object: the client and its token stay
    assert teller.asked == [f"/ticket {KEY}"]


def test_a_new_one_is_taken_and_the_same_one_stays_the_same(ask, kit, teller, monkeypatch):
    monkeypatch.setattr("feishu_wizard.operations.store_ticket._FRESH_S", -1.0)

    async def work(place):
        tickets = [await store_ticket(place, kit) for _ in range(2)]
        teller.answer = (200, {"ticket": "told-ticket-0002"})
        return [*tickets, await store_ticket(place, kit)]

    first, second, third = ask(work)
    assert second is first
    assert third.reveal() == "told-ticket-0002"


def test_a_given_one_goes_first(ask, kit, teller):
    given = Secret("given-ticket-0001")
    own = replace(kit, secrets={**kit.secrets, APP_TICKET: given})
    assert ask(lambda place: store_ticket(place, own)) is given
    assert teller.asked == []


@pytest.mark.parametrize(
    "answer", [(200, {"ticket": None}), (200, {}), (401, {}), (404, {}), (500, {"x": 1})]
)
def test_a_can_that_does_not_tell_it(ask, kit, teller, answer):
    teller.answer = answer
    error = ask(lambda place: store_ticket(place, kit))
    assert error.code == "store.no_ticket"
    refused = answer != (200, {"ticket": None})
    assert [one.http_status for one in error.evidence] == ([answer[0]] if refused else [])


@pytest.mark.parametrize(
    "office", [Office(), Office(url="x", profile="by-hand"), Office(url="x", profile="gone")]
)
def test_without_such_a_can_it_has_to_be_given(ask, kit, teller, office):
    own = replace(kit, setup=msgspec.structs.replace(kit.setup, office=office))
    assert ask(lambda place: store_ticket(place, own)).code == "store.no_ticket"
    assert teller.asked == []


def test_a_secret_of_can_that_is_missing(ask, kit, teller):
    error = ask(lambda place: store_ticket(place, replace(kit, secrets={})))
    assert error.code == "store.no_ticket"
    assert error.__cause__.code == "secret.missing"
    assert teller.asked == []


def test_the_company_is_asked_for_before_can_is(ask, kit, teller):
    error = ask(lambda place: store_ticket(place, with_feishu(kit, tenant_key="")))
    assert error.code == "store.no_tenant_key"
    assert teller.asked == []


def test_a_self_built_app_has_none(ask, kit, teller):
    own = with_feishu(kit, app_type=AppType.SELF_BUILT)
    assert ask(lambda place: store_ticket(place, own)) is None
    assert teller.asked == []

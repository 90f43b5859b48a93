"""The stubs of other products take what the products take and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.client import CanClient, Wanted
from feishu_wizard.services.net.http import Http
from tests.peers.serving import Call, Host, Peer
from tests.unit.can.peers import APP_ID, CALLBACK, SECRET, profile_of

pytestmark = pytest.mark.anyio
Send = Callable[..., int]
_CSRF = ("csrf-token", "x-csrf-token")
# Status by reason, where it is not the usual one; MeterSphere and Cordys answer 500 to whatever
# no handler of theirs knows, and Cordys nothing at all to an unknown path.
USUAL = {
    "method": 405,
    "path": 404,
    "media_type": 400,
    "body": 400,
    "field": 400,
    "header": 400,
    "signed_out": 401,
}
UNUSUAL: dict[str, dict[str, int]] = {
    "dataease": {"media_type": 415, "field": 200, "header": 500},
    "metersphere": {"path": 500, "media_type": 500, "body": 500, "header": 500, "signed_out": 302},
    "cordys": {"path": 200, "media_type": 500, "body": 500, "header": 500},
    "jumpserver": {"media_type": 415},
    "sqlbot": {"media_type": 422, "body": 422, "field": 422},
    "hengshi": {"media_type": 415},
    "grafana": {"method": 404},
    "teable": {"method": 404},
}
CSRF_STATUS = {"metersphere": 500, "cordys": 500, "hengshi": 403}


@pytest.fixture(scope="module")
def raw() -> Iterator[httpx.Client]:
    """A client of no manners of its own; nothing here is encrypted."""
    with httpx.Client(trust_env=False, verify=False) as client:  # noqa: S501
        yield client


@pytest.fixture
async def saved(peer: Peer, http: Http, host: Host) -> Call:
    """A save that the product took, as it was sent."""
    secrets = {name: Secret(value) for name, value in peer.secrets().items()}
    client = CanClient(http, host.origin, profile_of(type(peer)), peer.inputs, secrets)
    callback = CALLBACK if peer.has_callback else ""
    wanted = Wanted(APP_ID, callback, Secret(SECRET))
    await client.save(wanted, await client.read())
    if peer.name in ("sqlbot", "teable"):  # the second one is another call
        await client.save(wanted, await client.read())
    assert peer.refusals == []
    return peer.writes[-1]


@pytest.fixture
def send(raw: httpx.Client, host: Host, saved: Call) -> Send:
    """Send the save again with one thing changed; the status."""

    def make(
        *,
        method: str = "",
        path: str = "",
        drop: tuple[str, ...] = (),
        body: Any = None,
        **head: str,
    ) -> int:
        headers = {n: v for n, v in saved.headers.items() if n not in (*drop, "content-length")}
        headers |= {name.replace("_", "-"): value for name, value in head.items()}
        url = httpx.URL(host.origin + (path or saved.path), params=saved.query or None)
        content = saved.raw if body is None else body
        return raw.request(
            method or saved.method, url, headers=headers, content=content
        ).status_code

    return make


def expected(peer: Peer, reason: str) -> int:
    return UNUSUAL[peer.name].get(reason, USUAL[reason])


def other_type(value: Any) -> Any:
    """The same document, with one value in another type: 1 for true, 7 for a text."""
    if isinstance(value, dict):
        switches = [name for name in value if name.lower().endswith(("enable", "enabled"))]
        deeper = [name for name in value if isinstance(value[name], bool | dict)]
        name = (switches or deeper or list(value))[0]
        return {**value, name: other_type(value[name])}
    return int(value) if isinstance(value, bool) else 7 if isinstance(value, str) else str(value)


async def test_the_same_save_again_is_taken(peer, send):
    before = peer.now
    assert send() in (200, 204)
    assert peer.refusals == []
    assert peer.now == before


async def test_nothing_else_is_taken(peer, saved, send):
    body = json.loads(saved.raw)
    count = len(peer.history)
    attempts = [
        ("method", send(method="DELETE")),
        ("path", send(path=f"{saved.path.rstrip('/')}/nothing/here")),
        ("media_type", send(content_type="text/plain")),
        ("media_type", send(content_type="application/x-www-form-urlencoded")),
        ("body", send(body=b'{"broken')),
        ("body", send(body=b"[]")),
        ("field", send(body=json.dumps({**body, "surprise": 1}).encode())),
        ("field", send(body=json.dumps(other_type(body)).encode())),
        ("header", send(x_surprise="1")),
    ]
    assert [reason for reason, _ in attempts] == peer.refusals
    assert attempts == [(reason, expected(peer, reason)) for reason, _ in attempts]
    assert len(peer.history) == count


async def test_without_the_key_nothing_is_taken(peer, send):
    keys = ("authorization", "cookie", "x-auth-token", "x-de-token", "x-sqlbot-token")
    count = len(peer.history)
    status = send(drop=keys)
    # DataEase breaks on a missing token before it looks at it.
    reason = "header" if peer.name == "dataease" else "signed_out"
    assert peer.refusals == [reason]
    assert status == expected(peer, reason)
    assert len(peer.history) == count


async def test_without_the_csrf_header_nothing_is_taken(peer, saved, send):
    count = len(peer.history)
    status = send(drop=_CSRF)
    if peer.name in CSRF_STATUS:
        assert (status, peer.refusals) == (CSRF_STATUS[peer.name], ["csrf"])
        assert send(**{name: "another" for name in _CSRF if name in saved.headers}) == status
        assert len(peer.history) == count
    else:
        assert not set(_CSRF) & saved.headers.keys()
        assert peer.refusals == []


async def test_true_is_not_one(peer, saved, send):
    """Neither way round: a number where a truth value is wanted is refused above."""
    body = json.loads(saved.raw)
    numbers = [name for name, value in body.items() if type(value) is int]
    for name in numbers:
        assert send(body=json.dumps({**body, name: True}).encode()) == expected(peer, "field")
    assert peer.refusals == ["field"] * len(numbers)
    assert bool(numbers) == (peer.name == "sqlbot")

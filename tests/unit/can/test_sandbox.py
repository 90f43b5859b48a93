"""The client against the sandbox's CAN: both profiles, and what its drills do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from feishu_wizard.domain.errors import CanError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.client import CanClient, Wanted, looks_like

pytestmark = pytest.mark.anyio
CALLBACK = "https://can.example.com/user/softLogin"


@pytest.fixture(scope="module")
def healthy(module_sandbox):
    return module_sandbox()


def client_of(sandbox, http, profile, **other: str) -> CanClient:
    texts = {**sandbox["secrets"], **other}
    secrets = {name: Secret(text) for name, text in texts.items()}
    return CanClient(http, sandbox["can"], profile, sandbox["inputs"], secrets)


def wanted(sandbox, secret: str = "") -> Wanted:
    return Wanted(sandbox["app_id"], CALLBACK, Secret(secret or sandbox["app_secret"]))


def stored(sandbox) -> dict[str, Any]:
    """The setting in the server's database, with the secret."""
    found: dict[str, Any] = sandbox.state()["can"]["settings"]["feishu"]
    return found


async def test_first_save_on_a_fresh_server(sandbox, http, rest):
    fresh = sandbox("--fresh")
    can = client_of(fresh, http, rest)
    before = await can.read()
    assert before.empty
    saved = await can.save(wanted(fresh), before)
    assert (saved.secret_set, saved.enabled) == (True, False)
    on = await can.enable(True, saved)
    assert on.enabled is True
    seen = await can.read()
    assert (seen.app_id, seen.callback_url, seen.enabled) == (fresh["app_id"], CALLBACK, True)
    assert seen.secret_hint == fresh["app_secret"][-4:]
    kept = stored(fresh)
    assert (kept["app_id"], kept["enabled"]) == (fresh["app_id"], True)
    with pytest.raises(CanError) as caught:
        await can.save(wanted(fresh), before)
    assert caught.value.outcome == "stale"


async def test_change_and_keep(sandbox, http, rest):
    healthy = sandbox()
    can = client_of(healthy, http, rest)
    current = await can.read()
    kept = await can.save(Wanted(healthy["app_id"], CALLBACK), current)
    assert kept.secret_hint == current.secret_hint
    changed = await can.save(wanted(healthy, "n3wS3cretn3wS3cretn3wS3cretABCD"), kept)
    assert changed.secret_hint == "ABCD"
    with pytest.raises(CanError) as caught:
        await can.save(wanted(healthy, "******"), changed)
    assert caught.value.outcome == "secret_masked"
    await can.save(wanted(healthy), changed)
    off = await can.enable(False, await can.read())
    assert (await can.enable(True, off)).enabled is True


async def test_the_servers_own_test(healthy, http, rest):
    tried = await client_of(healthy, http, rest).test(wanted(healthy))
    assert tried.ok
    assert {check.id for check in tried.checks} >= {"token"}


async def test_recognised_with_and_without_the_key(healthy, http, rest, verb):
    seen = await client_of(healthy, http, rest).recognise()
    assert (seen.fits, seen.reason) == (True, "fits")
    for profile in (rest, verb):
        openly = await looks_like(http, healthy["can"], profile)
        assert (openly.fits, openly.reason) == (True, "unauthenticated")
    revoked = await client_of(healthy, http, rest, api_key="sk-revoked000").recognise()
    assert (revoked.fits, revoked.reason) == (True, "unauthenticated")
    feishu = await looks_like(http, healthy["feishu"], rest)
    assert not feishu.fits


async def test_not_an_administrator(sandbox, http, rest):
    broken = sandbox("--drill", "can-not-admin")
    can = client_of(broken, http, rest)
    with pytest.raises(CanError) as caught:
        await can.read()
    assert (caught.value.outcome, caught.value.exit_code) == ("forbidden", 3)
    assert (await can.recognise()).reason == "forbidden"


async def test_somebody_else_saves_in_between(sandbox, http, rest):
    broken = sandbox("--drill", "can-conflict")
    can = client_of(broken, http, rest)
    with pytest.raises(CanError) as caught:
        await can.save(wanted(broken), await can.read())
    assert (caught.value.outcome, caught.value.exit_code) == ("stale", 7)


async def test_a_save_that_was_lost(sandbox, http, rest):
    broken = sandbox("--fresh", "--drill", "can-save-lost")
    can = client_of(broken, http, rest)
    said = await can.save(wanted(broken), await can.read())
    assert said.app_id == broken["app_id"]
    assert (await can.read()).empty


async def test_the_verb_profile(sandbox, http, verb, tmp_path):
    running = sandbox("--fresh", "--state", str(tmp_path))
    with closing(sqlite3.connect(tmp_path / "can.sqlite3")) as database:
        key_id, key_secret = database.execute("select key_id, key_secret from api_key").fetchone()
    inputs = {**running["inputs"], "key_id": key_id}
    can = CanClient(http, running["can"], verb, inputs, {"key_secret": Secret(key_secret)})
    before = await can.read()
    assert before.empty
    saved = await can.save(wanted(running), before)
    assert saved.callback_url == CALLBACK
    assert (await can.enable(True, saved)).enabled is True
    assert not (await can.test()).ok  # a fresh app may not read the address book yet
    with pytest.raises(CanError) as caught:
        await can.save(wanted(running), before)
    assert caught.value.outcome == "stale"
    wrong = CanClient(http, running["can"], verb, inputs, {"key_secret": Secret("wrong-secret")})
    assert (await wrong.recognise()).reason == "unauthenticated"

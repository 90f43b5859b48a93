"""What a person sees of a profile before it is trusted: every call, and where each secret goes."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.deployment import Origin, Purpose
from feishu_wizard.domain.errors import InputError
from feishu_wizard.operations.deployments import known_profiles, look_at
from feishu_wizard.services.storage.profiles import digest_of
from feishu_wizard.text.catalog import use
from feishu_wizard.text.deployment import look_sentences, secret_sentences
from tests.unit.deployments.made import SESSION, ours

pytestmark = pytest.mark.anyio


def carried(look):
    return {call.purpose: call.secrets for call in look.calls}


async def test_the_built_in_profiles_are_known_and_trusted(place):
    looks = await known_profiles(place)
    assert [look.id for look in looks] == ["can-rest", "can-verb"]
    assert all(look.origin is Origin.BUILT_IN and look.trusted for look in looks)
    rest = looks[0]
    assert rest.known_by == "proposed"
    assert [(c.purpose, c.method, c.path, c.writes) for c in rest.calls] == [
        (Purpose.READ, "GET", "/anymetrics/api/v1/office-software/feishu", False),
        (Purpose.SAVE, "PUT", "/anymetrics/api/v1/office-software/feishu", True),
        (Purpose.SWITCH, "PUT", "/anymetrics/api/v1/office-software/feishu/enabled", True),
        (Purpose.TEST, "POST", "/anymetrics/api/v1/office-software/feishu/test", False),
        (Purpose.ACCOUNTS, "GET", "/anymetrics/api/v1/users", False),
    ]
    assert carried(rest) == {
        Purpose.READ: ("api_key",),
        Purpose.SAVE: ("api_key", "app_secret"),
        Purpose.SWITCH: ("api_key",),
        Purpose.TEST: ("api_key", "app_secret"),
        Purpose.ACCOUNTS: ("api_key",),
    }
    assert (rest.weak, rest.plain_http, rest.test_saves) == (False, True, False)


async def test_a_key_that_is_exchanged_travels_in_the_sign_in_only(place):
    verb = (await known_profiles(place))[1]
    found = carried(verb)
    assert found[Purpose.SIGN_IN] == ("key_secret",)
    assert not any("key_secret" in names for p, names in found.items() if p is not Purpose.SIGN_IN)
    assert not verb.weak


async def test_a_session_a_secret_that_is_sent_again_and_a_test_that_saves(place):
    look = look_at(SESSION.encode(), "mine.yaml", place)
    assert [call.purpose for call in look.calls] == [
        Purpose.VERSION,
        Purpose.READ,
        Purpose.CREATE,
        Purpose.SAVE,
        Purpose.SWITCH,
        Purpose.TEST,
    ]
    found = carried(look)
    assert found[Purpose.VERSION] == ()
    assert found[Purpose.READ] == ("cookie",)
    # The switch is a save, and this server wants the secret with every save.
    assert found[Purpose.SWITCH] == ("cookie", "app_secret") == found[Purpose.SAVE]
    switch = look.calls[4]
    assert (switch.method, switch.path, switch.writes) == ("POST", "/de2api/lark/save", True)
    assert look.calls[5].writes
    assert (look.test_saves, look.weak, look.plain_http) == (True, False, False)
    assert (look.product, look.versions, look.known_by) == ("Data Board", ("3.*",), "source")
    assert [(d.name, d.secret, d.keep) for d in look.declares] == [("cookie", True, "run")]
    assert (look.origin, look.trusted, look.source) == (Origin.ADDED, False, "mine.yaml")
    assert look.digest == digest_of(SESSION.encode())


@pytest.mark.parametrize(
    ("keep", "sent"),
    [("omit", False), ("empty", False), ("resend", True), ("reenter", True)],
)
async def test_a_switch_by_way_of_the_save_sends_the_secret_only_where_it_must(place, keep, sent):
    text = SESSION.replace("keep: resend", f"keep: {keep}")
    switch = carried(look_at(text.encode(), "x", place))[Purpose.SWITCH]
    assert ("app_secret" in switch) is sent


async def test_a_profile_without_any_key_is_weak(place):
    text = ours("open-can").decode().replace("auth-value: ${secret.api_key}", "auth-value: admin")
    look = look_at(text.encode(), "x", place)
    assert look.weak
    assert any("no key" in sentence for sentence in look_sentences(look))


@pytest.mark.parametrize("taken", ["can-rest", "can-verb", "by-hand", "con", "nul"])
async def test_an_id_of_ours_or_of_the_system_is_not_taken(place, taken):
    with pytest.raises(InputError) as caught:
        look_at(ours(taken), "x", place)
    assert caught.value.code == "profile.id_reserved"


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
async def test_the_sentences_name_the_host_and_every_secret_once(place, language):
    use(language)
    look = look_at(SESSION.encode(), "x", place)
    told = secret_sentences(look, "https://can.example.com")
    assert len(told) == 2
    assert all("https://can.example.com" in sentence for sentence in told)
    assert "App Secret" in told[0]
    label = {"en": "Cookie of the browser", "zh_Hans": "浏览器 Cookie"}[language]
    assert label in told[1]
    whole = look_sentences(look, "https://can.example.com")
    assert len(whole) == len(set(whole)) == 5

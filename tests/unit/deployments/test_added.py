"""Adding, trusting, replacing, removing: only what a person saw is ever used."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import ConflictError, CredentialError, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Office, Setup
from feishu_wizard.operations.deployments import (
    add_profile,
    broken_profiles,
    declares,
    known_profiles,
    profile_look,
    read_profile_file,
    remove_profile,
    trust_profile,
)
from feishu_wizard.text.catalog import use
from feishu_wizard.text.deployment import difference_line, replacement_sentence, trust_sentence
from feishu_wizard.text.words import error_words
from tests.unit.deployments.made import SESSION, ours

pytestmark = pytest.mark.anyio


def kit(profile: str, **secrets: str) -> Kit:
    office = Office(url="http://127.0.0.1:9", profile=profile, secrets={"cookie": "keyring:stale"})
    held = {name: Secret(value) for name, value in secrets.items()}
    return Kit(Setup(id="abc234", office=office), held)


async def test_an_added_profile_is_used_only_once_it_is_trusted(place):
    look = await add_profile(place, ours("acme-can"), "/x/acme.yaml", trust=False)
    assert not look.trusted
    with pytest.raises(InputError) as caught:
        place.profile(kit("acme-can"))
    assert (caught.value.code, caught.value.params) == (
        "profile.untrusted",
        {"profile": "acme-can"},
    )
    assert place.added_profiles() == ()
    trusted = await trust_profile(place, "acme-can", look.digest)
    assert trusted.trusted
    assert place.profile(kit("acme-can")).id == "acme-can"
    assert [one.id for one in place.added_profiles()] == ["acme-can"]
    assert [one.id for one in await known_profiles(place)] == ["can-rest", "can-verb", "acme-can"]


async def test_a_changed_file_is_not_used_and_said_so(place):
    look = await add_profile(place, ours("acme-can"), "x", trust=True)
    path = place.shelf.folder / "acme-can.yaml"
    path.write_bytes(path.read_bytes().replace(b"/office-software/feishu", b"/steal"))
    use("en")
    with pytest.raises(InputError) as caught:
        place.profile(kit("acme-can"))
    refused = caught.value
    assert f"{refused.code}.{refused.params['detail']}" == "profile.untrusted.changed"
    assert "was changed after you trusted it" in error_words(refused).sentence
    now = await profile_look(place, "acme-can")
    assert (now.trusted, now.changed) == (False, True)
    use("en")
    assert "changed after it was trusted" in trust_sentence(now)
    with pytest.raises(ConflictError) as conflict:  # what was shown is not what lies there
        await trust_profile(place, "acme-can", look.digest)
    assert conflict.value.code == "profile.changed"
    path.write_bytes(ours("acme-can"))
    assert place.profile(kit("acme-can")).id == "acme-can"


async def test_another_file_of_the_same_id_is_shown_as_a_replacement(place):
    from feishu_wizard.operations.deployments import look_at

    await add_profile(place, ours("acme-can"), "x", trust=True)
    other = ours("acme-can", **{"method: PUT": "method: POST"})
    look = look_at(other, "y", place)
    held = await profile_look(place, "acme-can")
    assert look.replaces == held.digest != look.digest
    assert not look.trusted
    told = {d.where: (d.before, d.after) for d in look.differences}
    assert told == {
        "ops.save.method": ('"PUT"', '"POST"'),
        "ops.enable.method": ('"PUT"', '"POST"'),
    }
    use("en")
    assert "2 values differ" in replacement_sentence(look)
    assert 'ops.save.method: "PUT" → "POST"' in map(difference_line, look.differences)
    same = look_at(ours("acme-can"), "z", place)
    assert (same.replaces, same.differences, same.trusted) == ("", (), True)
    comment = look_at(b"# another comment\n" + ours("acme-can"), "z", place)
    assert comment.replaces
    assert comment.differences == ()
    await add_profile(place, other, "y", trust=False)
    with pytest.raises(InputError):
        place.profile(kit("acme-can"))


async def test_a_broken_file_is_told_and_hinders_nothing_else(place):
    await add_profile(place, ours("acme-can"), "x", trust=True)
    folder = place.shelf.folder
    (folder / "torn.yaml").write_bytes(b"schema: can-profile/1\nid: torn\nname: {en: ")
    (folder / "renamed.yaml").write_bytes(ours("other-can"))
    (folder / "can-rest.yaml").write_bytes(ours("can-rest"))
    (folder / "outside.yaml").symlink_to(folder / "acme-can.yaml")
    found = {one.path.rpartition("/")[2]: one.code for one in await broken_profiles(place)}
    assert found == {
        "torn.yaml": "profile.invalid",
        "renamed.yaml": "profile.other_name",
        "can-rest.yaml": "profile.id_reserved",
        "outside.yaml": "profile.not_a_file",
    }
    assert [one.id for one in await known_profiles(place)] == ["can-rest", "can-verb", "acme-can"]
    assert place.profile(kit("acme-can")).id == "acme-can"
    assert place.profile(kit("can-rest")).ops.get.path == "/office-software/feishu"
    with pytest.raises(InputError) as caught:
        place.profile(kit("torn"))
    assert caught.value.code == "profile.invalid"
    with pytest.raises(InputError) as caught:
        place.profile(kit("outside"))
    assert caught.value.code == "profile.not_a_file"


async def test_without_the_trust_file_nothing_added_is_used(place):
    await add_profile(place, ours("acme-can"), "x", trust=True)
    place.shelf.trust_path.write_bytes(b"{")
    assert [one.code for one in await broken_profiles(place)] == ["profile.trust_unreadable"]
    looks = {look.id: look.trusted for look in await known_profiles(place)}
    assert looks == {"can-rest": True, "can-verb": True, "acme-can": False}
    assert place.added_profiles() == ()
    with pytest.raises(InputError) as caught:
        place.profile(kit("acme-can"))
    assert caught.value.code == "profile.trust_unreadable"


async def test_removing(place):
    await add_profile(place, ours("acme-can"), "x", trust=True)
    await remove_profile(place, "acme-can")
    for refused, code in (("acme-can", "profile.unknown"), ("can-rest", "profile.id_reserved")):
        with pytest.raises(InputError) as caught:
            await remove_profile(place, refused)
        assert caught.value.code == code
    with pytest.raises(InputError) as caught:
        place.profile(kit("acme-can"))
    assert (caught.value.code, caught.value.params) == (
        "profile.unknown",
        {"profile": "acme-can"},
    )


async def test_reading_a_file_that_was_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(SESSION.encode())
    assert await read_profile_file(str(path)) == SESSION.encode()
    for bad, code in (
        (tmp_path / "none.yaml", "profile.missing"),
        (tmp_path, "profile.not_a_file"),
    ):
        with pytest.raises(InputError) as caught:
            await read_profile_file(str(bad))
        assert caught.value.code == code
    path.write_bytes(b"#" * 70_000)
    with pytest.raises(InputError) as caught:
        await read_profile_file(str(path))
    assert caught.value.code == "profile.too_large"


async def test_a_session_comes_from_this_run_only(place):
    await add_profile(place, SESSION.encode(), "x", trust=True)
    await place.store.put("abc234", "stale", Secret("csrf=old; sid=stale-session"))
    assert place.run_only("session-can") == {"can_cookie"}
    assert place.run_only("can-rest") == frozenset()
    assert [d.keep for d in declares(place, "session-can")] == ["run"]
    with pytest.raises(CredentialError) as caught:  # the keyring's is never taken
        await place.can(kit("session-can"))
    assert (caught.value.code, caught.value.params) == ("can.session_needed", {"name": "cookie"})
    await place.can(kit("session-can", can_cookie="csrf=new; sid=of-this-run"))


async def test_a_key_that_is_not_there_is_named(place):
    await add_profile(place, ours("acme-can"), "x", trust=True)
    with pytest.raises(CredentialError) as caught:
        await place.can(kit("acme-can"))
    assert (caught.value.code, caught.value.params) == (
        "secret.missing",
        {"name": "can_api_key"},
    )

"""Deployment profiles: which there are, what each would do, adding, trusting, trying, removing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from feishu_wizard.domain.deployment import BrokenProfile, Origin, ProfileLook, ProfileTry
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.operations import added_profiles
from feishu_wizard.operations.check_prerequisites import api_base_of
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import BUILTIN_PROFILES, profile, profile_source
from feishu_wizard.operations.profile_look import declared_of, look_of
from feishu_wizard.services.can.client import Recognition, Setting
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.storage.profiles import digest_of, read_bounded


async def known_profiles(place: Workplace) -> tuple[ProfileLook, ...]:
    """Built-in profiles in the order in which they are tried, then the added ones by id."""
    added = await asyncio.to_thread(added_profiles.looks, place.shelf)
    return (*map(_built_in, BUILTIN_PROFILES), *added)


async def broken_profiles(place: Workplace) -> tuple[BrokenProfile, ...]:
    """Files of the profile folder that cannot be used, each with its reason."""
    return await asyncio.to_thread(added_profiles.broken, place.shelf)


async def profile_look(place: Workplace, profile_id: str) -> ProfileLook:
    """One profile by its id; ``InputError`` profile.unknown, or why its file cannot be used."""
    if profile_id in BUILTIN_PROFILES:
        return _built_in(profile_id)
    held = await asyncio.to_thread(place.shelf.get, profile_id)
    if held is None:
        raise InputError("profile.unknown", {"profile": profile_id})
    if held.error is not None:
        raise held.error
    return added_profiles.look_at(place.shelf, held.data, str(held.path))


def declares(place: Workplace, profile_id: str) -> tuple[Declared, ...]:
    """Inputs and secrets that a profile asks for; ``InputError`` as ``Workplace.profile_of``."""
    built_in = profile_id in BUILTIN_PROFILES
    return declared_of(profile(profile_id) if built_in else place.profile_of(profile_id))


async def read_profile_file(path: str) -> bytes:
    """The bytes of a profile file that was named.

    Raises ``InputError`` profile.missing, profile.not_a_file, profile.too_large,
    profile.unreadable.
    """

    def read() -> bytes:
        return read_bounded(Path(path).expanduser(), follow=True)

    return await asyncio.to_thread(read)


def look_at(data: bytes, source: str, place: Workplace) -> ProfileLook:
    """What a profile would do, before anything is trusted; ``source``: where it was read.

    Raises ``InputError`` profile.invalid (source, where, detail), profile.id_reserved (profile).
    """
    return added_profiles.look_at(place.shelf, data, source)


async def add_profile(
    place: Workplace,
    data: bytes,
    source: str,
    *,
    trust: bool,
    derived: bool = False,
    tried: ProfileTry | None = None,
) -> ProfileLook:
    """Keep a profile on this computer; another one of its id is replaced.

    ``derived``: this program made it from a recording. ``tried``: what these very bytes found
    before. Raises ``InputError`` as ``look_at`` and of the file, ``ConflictError`` profile.busy.
    """
    look = look_at(data, source, place)

    def put() -> None:
        place.shelf.put(look.id, data, trusted=trust, derived=derived)
        if tried is not None and tried.fits:
            place.shelf.fitted(look.id, look.digest)

    await asyncio.to_thread(put)
    return await profile_look(place, look.id)


async def trust_profile(place: Workplace, profile_id: str, digest: str) -> ProfileLook:
    """Trust the bytes with this digest, as they were shown.

    Raises ``ConflictError`` profile.changed when other bytes lie there now, ``InputError``
    profile.unknown.
    """
    await asyncio.to_thread(place.shelf.trust, profile_id, digest)
    return await profile_look(place, profile_id)


async def remove_profile(place: Workplace, profile_id: str) -> None:
    """Remove an added profile; ``InputError`` profile.unknown, profile.id_reserved."""
    if profile_id in BUILTIN_PROFILES:
        raise InputError("profile.id_reserved", {"profile": profile_id})
    await asyncio.to_thread(place.shelf.remove, profile_id)


async def try_profile(place: Workplace, kit: Kit, profile_id: str) -> ProfileTry:
    """Make the profile's read-only call with the setup's inputs and secrets.

    The profile has to be trusted: its secrets travel. A fit is remembered for exactly these
    bytes. Raises ``InputError`` profile.*, setup.no_can; ``CredentialError`` secret.missing and
    can.session_needed (name); ``NetworkError``.
    """
    tried = await _tried(place, kit, place.profile_of(profile_id))
    if tried.fits and profile_id not in BUILTIN_PROFILES:
        await _remember(place, profile_id)
    return tried


async def try_bytes(place: Workplace, kit: Kit, data: bytes, source: str) -> ProfileTry:
    """As ``try_profile``, for a profile that was shown and is not added yet."""
    return await _tried(place, kit, added_profiles.parsed(data, source))


async def _remember(place: Workplace, profile_id: str) -> None:
    def note() -> None:
        held = place.shelf.get(profile_id)
        if held is not None:
            place.shelf.fitted(profile_id, held.digest)

    await asyncio.to_thread(note)


async def _tried(place: Workplace, kit: Kit, used: Profile) -> ProfileTry:
    await place.client(kit, used)  # what is missing for it is told before anybody is called
    if not kit.api_base:
        kit = replace(kit, api_base=await api_base_of(await place.http(kit), kit, used))
    client = await place.client(kit, used)
    seen: Recognition = await client.recognise()
    stored = _told(seen.setting, used) if seen.setting is not None else {}
    fits = seen.fits and seen.setting is not None  # "give me a key" is no fit: one was given
    return ProfileTry(fits, seen.reason, client.url, seen.version, stored, seen.evidence)


def _told(setting: Setting, used: Profile) -> Mapping[str, str]:
    told = {"app_id": setting.app_id}
    if used.fields.callback_url is not None:
        told["callback_url"] = setting.callback_url
    if setting.enabled is not None:
        told["enabled"] = "true" if setting.enabled else "false"
    return told


def _built_in(profile_id: str) -> ProfileLook:
    digest = digest_of(profile_source(profile_id))
    return look_of(profile(profile_id), digest, Origin.BUILT_IN, trusted=True)

"""The deployment profiles that were added on this computer, parsed; only trusted ones are used."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import msgspec

from feishu_wizard.domain.deployment import BrokenProfile, Origin, ProfileLook
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.operations.knowledge import BUILTIN_PROFILES
from feishu_wizard.operations.profile_look import differences, look_of
from feishu_wizard.services.can.profile import Profile, parse_profile
from feishu_wizard.services.storage.profiles import (
    ProfileShelf,
    Remark,
    Shelved,
    digest_of,
    usable_id,
)


@lru_cache(maxsize=64)
def parsed(data: bytes, source: str) -> Profile:
    """The profile in these bytes; ``InputError`` as ``parse_profile``, and profile.id_reserved."""
    profile = parse_profile(data, source)
    if profile.id in (*BUILTIN_PROFILES, BY_HAND) or not usable_id(profile.id):
        raise InputError("profile.id_reserved", {"profile": profile.id})
    return profile


def usable(shelf: ProfileShelf, profile_id: str) -> Profile:
    """An added profile that is trusted as it is now.

    Raises ``InputError`` profile.unknown (profile), profile.untrusted (profile; detail
    "changed" when other bytes were trusted), and what is wrong with the file.
    """
    held = shelf.get(profile_id)
    if held is None:
        raise InputError("profile.unknown", {"profile": profile_id})
    profile = _checked(held)
    remark = shelf.remarks().get(profile_id, Remark())
    if remark.trusted != held.digest:
        detail = {"detail": "changed"} if remark.trusted else {}
        raise InputError("profile.untrusted", {"profile": profile_id, **detail})
    return _as_known(profile, remark, held.digest)


def trusted(shelf: ProfileShelf) -> tuple[Profile, ...]:
    """Every profile that may be used, the one that was trusted last first."""
    try:
        remarks = shelf.remarks()
    except InputError:  # told by ``broken``; without the file nothing is trusted
        return ()
    found: list[tuple[str, Profile]] = []
    for held in shelf.all():
        remark = remarks.get(held.id, Remark())
        if held.error is None and remark.trusted == held.digest:
            profile = _readable(held)
            if profile is not None:
                found.append((remark.trusted_at, _as_known(profile, remark, held.digest)))
    return tuple(profile for _, profile in sorted(found, key=lambda one: one[0], reverse=True))


def looks(shelf: ProfileShelf) -> tuple[ProfileLook, ...]:
    """Every added profile that can be read, trusted or not."""
    remarks = _remarks(shelf)
    files = [held for held in shelf.all() if _readable(held) is not None]
    return tuple(_look(held, _checked(held), remarks.get(held.id, Remark())) for held in files)


def broken(shelf: ProfileShelf) -> tuple[BrokenProfile, ...]:
    """Every file that cannot be used, and why; the trust file among them when it is the one."""
    found: list[BrokenProfile] = []
    try:
        shelf.remarks()
    except InputError as error:
        found.append(BrokenProfile(str(shelf.trust_path), error.code, error.params))
    for held in shelf.all():
        try:
            _checked(held)
        except InputError as error:
            found.append(BrokenProfile(str(held.path), error.code, error.params))
    return tuple(found)


def look_at(shelf: ProfileShelf, data: bytes, source: str) -> ProfileLook:
    """What these bytes would do, and what they would take the place of.

    Raises ``InputError`` profile.invalid, profile.id_reserved.
    """
    profile = parsed(data, source)
    digest = digest_of(data)
    remark = _remarks(shelf).get(profile.id, Remark())
    look = _as_remembered(look_of(profile, digest, Origin.ADDED, trusted=False), remark)
    held = shelf.get(profile.id)
    if held is None or held.digest == digest:
        return replace(look, source=source)
    old = _readable(held)
    changes = differences(old, profile) if old is not None else ()
    return replace(look, source=source, replaces=held.digest, differences=changes)


def _look(held: Shelved, profile: Profile, remark: Remark) -> ProfileLook:
    look = look_of(profile, held.digest, Origin.ADDED, trusted=False)
    return replace(_as_remembered(look, remark), source=str(held.path))


def _as_remembered(look: ProfileLook, remark: Remark) -> ProfileLook:
    fits = remark.fitted == look.digest
    return replace(
        look,
        known_by="live" if fits and remark.derived == look.digest else look.known_by,
        trusted=remark.trusted == look.digest,
        changed=bool(remark.trusted) and remark.trusted != look.digest,
        fitted_at=remark.fitted_at if fits else "",
    )


def _as_known(profile: Profile, remark: Remark, digest: str) -> Profile:
    """Recorded from a server here and read there since: that is as live as evidence gets."""
    if remark.derived == digest and remark.fitted == digest:
        return msgspec.structs.replace(profile, evidence="live")
    return profile


def _checked(held: Shelved) -> Profile:
    """The profile of a file; ``InputError`` for one that cannot be used."""
    if held.error is not None:
        raise held.error
    profile = parsed(held.data, held.path.name)
    if held.path.name != f"{profile.id}.yaml":
        where = {"path": str(held.path), "profile": profile.id}
        raise InputError("profile.other_name", where)
    return profile


def _readable(held: Shelved) -> Profile | None:
    """The profile of a file; None for one that ``broken`` tells about."""
    try:
        return _checked(held)
    except InputError:
        return None


def _remarks(shelf: ProfileShelf) -> dict[str, Remark]:
    """What is remembered; nothing when the file cannot be read, which ``broken`` tells."""
    try:
        return shelf.remarks()
    except InputError:
        return {}

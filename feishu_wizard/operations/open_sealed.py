"""Opens a hand-over file: tells what is inside, and takes it over when a person wants it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from feishu_wizard.domain.deployment import ProfileLook
from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import new_id
from feishu_wizard.domain.passphrase import cleaned
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup, parse_ref, secret_refs
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.deployments import add_profile, look_at
from feishu_wizard.operations.save_to_file import with_secret_refs
from feishu_wizard.services.storage.sealed import read_sealed, unseal
from feishu_wizard.services.storage.secrets import Place
from feishu_wizard.services.storage.setup_file import carried_profile, parse_setup


@dataclass(frozen=True, slots=True)
class Opened:
    """What a hand-over file holds. Its secrets are in ``kit`` (memory), nothing was kept.

    ``profile``: the carried deployment profile as it would be added, None when none travels or
    this computer has and trusts the same one. ``problem``: why a carried one cannot be used.
    """

    kit: Kit
    path: str
    secrets: tuple[str, ...]
    profile: ProfileLook | None = None
    profile_data: bytes = b""
    problem: WizardError | None = None


async def open_sealed(place: Workplace, path: str, passphrase: Secret, report: Report) -> Opened:
    """Open and check it; nothing is kept, no profile is trusted.

    Raises ``InputError`` sealed.*, passphrase.empty, and those of a setup's content.
    """
    source = _source(path)
    words = Secret(cleaned(passphrase.reveal()))
    if not words:
        raise InputError("passphrase.empty")
    data = await asyncio.to_thread(read_sealed, source)
    if data is None:
        raise InputError("sealed.not_sealed", {"path": path})
    report(Progress("unsealing"))
    text = _decoded(await _unsealed(data, words, path), path)
    setup = parse_setup(text, source)
    opened = Opened(_kit(setup, path), path, tuple(secret_refs(setup)))
    return _with_profile(place, opened, carried_profile(text))


async def keep_opened(place: Workplace, opened: Opened, where: str, *, trust: bool) -> Kit:
    """Take it over: secrets into ``where`` (keyring, session, file), the carried profile added.

    ``trust``: a person saw the profile's look and trusts it; without that it is added untrusted.
    Returns the kit with the references. Raises as ``SecretStore.put`` and ``add_profile``.
    """
    kit = opened.kit
    refs = {
        name: await place.store.put(kit.setup.id, name, secret, Place(where))
        for name, secret in kit.secrets.items()
    }
    if opened.profile is not None:
        await add_profile(place, opened.profile_data, opened.path, trust=trust)
    return Kit(with_secret_refs(kit.setup, refs), dict(kit.secrets), place=where)


def _source(path: str) -> Path:
    return Path(path).expanduser()


async def _unsealed(data: bytes, words: Secret, path: str) -> bytes:
    try:
        return await unseal(data, words)
    except InputError as error:
        error.params["path"] = path
        raise


def _decoded(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("setup.not_text", {"path": path}) from None


def _kit(setup: Setup, path: str) -> Kit:
    """The setup without references, its secrets in memory. What refers to another computer's
    keyring or files is left out: it leads nowhere here."""
    found = {name: parse_ref(ref) for name, ref in secret_refs(setup).items()}
    secrets = {
        name: Secret(ref.value) for name, ref in found.items() if ref and ref.kind == "plain"
    }
    bare = with_secret_refs(setup, {})
    return Kit(bare if bare.id else _with_id(bare), secrets, file_path=path)


def _with_id(setup: Setup) -> Setup:
    return msgspec.structs.replace(setup, id=new_id())


def _with_profile(place: Workplace, opened: Opened, carried: str) -> Opened:
    """The carried profile as it would be added, or why it cannot be."""
    if not carried:
        return opened
    data = carried.encode()
    held = place.shelf.get(opened.kit.setup.office.profile)
    try:
        look = look_at(data, opened.path, place)
    except InputError as error:
        return replace(opened, problem=error)
    if held is not None and held.data == data and look.trusted:
        return opened
    return replace(opened, profile=look, profile_data=data)

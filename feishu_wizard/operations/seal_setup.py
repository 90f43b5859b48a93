"""Writes a hand-over file: the setup and its secrets, sealed with a passphrase."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import msgspec

from feishu_wizard.domain.errors import CredentialError, InputError, WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.passphrase import cleaned
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.kept_secrets import keepable, left_out
from feishu_wizard.operations.knowledge import BUILTIN_PROFILES
from feishu_wizard.operations.save_to_file import with_secret_refs
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.storage.atomic import failure, write_atomic
from feishu_wizard.services.storage.sealed import is_sealed, read_sealed, seal, unseal
from feishu_wizard.services.storage.setup_file import render_sealed
from feishu_wizard.services.storage.setup_target import FileTarget, look_at_target


@dataclass(frozen=True, slots=True)
class SealPlan:
    """What a hand-over file would hold. ``replaces``: an older one stands there.

    ``secrets``: entry names of what travels; ``missing``: of what the setup refers to, but this
    computer does not have; ``left``: of what lives for this run only. ``profile``: id of the
    added profile that travels along, "" for none. ``here``: fields whose value means something
    on this computer only.
    """

    path: str
    secrets: tuple[str, ...]
    missing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    profile: str = ""
    here: tuple[str, ...] = ()
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """A hand-over file that was written, read back and opened with its passphrase."""

    path: str
    plan: SealPlan
    size: int
    at: str


async def plan_seal(place: Workplace, kit: Kit, path: str) -> SealPlan:
    """Tell what would travel; writes nothing.

    Raises ``InputError`` sealed.target_foreign (path): something else stands there, and those of
    ``look_at_target``.
    """
    replaces = await asyncio.to_thread(_look, path)
    found = {name: await _secret(place, kit, name) for name in keepable(place, kit)}
    profile = kit.setup.office.profile
    return SealPlan(
        path,
        secrets=tuple(name for name, secret in found.items() if secret is not None),
        missing=tuple(name for name, secret in found.items() if secret is None),
        left=left_out(place, kit),
        profile=profile if await asyncio.to_thread(_profile, place, profile) else "",
        here=("network.ca_file",) if kit.setup.network.ca_file else (),
        replaces=replaces,
    )


async def seal_setup(
    place: Workplace, kit: Kit, path: str, passphrase: Secret, report: Report
) -> Sealed:
    """Seal, write (0600, as a whole or not at all), read back, and open it as proof.

    Raises as ``plan_seal`` and ``write_atomic``; ``InputError`` passphrase.empty;
    ``WizardError`` sealed.timeout, sealed.worker, file.not_saved.
    """
    words = Secret(cleaned(passphrase.reveal()))
    if not words:
        raise InputError("passphrase.empty")
    plan = await plan_seal(place, kit, path)
    content = await _content(place, kit, plan)
    report(Progress("sealing"))
    data = await seal(content, words)
    target = (await asyncio.to_thread(_target, path)).path
    await asyncio.to_thread(write_atomic, target, data, keep_mode=False)
    report(Progress("checking_sealed"))
    await _prove(target, content, words)
    at = now()
    return Sealed(path, plan, len(data), at)


async def _content(place: Workplace, kit: Kit, plan: SealPlan) -> bytes:
    """The setup with its secrets in it, and the profile that it needs."""
    refs = {}
    for name in plan.secrets:
        secret = await place.secret(kit, name)
        if secret is None:
            raise CredentialError("secret.missing", {"name": name})
        refs[name] = f"plain:{secret.reveal()}"
    carried = await asyncio.to_thread(_profile, place, plan.profile) if plan.profile else b""
    return render_sealed(_travelling(kit.setup, refs), carried.decode()).encode()


def _travelling(setup: Setup, refs: dict[str, str]) -> Setup:
    """Without what leads nowhere on another computer: the path of a certificate file."""
    network = msgspec.structs.replace(setup.network, ca_file="")
    return msgspec.structs.replace(with_secret_refs(setup, refs), network=network)


async def _secret(place: Workplace, kit: Kit, name: str) -> Secret | None:
    """One that cannot be had here does not hinder the others; a keyring that hangs does."""
    try:
        return await place.secret(kit, name)
    except InputError:
        return None


def _profile(place: Workplace, profile_id: str) -> bytes:
    """The file of an added profile; b"" for one that every copy of this program has."""
    if profile_id in BUILTIN_PROFILES:
        return b""
    held = place.shelf.get(profile_id)
    return held.data if held is not None and held.error is None else b""


def _target(path: str) -> FileTarget:
    return look_at_target(Path(path).expanduser())


def _look(path: str) -> bool:
    """Whether an older hand-over file is replaced; anything else that stands there stays."""
    target = _target(path)
    if not target.exists:
        return False
    try:
        with target.path.open("rb") as file:
            ours = is_sealed(file.read(200))
    except OSError as error:
        raise failure(error, target.path) from None
    if ours:
        return True
    raise InputError("sealed.target_foreign", {"path": path})


async def _prove(path: Path, content: bytes, words: Secret) -> None:
    written = await asyncio.to_thread(read_sealed, path)
    if written is None or await unseal(written, words) != content:
        raise WizardError("file.not_saved", {"path": str(path)})

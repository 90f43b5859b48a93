"""Puts a secret into its place, and tells which place that is."""

from __future__ import annotations

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import SecretPlace
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.secrets import Place


async def secret_place(place: Workplace) -> SecretPlace:
    """Where secrets can be kept on this machine; proven by writing, reading and deleting."""
    info = await place.store.info()
    return SecretPlace(info.place.value, info.backend, info.reason)


async def kept_secret(place: Workplace, kit: Kit, name: str) -> Secret | None:
    """The secret that the setup's reference leads to; None when it is gone."""
    return await place.secret(kit, name)


async def keep_secret(place: Workplace, kit: Kit, name: str, secret: Secret) -> str:
    """Keep a secret where the setup says; returns the reference for the setup file."""
    return await place.store.put(kit.setup.id, name, secret, Place(kit.place))

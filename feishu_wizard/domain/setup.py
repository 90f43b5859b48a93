"""The setup file's schema and the rules between its values (DESIGN section 3)."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import AppType, Edition, Hosts, hosts_of
from feishu_wizard.domain.names import APP_SECRET, BY_HAND

SCHEMA: Final = "feishu-wizard/1"
_REFERENCE = re.compile(r"^(keyring|file|plain):(.+)$", re.DOTALL)


class Feishu(msgspec.Struct, frozen=True, kw_only=True):
    """The app. ``app_secret`` is a reference, see ``SecretRef``."""

    edition: Edition = Edition.FEISHU
    open_url: str = ""
    accounts_url: str = ""
    app_type: AppType = AppType.SELF_BUILT
    app_id: str = ""
    app_secret: str = ""
    tenant_key: str = ""

    @property
    def hosts(self) -> Hosts:
        """Origins of the platform for this setup."""
        return hosts_of(self.edition, self.open_url, self.accounts_url)


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """The CAN side. ``inputs`` and ``secrets`` are what the profile declares."""

    url: str = ""
    profile: str = BY_HAND
    callback_url: str = ""
    inputs: dict[str, str] = {}
    secrets: dict[str, str] = {}


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What the integration is for."""

    user_sync: bool = True
    sso: bool = True
    push: bool = True

    def chosen(self) -> frozenset[Capability]:
        """The capabilities that are switched on."""
        return frozenset(c for c in Capability if getattr(self, c.value))

    @classmethod
    def of(cls, chosen: frozenset[Capability]) -> Capabilities:
        """Build from a set of capabilities."""
        return cls(**{c.value: c in chosen for c in Capability})


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """How the world is reached from here."""

    proxy: str = "system"
    ca_file: str = ""
    pinned: dict[str, str] = {}
    plain_http: list[str] = []


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """One integration, as it is written to the setup file. Holds references, never secrets."""

    schema: Literal["feishu-wizard/1"] = SCHEMA
    id: str = ""
    feishu: Feishu = Feishu()
    office: Office = Office()
    capabilities: Capabilities = Capabilities()
    network: Network = Network()


class SecretRef(msgspec.Struct, frozen=True):
    """Where a secret is: ``keyring:NAME``, ``file:PATH`` or ``plain:VALUE``."""

    kind: Literal["keyring", "file", "plain"]
    value: str

    def __repr__(self) -> str:
        return f"SecretRef({self.kind}:{self._shown})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """What rich prints; the base class would print the value."""
        return [(self.kind, self._shown)]

    @property
    def _shown(self) -> str:
        return "***" if self.kind == "plain" else self.value


def parse_ref(text: str) -> SecretRef | None:
    """Read a reference; None when it is not one (or empty)."""
    match = _REFERENCE.match(text)
    if match is None:
        return None
    return SecretRef(match[1], match[2])  # type: ignore[arg-type]


def secret_refs(setup: Setup) -> dict[str, str]:
    """All references of a setup by entry name: ``app_secret`` and ``can_<name>``."""
    refs = {APP_SECRET: setup.feishu.app_secret} if setup.feishu.app_secret else {}
    refs.update({f"can_{name}": ref for name, ref in setup.office.secrets.items()})
    return refs

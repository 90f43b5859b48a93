"""Builds the services of a setup; the only room that knows how they fit together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from feishu_wizard.domain.errors import CredentialError, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET, PROXY_PASSWORD
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import parse_ref, secret_refs
from feishu_wizard.operations.knowledge import profile as load_profile
from feishu_wizard.services.can.client import CanClient
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.net.http import Http, NetSettings, SystemProxy
from feishu_wizard.services.storage import logs
from feishu_wizard.services.storage.drafts import Drafts
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.secrets import SecretStore


@dataclass(frozen=True, slots=True)
class Program:
    """How this run differs from the usual one: demo, tour and tests keep away from the user's
    folders and keyring."""

    state_root: Path | None = None
    use_keyring: bool = True


class Workplace:
    """What one run of the program has for all setups: folders, secret store, connections."""

    def __init__(self, program: Program, system_proxy: SystemProxy | None = None) -> None:
        root = program.state_root
        self.paths = Paths.under(root) if root is not None else Paths.default()
        logs.configure(self.paths)
        self.store = SecretStore(root=self.paths.state, use_keyring=program.use_keyring)
        self.drafts = Drafts(self.paths)
        self._system_proxy = system_proxy
        self._journal: Journal | None = None
        self._http: dict[str, Http] = {}
        self._feishu: dict[str, FeishuClient] = {}

    @property
    def journal(self) -> Journal:
        """The journal of this state folder, opened when first used."""
        if self._journal is None:
            self._journal = Journal(self.paths)
        return self._journal

    async def secret(self, kit: Kit, name: str) -> Secret | None:
        """A secret of this run, or the one that the setup's reference leads to."""
        if name in kit.secrets:
            return kit.secrets[name]
        ref = secret_refs(kit.setup).get(name, "")
        return await self.store.get(kit.setup.id, ref) if parse_ref(ref) else None

    async def http(self, kit: Kit) -> Http:
        """The connections for the network settings of a setup; reused while they are the same."""
        network = kit.setup.network
        password = kit.secrets.get(PROXY_PASSWORD)
        key = repr((network, kit.proxy_user, id(password)))
        if key not in self._http:
            settings = NetSettings.of(network, kit.proxy_user, password)
            self._http[key] = Http(settings, self._system_proxy)
        return self._http[key]

    async def feishu(self, kit: Kit) -> FeishuClient:
        """The platform's client for this app; its token is reused between operations."""
        app_secret = await self.secret(kit, APP_SECRET)
        feishu = kit.setup.feishu
        if not feishu.app_id:
            raise InputError("setup.no_app_id")
        if app_secret is None:
            raise CredentialError("secret.missing", {"name": APP_SECRET})
        http = await self.http(kit)
        key = f"{id(http)} {feishu.hosts.open} {feishu.app_id}"
        client = self._feishu.get(key)
        if client is None or not client.uses(app_secret):
            client = FeishuClient(http, feishu.hosts, feishu.app_id, app_secret)
            self._feishu[key] = client
        return client

    async def can(self, kit: Kit) -> CanClient:
        """CAN's client for the setup's profile."""
        office = kit.setup.office
        if not office.url:
            raise InputError("setup.no_can")
        used = self.profile(kit)
        secrets = {name: await self._can_secret(kit, name) for name in _secret_names(used)}
        inputs = _defaults(used) | dict(office.inputs)
        base = kit.api_base or office.url
        return CanClient(await self.http(kit), base, used, inputs, secrets)

    def profile(self, kit: Kit) -> Profile:
        """The deployment profile that the setup names."""
        return load_profile(kit.setup.office.profile)

    async def _can_secret(self, kit: Kit, name: str) -> Secret:
        found = await self.secret(kit, f"can_{name}")
        if found is None:
            raise CredentialError("secret.missing", {"name": f"can_{name}"})
        return found

    async def close(self) -> None:
        """Close every connection."""
        for http in self._http.values():
            await http.aclose()
        self._http.clear()
        self._feishu.clear()
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _secret_names(profile: Profile) -> tuple[str, ...]:
    return tuple(profile.secrets)


def _defaults(profile: Profile) -> dict[str, str]:
    return {name: one.default for name, one in profile.inputs.items() if one.default}

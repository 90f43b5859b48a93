"""Builds the services of a setup; the only room that knows how they fit together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from feishu_wizard.domain.edition import AppType
from feishu_wizard.domain.errors import CredentialError, InputError
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET, APP_TICKET, PROXY_PASSWORD
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import parse_ref, secret_refs
from feishu_wizard.operations.knowledge import profile as load_profile
from feishu_wizard.services.can.client import CanClient
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.feishu.auth import TokenSource
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.store_app import StoreTokens
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
        self._feishu: dict[str, tuple[FeishuClient, Secret | None]] = {}
        self._paired: dict[tuple[str, str], Secret] = {}

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

    async def pair(self, kit: Kit) -> tuple[str, Secret]:
        """App ID and App Secret; raises what is missing of them."""
        app_secret = await self.secret(kit, APP_SECRET)
        if not kit.setup.feishu.app_id:
            raise InputError("setup.no_app_id")
        if app_secret is None:
            raise CredentialError("secret.missing", {"name": APP_SECRET})
        self._paired[kit.setup.id, kit.setup.feishu.app_id] = app_secret
        return kit.setup.feishu.app_id, app_secret

    def paired(self, kit: Kit) -> Secret | None:
        """The App Secret that the last operation of this run used; nothing is fetched for it."""
        given = kit.secrets.get(APP_SECRET)
        return given or self._paired.get((kit.setup.id, kit.setup.feishu.app_id))

    async def feishu(self, kit: Kit) -> FeishuClient:
        """The platform's client for this app; its token is reused between operations.

        Raises ``CredentialError`` store.no_ticket and store.no_tenant_key for a store app that
        cannot sign in yet.
        """
        app_id, app_secret = await self.pair(kit)
        feishu, http = kit.setup.feishu, await self.http(kit)
        ticket = store_ticket(kit)
        key = f"{id(http)} {feishu.hosts.open} {app_id} {feishu.app_type} {feishu.tenant_key}"
        client, used = self._feishu.get(key, (None, None))
        if client is None or used is not ticket or not client.uses(app_secret):
            source = _source(http, kit, app_secret, ticket)
            client = FeishuClient(http, feishu.hosts, app_id, app_secret, source)
            self._feishu[key] = client, ticket
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
        self._paired.clear()
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


def store_ticket(kit: Kit) -> Secret | None:
    """The ticket of a store app; None for a self-built app, which has none.

    Raises ``CredentialError`` store.no_ticket and store.no_tenant_key.
    """
    feishu = kit.setup.feishu
    if feishu.app_type is not AppType.STORE:
        return None
    ticket = kit.secrets.get(APP_TICKET)
    if ticket is None:
        raise CredentialError("store.no_ticket", {"app_id": feishu.app_id}, who=Who.DEVELOPER)
    if not feishu.tenant_key:
        raise CredentialError("store.no_tenant_key", {"app_id": feishu.app_id}, who=Who.DEVELOPER)
    return ticket


def _source(http: Http, kit: Kit, secret: Secret, ticket: Secret | None) -> TokenSource | None:
    if ticket is None:
        return None
    feishu = kit.setup.feishu
    return StoreTokens(http, feishu.hosts, feishu.app_id, secret, ticket, feishu.tenant_key)


def _secret_names(profile: Profile) -> tuple[str, ...]:
    return tuple(profile.secrets)


def _defaults(profile: Profile) -> dict[str, str]:
    return {name: one.default for name, one in profile.inputs.items() if one.default}

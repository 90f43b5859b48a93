"""Builds the services of a setup; the only room that knows how they fit together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from feishu_wizard.domain.errors import CredentialError, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET, PROXY_PASSWORD
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import parse_ref, secret_refs
from feishu_wizard.operations.added_profiles import trusted, usable
from feishu_wizard.operations.knowledge import BUILTIN_PROFILES
from feishu_wizard.operations.knowledge import profile as load_profile
from feishu_wizard.operations.store_ticket import Tickets, store_ticket
from feishu_wizard.services.can.client import CanClient
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.feishu.auth import TokenSource
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.store_app import StoreTokens
from feishu_wizard.services.net.http import Http, NetSettings, SystemProxy
from feishu_wizard.services.storage import logs
from feishu_wizard.services.storage.drafts import Drafts
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.locks import Claims
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.profiles import ProfileShelf
from feishu_wizard.services.storage.secrets import SecretStore


@dataclass(frozen=True, slots=True)
class Program:
    """How this run differs from the usual one: demo, tour and tests keep away from the user's
    folders and keyring; ``take_over`` takes a setup that another computer is noted to hold."""

    state_root: Path | None = None
    use_keyring: bool = True
    take_over: bool = False


class Workplace:
    """What one run of the program has for all setups: folders, secret store, connections."""

    def __init__(self, program: Program, system_proxy: SystemProxy | None = None) -> None:
        root = program.state_root
        self.paths = Paths.under(root) if root is not None else Paths.default()
        logs.configure(self.paths)
        self.store = SecretStore(root=self.paths.state, use_keyring=program.use_keyring)
        self.drafts = Drafts(self.paths)
        self.shelf = ProfileShelf(self.paths)
        self.claims = Claims(self.paths)
        self.takes_over = program.take_over
        self.draft_turn = asyncio.Lock()  # drafts are written in the order in which they were kept
        self._system_proxy = system_proxy
        self._journal: Journal | None = None
        self._http: dict[str, Http] = {}
        self._feishu: dict[str, tuple[FeishuClient, Secret | None]] = {}
        self._paired: dict[tuple[str, str], Secret] = {}
        self.tickets = Tickets()

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

    async def missing(self, kit: Kit, name: str) -> CredentialError:
        """Why a secret is not there: secret.missing, or what hinders the keyring that holds it."""
        ref = parse_ref(secret_refs(kit.setup).get(name, ""))
        if ref is not None and ref.kind == "keyring":
            reason = (await self.store.info()).reason
            if reason not in ("", "keyring.not_used"):
                return CredentialError(reason, {"name": name})
        return CredentialError("secret.missing", {"name": name})

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
            raise await self.missing(kit, APP_SECRET)
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
        ticket = await store_ticket(self, kit)
        key = f"{id(http)} {feishu.hosts.open} {app_id} {feishu.app_type} {feishu.tenant_key}"
        client, used = self._feishu.get(key, (None, None))
        if client is None or used is not ticket or not client.uses(app_secret):
            source = _source(http, kit, app_secret, ticket)
            client = FeishuClient(http, feishu.hosts, app_id, app_secret, source)
            self._feishu[key] = client, ticket
        return client

    async def can(self, kit: Kit) -> CanClient:
        """CAN's client for the setup's profile."""
        if not kit.setup.office.url:
            raise InputError("setup.no_can")
        return await self.client(kit, self.profile(kit))

    async def client(self, kit: Kit, used: Profile) -> CanClient:
        """CAN's client for a profile, with the inputs and secrets of the setup.

        Raises ``InputError`` setup.no_can; ``CredentialError`` secret.missing (name: the entry)
        and can.session_needed (name: as the profile calls it).
        """
        office = kit.setup.office
        if not office.url:
            raise InputError("setup.no_can")
        secrets = await self._can_secrets(kit, used)
        inputs = _defaults(used) | dict(office.inputs)
        base = kit.api_base or office.url
        return CanClient(await self.http(kit), base, used, inputs, secrets)

    def profile(self, kit: Kit) -> Profile:
        """The deployment profile that the setup names; ``InputError`` as ``profile_of``."""
        return self.profile_of(kit.setup.office.profile)

    def profile_of(self, profile_id: str) -> Profile:
        """A built-in profile, or an added one that is trusted.

        Raises ``InputError`` profile.unknown, profile.untrusted (profile) and what is wrong
        with the file of an added one.
        """
        if profile_id in BUILTIN_PROFILES:
            return load_profile(profile_id)
        return usable(self.shelf, profile_id)

    def added_profiles(self) -> tuple[Profile, ...]:
        """The added profiles that may be used, the one that was trusted last first."""
        return trusted(self.shelf)

    def run_only(self, profile_id: str) -> frozenset[str]:
        """Entries (``can_<name>``) that live in this run's memory: never kept, never written."""
        return _run_only(self.profile_of(profile_id))

    async def _can_secrets(self, kit: Kit, used: Profile) -> dict[str, Secret]:
        found = {name: await self._can_secret(kit, used, name) for name in used.secrets}
        return {name: secret for name, secret in found.items() if secret is not None}

    async def _can_secret(self, kit: Kit, used: Profile, name: str) -> Secret | None:
        entry, declared = f"can_{name}", used.secrets[name]
        run_only = entry in _run_only(used)
        found = kit.secrets.get(entry) if run_only else await self.secret(kit, entry)
        if found is not None or not declared.required:
            return found
        if run_only:
            raise CredentialError("can.session_needed", {"name": name})
        raise CredentialError("secret.missing", {"name": entry})

    async def close(self) -> None:
        """Close every connection, and let go of the setups that were held."""
        for http in self._http.values():
            await http.aclose()
        self._http.clear()
        self._feishu.clear()
        self._paired.clear()
        self.tickets.forget()
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        self.claims.leave_all()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _source(http: Http, kit: Kit, secret: Secret, ticket: Secret | None) -> TokenSource | None:
    if ticket is None:
        return None
    feishu = kit.setup.feishu
    return StoreTokens(http, feishu.hosts, feishu.app_id, secret, ticket, feishu.tenant_key)


def _run_only(profile: Profile) -> frozenset[str]:
    return frozenset(f"can_{n}" for n, one in profile.secrets.items() if one.keep == "run")


def _defaults(profile: Profile) -> dict[str, str]:
    return {name: one.default for name, one in profile.inputs.items() if one.default}

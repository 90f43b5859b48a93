"""What can be done with the Feishu setting of a CAN server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from feishu_wizard.domain.errors import CanError, InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import accounts, pointer
from feishu_wizard.services.can.carried import is_weak
from feishu_wizard.services.can.envelope import Opened, error_of
from feishu_wizard.services.can.model import Op, Profile
from feishu_wizard.services.can.pointer import MISSING
from feishu_wizard.services.can.recognition import (
    Recognition,
    judged,
    looks_like,
    stored,
    told_version,
)
from feishu_wizard.services.can.setting import Setting, Wanted, read_setting
from feishu_wizard.services.can.template import CURRENT, Lookup
from feishu_wizard.services.can.transport import Transport
from feishu_wizard.services.can.trying import CanCheck, CanTest, read_test, refused_test, says_no
from feishu_wizard.services.can.writing import (
    enable_body,
    needs_current,
    probe_body,
    save_body,
    switch_body,
)
from feishu_wizard.services.net.http import Http

__all__ = ["CanCheck", "CanClient", "CanTest", "Recognition", "Setting", "Wanted", "looks_like"]


class CanClient:
    """One CAN server, spoken to as one profile says. Made for one event loop.

    ``origin`` is the address of the API: that of the web page, or another port of the host.
    Writes are never repeated: when their outcome is unknown, reading back decides.
    """

    def __init__(
        self,
        http: Http,
        origin: str,
        profile: Profile,
        inputs: Mapping[str, str],
        secrets: Mapping[str, Secret],
    ) -> None:
        self.profile, self._inputs = profile, inputs
        self._transport = Transport(http, origin, profile, inputs, secrets)

    @property
    def url(self) -> str:
        """The address that the profile's paths are added to."""
        return self._transport.url

    def can(self, operation: str) -> bool:
        """Tell whether the profile has this operation: save, enable, test, audit, accounts ..."""
        return getattr(self.profile.ops, operation) is not None

    @property
    def weak(self) -> bool:
        """A write shows no secret: whoever names an account may write (UID, ACCOUNT)."""
        return is_weak(self.profile, self._inputs)

    def wants_secret(self, current: Setting) -> bool:
        """This server wants the secret with every save, and does not show the stored one."""
        keep = self.profile.secret.keep
        return keep == "reenter" or (keep == "resend" and current.stored_secret is None)

    async def read(self) -> Setting:
        """Read what is stored."""
        get = self.profile.ops.get
        return await stored(self._transport.exchange(get), self.profile)

    async def save(self, wanted: Wanted, current: Setting) -> Setting:
        """Store the three values and return what is stored then.

        The first save goes through ``ops.create`` where the profile has it. Raises ``CanError``
        ``stale`` when somebody saved since ``current`` was read, ``secret_needed`` when this
        server wants the secret with every save and none is given, and ``secret_masked`` for a
        secret that only stands for one.
        """
        create = self.profile.ops.create if current.empty else None
        op = create or self._op("save")
        lookup = self._lookup(current, bool(current.enabled))
        body = save_body(self.profile, op, wanted, current, lookup)
        first = self.profile.concurrency.mode == "etag" and current.empty
        return await self._write(op, body, current, lookup, first=first)

    async def enable(self, on: bool, current: Setting, app_secret: Secret | None = None) -> Setting:
        """Switch the integration on or off and return what is stored then.

        ``app_secret`` is sent only where the switch goes through the save and this server wants
        the secret with every save. Raises ``CanError`` ``incomplete`` when it would have to save
        an empty setting.
        """
        op = self._op("enable")
        lookup = self._lookup(current, on)
        if not op.via:
            body = enable_body(self.profile, op, current, lookup)
            return await self._write(op, body, current, lookup)
        if current.empty:
            raise error_of("incomplete", current.evidence)
        save = self._op("save")
        given = app_secret if self.wants_secret(current) else None
        wanted = Wanted(current.app_id, current.callback_url, given)
        body = switch_body(self.profile, save, op, wanted, current, on, lookup)
        return await self._write(save, body, current, lookup)

    async def test(
        self, wanted: Wanted | None = None, user: str = "", current: Setting | None = None
    ) -> CanTest:
        """Let the server try the pair; None: the stored one. See ``ops.test.saves`` first.

        ``user``: the account that gets a message, where the profile says ``user_at``.
        ``current``: what was read; read now when this test needs it.
        """
        op = self._op("test")
        if current is None and needs_current(self.profile, op, wanted):
            current = await self.read()
        lookup = self._lookup(current, bool(current and current.enabled))
        body = probe_body(self.profile, op, wanted, current, lookup, user)
        try:
            opened = await self._transport.exchange(op, body, lookup=lookup)
        except CanError as error:
            if op.ok_at is None and says_no(error):
                return refused_test(error)
            raise
        return read_test(opened, op)

    async def answer(self) -> Opened:
        """What the read call answers, before a setting is made of it. Reads only."""
        return await self._transport.exchange(self.profile.ops.get)

    async def recognise(self) -> Recognition:
        """Make the read-only call with the credentials and look whether it has the shape."""
        return await judged(self._transport.exchange(self.profile.ops.get), self._transport)

    async def still_fits(self) -> Recognition:
        """Read and judge in one, before a write: ``fits`` only when ``setting`` is there."""
        found = await self.recognise()
        return replace(found, fits=found.fits and found.setting is not None)

    async def version(self) -> str | None:
        """The version that the server tells; None: it tells none, or the profile knows no way."""
        return (await told_version(self._transport))[0]

    async def app_ticket(self) -> Secret | None:
        """The app ticket that the platform pushed to this server; None: none has come yet.

        Raises ``CanError`` ``unexpected`` (at) for anything but a text.
        """
        op = self.profile.ops.app_ticket
        if op is None:
            raise self._lacks("app_ticket")
        opened = await self._transport.exchange(Op(method=op.method, path=op.path))
        value = pointer.find(opened.data, op.at)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise error_of("unexpected", opened.evidence, at=op.at)
        return Secret(value)

    def accounts(self) -> AsyncIterator[accounts.AccountsPage]:
        """The accounts that the server holds, page by page; see ``accounts.pages``."""
        op = self.profile.ops.accounts
        if op is None:
            raise self._lacks("accounts")
        return accounts.pages(self._transport.exchange, op)

    async def _write(
        self,
        op: Op,
        body: Mapping[str, Any],
        current: Setting,
        lookup: Lookup,
        *,
        first: bool = False,
    ) -> Setting:
        headers = self._precondition(current, first)
        opened = await self._transport.exchange(op, body, headers, lookup)
        return _stored(opened, self.profile) or await self.read()

    def _lookup(self, current: Setting | None, on: bool) -> Lookup:
        wire = self.profile.enabled_values()[on]

        def value_of(name: str) -> Any:
            if name == "enabled":
                return wire
            if not name.startswith(CURRENT):
                return self._transport.lookup(name)
            told = pointer.find(current.raw_extra if current else {}, name.removeprefix(CURRENT))
            if told is MISSING:
                raise InputError("can.path_value_missing", {"name": name})
            return told

        return value_of

    def _precondition(self, current: Setting, first: bool) -> dict[str, str]:
        """The contract wants ``If-None-Match: *`` for the first save, a version for the rest."""
        if self.profile.concurrency.mode != "etag":
            return {}
        if current.version and not first:
            return {"If-Match": current.version}
        return {"If-None-Match": "*"}

    def _op(self, name: str) -> Op:
        op: Op | None = getattr(self.profile.ops, name)
        if op is None:
            raise self._lacks(name)
        return op

    def _lacks(self, name: str) -> InputError:
        return InputError("can.no_operation", {"operation": name, "profile": self.profile.id})


def _stored(opened: Opened, profile: Profile) -> Setting | None:
    """The setting in the answer to a write; None when it has to be read."""
    if not isinstance(opened.data, dict) or profile.select or profile.json_strings:
        return None
    if pointer.find(opened.data, profile.fields.app_id) is MISSING:
        return None
    setting = read_setting(opened, profile)
    versioned = profile.concurrency.mode == "none" or setting.version
    return setting if versioned else None

"""What can be done with the Feishu setting of a CAN server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from feishu_wizard.domain.errors import CanError, InputError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import accounts, pointer
from feishu_wizard.services.can.envelope import TEXT_LIMIT, Opened, error_of
from feishu_wizard.services.can.model import Op, Profile
from feishu_wizard.services.can.pointer import MISSING
from feishu_wizard.services.can.setting import (
    Setting,
    Wanted,
    enable_body,
    probe_body,
    read_setting,
    save_body,
)
from feishu_wizard.services.can.template import Lookup
from feishu_wizard.services.can.transport import Transport
from feishu_wizard.services.net.http import Http

__all__ = ["CanCheck", "CanClient", "CanTest", "Recognition", "Setting", "Wanted", "looks_like"]


@dataclass(frozen=True, slots=True)
class CanCheck:
    """One line of the server's own test: ``status`` is pass, fail or skip."""

    id: str
    status: str
    upstream_code: str = ""
    message: str = ""
    took_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CanTest:
    """What the server found when it tried the pair itself."""

    ok: bool
    checks: tuple[CanCheck, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Recognition:
    """Whether a server speaks a profile.

    ``reason``: ``fits``; ``unauthenticated`` and ``forbidden`` (it speaks the profile when
    ``fits`` is true, and asks for a key or refuses this one); ``not_found``, ``html``,
    ``login_page``, ``redirect``, ``foreign_envelope``, ``server_error``, ``refused``.
    """

    fits: bool
    reason: str
    evidence: tuple[Evidence, ...]
    setting: Setting | None = None


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
        self.profile = profile
        self._transport = Transport(http, origin, profile, inputs, secrets)

    @property
    def url(self) -> str:
        """The address that the profile's paths are added to."""
        return self._transport.url

    def can(self, operation: str) -> bool:
        """Tell whether the profile has this operation: save, enable, test, audit, accounts."""
        return getattr(self.profile.ops, operation) is not None

    async def read(self) -> Setting:
        """Read what is stored."""
        return read_setting(await self._transport.exchange(self.profile.ops.get), self.profile)

    async def save(self, wanted: Wanted, current: Setting) -> Setting:
        """Store the three values and return what is stored then.

        Raises ``CanError`` ``stale`` when somebody saved since ``current`` was read, and
        ``secret_needed`` when this server wants the secret with every save and none is given.
        """
        op = self._op("save")
        body = save_body(self.profile, op, wanted, current, self._lookup(bool(current.enabled)))
        first = self.profile.concurrency.mode == "etag" and current.empty
        return await self._write(op, body, current, first=first)

    async def enable(self, on: bool, current: Setting) -> Setting:
        """Switch the integration on or off and return what is stored then."""
        op = self._op("enable")
        lookup = self._lookup(on)
        if not op.via:
            return await self._write(op, enable_body(self.profile, op, current, lookup), current)
        save = self._op("save")
        wanted = Wanted(current.app_id, current.callback_url)
        body = save_body(self.profile, save, wanted, current, lookup, op.set)
        return await self._write(save, body, current)

    async def test(self, wanted: Wanted | None = None, user: str = "") -> CanTest:
        """Let the server try the pair; None: the stored one. See ``ops.test.saves`` first.

        ``user``: the account that gets a message, where the profile says ``user_at``.
        """
        op = self._op("test")
        body = probe_body(self.profile, op, wanted, self._transport.lookup, user)
        opened = await self._transport.exchange(op, body)
        ok = pointer.find(opened.data, op.ok_at)
        if not isinstance(ok, bool):
            raise error_of("unexpected", opened.evidence, at=op.ok_at)
        return CanTest(ok, _checks(opened.data, op), opened.evidence)

    async def recognise(self) -> Recognition:
        """Make the read-only call with the credentials and look whether it has the shape."""
        return await _judged(self._transport.exchange(self.profile.ops.get), self.profile)

    def accounts(self) -> AsyncIterator[accounts.AccountsPage]:
        """The accounts that the server holds, page by page; see ``accounts.pages``."""
        op = self.profile.ops.accounts
        if op is None:
            raise self._lacks("accounts")
        return accounts.pages(self._transport.exchange, op)

    async def _write(
        self, op: Op, body: Mapping[str, Any], current: Setting, *, first: bool = False
    ) -> Setting:
        opened = await self._transport.exchange(op, body, self._precondition(current, first))
        return _stored(opened, self.profile) or await self.read()

    def _lookup(self, on: bool) -> Lookup:
        wire = self.profile.enabled_values()[on]
        return lambda name: wire if name == "enabled" else self._transport.lookup(name)

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


async def looks_like(http: Http, origin: str, profile: Profile) -> Recognition:
    """Ask without a key whether a server speaks a profile; "give me a key" counts as yes."""
    transport = Transport(http, origin, profile, {}, {})
    return await _judged(transport.ask_openly(profile.ops.get), profile)


async def _judged(call: Coroutine[Any, Any, Opened], profile: Profile) -> Recognition:
    try:
        setting = read_setting(await call, profile)
    except CanError as error:
        return _refused(error)
    return Recognition(True, "fits", (setting.evidence,), setting)


def _refused(error: CanError) -> Recognition:
    reason, evidence = error.params.get("reason", ""), error.evidence
    if error.outcome in ("unauthenticated", "forbidden"):
        return Recognition(not reason, reason or error.outcome, evidence)
    if error.outcome in ("upstream", "server_error"):
        return Recognition(False, "server_error", evidence)
    if error.outcome == "not_found":
        return Recognition(False, "not_found", evidence)
    if error.outcome == "unexpected":
        return Recognition(False, reason or "foreign_envelope", evidence)
    return Recognition(False, "refused", evidence)


def _stored(opened: Opened, profile: Profile) -> Setting | None:
    """The setting in the answer to a write; None when it has to be read."""
    if not isinstance(opened.data, dict) or profile.select or profile.json_strings:
        return None
    if pointer.find(opened.data, profile.fields.app_id) is MISSING:
        return None
    setting = read_setting(opened, profile)
    versioned = profile.concurrency.mode == "none" or setting.version
    return setting if versioned else None


def _checks(data: Any, op: Op) -> tuple[CanCheck, ...]:
    rows = pointer.find(data, op.checks_at) if op.checks_at else []
    return tuple(_check(row) for row in (rows if isinstance(rows, list) else []) if row)


def _check(row: Any) -> CanCheck:
    known = row if isinstance(row, dict) else {}
    took = known.get("tookMs")
    return CanCheck(
        id=_short(known.get("id")),
        status=_short(known.get("status")),
        upstream_code=_short(known.get("upstreamCode")),
        message=_short(known.get("message")),
        took_ms=took if isinstance(took, int) and not isinstance(took, bool) else None,
    )


def _short(value: object) -> str:
    return "" if value is None else redact(str(value))[:TEXT_LIMIT]

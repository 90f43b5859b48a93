"""Whether a server speaks a profile: the read-only call, its shape, and the version it tells."""

from __future__ import annotations

import re
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

from feishu_wizard.domain.errors import CanError, InputError, NetworkError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.redact import redact
from feishu_wizard.services.can import pointer
from feishu_wizard.services.can.envelope import Opened
from feishu_wizard.services.can.model import AppliesTo, Profile
from feishu_wizard.services.can.setting import Setting, nothing_stored, read_setting
from feishu_wizard.services.can.transport import Transport
from feishu_wizard.services.net.http import Http, Reply

_LONGEST_VERSION = 60
_NUMBERS = re.compile(r"^\D{0,20}?(\d{1,9}(?:\.\d{1,9}){0,5})")


@dataclass(frozen=True, slots=True)
class Recognition:
    """Whether a server speaks a profile.

    ``reason``: ``fits``; ``unauthenticated`` and ``forbidden`` (it speaks the profile when
    ``fits`` is true, and asks for a key or refuses this one); ``not_found``, ``html``,
    ``login_page``, ``redirect``, ``foreign_envelope``, ``server_error``, ``refused``;
    ``version`` (the profile is for other versions than ``version``, which the server told);
    ``input_missing`` (the profile's path needs an input, so nothing was asked).
    ``error`` is the refusal behind it, for whoever wants to raise it.
    """

    fits: bool
    reason: str
    evidence: tuple[Evidence, ...]
    setting: Setting | None = None
    version: str = ""
    error: CanError | None = None


async def looks_like(
    http: Http, origin: str, profile: Profile, inputs: dict[str, str] | None = None
) -> Recognition:
    """Ask without a key whether a server speaks a profile; "give me a key" counts as yes.

    ``inputs``: those that a path may need. Raises ``NetworkError``.
    """
    transport = Transport(http, origin, profile, inputs or {}, {})

    async def asked() -> Opened:
        reply = await transport.ask_openly(profile.ops.get.path)
        return transport.opened(reply)

    try:
        return await judged(asked(), transport, openly=True)
    except InputError:
        return Recognition(False, "input_missing", ())


async def judged(
    call: Coroutine[Any, Any, Opened], transport: Transport, *, openly: bool = False
) -> Recognition:
    """What the answer to the read-only call says, and whether the version is the profile's."""
    profile = transport.profile
    try:
        setting = await stored(call, profile, openly=openly)
        found = Recognition(True, "fits", (setting.evidence,), setting)
    except CanError as error:
        found = _refused(error)
    return await _of_this_version(found, transport) if found.fits else found


async def stored(
    call: Coroutine[Any, Any, Opened], profile: Profile, *, openly: bool = False
) -> Setting:
    """The setting that a read tells; an empty one where the profile says "absent" of the answer.

    ``openly``: the server is a stranger, so a mere status is no sign of this profile.
    """
    absent = profile.ops.get.absent
    try:
        opened = await call
    except CanError as error:
        known = profile.envelope.ok or (error.params.get("msg") and not openly)
        status = error.evidence[0].http_status if error.evidence else None
        if status in absent and known and not error.params.get("reason"):
            return nothing_stored(error.evidence[0])
        raise
    if opened.data is None and opened.evidence.http_status in absent and not openly:
        return nothing_stored(opened.evidence)
    return read_setting(opened, profile)


async def told_version(transport: Transport) -> tuple[str | None, tuple[Evidence, ...]]:
    """The version that the profile's probe tells, and the exchange; None: it tells none."""
    probe = transport.profile.applies_to.probe
    if probe is None:
        return None, ()
    reply = await transport.ask_openly(probe.path)
    text = _version_text(reply, probe.at) if 200 <= reply.status < 300 else ""
    return redact(text)[:_LONGEST_VERSION] or None, (reply.evidence(),)


def applies(rules: AppliesTo, version: str) -> bool:
    """Tell whether a version is among those of a profile.

    "3.4" means 3.4 and its patches (3.4.1, not 3.40), "3.*" all that begin with 3. Words
    around the number ("v3.4.2-lts") do not count.
    """
    told = _NUMBERS.match(version)
    if not rules.versions:
        return True
    if told is None:
        return False
    parts = told[1].split(".")
    return any(_begins(parts, wanted.removesuffix(".*").split(".")) for wanted in rules.versions)


def _begins(parts: list[str], wanted: list[str]) -> bool:
    return [int(part) for part in parts[: len(wanted)]] == [int(part) for part in wanted]


async def _of_this_version(found: Recognition, transport: Transport) -> Recognition:
    try:
        version, evidence = await told_version(transport)
    except NetworkError as error:
        # The shape has spoken already; a probe that breaks off says nothing against it.
        return replace(found, evidence=found.evidence + error.evidence)
    found = replace(found, version=version or "", evidence=found.evidence + evidence)
    if version is None or applies(transport.profile.applies_to, version):
        return found
    return replace(found, fits=False, reason="version")


def _version_text(reply: Reply, at: str) -> str:
    """The text at the pointer of the whole answer; with "" also an answer that is plain text."""
    try:
        value = pointer.find(reply.json(), at)
    except NetworkError:
        plain = "" if at else reply.body[:_LONGEST_VERSION].decode("utf-8", "replace").strip()
        return plain if plain.isprintable() and _NUMBERS.match(plain) else ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    return text if text.isprintable() else ""


def _refused(error: CanError) -> Recognition:
    reason, evidence = error.params.get("reason", ""), error.evidence
    if error.outcome in ("unauthenticated", "forbidden"):
        # A bare 401 could be anybody's: it has to speak where the profile says.
        known = bool(error.params.get("msg") or error.params.get("wire_code"))
        return Recognition(known and not reason, reason or error.outcome, evidence, error=error)
    if error.outcome in ("upstream", "server_error"):
        reason = "server_error"
    elif error.outcome == "not_found":
        reason = "not_found"
    elif error.outcome == "unexpected":
        reason = reason or "foreign_envelope"
    else:
        reason = "refused"
    return Recognition(False, reason, evidence, error=error)

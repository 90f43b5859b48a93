"""What a command about profiles is given beside its arguments: secrets, sessions, inputs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click
import msgspec

from feishu_wizard.cli.output import note
from feishu_wizard.cli.runtime import may_ask
from feishu_wizard.domain.deployment import ProfileLook
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.text.catalog import _, pick

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.outcomes import Declared
    from feishu_wizard.operations.context import Workplace

_LARGEST = 65_536  # bytes: a Cookie header has a few hundred


@dataclass
class GivenSecrets:
    """Secrets of this run by their order on standard input: the App Secret, then a session for
    each that the profile declares. Nothing of it is kept."""

    app_secret: Secret | None = None
    sessions: list[Secret] = field(default_factory=list)


def from_stdin(*, secret: bool, session: bool) -> GivenSecrets:
    """Read what was announced; ``InputError`` paste.empty, paste.too_long (limit, length)."""
    if not (secret or session):
        return GivenSecrets()
    if sys.stdin.isatty():
        asked = [_("App Secret")] * secret + [_("Session of the browser")] * session
        lines = [click.prompt(label, hide_input=True, err=True) for label in asked]
    else:
        lines = _lines(sys.stdin.buffer.read(_LARGEST + 1))
    if len(lines) < secret + session:
        raise InputError("paste.empty")
    values = [Secret(line) for line in lines]
    return GivenSecrets(values[0] if secret else None, values[1:] if secret else values)


async def completed(place: Workplace, kit: Kit, look: ProfileLook, given: GivenSecrets) -> Kit:
    """The kit with what the profile needs for a try; asked for on a terminal, hidden.

    What nobody gives is left out: the try then says what is missing.
    """
    kit = _with_inputs(kit, look)
    secrets, sessions = dict(kit.secrets), iter(given.sessions)
    for one in (d for d in look.declares if d.secret):
        entry = f"can_{one.name}"
        secret = await _secret(place, kit, one, sessions)
        if secret is not None:
            secrets[entry] = secret
    return replace(kit, secrets=secrets)


async def _secret(
    place: Workplace, kit: Kit, one: Declared, sessions: Iterator[Secret]
) -> Secret | None:
    entry = f"can_{one.name}"
    if one.keep == "run":
        return kit.secrets.get(entry) or next(sessions, None) or _asked(one)
    return await place.secret(kit, entry) or _asked(one)


def _asked(one: Declared) -> Secret | None:
    if not (may_ask() and one.required):
        return None
    if pick(one.help):
        note(pick(one.help))
    label = _("{name} (not shown, not kept)").format(name=pick(one.label) or one.name)
    return Secret(click.prompt(label, hide_input=True, err=True))


def _with_inputs(kit: Kit, look: ProfileLook) -> Kit:
    office = kit.setup.office
    missing = [d for d in look.declares if not d.secret and d.required and not d.default]
    asked: Mapping[str, str] = {
        d.name: click.prompt(pick(d.label) or d.name, err=True)
        for d in missing
        if not office.inputs.get(d.name) and may_ask()
    }
    changed = msgspec.structs.replace(office, inputs={**office.inputs, **asked})
    return replace(kit, setup=msgspec.structs.replace(kit.setup, office=changed))


def _lines(data: bytes) -> list[str]:
    if len(data) > _LARGEST:
        raise InputError("paste.too_long", {"limit": str(_LARGEST), "length": f"> {_LARGEST}"})
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return [line.strip() for line in lines if line.strip()]

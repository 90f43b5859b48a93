"""The setting on the CAN server: what would change, and the save that is read back."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.domain.errors import CanError, ConflictError, CredentialError, NetworkError
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.can.client import CanClient, Setting, Wanted

_HINT_LENGTH = 4
# Rows of the journal: what was there before a save (for undo), and what was read back after.
BEFORE, AFTER = "can-before", "can-after"
_BROKEN = frozenset({"server_error", "upstream", "unexpected"})
_VALUES = ("app_id", "app_secret", "callback_url")


async def plan_can(place: Workplace, kit: Kit) -> SavePlan:
    """Read the stored setting and compare; the read proves the profile still fits."""
    client = await place.can(kit)
    secret = await _app_secret(place, kit)
    return _plan(place, kit, client, await client.read(), secret)


async def save_can(place: Workplace, kit: Kit, plan: SavePlan) -> SaveResult:
    """Write what the plan says, then enable, and read both back."""
    client = await place.can(kit)
    secret = await _app_secret(place, kit)
    current = await client.read()
    now = _plan(place, kit, client, current, secret)
    if now.rows != plan.rows or now.version != plan.version:
        raise ConflictError("can.changed_meanwhile", {"where": client.url})
    if now.empty:
        return _result(now, current, written=False)
    place.journal.record_save(kit.setup.id, BEFORE, client.url, _kept(current))
    seen = current
    if any(_row(now, field).changes for field in _VALUES):
        await _write(client, kit, now, current, secret)
        seen = await _read_back(client, now, _VALUES, secret)
        if _row(now, "app_secret").changes and _unmoved(seen, current):
            raise _not_saved(client, ["app_secret"], seen)
    if _row(now, "enabled").changes:
        await _enable(client, kit, seen)
        seen = await _read_back(client, now, (*_VALUES, "enabled"), secret)
    mark = _kept(seen) | {"secret": _fingerprint(kit, secret)}
    place.journal.record_save(kit.setup.id, AFTER, client.url, mark)
    return _result(now, seen, written=True)


async def _app_secret(place: Workplace, kit: Kit) -> Secret:
    secret = await place.secret(kit, APP_SECRET)
    if secret is None:
        raise CredentialError("secret.missing", {"name": APP_SECRET})
    return secret


def _plan(
    place: Workplace, kit: Kit, client: CanClient, current: Setting, secret: Secret
) -> SavePlan:
    setup = kit.setup
    rows = (
        _text("app_id", current.app_id, setup.feishu.app_id),
        Change("app_secret", "", "", _secret_act(place, kit, current, secret), secret=True),
        _text("callback_url", current.callback_url, setup.office.callback_url),
        _switch(current.enabled, kit.enable, client.can("enable")),
    )
    return SavePlan(Target.CAN, client.url, rows, current.version)


def _text(field: str, before: str, after: str) -> Change:
    if before == after:
        return Change(field, before, after, Act.KEEP)
    return Change(field, before, after, Act.REPLACE if before else Act.SET)


def _switch(before: bool | None, after: bool, can_switch: bool) -> Change:
    told = "" if before is None else _on(before)
    if not can_switch:
        return Change("enabled", told, told, Act.KEEP)
    if before is None:
        return Change("enabled", "", _on(after), Act.UNKNOWN)
    return Change("enabled", told, _on(after), Act.KEEP if before == after else Act.REPLACE)


def _on(value: bool) -> str:
    return "on" if value else "off"


def _secret_act(place: Workplace, kit: Kit, current: Setting, secret: Secret) -> Act:
    """A server never shows the secret: it is kept when its hint fits, or when what is stored
    is still the version that we wrote with this very secret."""
    if current.secret_set is False:
        return Act.SET
    if current.app_id and current.app_id != kit.setup.feishu.app_id:
        return Act.REPLACE
    if current.secret_hint:
        fits = _hint_fits(current, secret)
        return Act.KEEP if fits and current.secret_set else Act.REPLACE
    last = _last_save(place, kit)
    ours = bool(current.version) and last.get("version") == current.version
    same = last.get("secret") == _fingerprint(kit, secret)
    return Act.KEEP if ours and same else Act.REPLACE


def _last_save(place: Workplace, kit: Kit) -> dict[str, str]:
    saves = place.journal.saves(kit.setup.id)
    return next((dict(save.fields) for save in saves if save.target == AFTER), {})


def _fingerprint(kit: Kit, secret: Secret) -> str:
    """Tells two secrets apart without telling either; salted with the setup's id."""
    return hmac.new(kit.setup.id.encode(), secret.reveal().encode(), hashlib.sha256).hexdigest()[
        :16
    ]


async def _write(
    client: CanClient, kit: Kit, plan: SavePlan, current: Setting, secret: Secret
) -> None:
    sent = secret if _row(plan, "app_secret").changes else None
    wanted = Wanted(kit.setup.feishu.app_id, kit.setup.office.callback_url, sent)
    try:
        await client.save(wanted, current)
    except (NetworkError, CanError) as error:
        # The answer was lost or is none: the server may or may not have saved. Reading back
        # decides.
        if not _outcome_unknown(error):
            raise
        seen = await client.read()
        if _unmoved(seen, current) or not (seen.version or _holds(seen, wanted)):
            raise


def _unmoved(seen: Setting, before: Setting) -> bool:
    """The server counts versions, and this is still the one from before the write."""
    return bool(seen.version) and seen.version == before.version


def _holds(seen: Setting, wanted: Wanted) -> bool:
    """A server without versions shows the wanted values; a secret only by its hint."""
    if (seen.app_id, seen.callback_url) != (wanted.app_id, wanted.callback_url):
        return False
    sent = wanted.app_secret
    return sent is None or (bool(seen.secret_hint) and _hint_fits(seen, sent))


def _hint_fits(seen: Setting, secret: Secret) -> bool:
    return seen.secret_hint[-_HINT_LENGTH:] == secret.reveal()[-_HINT_LENGTH:]


async def _enable(client: CanClient, kit: Kit, stored: Setting) -> None:
    try:
        await client.enable(kit.enable, stored)
    except (NetworkError, CanError) as error:
        if not _outcome_unknown(error) or (await client.read()).enabled is not kit.enable:
            raise


def _outcome_unknown(error: NetworkError | CanError) -> bool:
    """A refusal in CAN's own envelope is an outcome; a broken answer or a 5xx is none."""
    return isinstance(error, NetworkError) or error.outcome in _BROKEN


async def _read_back(
    client: CanClient, plan: SavePlan, fields: tuple[str, ...], secret: Secret
) -> Setting:
    """Read once more and compare: "Saved" is said only of what is there."""
    seen = await client.read()
    wrong = [field for field in fields if not _equal(_row(plan, field), seen, secret)]
    if wrong:
        raise _not_saved(client, wrong, seen)
    return seen


def _not_saved(client: CanClient, fields: list[str], seen: Setting) -> CanError:
    params = {"where": client.url, "fields": ", ".join(fields)}
    return CanError("not_saved", params, evidence=(seen.evidence,))


def _equal(row: Change, seen: Setting, secret: Secret) -> bool:
    if row.secret:
        shown = bool(seen.secret_hint)
        return seen.secret_set is not False and (not shown or _hint_fits(seen, secret))
    if row.field == "enabled":
        return seen.enabled is None or row.after in ("", _on(seen.enabled))
    return bool(getattr(seen, row.field) == row.after)


def _row(plan: SavePlan, field: str) -> Change:
    return next(row for row in plan.rows if row.field == field)


def _kept(setting: Setting) -> dict[str, str]:
    """What the journal keeps of a setting: no secret."""
    return {
        "app_id": setting.app_id,
        "callback_url": setting.callback_url,
        "enabled": "" if setting.enabled is None else _on(setting.enabled),
        "version": setting.version,
    }


def _result(plan: SavePlan, seen: Setting, *, written: bool) -> SaveResult:
    """What was read back is configured; the secret, which is never shown, is only stated."""
    fields = {
        "app_id": Proof.CONFIGURED,
        "callback_url": Proof.CONFIGURED,
        "app_secret": Proof.STATED,
        "enabled": Proof.STATED if seen.enabled is None else Proof.CONFIGURED,
    }
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return SaveResult(Target.CAN, plan.where, plan, written, fields, (seen.evidence,), saved_at=at)

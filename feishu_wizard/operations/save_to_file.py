"""The setup file: what would change in it, and the save that is read back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.domain.errors import ConflictError, InputError, WizardError
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup, parse_ref, secret_refs
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.secrets import Place
from feishu_wizard.services.storage.setup_file import read_setup, write_setup


async def plan_file(kit: Kit) -> SavePlan:
    """Compare with the file that is there; a foreign or future file is refused."""
    path = _path(kit)
    before = await asyncio.to_thread(_existing, path)
    old, new = _flat(before), _flat(kit.setup)
    rows = tuple(_change(field, old.get(field, ""), value) for field, value in new.items())
    gone = tuple(_change(field, value, "") for field, value in old.items() if field not in new)
    secrets = tuple(_secret_change(name, kit, before) for name in _entries(kit))
    return SavePlan(Target.FILE, str(path), (*rows, *gone, *secrets))


async def save_file(place: Workplace, kit: Kit, plan: SavePlan) -> SaveResult:
    """Write the file as a whole or not at all, and read it back."""
    path = Path(plan.where)
    now = await plan_file(kit)
    if _seen(now) != _seen(plan):
        raise ConflictError("file.changed_meanwhile", {"path": plan.where})
    setup = await _with_refs(place, kit)
    await asyncio.to_thread(write_setup, path, setup)
    if await asyncio.to_thread(read_setup, path) != setup:
        raise WizardError("file.not_saved", {"path": str(path)})
    fields = {row.field: Proof.CONFIGURED for row in plan.rows}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return SaveResult(Target.FILE, str(path), plan, True, fields, saved_at=at)


def _seen(plan: SavePlan) -> frozenset[tuple[str, str]]:
    """What stood in the file when the plan was made, secrets left out."""
    return frozenset((row.field, row.before) for row in plan.rows if row.before)


def _path(kit: Kit) -> Path:
    return Path(kit.file_path).expanduser()


def _existing(path: Path) -> Setup | None:
    try:
        return read_setup(path)
    except InputError as error:
        if error.code == "setup.missing":
            return None
        raise


def _flat(setup: Setup | None) -> dict[str, str]:
    """Every value by its dotted name, references of secrets left out."""
    if setup is None:
        return {}
    flat: dict[str, str] = {}
    _walk("", msgspec.to_builtins(setup), flat)
    refs = {"feishu.app_secret"} | {f"office.secrets.{name}" for name in setup.office.secrets}
    return {name: value for name, value in flat.items() if name not in refs and value}


def _walk(prefix: str, value: object, into: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _walk(f"{prefix}.{key}" if prefix else str(key), inner, into)
    elif isinstance(value, bool):
        into[prefix] = "true" if value else "false"
    elif isinstance(value, list):
        into[prefix] = ", ".join(str(item) for item in value)
    else:
        into[prefix] = str(value)


def _change(field: str, before: str, after: str) -> Change:
    if before == after:
        return Change(field, before, after, Act.KEEP)
    return Change(field, before, after, Act.REPLACE if before else Act.SET)


def _entries(kit: Kit) -> tuple[str, ...]:
    names = dict.fromkeys((APP_SECRET, *secret_refs(kit.setup)))
    wanted = (*names, *(n for n in kit.secrets if n.startswith("can_") and n not in names))
    return tuple(n for n in wanted if n in kit.secrets or n in secret_refs(kit.setup))


def _secret_change(name: str, kit: Kit, before: Setup | None) -> Change:
    """A reference is kept while it is the same; a plain value while it is wanted and equal."""
    old = secret_refs(before).get(name, "") if before else ""
    if not old:
        return Change(name, "", "", Act.SET, secret=True)
    same = _same_plain(name, kit, old) if kit.file_plain else old == _reference(name, kit)
    return Change(name, "", "", Act.KEEP if same else Act.REPLACE, secret=True)


def _reference(name: str, kit: Kit) -> str:
    """The reference that the setup has already; a plain value is none."""
    ref = secret_refs(kit.setup).get(name, "")
    return "" if _is_plain(ref) else ref


def _same_plain(name: str, kit: Kit, old: str) -> bool:
    known, stored = kit.secrets.get(name), parse_ref(old)
    if stored is None or stored.kind != "plain":
        return False
    if known is None:
        return secret_refs(kit.setup).get(name, "") == old
    return known.matches(Secret(stored.value))


def _is_plain(ref: str) -> bool:
    parsed = parse_ref(ref)
    return parsed is not None and parsed.kind == "plain"


async def _with_refs(place: Workplace, kit: Kit) -> Setup:
    """The setup with a reference for every secret; plain values only on explicit choice."""
    refs = dict(secret_refs(kit.setup))
    for name in _entries(kit):
        secret = await place.secret(kit, name)
        if secret is None:
            continue
        if kit.file_plain:
            refs[name] = f"plain:{secret.reveal()}"
        elif not _reference(name, kit):
            refs[name] = await place.store.put(kit.setup.id, name, secret, Place(kit.place))
    office_refs = {n.removeprefix("can_"): r for n, r in refs.items() if n.startswith("can_")}
    feishu = msgspec.structs.replace(kit.setup.feishu, app_secret=refs.get(APP_SECRET, ""))
    office = msgspec.structs.replace(kit.setup.office, secrets=office_refs)
    return msgspec.structs.replace(kit.setup, feishu=feishu, office=office)

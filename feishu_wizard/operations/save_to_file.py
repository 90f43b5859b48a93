"""The setup file: what would change in it, and the save that is read back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import replace
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
from feishu_wizard.operations.kept_secrets import keepable
from feishu_wizard.services.net.clock import now_ms
from feishu_wizard.services.storage.kept_files import KeptFile, KeptFiles, digest
from feishu_wizard.services.storage.sealed import read_sealed
from feishu_wizard.services.storage.secrets import Place
from feishu_wizard.services.storage.setup_file import (
    Prepared,
    prepare_setup,
    put_setup,
    read_setup,
)
from feishu_wizard.services.storage.setup_target import FileTarget, look_at_target


async def plan_file(place: Workplace, kit: Kit) -> SavePlan:
    """Compare with the file that is there and with what we last wrote; a foreign, future or
    sealed file is refused, and so is a place that cannot be written."""
    made = await asyncio.to_thread(_plan, place, kit)
    if not await _leads_nowhere(place, kit, made):
        return made
    return replace(made, remarks=(*made.remarks, "file.secrets_lost"))


async def _leads_nowhere(place: Workplace, kit: Kit, plan: SavePlan) -> bool:
    """A secret would be referred to in a keyring that is not there: it ends with this run."""
    refers = any(row.secret and row.changes and not _reference(row.field, kit) for row in plan.rows)
    if kit.file_plain or Place(kit.place) is Place.FILE or not refers:
        return False
    return (await place.store.info()).place is Place.SESSION


async def save_file(place: Workplace, kit: Kit, plan: SavePlan) -> SaveResult:
    """Write the file as a whole or not at all, and read it back.

    ``ConflictError`` file.changed_meanwhile: the file is another one than in the plan. Nothing
    was written then, and the next plan shows what was seen, what is there now and what is wanted
    side by side.
    """
    now = await plan_file(place, kit)
    if now.version != plan.version:
        await asyncio.to_thread(_remember, place, kit, _before(plan))
        raise ConflictError("file.changed_meanwhile", {"path": plan.where})
    setup = await with_refs(place, kit)
    await asyncio.to_thread(_write, place, kit, setup)
    if await asyncio.to_thread(read_setup, _path(kit)) != setup:
        raise WizardError("file.not_saved", {"path": plan.where})
    fields = {row.field: Proof.CONFIGURED for row in plan.rows}
    return SaveResult(Target.FILE, plan.where, plan, True, fields, saved_at=now_ms())


def difference(before: Setup | None, after: Setup) -> tuple[Change, ...]:
    """Every value that is or will be there, by its dotted name; secrets left out."""
    old, new = _flat(before), _flat(after)
    rows = tuple(_change(field, old.get(field, ""), value) for field, value in new.items())
    return (*rows, *(_change(field, old[field], "") for field in old if field not in new))


def flat_with_places(setup: Setup) -> dict[str, str]:
    """Every value by its dotted name, of a secret only where it is kept."""
    refs = {name: _place_of(ref) for name, ref in secret_refs(setup).items()}
    return _flat(setup) | refs


def _plan(place: Workplace, kit: Kit) -> SavePlan:
    path = _path(kit)
    target = look_at_target(path)
    before = _existing(target.path)
    kept = KeptFiles(place.paths).look(kit.setup.id, target.path)
    seen = kept.seen if kept is not None and before is not None else {}
    rows = tuple(_three_way(row, seen) for row in difference(before, kit.setup))
    secrets = tuple(_secret_change(name, kit, before, seen) for name in keepable(place, kit))
    return SavePlan(
        Target.FILE,
        str(path),
        (*rows, *secrets),
        version=_version(before),
        seen_at=kept.at if kept is not None and before is not None else "",
        remarks=_remarks(target, kit),
    )


def _remarks(target: FileTarget, kit: Kit) -> tuple[str, ...]:
    """A file that others can read is told: it is made private only when a secret goes in."""
    if not target.open_to_others:
        return ()
    return ("file.made_private",) if kit.file_plain else ("file.open_to_others",)


def _version(setup: Setup | None) -> str:
    """Stands for everything that a setup file says, its secrets too; never kept."""
    if setup is None:
        return ""
    return hashlib.sha256(msgspec.json.encode(setup, order="sorted")).hexdigest()


def _write(place: Workplace, kit: Kit, setup: Setup) -> None:
    prepared = prepare_setup(_path(kit), setup)
    kept = _kept(prepared, setup)
    files = KeptFiles(place.paths)
    files.keep(kit.setup.id, kept)  # first: a write that is cut off can be taken back, too
    put_setup(prepared)


def _kept(prepared: Prepared, setup: Setup) -> KeptFile:
    """What undo needs. A content that held a secret is not kept: secrets stay where they are."""
    path, before = prepared.target.path, prepared.before
    safe = before is not None and not _holds_secret(read_setup(path))
    return KeptFile(
        path=str(path.absolute()),
        seen=flat_with_places(setup),
        at=now_ms(),
        written=digest(prepared.after),
        existed=before is not None,
        before=before if safe else None,
    )


def _remember(place: Workplace, kit: Kit, seen: Mapping[str, str]) -> None:
    """Note what was seen before somebody else changed it, for the next comparison."""
    files, path = KeptFiles(place.paths), look_at_target(_path(kit)).path
    known = files.look(kit.setup.id, path) or KeptFile(path=str(path.absolute()), at=now_ms())
    files.keep(kit.setup.id, msgspec.structs.replace(known, seen=dict(seen)))


def _before(plan: SavePlan) -> dict[str, str]:
    return {row.field: row.before for row in plan.rows if not row.secret}


def _holds_secret(setup: Setup) -> bool:
    return any(_is_plain(ref) for ref in secret_refs(setup).values())


def _path(kit: Kit) -> Path:
    return Path(kit.file_path).expanduser()


def _existing(path: Path) -> Setup | None:
    try:
        if read_sealed(path) is not None:
            raise InputError("sealed.in_the_way", {"path": str(path)})
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


def _three_way(row: Change, seen: Mapping[str, str]) -> Change:
    """Marked where somebody changed a value since we last saw it, and we want another one."""
    if not seen:
        return row
    known = seen.get(row.field, "")
    return replace(row, seen=known, conflict=row.changes and row.before != known)


def _secret_change(name: str, kit: Kit, before: Setup | None, seen: Mapping[str, str]) -> Change:
    """A reference is kept while it is the same; a plain value while it is wanted and equal."""
    old = secret_refs(before).get(name, "") if before else ""
    if not old:
        return Change(name, "", "", Act.SET, secret=True)
    same = _same_plain(name, kit, old) if kit.file_plain else old == _reference(name, kit)
    moved = name in seen and seen[name] != _place_of(old)
    act = Act.KEEP if same else Act.REPLACE
    return Change(name, "", "", act, secret=True, conflict=moved and not same)


def _place_of(ref: str) -> str:
    """Where a secret is kept: the reference, but nothing of a plain value."""
    return "plain" if _is_plain(ref) else ref


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


async def with_refs(place: Workplace, kit: Kit) -> Setup:
    """The setup with a reference for every secret; plain values only on explicit choice."""
    refs = {}
    for name in keepable(place, kit):
        secret, ref = await place.secret(kit, name), secret_refs(kit.setup).get(name, "")
        if secret is None or (_reference(name, kit) and not kit.file_plain):
            refs[name] = ref
        elif kit.file_plain:
            refs[name] = f"plain:{secret.reveal()}"
        else:
            refs[name] = await place.store.put(kit.setup.id, name, secret, Place(kit.place))
    return with_secret_refs(kit.setup, refs)


def with_secret_refs(setup: Setup, refs: Mapping[str, str]) -> Setup:
    """The setup with these references, by entry name, and no others."""
    office_refs = {n.removeprefix("can_"): r for n, r in refs.items() if n.startswith("can_")}
    feishu = msgspec.structs.replace(setup.feishu, app_secret=refs.get(APP_SECRET, ""))
    office = msgspec.structs.replace(setup.office, secrets=office_refs)
    return msgspec.structs.replace(setup, feishu=feishu, office=office)

"""Gives a setup file back as it was before the last save to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Setup, secret_refs
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.save_to_file import difference, flat_with_places
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.storage.atomic import failure, write_atomic
from feishu_wizard.services.storage.kept_files import KeptFile, KeptFiles, digest
from feishu_wizard.services.storage.setup_file import parse_setup, read_setup
from feishu_wizard.services.storage.setup_target import look_at_target


async def plan_file_undo(place: Workplace, kit: Kit, path: str = "") -> SavePlan | None:
    """What giving the file back would change; None when nothing of it is known.

    ``path`` "": the file of this setup that was written last. ``remarks``: file.undo_removes
    when there was no file before. ``ConflictError`` file.changed_since when somebody changed the
    file after our save: it is not touched then.
    """
    return await asyncio.to_thread(_plan, place, kit, path)


async def undo_file(place: Workplace, kit: Kit, plan: SavePlan) -> SaveResult:
    """Carry the plan out: the old bytes, or no file. Errors as ``plan_file_undo``."""
    with place.claims.holding(kit.setup.id):
        fields = await asyncio.to_thread(_undo, place, kit, plan)
    at = now()
    return SaveResult(Target.FILE, plan.where, plan, True, fields, saved_at=at)


def _plan(place: Workplace, kit: Kit, path: str) -> SavePlan | None:
    kept = _kept(place, kit, path)
    if kept is None:
        return None
    target, now = Path(kept.path), _unchanged(kept)
    if now is None:
        return None
    old = parse_setup(kept.before.decode("utf-8-sig"), target) if kept.before else None
    remarks = () if old else ("file.undo_removes",)
    return SavePlan(
        Target.FILE,
        str(target),
        _rows(now, old),
        version=kept.written,
        seen_at=kept.at,
        remarks=remarks,
    )


def _rows(now: Setup, old: Setup | None) -> tuple[Change, ...]:
    """Back from what is there to what was; without a file, every value goes."""
    rows = difference(now, old or Setup())
    if old is None:
        return tuple(Change(r.field, r.before, "", Act.REPLACE) for r in rows if r.before)
    here, there = secret_refs(now), secret_refs(old)
    names = dict.fromkeys((*here, *there))
    acts = {name: Act.KEEP if here.get(name) == there.get(name) else Act.REPLACE for name in names}
    return (*rows, *(Change(name, "", "", act, secret=True) for name, act in acts.items()))


def _kept(place: Workplace, kit: Kit, path: str) -> KeptFile | None:
    files = KeptFiles(place.paths)
    if not path:
        return files.latest(kit.setup.id)
    kept = files.look(kit.setup.id, look_at_target(Path(path).expanduser()).path)
    return kept if kept is not None and kept.can_go_back else None


def _unchanged(kept: KeptFile) -> Setup | None:
    """What stands there, when it is what we wrote; None when the write never took place."""
    path = Path(kept.path)
    try:
        data = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise failure(error, path) from None
    if data == kept.before and (data is None or kept.before is not None):
        return None
    if data is None or digest(data) != kept.written:
        raise ConflictError("file.changed_since", {"path": kept.path})
    return read_setup(path)


def _undo(place: Workplace, kit: Kit, plan: SavePlan) -> dict[str, Proof]:
    kept = _kept(place, kit, plan.where)
    if kept is None or kept.written != plan.version or _unchanged(kept) is None:
        raise ConflictError("file.changed_since", {"path": plan.where})
    path = look_at_target(Path(kept.path)).path
    if kept.before is None:
        _remove(path)
        fields: dict[str, Proof] = {}
    else:
        write_atomic(path, kept.before)
        fields = {row.field: Proof.CONFIGURED for row in plan.rows}
    _settled(place, kit, kept)
    return fields


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise failure(error, path) from None


def _settled(place: Workplace, kit: Kit, kept: KeptFile) -> None:
    """It can be given back once; what is there now is what we saw last."""
    seen = flat_with_places(read_setup(Path(kept.path))) if kept.before else {}
    again = msgspec.structs.replace(kept, seen=seen, written="", before=None)
    KeptFiles(place.paths).keep(kit.setup.id, again)

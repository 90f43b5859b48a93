"""What became of a change: the app is read once more, and only what is there is called done."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.app_change import ChangeResult, Part, PartChange
from feishu_wizard.domain.errors import FeishuError, NetworkError, WizardError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.progress import Progress
from feishu_wizard.operations.app_change.plan import undo_of
from feishu_wizard.operations.app_change.read import Seen, read_app
from feishu_wizard.operations.app_change.run import Run
from feishu_wizard.services.feishu.client import FeishuClient

_CHECK = "feishu.app"


async def outcome(client: FeishuClient, run: Run) -> ChangeResult:
    """Read back and compare."""
    run.tell(Progress("reading_back"))
    try:
        seen = await read_app(client)
    except (FeishuError, NetworkError) as error:
        return _unseen(run, error)
    kinds = {part.part for part in run.taken}
    done: list[PartChange] = []
    left: list[PartChange] = []
    unread: list[PartChange] = []
    for part in _carried(run):
        there, missing = _compared(part, seen, run)
        done += there
        left += missing
        if not there and not missing:
            (unread if part.part in kinds else left).append(part)
    undo = undo_of((*done, *unread), seen)
    return ChangeResult(tuple(done), _refused(run, left), tuple(left), undo, run.version_id)


def _carried(run: Run) -> tuple[PartChange, ...]:
    """What was to be done: a version that turned out not to be needed is nothing that is left."""
    return tuple(p for p in run.change.parts if not (run.spared and p.part is Part.VERSION))


def _unseen(run: Run, error: WizardError) -> ChangeResult:
    """Nothing can be read back: what the platform took is not called done, nor left."""
    left = tuple(part for part in _carried(run) if part not in run.taken)
    refused = (run.error or error).finding(_CHECK)
    return ChangeResult((), refused, left, None, run.version_id)


def _refused(run: Run, left: list[PartChange]) -> Finding | None:
    if run.error is not None:
        return run.error.finding(_CHECK)
    # The platform took it, and yet does not show it.
    return WizardError("change.not_seen").finding(_CHECK) if left else None


def _compared(
    part: PartChange, seen: Seen, run: Run
) -> tuple[tuple[PartChange, ...], tuple[PartChange, ...]]:
    """What of a part is there, and what is not; neither when it cannot be read."""
    if part.adds or part.removes:
        return _list_compared(part, seen, run)
    there = _there(part, seen, run)
    if there is None:
        return (), ()
    return ((part,), ()) if there else ((), (part,))


def _list_compared(
    part: PartChange, seen: Seen, run: Run
) -> tuple[tuple[PartChange, ...], tuple[PartChange, ...]]:
    now = seen.value(part.part)
    if now is None:
        return (), ()
    adds = tuple(value for value in part.adds if value in now)
    removes = tuple(value for value in part.removes if value not in now)
    if (adds, removes) == (part.adds, part.removes):
        return (part,), ()
    if part.part is Part.SCOPES and not seen.listed and not run.version_id:
        # Before the first release permissions that wait for review are shown by no call.
        return (), ()
    rest = replace(
        part,
        adds=tuple(value for value in part.adds if value not in adds),
        removes=tuple(value for value in part.removes if value not in removes),
    )
    some = adds or removes
    return ((replace(part, adds=adds, removes=removes),) if some else (), (rest,))


def _there(part: PartChange, seen: Seen, run: Run) -> bool | None:
    """Whether the app shows the value; None when it cannot be read."""
    if part.part is Part.AVAILABILITY or (part.part is Part.CONTACTS_RANGE and part.at_once):
        return None
    if part.part is Part.VERSION:
        return _version_there(seen, run)
    # The draft is told by no call; the version that was made of it is.
    made = seen.newest is not None and seen.newest.version_id == run.version_id
    return seen.value(part.part) == part.after if made else None


def _version_there(seen: Seen, run: Run) -> bool | None:
    if not seen.versions_told:
        return None
    return bool(run.version_id) and run.version_id in seen.version_ids

"""``apply``: bring the configuration of a setup file to the CAN server, or to another file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from feishu_wizard.cli.output import clean, note, progress_printer
from feishu_wizard.cli.plan_lines import show_plan, show_result
from feishu_wizard.cli.runtime import may_ask, may_save
from feishu_wizard.domain.change import Consent, SavePlan
from feishu_wizard.domain.errors import ExitCode, InputError, WizardError
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.states import Target
from feishu_wizard.text.catalog import _

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.secret import Secret
    from feishu_wizard.operations.context import Workplace

# Somebody saved between our look and our write: what is there now is shown side by side.
_CHANGED = frozenset({"can.changed_meanwhile", "can.stale", "file.changed_meanwhile"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    dry_run: bool = False
    yes: bool = False
    to: str = "can"
    undo: bool = False
    overwrite: bool = False
    accept_weak_auth: bool = False

    @property
    def agreed(self) -> frozenset[Consent]:
        """What was agreed to beyond the plan."""
        given = {Consent.OVERWRITE: self.overwrite, Consent.WEAK_AUTH: self.accept_weak_auth}
        return frozenset(consent for consent, on in given.items() if on)


async def apply(place: Workplace, file: str, asked: Asked) -> int:
    """Plan, show, ask, save, read back. Returns the exit code."""
    from feishu_wizard.cli.opening import load_setup
    from feishu_wizard.operations.claim_setup import hold_for

    if asked.to.startswith("sealed:"):
        return await _seal(place, file, asked)
    target = _target(asked.to)
    kit = _for_target(await load_setup(place, file), target, asked.to)
    if not asked.dry_run:
        await hold_for(place, kit, "apply")
    return await _run(place, kit, asked, target).run()


def _run(place: Workplace, kit: Kit, asked: Asked, target: Target) -> _Run:
    if not asked.undo:
        return _Save(place, kit, asked, target)
    undo = _Undo if target is Target.CAN else _UndoFile
    return undo(place, kit, asked, target)


async def _seal(place: Workplace, file: str, asked: Asked) -> int:
    from feishu_wizard.cli.opening import load_setup
    from feishu_wizard.cli.sealing import seal

    if asked.undo:
        raise InputError("apply.undo_can", {"to": asked.to})
    kit = await load_setup(place, file)
    return await seal(place, kit, asked.to, dry_run=asked.dry_run, yes=asked.yes)


class _Run(ABC):
    """One run of the command: plan, show, ask, write."""

    def __init__(self, place: Workplace, kit: Kit, asked: Asked, target: Target) -> None:
        self.place, self.kit, self.asked, self.target = place, kit, asked, target
        self.report = progress_printer()

    async def run(self) -> int:
        """Show the plan and carry it out; the exit code."""
        plan = await self.plan()
        show_plan(plan)
        if plan.empty:
            if not self.asked.dry_run:
                await self.settle(plan)
            note(_nothing(self.asked))
            return int(ExitCode.OK)
        if plan.conflicts and Consent.OVERWRITE not in self.asked.agreed:
            note(_("Nothing was written. Repeat with --overwrite to replace these changes."))
            return int(ExitCode.CONFLICT)
        if self.asked.dry_run:
            return int(ExitCode.FINDINGS)
        if not self.asked.yes and not may_save(_question(self.asked, plan)):
            return int(ExitCode.USAGE)
        try:
            await self.save(plan)
        except WizardError as error:
            await self._look_again(error)
            raise
        return int(ExitCode.OK)

    @abstractmethod
    async def plan(self) -> SavePlan:
        """What would change."""

    @abstractmethod
    async def save(self, plan: SavePlan) -> None:
        """Write it and say what is known of it."""

    async def settle(self, plan: SavePlan) -> None:  # noqa: B027 - most plans noted it already
        """Note that there is nothing to write."""

    async def _look_again(self, error: WizardError) -> None:
        """After somebody else's save: what is there now, side by side with what is wanted."""
        if error.code not in _CHANGED:
            return
        try:
            plan = await self.plan()
        except WizardError as second:  # what is told is the first failure
            note(_("What is there now could not be read ({code}).").format(code=second.code))
            return
        show_plan(plan)


class _Save(_Run):
    """Bring what the file says to CAN or to another file."""

    async def plan(self) -> SavePlan:
        """What saving would change."""
        from feishu_wizard.operations.save_setup import plan_saves

        [plan] = await plan_saves(self.place, self.kit, (self.target,), self.report)
        return plan

    async def save(self, plan: SavePlan) -> None:
        """Write it and say what is known of it."""
        from feishu_wizard.operations.save_setup import save_all

        agreed = self.asked.agreed
        for result in await save_all(self.place, self.kit, (plan,), self.report, agreed):
            show_result(result)


class _Undo(_Run):
    """Take the last save to CAN back."""

    _secret: Secret | None = None  # the App Secret of before, once it was typed

    async def plan(self) -> SavePlan:
        """What taking the last save back would change."""
        from feishu_wizard.operations.undo_save import last_save, plan_undo
        from feishu_wizard.text.saving import note_line

        last = await last_save(self.place, self.kit)
        if last is not None:
            note(_("Taking back the save of {what}").format(what=note_line(last)))
        return await plan_undo(self.place, self.kit, self.report, self._secret)

    async def save(self, plan: SavePlan) -> None:
        """Ask for a secret that nobody here knows, then write."""
        from feishu_wizard.operations.undo_save import undo_save

        if plan.wants_secret and may_ask():
            self._secret = _typed_secret()
            plan = await self.plan()
            show_plan(plan)
        place, kit, agreed = self.place, self.kit, self.asked.agreed
        result = await undo_save(place, kit, plan, self.report, secret=self._secret, agreed=agreed)
        show_result(result)

    async def settle(self, plan: SavePlan) -> None:
        """Note that the save is taken back, so that the next undo goes further."""
        from feishu_wizard.operations.undo_save import undo_save

        await undo_save(self.place, self.kit, plan, self.report)


class _UndoFile(_Run):
    """Give a setup file back as it was."""

    async def plan(self) -> SavePlan:
        """What giving the file back would change."""
        from feishu_wizard.operations.undo_file import plan_file_undo

        plan = await plan_file_undo(self.place, self.kit, self.kit.file_path)
        if plan is None:
            raise InputError("file.nothing_to_undo", {"path": self.kit.file_path})
        return plan

    async def save(self, plan: SavePlan) -> None:
        """Write the old bytes, or remove the file that the save made."""
        from feishu_wizard.operations.undo_file import undo_file

        await undo_file(self.place, self.kit, plan)
        note(_("{where} is as it was before the last save.").format(where=clean(plan.where)))


def _nothing(asked: Asked) -> str:
    if asked.undo:
        return _("What is stored equals what was there before that save. Nothing was written.")
    return _("Nothing to change: what is stored equals the file. Nothing was written.")


def _question(asked: Asked, plan: SavePlan) -> str:
    if asked.undo:
        return _("Take the last save to {where} back?").format(where=plan.where)
    return _("Save these changes to {where}?").format(where=plan.where)


def _target(to: str) -> Target:
    if to == "can":
        return Target.CAN
    if to.startswith("file:") and len(to) > len("file:"):
        return Target.FILE
    raise InputError("apply.target", {"to": to})


def _for_target(kit: Kit, target: Target, to: str) -> Kit:
    if target is Target.FILE:
        return replace(kit, file_path=to.removeprefix("file:"))
    if not kit.setup.office.url:
        raise InputError("setup.no_can")
    if kit.setup.office.profile == BY_HAND:
        raise InputError("setup.by_hand", {"url": kit.setup.office.url})
    return kit


def _typed_secret() -> Secret:
    from feishu_wizard.domain.secret import Secret

    text = click.prompt(_("App Secret of before"), hide_input=True, err=True)
    return Secret(str(text).strip())

"""``apply FILE --to sealed:PATH``: a hand-over file with the setup and its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feishu_wizard.cli.opening import given_passphrase, wanted_from_stdin
from feishu_wizard.cli.output import data, note, progress_printer
from feishu_wizard.cli.runtime import may_ask, may_save
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.passphrase import new_passphrase, weakness
from feishu_wizard.domain.secret import Secret
from feishu_wizard.text.catalog import _
from feishu_wizard.text.hand_over import plan_sentences, two_ways
from feishu_wizard.text.words import error_words

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.operations.context import Workplace

PREFIX = "sealed:"


async def seal(place: Workplace, kit: Kit, to: str, *, dry_run: bool, yes: bool) -> int:
    """Show what would travel, ask, seal, read back. Returns the exit code."""
    from feishu_wizard.operations.seal_setup import plan_seal, seal_setup

    path = to.removeprefix(PREFIX)
    if not path:
        raise InputError("apply.target", {"to": to})
    plan = await plan_seal(place, kit, path)
    data(f"{_('Hand-over file')}: {path}")
    for line in plan_sentences(plan):
        data(f"  {line}")
    if dry_run:
        return int(ExitCode.FINDINGS)
    if not (wanted_from_stdin() or may_ask()):
        raise InputError("sealed.needs_passphrase", {"path": path})
    if plan.replaces and not yes and not _may_replace(path):
        return int(ExitCode.USAGE)
    result = await seal_setup(place, kit, path, _passphrase(), progress_printer())
    note(_("Written to {path}, read back and opened as a check.").format(path=result.path))
    note(two_ways())
    return int(ExitCode.OK)


def _may_replace(path: str) -> bool:
    return may_save(_("Replace the older hand-over file {path}?").format(path=path))


def _passphrase() -> Secret:
    """From standard input, or typed twice; a weak one is told, not refused."""
    if wanted_from_stdin():
        passphrase = given_passphrase("")
    else:
        # Shown before it is a secret: it is a proposal that the person has to read.
        told = _("A passphrase that can be read aloud: {words}")
        click.echo(told.format(words=new_passphrase()), err=True)
        passphrase = given_passphrase(_("Passphrase (this one, or your own)"))
        again = given_passphrase(_("The same again"))
        if not again.matches(passphrase):
            raise InputError("passphrase.differ")
    weak = weakness(passphrase.reveal())
    if weak:
        note(f"! {error_words(InputError(weak)).sentence}")
    return passphrase

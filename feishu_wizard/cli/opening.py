"""Opens the FILE of a command: a setup file, or a hand-over file with its passphrase."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from feishu_wizard.cli.output import clean, note, progress_printer
from feishu_wizard.cli.runtime import may_ask
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.text.catalog import _
from feishu_wizard.text.labels import field_label
from feishu_wizard.text.words import error_words

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.operations.open_sealed import Opened

FROM_STDIN = "passphrase_from_stdin"  # in the context of the command: set by its option
_LONGEST = 4096  # characters of a first line that can be a passphrase


async def load_setup(place: Workplace, path: str) -> Kit:
    """The setup of a file. Of a hand-over file nothing is kept: its secrets serve this run.

    Raises as ``operations.load_setup`` and ``operations.open_sealed``; ``InputError``
    sealed.needs_passphrase when there is no terminal to ask on and none came by stdin.
    """
    from feishu_wizard.operations.load_setup import load_setup as load

    try:
        return await load(place, path)
    except InputError as error:
        if error.code != "sealed.needs_passphrase" or not (wanted_from_stdin() or may_ask()):
            raise
    return await _opened(place, path)


async def _opened(place: Workplace, path: str) -> Kit:
    from feishu_wizard.operations.open_sealed import open_sealed

    passphrase = given_passphrase(_("Passphrase of {path}").format(path=path))
    opened = await open_sealed(place, path, passphrase, progress_printer())
    names = _(", ").join(field_label(name) for name in opened.kit.secrets) or _("none")
    told = _("Opened {path}. Secrets in it: {names}. Nothing of it was kept.")
    note(told.format(path=path, names=names))
    await _look_at_profile(place, opened)
    return opened.kit


async def _look_at_profile(place: Workplace, opened: Opened) -> None:
    """A profile that came along decides where secrets go: it is used after a yes only."""
    from feishu_wizard.operations.deployments import add_profile

    if opened.problem is not None:
        note(f"! {error_words(opened.problem).sentence}")
    if opened.profile is None:
        return
    from feishu_wizard.cli.profile_lines import look_lines

    if not may_ask():
        untrusted = InputError("sealed.profile", {"profile": opened.profile.id})
        note(f"! {error_words(untrusted).text}")
        return
    for line in look_lines(opened.profile, opened.kit.setup.office.url):
        note(line)
    if click.confirm(_("Trust this profile and keep it on this computer?"), err=True):
        await add_profile(place, opened.profile_data, opened.path, trust=True)


def wanted_from_stdin() -> bool:
    """The option ``--passphrase-stdin`` was given."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(FROM_STDIN))


def given_passphrase(question: str) -> Secret:
    """The first line of standard input when that was asked for, else what is typed, not shown.

    Raises ``InputError`` passphrase.empty, paste.too_long.
    """
    if not wanted_from_stdin():
        return Secret(str(click.prompt(clean(question), hide_input=True, err=True)))
    line = sys.stdin.buffer.readline(_LONGEST + 1).decode("utf-8-sig", "replace")
    if len(line) > _LONGEST:
        raise InputError("paste.too_long", {"limit": str(_LONGEST), "length": f"> {_LONGEST}"})
    if not line.strip():
        raise InputError("passphrase.empty")
    return Secret(line.strip())

"""``can-profile``: which deployment profiles there are, what one does, and adding one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from feishu_wizard.cli.output import clean, data, note
from feishu_wizard.cli.parts import leave, passphrase_option
from feishu_wizard.domain.errors import ExitCode
from feishu_wizard.text.catalog import _

if TYPE_CHECKING:
    from feishu_wizard.domain.deployment import ProfileLook, ProfileTry
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.operations.context import Workplace


@click.group()
def can_profile() -> None:
    """How CAN servers are spoken to: deployment profiles, as data."""


def _complete(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Ids of profiles, and files."""
    import asyncio

    from feishu_wizard.operations.context import Program, Workplace
    from feishu_wizard.operations.deployments import known_profiles

    async def ids() -> list[str]:
        async with Workplace(Program()) as place:
            return [look.id for look in await known_profiles(place)]

    found = [CompletionItem(one) for one in asyncio.run(ids()) if one.startswith(typed)]
    return [*found, CompletionItem(typed, type="file")]


@can_profile.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def list_command(as_json: bool) -> None:
    """List the profiles that come with the program and those that were added here."""
    from feishu_wizard.cli.runtime import perform

    leave(perform(lambda place: show_list(place, as_json=as_json)))


@can_profile.command("check")
@click.argument("what", metavar="FILE|ID", shell_complete=_complete)
@click.option("--setup", metavar="FILE", default="", help="Try it read-only with this setup.")
@click.option("--session-stdin", is_flag=True, help="Read the browser's session from stdin.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@passphrase_option
def check_command(what: str, **options: Any) -> None:
    """Show what a profile does: its calls, and where each secret goes. Nothing is added.

    With a setup its read call is made with the setup's inputs and secrets; nothing is changed.
    Exit codes: 0 valid, and it fits; 2 not valid; 6 it does not fit.
    """
    from feishu_wizard.cli.runtime import perform

    leave(perform(lambda place: check(place, what, **options)))


@can_profile.command("import")
@click.argument("path", metavar="PATH|-")
@click.option("--id", "profile_id", metavar="ID", default="", help="Id of a derived profile.")
@click.option("--name", metavar="NAME", default="", help="Its name; else the host's.")
@click.option("--typed-app-id", metavar="ID", default="", help="App ID that CAN's page showed.")
@click.option("--typed-callback", metavar="URL", default="", help="Callback URL it showed.")
@click.option("--secret-stdin", is_flag=True, help="Read the App Secret typed there from stdin.")
@click.option("--answer", "answers", metavar="ID=VALUE", multiple=True, help="Answer a question.")
@click.option("--setup", metavar="FILE", default="", help="Try it read-only with this setup.")
@click.option("--session-stdin", is_flag=True, help="Read the browser's session from stdin.")
@click.option("--out", metavar="FILE", default="", help="Write the profile there; add nothing.")
@click.option("--yes", is_flag=True, help="Trust what is shown, without being asked.")
@passphrase_option
def import_command(path: str, **options: Any) -> None:
    """Add a profile: from its YAML file, or derived from what your browser recorded.

    A recording is a HAR file, or the read and the save call copied as cURL (bash or cmd); -
    reads it from standard input. What a recording does not decide is asked; without a terminal
    the questions are printed as JSON, to be answered with --answer. Cookies and secrets of a
    recording are never kept. With a setup the profile is tried read-only before it is added.
    --secret-stdin and --session-stdin read one line each, in this order.
    Exit codes: 0 added; 2 not valid, or not agreed to; 6 questions are open, or it does not fit.
    """
    from feishu_wizard.cli.profile_import import Asked, import_profile
    from feishu_wizard.cli.runtime import perform

    if path == "-" and (options["secret_stdin"] or options["session_stdin"]):
        raise click.UsageError("Standard input can only hold one thing: give the PATH of a file.")
    asked = Asked(path, **options)
    leave(perform(lambda place: import_profile(place, asked)))


@can_profile.command("remove")
@click.argument("profile_id", metavar="ID", shell_complete=_complete)
@click.option("--yes", is_flag=True, help="Remove it without being asked.")
def remove_command(profile_id: str, yes: bool) -> None:
    """Remove a profile that was added here, with the trust in it.

    Setups keep its name: they cannot be saved to CAN until it is added again.
    Exit codes: 0 removed; 2 there is none of this id, or not agreed to.
    """
    from feishu_wizard.cli.runtime import perform

    leave(perform(lambda place: remove(place, profile_id, yes=yes)))


async def show_list(place: Workplace, *, as_json: bool) -> int:
    """Print every profile; always exit 0."""
    from feishu_wizard.cli.profile_document import list_document
    from feishu_wizard.cli.profile_lines import broken_lines, list_lines
    from feishu_wizard.operations.deployments import broken_profiles, known_profiles

    looks, broken = await known_profiles(place), await broken_profiles(place)
    if as_json:
        data(json.dumps(list_document(looks, broken), ensure_ascii=False, indent=2))
        return int(ExitCode.OK)
    for look in looks:
        for line in list_lines(look):
            data(line)
    for one in broken:
        for line in broken_lines(one):
            data(line)
    return int(ExitCode.OK)


async def check(
    place: Workplace, what: str, *, setup: str, session_stdin: bool, as_json: bool
) -> int:
    """Show a profile, and try it when there is a setup. Returns the exit code."""
    from feishu_wizard.cli.opening import load_setup
    from feishu_wizard.cli.profile_document import check_document
    from feishu_wizard.cli.profile_given import completed, from_stdin
    from feishu_wizard.cli.profile_lines import look_lines, try_lines

    content, look = await _named(place, what)
    kit = await load_setup(place, setup) if setup else None
    if not as_json:
        for line in look_lines(look, kit.setup.office.url if kit else ""):
            data(line)
    tried = None
    if kit is not None:
        given = from_stdin(secret=False, session=session_stdin)
        tried = await _try(place, await completed(place, kit, look, given), content, look)
    if as_json:
        data(json.dumps(check_document(look, tried), ensure_ascii=False, indent=2))
    elif tried is not None:
        for line in try_lines(tried):
            data(line)
    return int(ExitCode.OK if tried is None or tried.fits else ExitCode.FINDINGS)


async def remove(place: Workplace, profile_id: str, *, yes: bool) -> int:
    """Remove an added profile, if a person agrees. Returns the exit code."""
    from feishu_wizard.cli.runtime import may
    from feishu_wizard.operations.deployments import remove_profile
    from feishu_wizard.operations.knowledge import BUILTIN_PROFILES

    shown = clean(profile_id)
    if profile_id in BUILTIN_PROFILES:
        note(_("“{id}” comes with the program and stays.").format(id=shown))
        return int(ExitCode.USAGE)
    question = _("Remove the profile “{id}” from this computer?").format(id=shown)
    unasked = _("Without a terminal nothing is asked: repeat with --yes to remove it.")
    if not yes and not may(question, unasked):
        return int(ExitCode.USAGE)
    await remove_profile(place, profile_id)
    note(_("The profile “{id}” is removed.").format(id=shown))
    return int(ExitCode.OK)


async def _named(place: Workplace, what: str) -> tuple[bytes | None, ProfileLook]:
    """A profile by its id, or a file with its bytes; an id goes first."""
    from feishu_wizard.operations.deployments import (
        known_profiles,
        look_at,
        profile_look,
        read_profile_file,
    )

    if what in {look.id for look in await known_profiles(place)}:
        return None, await profile_look(place, what)
    content = await read_profile_file(what)
    return content, look_at(content, what, place)


async def _try(place: Workplace, kit: Kit, content: bytes | None, look: ProfileLook) -> ProfileTry:
    from feishu_wizard.operations.deployments import try_bytes, try_profile

    if content is None:
        return await try_profile(place, kit, look.id)
    return await try_bytes(place, kit, content, look.source)

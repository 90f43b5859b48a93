"""The command line: every name here is a promise to scripts (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import click

from feishu_wizard import __version__
from feishu_wizard.domain.errors import ExitCode
from feishu_wizard.text.catalog import use

LANGUAGES = click.Choice(["en", "zh_Hans"])
PALETTES = click.Choice(["light", "dark", "contrast"])


class Starters(Protocol):
    """What the terminal cannot do itself: the window and the sandbox."""

    def window(self, *, lang: str | None, setup: str | None, demo: bool) -> int:
        """Open the window; returns the exit code."""
        ...

    def tour(self, options: Tour) -> int:
        """Photograph every step of the window; returns the exit code."""
        ...

    def sandbox(self, arguments: tuple[str, ...]) -> int:
        """Run the sandbox until it is stopped; returns the exit code."""
        ...


@dataclass(frozen=True, slots=True)
class Tour:
    """Options of ``tour``."""

    out: str
    lang: str | None
    palette: str
    scale: float
    drill: str | None


class _Group(click.Group):
    """Usage errors end with 2, as click does; an interrupt with 130, which click does not."""

    def main(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        kwargs["standalone_mode"] = False
        try:
            return super().main(*args, **kwargs)  # type: ignore[call-overload]
        except click.exceptions.Abort:
            raise SystemExit(int(ExitCode.INTERRUPTED)) from None
        except click.ClickException as error:
            error.show()
            raise SystemExit(int(ExitCode.USAGE)) from None


@click.group(cls=_Group, invoke_without_command=True)
@click.version_option(__version__, prog_name="feishu-wizard", message="%(prog)s %(version)s")
@click.option("--demo", is_flag=True, help="Practise on a sandbox; nothing real is touched.")
@click.option("--lang", type=LANGUAGES, help="Language of window and output.")
@click.option("--setup", metavar="FILE", help="Open the window on an existing setup file.")
@click.pass_context
def cli(ctx: click.Context, demo: bool, lang: str | None, setup: str | None) -> None:
    """Connect an Aloudata CAN server to Feishu (飞书) or Lark.

    Without a command the window opens.
    """
    use(lang or "system")
    if ctx.invoked_subcommand is None:
        starters: Starters = ctx.obj
        _leave(starters.window(lang=lang, setup=setup, demo=demo))


@cli.command()
@click.argument("out")
@click.option("--lang", type=LANGUAGES, help="Language of the window.")
@click.option("--palette", type=PALETTES, default="light", show_default=True)
@click.option("--scale", type=float, default=1.0, show_default=True, help="Size of everything.")
@click.option("--drill", metavar="NAME", help="Break one thing in the sandbox first.")
@click.pass_obj
def tour(
    starters: Starters,
    out: str,
    lang: str | None,
    palette: str,
    scale: float,
    drill: str | None,
) -> None:
    """Drive the window through every step on a sandbox; write a picture of each into OUT."""
    _leave(starters.tour(Tour(out, lang, palette, scale, drill)))


@cli.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def sandbox(starters: Starters, arguments: tuple[str, ...]) -> None:
    """Serve a Feishu and a CAN to practise on, at loopback, until stopped."""
    _leave(starters.sandbox(arguments))


@cli.command()
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Show what would change; exit 6 when there is.")
@click.option("--yes", is_flag=True, help="Save without asking.")
@click.option("--to", default="can", show_default=True, help="can, or file:PATH.")
def apply(file: str, dry_run: bool, yes: bool, to: str) -> None:
    """Bring the configuration of a setup FILE to the CAN server or to a file."""
    from feishu_wizard.cli.apply import apply as run
    from feishu_wizard.cli.runtime import perform

    _leave(perform(lambda place: run(place, file, dry_run=dry_run, yes=yes, to=to)))


@cli.command()
@click.argument("file")
@click.option("--to", multiple=True, required=True, help="CAN account, e-mail, mobile or id.")
@click.option("--template", default="card", show_default=True, help="card or text.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def send(file: str, to: tuple[str, ...], template: str, as_json: bool) -> None:
    """Send a test message with the app of a setup FILE.

    A recipient without a kind is taken as a CAN account, which is how CAN addresses people.
    Others: e-mail address, mobile number, ou_, on_ or oc_ id, or KIND:VALUE.
    """
    from feishu_wizard.cli.runtime import perform
    from feishu_wizard.cli.send import send as run

    _leave(perform(lambda place: run(place, file, to=to, template=template, as_json=as_json)))


def _leave(code: int) -> None:
    raise SystemExit(code)

"""The command line: every name here is a promise to scripts (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import click

from feishu_wizard import __version__
from feishu_wizard.cli.parts import EDITIONS, LANGUAGES, Later, Root, leave, passphrase_option
from feishu_wizard.text.catalog import _, use

PALETTES = click.Choice(["light", "dark", "contrast"])
MATCH_KEYS = click.Choice(["user_id", "email", "enterprise_email", "mobile"])
WAYS = click.Choice(["device", "browser"])
ASKED = ("person", "symptom", "only", "offline", "server", "as_json", "report")
# Named here, so that the help is shown without loading what answers them.
SYMPTOMS = (
    "What brought you here: login_20029, nobody_alerted, one_not_reached, people_missing, "
    "worked_yesterday or cannot_save."
)


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


@click.group(cls=Root, invoke_without_command=True)
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
        leave(starters.window(lang=lang, setup=setup, demo=demo))


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
    leave(starters.tour(Tour(out, lang, palette, scale, drill)))


@cli.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def sandbox(starters: Starters, arguments: tuple[str, ...]) -> None:
    """Serve a Feishu and a CAN to practise on, at loopback, until stopped."""
    leave(starters.sandbox(arguments))


@cli.command()
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Show what would change; exit 6 when there is.")
@click.option("--yes", is_flag=True, help="Save without asking.")
@click.option("--to", default="can", show_default=True, help="can, file:PATH or sealed:PATH.")
@click.option("--undo", is_flag=True, help="Take the last save to CAN, or to file:PATH, back.")
@click.option("--overwrite", is_flag=True, help="Replace what somebody else changed meanwhile.")
@click.option("--accept-weak-auth", is_flag=True, help="Save although no call shows a secret.")
@click.option("--take-over", is_flag=True, help="Go on although another computer is noted.")
@passphrase_option
def apply(file: str, take_over: bool, **options: Any) -> None:
    """Bring the configuration of a setup FILE to the CAN server or to a file.

    What is stored is read and compared first; what was saved is read back. Exit codes: 0 nothing
    to do or saved, 6 a dry run found changes, 7 somebody else changed it, 8 saved but not
    switched on.
    """
    from feishu_wizard.cli.apply import Asked
    from feishu_wizard.cli.apply import apply as run
    from feishu_wizard.cli.runtime import perform

    leave(perform(partial(run, file=file, asked=Asked(**options)), take_over=take_over))


@cli.command()
@click.argument("file")
@click.option("--to", multiple=True, help="CAN account, e-mail, mobile or id.")
@click.option("--to-file", metavar="LIST", default="", help="File with recipients; - reads stdin.")
@click.option("--template", default="card", show_default=True, help="card or text.")
@click.option("--value", "values", metavar="NAME=TEXT", multiple=True, help="Other figures.")
@click.option("--recall", is_flag=True, help="Send nothing; take back the latest sending.")
@click.option("--take-over", is_flag=True, help="Go on although another computer is noted.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@passphrase_option
def send(file: str, **options: Any) -> None:
    """Send a test message with the app of a setup FILE.

    A recipient without a kind is taken as a CAN account, which is how CAN addresses people.
    Others: e-mail address, mobile number, ou_, on_ or oc_ id, group:NAME, or KIND:VALUE.
    --value metric=TEXT, threshold=, value= and link= take the place of the made-up figures.
    A sending that was broken off goes on when it is asked for again; nobody gets two.
    Exit codes: 0 everybody reached, 8 not everybody.
    """
    from feishu_wizard.cli.runtime import perform
    from feishu_wizard.cli.send import Asked
    from feishu_wizard.cli.send import send as run

    take_over = options.pop("take_over")
    leave(perform(lambda place: run(place, file, Asked(**options)), take_over=take_over))


@cli.command("rehearse-sync")
@click.argument("file")
@click.option("--csv", metavar="OUT", default="", help="Write everybody into a CSV file.")
@click.option("--bom", is_flag=True, help="Begin that file as Excel wants UTF-8 to begin.")
@click.option("--accounts", metavar="CSV", default="", help="CAN's accounts, to compare with.")
@click.option("--by", type=MATCH_KEYS, default="user_id", show_default=True, help="Match by.")
@click.option("--again", is_flag=True, help="Start anew; else a walk that broke off goes on.")
@click.option("--take-over", is_flag=True, help="Go on although another computer is noted.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@passphrase_option
def rehearse_sync(file: str, **options: Any) -> None:
    """Read what a sync would find with the app of a setup FILE; nothing is changed anywhere.

    Exit 6 when something is missing or too many accounts would lose access. Interrupted, it goes
    on next time where it stopped.
    """
    from feishu_wizard.cli.rehearse_sync import Asked
    from feishu_wizard.cli.rehearse_sync import rehearse_sync as run
    from feishu_wizard.cli.runtime import perform

    take_over = options.pop("take_over")
    leave(perform(lambda place: run(place, file, Asked(**options)), take_over=take_over))


@cli.command("rehearse-login")
@click.argument("file")
@click.option("--way", type=WAYS, help="By a code (device), which is the usual, or by browser.")
@click.option("--port", type=int, default=28917, show_default=True, help="Where it listens.")
@click.option("--open", is_flag=True, help="Open the page in the browser of this computer.")
@click.option("--take-over", is_flag=True, help="Go on although another computer is noted.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@passphrase_option
def rehearse_login(file: str, **options: Any) -> None:
    """Sign in once with the app of a setup FILE and show what that brings.

    What to open goes to standard error. Exit 6 when CAN could not use what came. By browser, the
    address http://127.0.0.1:PORT/feishu-wizard/callback has to be among the app's redirect URLs.
    """
    from feishu_wizard.cli.rehearse_login import Asked
    from feishu_wizard.cli.rehearse_login import rehearse_login as run
    from feishu_wizard.cli.runtime import perform

    take_over = options.pop("take_over")
    leave(perform(lambda place: run(place, file, Asked(**options)), take_over=take_over))


@cli.command()
@click.argument("file", default="")
@click.option("--app-id", metavar="ID", default="", help="Diagnose this app.")
@click.option("--secret-stdin", is_flag=True, help="Read its App Secret from standard input.")
@click.option("--callback", metavar="URL", default="", help="Callback URL that CAN's page shows.")
@click.option("--can", metavar="URL", default="", help="Any address of CAN's web page.")
@click.option("--person", metavar="WHO", default="", help="CAN account, e-mail, mobile or id.")
@click.option("--symptom", metavar="NAME", default="", help=SYMPTOMS)
@click.option("--only", metavar="ID", multiple=True, help="Only this check, or group of checks.")
@click.option("--offline", is_flag=True, help="Make no call at all.")
@click.option("--server", metavar="FILE", default="", help="What server-check printed there.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--report", metavar="OUT", default="", help="Write a report: .html, .md or .json.")
@click.option("--edition", type=EDITIONS, help="Brand of the platform.")
@click.option("--open-url", metavar="URL", default="", help="Open platform of a private one.")
@click.option("--accounts-url", metavar="URL", default="", help="Its login host.")
@click.option("--ca-file", metavar="PATH", default="", help="Certificates to trust, too.")
@click.option("--proxy", metavar="WHICH", default="", help="system, none, or a URL.")
@passphrase_option
def diagnose(**options: Any) -> None:
    """Find out why an integration does not work: of a setup FILE, or of what is known of it.

    Options given together with FILE stand for this run. Exit 6 when something is wrong.
    """
    from feishu_wizard.cli.diagnose import Asked
    from feishu_wizard.cli.diagnose import diagnose as run
    from feishu_wizard.cli.given import Given
    from feishu_wizard.cli.runtime import perform

    asked = Asked(**{name: options.pop(name) for name in ASKED})
    given = Given(**options)
    if not given.something:
        raise click.UsageError(_("Give a setup FILE, or what is known: --app-id, --can ..."))
    leave(perform(lambda place: run(place, given, asked)))


@cli.command()
@click.argument("text", nargs=-1, required=True, metavar="CODE|TEXT")
@click.option("--lang", type=LANGUAGES, help="Language of the explanation.")
def explain(text: tuple[str, ...], lang: str | None) -> None:
    """Say what a code, a message, a log line or a pasted reply means; - reads standard input.

    Exit codes: 0 explained, 1 not in the error book, 2 no text.
    """
    from feishu_wizard.cli.explain import explain as run

    leave(run(" ".join(text), lang=lang))


cli.add_command(
    Later(
        "server-check",
        "feishu_wizard.cli.server_check",
        "The network as the CAN server sees it: a script to run there, and reading its answer.",
    )
)
cli.add_command(
    Later("report", "feishu_wizard.cli.report", "Open a report that was made elsewhere; compare.")
)
cli.add_command(
    Later("can-profile", "feishu_wizard.cli.can_profile", "How CAN servers are spoken to.")
)

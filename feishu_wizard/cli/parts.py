"""What the commands are made of: options that several share, and two kinds of groups."""

from __future__ import annotations

import click

from feishu_wizard.domain.errors import ExitCode

LANGUAGES = click.Choice(["en", "zh_Hans"])
EDITIONS = click.Choice(["feishu", "lark", "private"])


def _remember_passphrase(ctx: click.Context, param: click.Parameter, given: bool) -> None:
    """Known to whatever opens the FILE of the command (``cli.opening``)."""
    ctx.meta["passphrase_from_stdin"] = given


passphrase_option = click.option(
    "--passphrase-stdin",
    is_flag=True,
    expose_value=False,
    callback=_remember_passphrase,
    help="The first line of stdin is the passphrase of a hand-over file.",
)


class Later(click.Group):
    """A command with commands of its own, which are loaded when one of them is asked for."""

    def __init__(self, name: str, module: str, words: str) -> None:
        super().__init__(name, help=words)
        self._module = module

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order in which they are written."""
        return list(self._group.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None for an unknown name."""
        return self._group.commands.get(cmd_name)

    @property
    def _group(self) -> click.Group:
        from importlib import import_module

        module = import_module(self._module)
        group: click.Group = getattr(module, (self.name or "").replace("-", "_"))
        return group


class Root(click.Group):
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


def leave(code: int) -> None:
    """End the command with this exit code."""
    raise SystemExit(code)

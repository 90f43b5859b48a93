"""Reads the command line and hands over to the window or the terminal commands.

The one place that starts the sandbox, which is a child process and knows nothing of ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feishu_wizard.cli.main import Tour

READY_SECONDS = 30.0
STOP_SECONDS = 10.0


def main() -> None:
    """Entry point of ``feishu-wizard``."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        # Answered before anything is imported: scripts ask for it often.
        from feishu_wizard import __version__

        print(f"feishu-wizard {__version__}")  # noqa: T201 - the data that was asked for
    elif not arguments:
        # Nor is the command line's own library needed to open the window.
        raise SystemExit(Starters().window(lang=None, setup=None, demo=False))
    else:
        from feishu_wizard.cli.main import cli

        cli(obj=Starters())


class Starters:
    """The window and the sandbox, for the command line."""

    def window(self, *, lang: str | None, setup: str | None, demo: bool) -> int:
        """Open the window, on a sandbox of its own when it is a demonstration."""
        if not _has_qt():
            return 2
        load_before_qt()
        from feishu_wizard.app import Options, run

        if not demo:
            return run(Options(lang=lang, setup=setup))
        import tempfile

        with (
            tempfile.TemporaryDirectory(prefix="feishu-wizard-demo-") as root,
            _sandbox("--fresh") as practice,
        ):
            return run(Options(lang=lang, state_root=root, practice=practice))

    def tour(self, options: Tour) -> int:
        """Photograph every step against a sandbox; the user's state is not touched."""
        if not _has_qt():
            return 2
        import tempfile

        from feishu_wizard.app import Options, TourOptions, run

        # A drill breaks one thing of a healthy setup; without one everything is set up anew.
        start = ["--drill", options.drill] if options.drill else ["--fresh"]
        with (
            tempfile.TemporaryDirectory(prefix="feishu-wizard-tour-") as root,
            _sandbox(*start) as practice,
        ):
            return run(
                Options(
                    lang=options.lang or "en",
                    state_root=root,
                    practice=practice,
                    palette=options.palette,
                    tour=TourOptions(options.out, options.scale, options.drill or ""),
                )
            )

    def sandbox(self, arguments: tuple[str, ...]) -> int:
        """Run the sandbox in the place of this process, so that signals reach it."""
        import os
        import subprocess

        command = [sys.executable, "-m", "feishu_wizard.sandbox", *arguments]
        sys.stdout.flush()
        if os.name == "posix":
            os.execv(command[0], command)  # noqa: S606 - our own module
        return subprocess.call(command)  # noqa: S603 - our own module


def load_before_qt() -> None:
    """Import what needs no Qt: once PySide6 is there, it reads the source of every later module
    (to see whether the module uses its optional features), which is a tenth of the start."""
    import gc

    gc.disable()  # nothing is garbage yet; switched on again after the first paint
    import feishu_wizard.text.labels
    import feishu_wizard.wizard.session  # noqa: F401


def _has_qt() -> bool:
    """The bare package is the command line; the window needs the extra ``gui``."""
    from importlib.util import find_spec

    if find_spec("PySide6") is not None:
        return True
    from feishu_wizard.text.catalog import _

    words = _("The window needs the extra packages: pip install 'feishu-wizard[gui]'")
    print(words, file=sys.stderr)  # noqa: T201 - there is no window to say it in
    return False


@contextmanager
def _sandbox(*options: str) -> Iterator[dict[str, Any]]:
    """A sandbox while the block runs; yields its ready line."""
    import subprocess

    command = [sys.executable, "-m", "feishu_wizard.sandbox", "--port", "0"]
    # The pipe to its standard input breaks when this program is killed, and it ends, too.
    pipe = subprocess.PIPE
    command += ["--until-eof", *options]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:  # noqa: S603
        try:
            yield _ready(child)
        finally:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


def _ready(child: Any) -> dict[str, Any]:
    """Read the ready line; a sandbox that dies instead ends the program with its words."""
    line = child.stdout.readline()
    if not line:
        raise SystemExit(child.wait(READY_SECONDS) or 1)
    ready: dict[str, Any] = json.loads(line)
    return ready


if __name__ == "__main__":
    main()

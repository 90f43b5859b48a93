"""What is printed: redacted, and without control characters of others."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import click

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.redact import redact
from feishu_wizard.text.labels import busy, link_label
from feishu_wizard.text.words import error_words

# Names and messages come from outside: an escape sequence in one must not reach the terminal, nor
# what turns the direction of all that follows it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Text that is safe to print."""
    return _CONTROL.sub("", redact(text))


def data(text: str) -> None:
    """Print a result to stdout."""
    click.echo(clean(text))


def note(text: str) -> None:
    """Print progress or a remark to stderr."""
    click.echo(clean(text), err=True)


def progress_printer() -> Callable[[Progress], None]:
    """Progress lines, on a terminal only: a log file needs the result, not the way."""
    if not sys.stderr.isatty():
        return lambda progress: None

    def show(progress: Progress) -> None:
        if progress.code:
            note(f"… {busy(progress)}")

    return show


def failure(error: WizardError) -> None:
    """One sentence first, then what came back, the cause, and who can mend it."""
    first, *details = error_words(error).text.splitlines()
    note(f"✗ {first}")
    for line in details:
        note(f"  {line}")
    for link in error.links:
        note(f"  {link_label(link.label)}: {link.url}")

"""Runs one operation of the command line and turns its end into an exit code."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from feishu_wizard.cli.output import clean, failure, note
from feishu_wizard.domain.errors import ExitCode, WizardError
from feishu_wizard.text.catalog import _

if TYPE_CHECKING:
    from feishu_wizard.operations.context import Workplace

T = TypeVar("T")
log = logging.getLogger(__name__)


def perform(work: Callable[[Workplace], Awaitable[int]], *, take_over: bool = False) -> int:
    """Open a workplace, run, close; every end is one of the promised exit codes.

    ``take_over``: a setup that a program on another computer is noted to hold is taken.
    """
    try:
        return asyncio.run(_perform(work, take_over=take_over))
    except WizardError as error:
        failure(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        note(_("Interrupted. What was already done stays; running it again is safe."))
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has seen enough, such as ``head``
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.ERROR)
    except Exception:  # the last exit: redacted into the log, one sentence for the person
        log.exception("internal error")
        note(_("Something unexpected happened in this program; the log has the details."))
        return int(ExitCode.INTERNAL)


async def _perform(work: Callable[[Workplace], Awaitable[int]], *, take_over: bool) -> int:
    from feishu_wizard.operations.context import Program, Workplace

    async with Workplace(Program(take_over=take_over)) as place:
        return await work(place)


def may_ask() -> bool:
    """Without a terminal nothing is asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def may_save(question: str) -> bool:
    """As ``may``, for what is saved."""
    return may(question, _("Without a terminal nothing is asked: repeat with --yes to save."))


def may(question: str, unasked: str) -> bool:
    """What a person answers; without a terminal it is a no, and ``unasked`` is said."""
    if not may_ask():
        note(unasked)
        return False
    return click.confirm(clean(question), err=True)

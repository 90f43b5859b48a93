"""``explain``: what a code, a message or a pasted reply means. Calls nobody."""

from __future__ import annotations

import sys

from feishu_wizard.cli.output import data, note
from feishu_wizard.domain.errors import ExitCode
from feishu_wizard.text.catalog import _, use
from feishu_wizard.text.clues import LIMIT
from feishu_wizard.text.explain import Explanation
from feishu_wizard.text.explain import explain as explanations_of
from feishu_wizard.text.labels import link_label

#: What is read from standard input at most, in characters.
LARGEST_INPUT = 64_000_000


def explain(text: str, *, lang: str | None = None) -> int:
    """Print what the error book says about ``text``, or about standard input when it is "-".

    Returns 0 when the book knows something, 1 when it does not (what came back and the
    platform's own page are printed where there are any), 2 when there is no text.
    """
    if lang:
        use(lang)
    given = _read_stdin() if text == "-" else text
    if not given.strip():
        note(_("There is no text to explain."))
        return int(ExitCode.USAGE)
    if len(given) > 2 * LIMIT:
        note(_("The text is very long; only its beginning and its end were read."))
    found = explanations_of(given)
    if not found:
        note(_("Nothing in this text is in the error book. Give a code, a message or a reply."))
        return int(ExitCode.ERROR)
    for number, one in enumerate(found):
        data(("\n" if number else "") + _as_text(one))
    return int(ExitCode.OK if any(one.known for one in found) else ExitCode.ERROR)


def _read_stdin() -> str:
    """Whatever bytes come: a log need not be UTF-8."""
    return sys.stdin.buffer.read(LARGEST_INPUT).decode("utf-8", "replace")


def _as_text(one: Explanation) -> str:
    lines = [f"{one.code}  {one.title}", f"  {one.sentence}"]
    if not one.known:
        lines.append("  " + _("This code is not in the error book of this program."))
    lines += _causes(one.causes)
    rows = (
        (_("What helps"), one.fix),
        (_("Who can fix it"), one.who),
        (_("Trying again"), _again(one.retryable)),
        (_("Log id"), one.log_id),
        (_("Source"), one.source),
    )
    lines += [
        "  " + _("{name}: {value}").format(name=name, value=value) for name, value in rows if value
    ]
    lines += [f"  {link_label(link.label)}: {link.url}" for link in one.links]
    return "\n".join(lines)


def _causes(causes: tuple[str, ...]) -> list[str]:
    if not causes:
        return []
    if len(causes) == 1:
        return ["  " + _("Likely cause: {cause}").format(cause=causes[0])]
    numbered = [f"    {number}. {cause}" for number, cause in enumerate(causes, 1)]
    return ["  " + _("Likely causes, the likeliest first:"), *numbered]


def _again(retryable: bool | None) -> str:
    if retryable is None:
        return ""
    if retryable:
        return _("may help: it can pass by itself")
    return _("does not help before something is changed")

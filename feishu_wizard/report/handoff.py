"""The hand-off sheet as a file: Markdown, or one HTML page without script that prints on A4.

Values from outside (the app's name, addresses) are data: escaped, never a link. Links lead to the
platform's own pages only; ``text.handoff`` has made them and has masked what is secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from feishu_wizard.domain.handoff import Handoff
from feishu_wizard.domain.redact import redact
from feishu_wizard.report.outgoing import web_address
from feishu_wizard.report.page import style_hash, template
from feishu_wizard.resources import resource_text
from feishu_wizard.text.catalog import _, current
from feishu_wizard.text.handoff import sheet
from feishu_wizard.text.sheet import Page, Paste, Sheet, Todo, asked_title, footer

# As in report.markdown, and entities; a bare address becomes code, else a viewer makes it a link.
_ACTIVE = re.compile(r"([\\`*{}\[\]<>|#!~]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w]))")
_BARE = re.compile(r"(?i)(?:https?|ftp|mailto|javascript):\S+|www\.\S+")
_LIST = re.compile(r"^(\d+)([.)])(?=\s)|^([-+=])(?=\s|$)")


def as_markdown(handoff: Handoff) -> str:
    """Return the sheet as Markdown, in the language in use; redacted."""
    made = sheet(handoff)
    lines = [f"# {_plain(made.title)}", ""]
    lines += [
        _("- **{name}**: {value}").format(name=_plain(name), value=_plain(value))
        for name, value in made.facts
    ]
    if made.warning:
        lines += ["", f"> **{_plain(made.warning)}**"]
    for number, todo in enumerate(made.todos, 1):
        lines += ["", f"## {number}. {_plain(todo.title)}", "", *_todo(todo)]
    lines += [*_asked(made), *_remarks(made), "", f"*{_plain(footer())}*", ""]
    return redact("\n".join(lines))


def as_html(handoff: Handoff) -> str:
    """Return the sheet as one HTML file, in the language in use; redacted."""
    style = resource_text("report/handoff.css")
    return template("handoff.html").render(
        lang="zh-Hans" if current() == "zh_Hans" else "en",
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=style_hash(style),
        sheet=sheet(handoff),
        linked=_linked,
        asked_title=asked_title(),
        footer=footer(),
        labels={
            "name": _("Permission"),
            "why": _("Why"),
            "declined": _("If declined"),
            "why_line": _("Why: {text}"),
            "needed": _("Needed"),
        },
    )


# -- Markdown -----------------------------------------------------------------------------


def _todo(todo: Todo) -> Iterator[str]:
    for line in todo.how:
        yield _plain(line)
        yield ""
    if todo.page is not None:
        yield _page(todo.page)
        yield ""
    for paste in todo.pastes:
        yield from _paste(paste)
    for line in todo.why:
        yield _plain(_("Why: {text}").format(text=line))
        yield ""


def _page(page: Page) -> str:
    name = _plain(page.label)
    if not _linked(page):
        return _("Page: {name}").format(name=name)
    return f"[{name}](<{page.url}>)"


def _paste(paste: Paste) -> Iterator[str]:
    """Between fences that are longer than any run of backticks inside."""
    runs = [len(run) for run in re.findall(r"`+", paste.value)]
    fence = "`" * max(3, *(length + 1 for length in runs)) if runs else "```"
    yield from (
        _("{name}:").format(name=_plain(paste.label)),
        "",
        fence + "text",
        paste.value,
        fence,
        "",
    )


def _asked(made: Sheet) -> list[str]:
    if not made.asked:
        return []
    head = [_("Permission"), _("Why")]
    declines = any(one.declined for one in made.asked)
    head += [_("If declined")] if declines else []
    rows = [head, ["---"] * len(head)]
    for one in made.asked:
        cells = [f"{_plain(one.name)} ({_code(one.scope)})", _plain(one.why)]
        rows.append([*cells, _plain(one.declined) or _("Needed")] if declines else cells)
    return ["", "## " + _plain(asked_title()), "", *(f"| {' | '.join(row)} |" for row in rows)]


def _remarks(made: Sheet) -> Iterator[str]:
    for remark in made.remarks:
        yield from ("", "## " + _plain(remark.title), "")
        yield from (f"- {_plain(line)}" for line in remark.lines)


def _plain(text: str) -> str:
    """One line in which nothing is markup, and no address becomes a link by itself."""
    line = " ".join(text.split())
    parts, end = [], 0
    for bare in _BARE.finditer(line):
        parts += [_ACTIVE.sub(r"\\\1", line[end : bare.start()]), _code(bare[0])]
        end = bare.end()
    escaped = "".join([*parts, _ACTIVE.sub(r"\\\1", line[end:])])
    return _LIST.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)


def _code(text: str) -> str:
    """Between backticks nothing is markup; a bar would end the cell of a table."""
    return "`" + text.replace("`", "'").replace("|", "¦") + "`"


# -- HTML ---------------------------------------------------------------------------------


def _linked(page: Page) -> bool:
    return bool(page.url) and web_address(page.url) and not re.search(r"[<>\s\"'`]", page.url)

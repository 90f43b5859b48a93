"""``report``: open one that was made elsewhere, compare two, say who the people in one are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from feishu_wizard.cli.output import data, note
from feishu_wizard.cli.parts import leave
from feishu_wizard.domain.errors import ExitCode
from feishu_wizard.text.catalog import _

if TYPE_CHECKING:
    from feishu_wizard.domain.diagnosis import Diagnosis
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.operations.open_report import Opened


@click.group()
def report() -> None:
    """Open a diagnosis report that was made elsewhere; nothing is asked over the network."""


@report.command("open")
@click.argument("file")
@click.option("--compare", metavar="FILE", help="Say what changed between two reports.")
def open_command(file: str, compare: str | None) -> None:
    """Show an HTML or JSON report FILE in your language."""
    from feishu_wizard.cli.runtime import perform

    leave(perform(lambda place: open_report(place, file, compare)))


@report.command("people")
@click.argument("file")
def people_command(file: str) -> None:
    """Tell who "person 7" in a report FILE is, on the computer that made the report."""
    from feishu_wizard.cli.runtime import perform

    leave(perform(lambda place: show_people(place, file)))


async def open_report(place: Workplace, file: str, compare: str | None = None) -> int:
    """Print verdict and tree of a report, or what changed between two; returns the exit code."""
    from feishu_wizard.operations.open_report import in_order
    from feishu_wizard.operations.open_report import open_report as read

    opened = await read(file)
    if compare is None:
        _show(opened)
    else:
        _show_changes(*in_order(opened, await read(compare)))
    return int(ExitCode.OK)


async def show_people(place: Workplace, file: str) -> int:
    """Print who is who; returns the exit code."""
    from feishu_wizard.operations.report_people import report_people

    people = await report_people(place, file)
    if not people:
        note(_("No person is named in this report."))
    for name, identifiers in people.items():
        data(f"{name}: {_(', ').join(identifiers)}")
    return int(ExitCode.OK)


def _show(opened: Opened) -> None:
    from feishu_wizard.cli.tree import summary_line, tree_lines
    from feishu_wizard.report import view
    from feishu_wizard.report.diagnosis import links, platform_hosts
    from feishu_wizard.text.verdict import verdict_sentence

    made = opened.diagnosis
    data(verdict_sentence(made))
    for remark in view.remarks(made):
        data(remark)
    for name, value in view.fact_rows(made):
        data(f"  {name}: {value}")
    hosts, app_id = platform_hosts(made), made.facts.get("app_id", "")
    for line in tree_lines(replace(f, links=links(f, hosts, app_id)) for f in made.findings):
        data(line)
    _show_server(made)
    for line in ("", summary_line(made), view.people_line(made)):
        data(line)


def _show_server(made: Diagnosis) -> None:
    from feishu_wizard.report import view

    pairs = view.server_pairs(made)
    if pairs:
        data(f"\n{_('This computer and the CAN server')} ({view.server_line(made)})")
    for line in view.server_notes(made):
        data(f"  {line}")
    for pair in pairs:
        mark = "≠" if pair.differs else " "
        data(f"{mark} {pair.title}: {pair.here} | {pair.there}")


def _show_changes(old: Opened, new: Opened) -> None:
    from feishu_wizard.operations.open_report import compare
    from feishu_wizard.report.view import fact_name, fact_value
    from feishu_wizard.text.verdict import change_line, change_sentence, verdict_sentence

    found = compare(old, new)
    data(change_sentence(found.code, found.since, len(found.changes), found.first))
    data(_("Now: {verdict}").format(verdict=verdict_sentence(new.diagnosis)))
    data(_("Then: {verdict}").format(verdict=verdict_sentence(old.diagnosis)))
    for change in found.changes:
        data(f"  {change_line(change.check, change.before, change.after)}")
    for fact in found.facts:
        before, after = (fact_value(fact.name, v) or "–" for v in (fact.before, fact.after))
        data(f"  {fact_name(fact.name)}: {before} → {after}")

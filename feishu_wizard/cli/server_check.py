"""``server-check``: print the script for the CAN server, and read what it answered there."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from feishu_wizard.cli.output import data, note
from feishu_wizard.cli.parts import EDITIONS, leave, passphrase_option
from feishu_wizard.domain.diagnosis import ServerCheck, needs_somebody
from feishu_wizard.domain.edition import Edition, hosts_of
from feishu_wizard.domain.errors import ExitCode
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import code_words, evidence_words, finding_words, status_word

if TYPE_CHECKING:
    from feishu_wizard.operations.context import Workplace

SCHEMA = "feishu-wizard/server-check-result/1"
SHELLS = click.Choice(["sh", "powershell"])
_MARKS = {Status.PASS: "✓", Status.WARN: "!", Status.FAIL: "✗", Status.SKIP: "–"}


@click.group()
def server_check() -> None:
    """The network as the CAN server sees it: a script to run there, and reading its answer."""


@server_check.command("script")
@click.argument("file", default="")
@click.option("--shell", type=SHELLS, default="sh", show_default=True, help="What it runs in.")
@click.option("--edition", type=EDITIONS, default="feishu", show_default=True)
@click.option("--open-url", metavar="URL", default="", help="Open platform of a private one.")
@click.option("--can", metavar="URL", default="", help="Address of CAN as seen there.")
@passphrase_option
def script_command(file: str, shell: str, **hosts: str) -> None:
    """Print a script without secrets for the hosts of a setup FILE, or of an edition."""
    from feishu_wizard.cli.runtime import perform

    leave(perform(lambda place: script(place, shell=shell, setup=file, **hosts)))


@server_check.command("import")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_command(file: str, as_json: bool) -> None:
    """Read what the script printed, from FILE or - for standard input. Exit 6 on findings."""
    from feishu_wizard.cli.runtime import perform

    leave(perform(lambda place: read(place, file, as_json=as_json)))


async def script(
    place: Workplace,
    *,
    shell: str,
    edition: str = "feishu",
    setup: str = "",
    open_url: str = "",
    can: str = "",
) -> int:
    """Print the script, for the hosts of a setup file or of an edition; always exit 0."""
    from feishu_wizard.cli.opening import load_setup
    from feishu_wizard.operations.server_check import script_for

    hosts = hosts_of(Edition(edition), open_url)
    if setup:
        kit = await load_setup(place, setup)
        hosts = kit.setup.feishu.hosts
        can = can or kit.setup.office.url
    # Not through the redactor: the script holds no secret and must stay as it is.
    click.echo(script_for(hosts, can, shell), nl=False)
    if shell == "powershell":
        note(code_words("server.powershell_unverified").sentence)
    return int(ExitCode.OK)


async def read(place: Workplace, file: str, *, as_json: bool) -> int:
    """Print what was measured there; ``file`` "-" reads stdin. Exit 6 when there are findings."""
    from feishu_wizard.operations.server_check import read_server_check, read_server_check_bytes

    if file == "-":
        check = await read_server_check_bytes(sys.stdin.buffer.read(2_000_004))
    else:
        check = await read_server_check(file)
    if as_json:
        data(json.dumps(_as_json(check), ensure_ascii=False, indent=2))
    else:
        _as_text(check)
    found = any(needs_somebody(finding) for finding in check.findings)
    return int(ExitCode.FINDINGS if found else ExitCode.OK)


def _as_text(check: ServerCheck) -> None:
    place = _("Measured by {tool} in the shell of {host}, {time}.")
    unknown = _("unknown")
    data(place.format(tool=check.tool or unknown, host=check.host or unknown, time=check.at))
    data(_("In the lines below, “this computer” is that machine."))
    for finding in check.findings:
        words = finding_words(finding)
        mark = _MARKS.get(finding.status, "?")
        data(f"{mark} {status_word(finding.status)} · {words.title}: {words.sentence}")
        if needs_somebody(finding):
            _details(finding, words.cause, words.fix)
    for code in check.notes:
        words = code_words(code)
        note(words.short)


def _details(finding: Finding, cause: str, fix: str) -> None:
    for line in (cause, fix, *(evidence_words(one) for one in finding.evidence)):
        if line:
            data(f"    {line}")


def _as_json(check: ServerCheck) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "host": check.host,
        "at": check.at,
        "tool": check.tool,
        "notes": [{"code": code, "text": code_words(code).sentence} for code in check.notes],
        "checks": [_check(finding) for finding in check.findings],
    }


def _check(finding: Finding) -> dict[str, Any]:
    words = finding_words(finding)
    return {
        "id": finding.id,
        "group": finding.group,
        "status": finding.status.value,
        "proof": finding.proof.value,
        "code": finding.code,
        "params": dict(finding.params),
        "title": words.title,
        "sentence": words.sentence,
        "cause": words.cause,
        "fix": words.fix,
        "who": words.who_code.value,
        "evidence": [asdict(one) for one in finding.evidence],
        "blocked_by": finding.blocked_by,
    }

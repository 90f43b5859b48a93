"""The network as the CAN server's shell sees it: the answer of ``server-check script``."""

from __future__ import annotations

from feishu_wizard.domain.diagnosis import ServerCheck
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.server_check import curl, findings, powershell, route, wget
from feishu_wizard.domain.server_check.compare import Conclusion, Row, conclude, side_by_side
from feishu_wizard.domain.server_check.exchange import Exchange
from feishu_wizard.domain.server_check.extract import decode, find
from feishu_wizard.domain.server_check.wire import SCHEMA, Check, Output, convert

__all__ = [
    "SCHEMA",
    "Conclusion",
    "Row",
    "conclude",
    "decode",
    "parse_server_check",
    "side_by_side",
]

_PLACES = ("open", "accounts", "can")


def parse_server_check(text: str) -> ServerCheck:
    """Read the script's answer, as saved or pasted; of several the last, with a note.

    ``InputError`` (exit 2): server_check.empty, .too_large, .not_found, .truncated, .version,
    .invalid.
    """
    found, count = find(text)
    output = convert(found)
    if not output.complete or not output.checks:
        raise InputError("server_check.truncated")
    tool = _tool(output)
    seen = {(one.place, one.method): _read(one, output, tool) for one in output.checks}
    made = _findings(output, tool, seen)
    return ServerCheck(
        findings=made,
        host=output.host,
        at=output.at,
        tool=tool,
        notes=_notes(output, tool, made, several=count > 1),
    )


def _tool(output: Output) -> str:
    """curl, wget, powershell; "" when that machine has none of them."""
    if output.shell == "powershell":
        return "powershell"
    return next((name for name in ("curl", "wget") if output.tool.startswith(name)), "")


def _read(check: Check, output: Output, tool: str) -> Exchange:
    readers = {"curl": curl.read, "wget": wget.read, "powershell": powershell.read}
    if tool not in readers:
        return Exchange(check, unread="server.no_tool", connected=False)
    return readers[tool](check, output)


def _findings(
    output: Output, tool: str, seen: dict[tuple[str, str], Exchange]
) -> tuple[Finding, ...]:
    opened = seen.get(("open", "GET"))
    reader = wget.kind(output) if tool == "wget" else tool
    setting = route.proxy_setting(output.environment, opened.check.url, reader) if opened else ""
    made = {place: findings.layers(place, seen.get((place, "GET"))) for place in _PLACES}
    failed = next((f.id for f in made["open"] if f.status is Status.FAIL), "")
    return (
        findings.proxy(opened, setting=setting, system=tool == "powershell"),
        *made["open"],
        findings.fingerprint(opened, seen.get(("open", "POST")), failed),
        *made["accounts"],
        *made["can"],
    )


def _notes(
    output: Output, tool: str, made: tuple[Finding, ...], *, several: bool
) -> tuple[str, ...]:
    """What a reader has to know beside the findings: text codes."""
    notes = ["server.shell_only"]
    if several:
        notes.append("server.several")
    if output.ca_file:
        notes.append("server.ca_file")
    if tool == "powershell":
        notes.append("server.powershell_unverified")
    codes = (f.code for f in made if f.status is Status.UNKNOWN and f.code.startswith("server."))
    return tuple(dict.fromkeys([*notes, *codes]))

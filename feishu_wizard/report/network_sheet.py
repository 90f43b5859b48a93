"""The sheet for the network administrator: what must be open, what was seen, how to try it.

Made of the findings of a diagnosis, of both machines when the server check was read.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.web_address import WebAddress, parse_web_address
from feishu_wizard.report.markdown import plain
from feishu_wizard.text.catalog import N_, _
from feishu_wizard.text.words import finding_words, status_word

# Text from outside is data: characters with a meaning in Markdown or HTML are taken away.
_PLACES = (("open", "open_url"), ("accounts", "accounts_url"), ("can", "can"))
_PORTS = {"http": 80, "https": 443}
_CALL = "/open-apis/bot/v3/info"  # answered without a token by every edition

_NO_FILTER = N_("{machine}: exempt {host} from the sign-in page or the web filter.")
_ROOT = N_("{machine}: provide the root certificate of the company as a PEM file.")
_REACH_PROXY = N_("{machine}: let the proxy {proxy} be found and reached.")
# What to ask for, by the code of a finding or its family.
_WISHES = {
    "net.dns": N_("{machine}: let the name {host} be resolved (DNS)."),
    "net.proxy": N_("{machine}: allow {host} port {port} on the proxy {proxy}."),
    "net.proxy.dns": _REACH_PROXY,
    "net.proxy.refused": _REACH_PROXY,
    "net.proxy.timeout": _REACH_PROXY,
    "net.proxy.unreachable": _REACH_PROXY,
    "net.proxy.protocol": N_("{machine}: say address, port and kind of the proxy {proxy}."),
    "net.proxy.invalid": N_("{machine}: say the address of the proxy; {proxy} is none."),
    "net.proxy.unsupported": N_(
        "{machine}: name a proxy of the kind http, https or socks5 that leads to {host} port "
        "{port}."
    ),
    "net.proxy.pac_unread": N_(
        "{machine}: say which proxy the PAC script names for {host}, so that it can be entered."
    ),
    "net.proxy.silent": N_(
        "{machine}: let the PAC script of the proxy settings be fetched, or say which proxy leads "
        "to {host}."
    ),
    "net.proxy.auth": N_(
        "{machine}: give user name and password for the proxy {proxy}, or let {host} pass it "
        "without a sign-in."
    ),
    "net.proxy.auth.negotiate": N_(
        "{machine}: let {host} pass the proxy {proxy} without a sign-in, or allow Basic sign-in "
        "there; Windows sign-in is not possible."
    ),
    "net.proxy.auth.other": N_(
        "{machine}: let {host} pass the proxy {proxy} without a sign-in, or allow Basic sign-in "
        "there."
    ),
    "net.ca_file_invalid": _ROOT,
    "net.ca_file_missing": _ROOT,
    "net.tls": N_("{machine}: exempt {host} port {port} from TLS inspection."),
    "net.tls.untrusted": N_(
        "{machine}: exempt {host} from TLS inspection (certificate issued by {issuer}), or provide "
        "the root certificate of the inspection."
    ),
    "net.tls.expiring": N_(
        "{machine}: have the certificate that {host} shows renewed before it expires."
    ),
    "net.tls.expired": N_(
        "{machine}: have the certificate that {host} shows renewed; it has expired by the clock of "
        "this machine."
    ),
    "net.tls.not_yet_valid": N_(
        "{machine}: let the clock be set by a time server (NTP); by it the certificate of {host} "
        "is not valid yet."
    ),
    "net.tls.hostname": N_(
        "{machine}: let calls to {host} reach the server of that name; what answers shows the "
        "certificate of another name."
    ),
    "net.tls.version": N_("{machine}: let {host} be reached with TLS 1.2 or newer."),
    "net.tls.pin_mismatch": N_("{machine}: say whether the certificate of {host} was replaced."),
    "net.portal": _NO_FILTER,
    "net.not_json": _NO_FILTER,
    "net.not_feishu": _NO_FILTER,
    "net.clock": N_("{machine}: let the clock be set by a time server (NTP)."),
    "net.deadline": N_(
        "{machine}: let answers of {host} pass without being held back or slowed down."
    ),
}


@dataclass(frozen=True, slots=True)
class _Machine:
    """Who calls: this computer or the CAN server, with what was measured from there."""

    name: str
    findings: tuple[Finding, ...]
    measured: bool

    def of(self, place: str) -> list[Finding]:
        """The findings about one host; those about Feishu's own answer go with the open host."""
        heads = [f"net.{place}."]
        heads += ["net.proxy", "feishu.fingerprint"] if place == "open" else []
        return [f for f in self.findings if f.id.startswith(tuple(heads))]


def render(diagnosis: Diagnosis) -> str:
    """Return the sheet as Markdown, in the language in use; it has passed the redactor."""
    targets = _targets(diagnosis)
    machines = _machines(diagnosis)
    parts = [
        *_head(diagnosis),
        *_table(machines, targets),
        *_observed(machines, targets),
        *_wishes(machines, targets),
        *_commands(targets),
    ]
    return redact("\n".join([*parts, ""]))


def _targets(diagnosis: Diagnosis) -> dict[str, WebAddress]:
    """The hosts of the diagnosis by place; what is no address is left out."""
    found: dict[str, WebAddress] = {}
    for place, fact in _PLACES:
        try:
            found[place] = parse_web_address(diagnosis.facts.get(fact, ""))
        except InputError:
            continue  # a diagnosis without CAN, or a report with a damaged address
    return found


def _machines(diagnosis: Diagnosis) -> tuple[_Machine, _Machine]:
    here = tuple(f for f in diagnosis.findings if f.group in ("net", "feishu"))
    server = diagnosis.server
    name = _("CAN server")
    if server is not None and server.host:
        name = _("CAN server (shell of {host})").format(host=plain(server.host))
    there = server.findings if server is not None else ()
    return (
        _Machine(_("This computer"), here, measured=bool(here)),
        _Machine(name, there, measured=server is not None),
    )


def _head(diagnosis: Diagnosis) -> list[str]:
    return [
        "# " + _("Network access for the Feishu integration of CAN"),
        "",
        _("For the network administrator. Made {time} by feishu-wizard {version}.").format(
            time=plain(diagnosis.at), version=plain(diagnosis.version)
        ),
        _("Nothing else than what is listed here is needed, and all connections are outgoing."),
        "",
    ]


def _calls(
    machines: Sequence[_Machine], targets: dict[str, WebAddress]
) -> Iterable[tuple[_Machine, str, WebAddress]]:
    """Who has to reach what. The CAN server has no need to reach itself."""
    for machine in machines:
        for place, address in targets.items():
            if place != "can" or machine is machines[0]:
                yield machine, place, address


def _table(machines: Sequence[_Machine], targets: dict[str, WebAddress]) -> list[str]:
    columns = (_("From"), _("To"), _("Port"), _("Protocol"), _("For"), _("Result"))
    lines = ["## " + _("What must be open"), "", _row(columns), _row(["---"] * len(columns))]
    for machine, place, address in _calls(machines, targets):
        cells = (
            machine.name,
            f"`{_code(address.netloc_host)}`",
            str(_port(address)),
            _("HTTPS (TLS 1.2 or newer)") if address.scheme == "https" else "HTTP",
            _purpose(place),
            _result(machine, place),
        )
        lines.append(_row(cells))
    return [*lines, ""]


def _purpose(place: str) -> str:
    return {
        "open": _("calls of the Feishu interface"),
        "accounts": _("sign-in with Feishu"),
        "can": _("page and settings of CAN"),
    }[place]


def _result(machine: _Machine, place: str) -> str:
    if not machine.measured or not machine.of(place):
        return _("not measured")
    worst = _worst(machine.of(place))
    if worst is not None:
        return status_word(worst.status)
    passed = any(f.status is Status.PASS for f in machine.of(place) if f.id.endswith(".http"))
    return status_word(Status.PASS if passed else Status.UNKNOWN)


def _worst(findings: Iterable[Finding]) -> Finding | None:
    """The first failure, else the first remark."""
    known = list(findings)
    for status in (Status.FAIL, Status.WARN):
        for finding in known:
            if finding.status is status:
                return finding
    return None


def _observed(machines: Sequence[_Machine], targets: dict[str, WebAddress]) -> list[str]:
    lines = ["## " + _("What was observed"), ""]
    for machine, place, address in _calls(machines, targets):
        found = _worst(machine.of(place))
        if found is not None:
            words = finding_words(found)
            where = _("{machine} to {host}").format(
                machine=machine.name, host=f"`{_code(address.netloc_host)}`"
            )
            lines.append(f"- {where}: **{plain(words.title)}**. {plain(words.sentence)}")
            lines += [f"  - {plain(line)}" for line in words.detail.splitlines()]
    if len(lines) == 2:
        lines.append(_("No obstacle was seen on what was measured."))
    if machines[1].measured:
        note = _("The shell of the server was measured; CAN's own process may have another proxy.")
        lines += ["", note]
    return [*lines, ""]


def _wishes(machines: Sequence[_Machine], targets: dict[str, WebAddress]) -> list[str]:
    wishes = [
        _wish(finding, machine.name, address)
        for machine, place, address in _calls(machines, targets)
        for finding in machine.of(place)
        if finding.status in (Status.FAIL, Status.WARN)
    ]
    if not wishes:
        return []
    return ["## " + _("What to allow"), "", *(f"- {one}" for one in dict.fromkeys(wishes)), ""]


def _wish(finding: Finding, machine: str, address: WebAddress) -> str:
    """What has to change for one finding, addressed to whoever runs the network."""
    known = {
        "machine": machine,
        "host": f"`{_code(address.netloc_host)}`",
        "port": _port(address),
        "proxy": plain(str(finding.params.get("proxy", ""))) or "?",
        "issuer": plain(str(finding.params.get("issuer", ""))) or "?",
    }
    return _wish_text(finding).format(**known)


def _wish_text(finding: Finding) -> str:
    """The wish of the nearest family: ``net.tls.other.closed`` is one of ``net.tls``."""
    parts = finding.code.split(".")
    for length in range(len(parts), 0, -1):
        wish = _WISHES.get(".".join(parts[:length]))
        if wish:
            return _(wish)
    return _("{machine}: allow outgoing TCP connections to {host} port {port}.")


def _commands(targets: dict[str, WebAddress]) -> list[str]:
    lines = ["## " + _("How to try it"), "", _("On the machine that is named above:"), "", "```sh"]
    for place, address in targets.items():
        path = _CALL if place == "open" else "/"
        lines.append(f"curl -sS -i -m 10 {shlex.quote(address.origin + path)}")
    lines += ["```", ""]
    if "open" in targets:
        expected = _("Expected from {host}: an answer in JSON with code 99991661 (no token).")
        lines += [expected.format(host=f"`{_code(targets['open'].netloc_host)}`"), ""]
    lines += [_("On Windows, in PowerShell:"), "", "```powershell"]
    lines += [
        f"Test-NetConnection {address.host} -Port {_port(address)}" for address in targets.values()
    ]
    return [*lines, "```", ""]


def _port(address: WebAddress) -> int:
    return address.port or _PORTS[address.scheme]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """A host between backticks; ``parse_web_address`` lets only plain characters pass."""
    return text.replace("`", "")

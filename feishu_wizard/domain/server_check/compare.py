"""This computer and the CAN server side by side: what differs, and what that means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feishu_wizard.domain.diagnosis import ServerCheck
from feishu_wizard.domain.finding import Finding, Status

_TOLD = (Status.PASS, Status.WARN, Status.FAIL)


@dataclass(frozen=True, slots=True)
class Row:
    """One check on both machines; None: not part of that run. ``code``: what follows from it.

    server.same, server.only_there_fails, server.only_here_fails, server.both_fail,
    server.differs.proxy, server.differs.failure (both fail, each for its own reason),
    server.differs.note (one of them has a remark), server.unknown_there, server.unknown_here.
    """

    check: str
    here: Finding | None
    there: Finding | None
    code: str

    @property
    def differs(self) -> bool:
        """The machines do not say the same."""
        return self.code.startswith(("server.only_", "server.differs."))


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the rows say together; ``first``: the check that decides ("" for none)."""

    code: str
    first: str = ""


def side_by_side(here: Sequence[Finding], there: ServerCheck) -> tuple[Row, ...]:
    """Compare check by check, in the order of the server's. Checks of other kinds are left out.

    ``there`` is what the shell of that host measured; CAN's own process may have another proxy,
    trust store or container, so a row never speaks of CAN itself.
    """
    ours = {finding.id: finding for finding in here}
    return tuple(
        Row(one.id, ours.get(one.id), one, _code(ours.get(one.id), one)) for one in there.findings
    )


def conclude(rows: Iterable[Row]) -> Conclusion:
    """The one thing to say first: the lowest check that fails on one machine only, and so on."""
    order = (
        "server.only_there_fails",
        "server.only_here_fails",
        "server.differs.failure",
        "server.both_fail",
        "server.differs.proxy",
        "server.differs.note",
        "server.unknown_there",
    )
    known = list(rows)
    for code in order:
        first = next((row.check for row in known if row.code == code), "")
        if first:
            return Conclusion(code, first)
    return Conclusion("server.same")


def _code(here: Finding | None, there: Finding) -> str:
    if there.status is Status.UNKNOWN:
        return "server.unknown_there"
    if here is None or here.status is Status.UNKNOWN:
        return "server.unknown_here"
    if there.id == "net.proxy" and _route(here) != _route(there):
        return "server.differs.proxy"
    return _of_results(here, there)


def _of_results(here: Finding, there: Finding) -> str:
    failed = (here.status is Status.FAIL, there.status is Status.FAIL)
    if failed == (True, True):
        return "server.both_fail" if here.code == there.code else "server.differs.failure"
    if failed[1]:
        return "server.only_there_fails"
    if failed[0]:
        return "server.only_here_fails"
    if here.status in _TOLD and there.status in _TOLD and here.status is not there.status:
        return "server.differs.note"
    return "server.same"


def _route(finding: Finding) -> tuple[str, str]:
    """How calls leave: a proxy that cannot be used is a result of its own, not another route."""
    if finding.status is Status.FAIL:
        return "failed", ""
    return finding.code, str(finding.params.get("proxy", ""))

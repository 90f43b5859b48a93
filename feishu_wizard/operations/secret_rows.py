"""The rows of a change of the App Secret, told one by one as they are known."""

from __future__ import annotations

from collections.abc import Mapping

from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status, blocked
from feishu_wizard.domain.progress import Progress, Report

ORDER = PAIR, KEPT, SAVED, READ_BACK, PROVEN = (
    "secret_change.pair",
    "secret_change.kept",
    "secret_change.saved",
    "secret_change.read_back",
    "secret_change.proven",
)
_NOTHING: Mapping[str, str] = {}


class Rows:
    """What was told so far; a row that is told again takes the place of the former one."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._rows: list[Finding] = []

    @property
    def all(self) -> tuple[Finding, ...]:
        """Every row, in the order in which they were told."""
        return tuple(self._rows)

    def tell(self, *rows: Finding) -> None:
        """Tell them, as they are."""
        for found in rows:
            self._rows = [row for row in self._rows if row.id != found.id]
            self._rows.append(found)
            self._report(Progress("", finding=found))

    def passed(
        self,
        row: str,
        code: str,
        proof: Proof,
        params: Mapping[str, str] = _NOTHING,
        *,
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        """Tell that a step went well, and how well that is known."""
        self.tell(Finding(row, Status.PASS, code, params, proof, evidence=evidence))

    def stop(self, found: Finding) -> None:
        """Tell what ends it; every step behind it is blocked."""
        later = ORDER[ORDER.index(found.id) + 1 :]
        self.tell(found, *(blocked(row, found.id) for row in later))

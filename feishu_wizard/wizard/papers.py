"""What is made of a diagnosis to be handed on: the report, its preview, the network sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.diagnosis import Diagnosis

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.diagnosis import DiagnosisAside


class Papers:
    """Texts by kind ("md", "json", "sheet"), made in the background when they are asked for."""

    def __init__(self, owner: DiagnosisAside) -> None:
        self._owner = owner
        self._made: dict[tuple[str, str], str] = {}
        self._of: Diagnosis | None = None
        self._asked: set[tuple[str, str]] = set()

    def text(self, kind: str) -> str:
        """The text of the diagnosis shown, "" until it is made; ``Session.changed`` tells."""
        diagnosis, session = self._owner.diagnosis, self._owner.session
        if diagnosis is None:
            return ""
        if diagnosis is not self._of:
            self._of = diagnosis
            self._made.clear()
            self._asked.clear()
        key = (kind, session.lang)
        if key not in self._made and key not in self._asked:
            self._asked.add(key)
            self._make(key, diagnosis)
        return self._made.get(key, "")

    def _make(self, key: tuple[str, str], diagnosis: Diagnosis) -> None:
        async def work(place: Workplace, report: Report) -> str:
            return await _text(key[0], diagnosis)

        def made(text: str) -> None:
            if diagnosis is self._of:
                self._made[key] = text
                self._owner.session.changed()

        self._owner.session.background(work, made, self._owner.session.say_error)


async def _text(kind: str, diagnosis: Diagnosis) -> str:
    """The network sheet, or exactly what a report of that kind will hold."""
    if kind == "sheet":
        from feishu_wizard.report import network_sheet

        return network_sheet.render(diagnosis)
    from feishu_wizard.operations.export_report import preview

    return await preview(diagnosis, kind)

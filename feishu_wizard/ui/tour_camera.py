"""Photographs the window, as tall as its page, and measures what is on each picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QScrollArea

from feishu_wizard.ui.measure import misfits, missing_glyphs
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.ui.shell import Shell
    from feishu_wizard.wizard.session import Session

_USUAL, _TALLEST = 760, 3400


class Camera:
    """Writes ``NN-<view>.png`` into a folder; ``pictures`` tells them, as tour.json has them."""

    def __init__(self, window: Shell, session: Session, out: Path) -> None:
        self.pictures: list[dict[str, Any]] = []
        self._window, self._session, self._out = window, session, out

    def prepare(self) -> None:
        """Make the folder and remove the pictures of an earlier tour."""
        self._out.mkdir(parents=True, exist_ok=True)
        for old in self._out.glob("[0-9][0-9]-*.png"):
            old.unlink()

    def shoot(self) -> None:
        """Photograph what is shown now."""
        self._stretch()
        number = len(self.pictures) + 1
        file = f"{number:02}-{self._session.view.value}.png"
        self._window.grab().save(str(self._out / file))
        message = self._session.message
        self.pictures.append(
            {
                "file": file,
                "step": self._session.step.value,
                "view": self._session.view.value,
                "message": message.code if message else "",
                "error": bool(message and message.severity is Severity.ERROR),
                "clipped": misfits(self._window),
                "missing_glyphs": missing_glyphs(self._window),
            }
        )

    def _stretch(self) -> None:
        """Make the window as tall as its page, so that the picture shows all of it."""
        page = self._window.page()
        area = next(a for a in self._window.findChildren(QScrollArea) if a.widget() is page)
        self._resize(_USUAL)
        # Twice, because lines that wrap may need less room once the scroll bar has gone.
        for _ in range(2):
            more = area.verticalScrollBar().maximum()
            self._resize(min(_TALLEST, self._window.height() + more))
        spare = area.viewport().height() - page.heightForWidth(area.viewport().width())
        self._resize(max(_USUAL, self._window.height() - max(0, spare)))

    def _resize(self, height: int) -> None:
        self._window.resize(self._window.width(), height)
        QApplication.processEvents()

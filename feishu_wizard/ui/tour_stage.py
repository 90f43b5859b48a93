"""What every part of the tour does: wait, act as a person does, photograph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit

if TYPE_CHECKING:
    from feishu_wizard.ui.shell import Shell
    from feishu_wizard.ui.tour_camera import Camera
    from feishu_wizard.wizard.session import Session
    from feishu_wizard.wizard.steps import Step

Condition = Callable[[], bool]
Script = Iterator[tuple[str, Condition]]
"""What is waited for, in words, and whether it is there."""


class Stage:
    """The window, whoever sits at it, and the camera."""

    def __init__(
        self, window: Shell, session: Session, practice: dict[str, Any], camera: Camera
    ) -> None:
        self.window, self.session, self.practice = window, session, practice
        self.camera = camera
        self._away = False

    def click(self, name: str) -> None:
        """Press a button of the page that is shown."""
        self.window.refresh()
        button = self.window.page().findChild(QAbstractButton, name)
        if button is None or not (button.isVisible() and button.isEnabled()):
            raise LookupError(f"there is no button {name} to press")
        button.click()

    def idle(self) -> bool:
        """No work is under way."""
        return self.session.busy is None

    def on(self, step: Step) -> Script:
        """Leave the current page by its positive button until ``step`` is shown."""
        tries = 0
        while self.session.step is not step and tries < 3:
            self.session.press()
            yield f"the step {step.value}", self.idle
            tries += 1
        if self.session.step is not step:
            yield f"the step {step.value}", lambda: self.session.step is step

    def aside(self, work: Any, done: Callable[[Any], None]) -> Script:
        """Something that a person does elsewhere, such as in the console."""
        self._away = True

        def over(result: Any) -> None:
            self._away = False
            done(result)

        self.session.background(work, over, self.session.say_error)
        yield "the console", lambda: not self._away

    def type_into(self, name: str, text: str) -> None:
        """Type into the box of the page, as a person would."""
        self.window.refresh()
        QApplication.processEvents()
        box = self.window.findChild(QLineEdit, name)
        if box is not None:
            box.setText(text)
            return
        area = self.window.findChild(QPlainTextEdit, name)
        if area is None:
            raise LookupError(f"there is no box {name}")
        area.setPlainText(text)

    def shot(self) -> Script:
        """A picture of the page once nothing is under way."""
        yield from self.shot_when(f"the page {self.session.view.value}", self.idle)

    def shot_when(self, what: str, ready: Condition) -> Script:
        """Let the window settle for two turns of the event loop, then photograph it."""
        yield what, ready
        self.window.refresh()
        for _ in range(3):
            yield what, ready
        self.camera.shoot()

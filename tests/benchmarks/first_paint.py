"""Measured program: start, paint the first page with its field focused, say so, end.

``ours`` opens the wizard's window, ``bare`` a QWizard with one line edit. The parent measures the
time from the start of the process to the line on stdout.
"""

from __future__ import annotations

import sys
import tempfile

from feishu_wizard.__main__ import load_before_qt

if sys.argv[1] == "ours":
    load_before_qt()  # as the program does; the rest of its start follows in ``ours``

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QVBoxLayout,
    QWizard,
    QWizardPage,
)

FIELD = "prerequisites.can_url"


class Watch(QObject):
    """Tells of the first paint of the enabled and focused field.

    It watches the field only: a filter for the whole application would wrap every object of Qt
    for Python, and measure that.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.Paint
            and isinstance(watched, QLineEdit)
            and watched.isEnabled()
            and watched.hasFocus()
        ):
            print("painted", flush=True)
            QTimer.singleShot(0, QApplication.quit)
        return False


def bare() -> None:
    app = QApplication([])
    watch = Watch()
    wizard, page, edit = QWizard(), QWizardPage(), QLineEdit()
    edit.installEventFilter(watch)
    QVBoxLayout(page).addWidget(edit)
    wizard.addPage(page)
    wizard.show()
    edit.setFocus()
    app.exec()


def ours(root: str) -> None:
    from feishu_wizard import app
    from feishu_wizard.ui.shell import Shell

    watch = Watch()

    class Watched(Shell):
        def show(self) -> None:
            field = self.findChild(QLineEdit, FIELD)
            assert field is not None
            field.installEventFilter(watch)
            super().show()

    app.Shell = Watched  # type: ignore[misc]
    app.run(app.Options(lang="en", state_root=root))


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare()
    else:
        with tempfile.TemporaryDirectory() as folder:
            ours(folder)

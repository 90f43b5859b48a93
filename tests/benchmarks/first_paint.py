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

from PySide6.QtCore import QEvent, QObject, QTimer  # noqa: E402
from PySide6.QtWidgets import (  # noqa: E402
    QApplication,
    QLineEdit,
    QVBoxLayout,
    QWizard,
    QWizardPage,
)

FIELD = "prerequisites.can_url"


class Watch(QObject):
    """Tells of the first paint of the enabled and focused field."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.Paint
            and isinstance(watched, QLineEdit)
            and watched.objectName() == FIELD
            and watched.isEnabled()
            and watched.hasFocus()
        ):
            print("painted", flush=True)
            QTimer.singleShot(0, QApplication.quit)
        return False


def bare() -> None:
    app = QApplication([])
    watch = Watch()
    app.installEventFilter(watch)
    wizard, page, edit = QWizard(), QWizardPage(), QLineEdit()
    edit.setObjectName(FIELD)
    QVBoxLayout(page).addWidget(edit)
    wizard.addPage(page)
    wizard.show()
    edit.setFocus()
    app.exec()


def ours(root: str) -> None:
    from feishu_wizard.app import Options, run

    app = QApplication([])  # the program takes the one that is there
    watch = Watch()
    app.installEventFilter(watch)
    run(Options(lang="en", state_root=root))


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare()
    else:
        with tempfile.TemporaryDirectory() as folder:
            ours(folder)

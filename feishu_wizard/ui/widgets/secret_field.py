"""An input for a secret: masked, shown on demand and for a short time only."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.field import Field

SHOWN_SECONDS = 30


class SecretField(Field):
    """A ``Field`` whose value is masked; it cannot be copied out while it is masked.

    The button beside it shows the value for ``SHOWN_SECONDS``. Pasting is always possible.
    """

    def __init__(self, field_id: str, label: str = "", parent: QWidget | None = None) -> None:
        super().__init__(field_id, label, parent)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self.edit.setInputMethodHints(
            hints.ImhSensitiveData | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase
        )
        self._reveal = Button(kind="quiet")
        a11y.identify(self._reveal, f"{field_id}.reveal")
        self._reveal.clicked.connect(lambda: self.set_revealed(not self.revealed()))
        self.row.addWidget(self._reveal)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_SECONDS * 1000)
        self._timer.timeout.connect(lambda: self.set_revealed(False))
        self.retranslate()

    def revealed(self) -> bool:
        """Tell whether the value can be read."""
        return self.edit.echoMode() is QLineEdit.EchoMode.Normal

    def set_revealed(self, revealed: bool) -> None:
        """Show the value for a while, or mask it at once."""
        mode = QLineEdit.EchoMode
        self.edit.setEchoMode(mode.Normal if revealed else mode.Password)
        if revealed:
            self._timer.start()
        else:
            self._timer.stop()
        self.retranslate()

    def hideEvent(self, event: QHideEvent) -> None:
        """Mask the value when the page is left."""
        super().hideEvent(event)
        self.set_revealed(False)

    def retranslate(self) -> None:
        """Say what the button does now."""
        super().retranslate()
        words = _("Hide the value") if self.revealed() else _("Show the value for 30 seconds")
        name = _("{label}: {action}").format(label=self.edit.accessibleName(), action=words)
        self._reveal.set_icon_only("eye-off" if self.revealed() else "eye", words)
        self._reveal.setAccessibleName(name)

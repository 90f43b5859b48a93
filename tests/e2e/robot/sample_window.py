"""A small window for the robot's self test: one of every control that the product uses."""

from __future__ import annotations

import sys
from typing import TypeVar

from keyring.backends.SecretService import Keyring
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

W = TypeVar("W", bound=QWidget)

FRUITS = ["apple", "banana", "cherry", "梨"]
COLORS = ["red", "green", "blue", "绿色"]


def named(widget: W, identifier: str) -> W:
    """Give ``widget`` its identifier."""
    widget.setObjectName(identifier)
    widget.setAccessibleIdentifier(identifier)
    return widget


class SampleWindow(QMainWindow):
    """Every control does one visible thing; ``sample.said`` tells what."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Sample")
        self.said = named(QLabel("ready"), "sample.said")
        self.churning = QTimer(self, interval=0)
        self.churning.timeout.connect(self.churn)
        self.crowd: list[QLabel] = []
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.addLayout(self.fields())
        columns.addLayout(self.buttons())
        self.setCentralWidget(page)

    def fields(self) -> QFormLayout:
        """What holds a value."""
        form = QFormLayout()
        self.name = named(QLineEdit(), "sample.name")
        self.name.textChanged.connect(lambda text: self.said.setText(f"name {text}"))
        self.name.returnPressed.connect(lambda: self.said.setText("Return"))
        form.addRow("Your &name", self.name)
        self.secret = named(QLineEdit(), "sample.secret")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        form.addRow("&Secret", self.secret)
        form.addRow("&Note", named(QPlainTextEdit(), "sample.note"))
        self.agree = named(QCheckBox("I agree"), "sample.agree")
        form.addRow(self.agree)
        for text in ("plain", "fancy"):
            radio = QRadioButton(text)
            radio.setObjectName(text)  # no accessible identifier: found by its object name
            form.addRow(radio)
        self.fruits = named(QListWidget(), "sample.fruits")
        self.fruits.addItems(FRUITS)
        form.addRow("&Fruits", self.fruits)
        self.colors = named(QComboBox(), "sample.colors")
        self.colors.addItems(COLORS)
        form.addRow("&Colors", self.colors)
        form.addRow("&Amount", named(QSpinBox(value=7), "sample.amount"))
        many = named(QListWidget(), "sample.many")
        many.addItems([f"item {number}" for number in range(5000)])
        form.addRow("&Many", many)
        return form

    def buttons(self) -> QVBoxLayout:
        """What does something."""
        column = QVBoxLayout()
        column.addWidget(self.said)
        for identifier, action in (
            ("sample.tell", self.tell),
            ("sample.ask", self.ask),
            ("sample.work", self.work),
            ("sample.copy", lambda: QApplication.clipboard().setText("复制 copied")),
            ("sample.browse", lambda: QDesktopServices.openUrl(QUrl("https://example.com/a?b=c"))),
            ("sample.keep", self.keep),
            ("sample.hide", self.name.hide),
            ("sample.turn", lambda: self.pages.setCurrentIndex(1 - self.pages.currentIndex())),
            ("sample.double", self.double),
        ):
            button = named(QPushButton(identifier.partition(".")[2].title()), identifier)
            button.clicked.connect(action)
            column.addWidget(button)
        churn = named(QCheckBox("churn"), "sample.churn")
        churn.toggled.connect(lambda on: self.churning.start() if on else self.churning.stop())
        column.addWidget(churn)
        self.locked = named(QPushButton("Locked"), "sample.locked")
        self.locked.setEnabled(False)
        column.addWidget(self.locked)
        self.pages = QStackedWidget()
        for page in ("first", "second"):
            self.pages.addWidget(self.page(page))
        column.addWidget(self.pages)
        self.column = column
        return column

    def page(self, name: str) -> QWidget:
        """A page of two, with parts inside parts; one identifier is on both of them."""
        page, inside = QWidget(), QWidget()
        QVBoxLayout(page).addWidget(inside)
        column = QVBoxLayout(inside)
        column.addWidget(named(QLineEdit(), f"sample.{name}"))
        column.addWidget(named(QLabel(f"twin on the {name} page"), "sample.twin"))
        return page

    def double(self) -> None:
        """Show one more of an identifier that is there already."""
        self.column.addWidget(named(QLabel("one too many"), "sample.amount"))
        self.said.setText("doubled")

    def tell(self) -> None:
        """Say what all controls hold."""
        fruits = self.fruits.selectedItems()
        words = [self.name.text(), f"{len(self.secret.text())} letters"]
        words += ["agreed" if self.agree.isChecked() else "not agreed"]
        words += [*(fruit.text() for fruit in fruits), self.colors.currentText()]
        self.said.setText(", ".join(words))

    def ask(self) -> None:
        """Open a message box, and say when it was answered."""
        ok = QMessageBox.StandardButton.Ok
        box = QMessageBox(QMessageBox.Icon.Question, "Question", "Really?", ok, self)
        box.finished.connect(lambda: self.said.setText("answered"))
        box.open()

    def work(self) -> None:
        """Take a moment, then announce the end and unlock the button."""
        QTimer.singleShot(200, self.worked)

    def worked(self) -> None:
        """The end of ``work``."""
        self.locked.setEnabled(True)
        event = QAccessibleAnnouncementEvent(self.said, "work is done 完成")
        QAccessible.updateAccessibility(event)

    def keep(self) -> None:
        """Put the secret into the keyring, read it back, and say whether it is the same."""
        keyring = Keyring()
        keyring.set_password("sample-window", "secret", self.secret.text())
        same = keyring.get_password("sample-window", "secret") == self.secret.text()
        self.said.setText("kept" if same else "lost")

    def churn(self) -> None:
        """Replace a crowd of labels, so that objects vanish while the tree is walked."""
        for label in self.crowd:
            label.deleteLater()
        self.crowd = [QLabel(f"face {number}") for number in range(20)]
        for label in self.crowd:
            self.column.addWidget(label)


if __name__ == "__main__":
    application = QApplication(sys.argv)
    window = SampleWindow()
    window.show()
    sys.exit(application.exec())

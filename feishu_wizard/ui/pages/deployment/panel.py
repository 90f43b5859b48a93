"""Below the targets of a save: how the program learns to save to this CAN, or how it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.text.recording import recording_advice
from feishu_wizard.text.words import error_words
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.deployment.look import ProfileBlock
from feishu_wizard.ui.pages.deployment.questions import Questions
from feishu_wizard.ui.pages.parts import choose_file
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.field import MessageLine
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.deployment import PASTE, DeploymentFlow
from feishu_wizard.wizard.steps import Severity

_LINES = 5


class PasteBox(QPlainTextEdit):
    """Takes text by paste; a file that is dropped goes to ``take_file``."""

    def __init__(self, flow: DeploymentFlow) -> None:
        super().__init__()
        self._flow = flow
        a11y.identify(self, PASTE)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("mono"))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES)
        self.textChanged.connect(lambda: flow.set_text(self.toPlainText()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file, or text."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Read the file that was dropped; text is put into the box."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._flow.take_file(paths[0])
        else:
            super().dropEvent(event)


class DeploymentPanel(Card):
    """Shows a ``DeploymentFlow``: closed until somebody asks for it, or a profile waits."""

    def __init__(self, flow: DeploymentFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow = flow
        self._folded = Disclosure()
        a11y.identify(self._folded.button, "save.deployment")
        self.add(self._folded)
        self._build_source()
        self._questions, self._look = Questions(flow), ProfileBlock(flow)
        self._folded.body.addWidget(self._questions)
        self._folded.body.addWidget(self._look)
        self._again = Button(kind="link", icon="undo")
        a11y.identify(self._again, "save.deployment.again")
        self._again.clicked.connect(self._begin_anew)
        self._folded.body.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        self.retranslate()

    def _build_source(self) -> None:
        self._source = QWidget()
        body = column(self._source, spacing=1.25)
        self._why, self._how = WrapLabel(), WrapLabel(role="muted")
        self._paste = PasteBox(self._flow)
        self._problem = MessageLine()
        buttons = QWidget()
        row = FlowLayout(buttons)
        self._read, self._file = Button(icon="chevron-right"), Button(icon="file")
        a11y.identify(self._read, "save.deployment.read")
        a11y.identify(self._file, "save.deployment.file")
        self._read.clicked.connect(self._flow.read_text)
        self._file.clicked.connect(self._choose)
        row.addWidget(self._read)
        row.addWidget(self._file)
        for widget in (self._why, self._how, self._paste, buttons):
            body.addWidget(widget)
        self._folded.body.addWidget(self._source)
        self._folded.body.addWidget(self._problem)

    def refresh(self) -> None:
        """Show the step that is next: record, decide, look."""
        flow, idle = self._flow, self._flow.session.busy is None
        begun = flow.recording is not None or flow.look is not None
        show_some((self._source, not begun), (self._again, begun))
        if self._paste.toPlainText() != flow.text:
            self._paste.setPlainText(flow.text)
        self._paste.setReadOnly(not idle)
        for button in (self._read, self._file, self._again):
            button.setEnabled(idle)
        self._show_problem()
        self._questions.refresh()
        self._look.refresh()

    def _show_problem(self) -> None:
        flow = self._flow
        told = error_words(flow.error).short if flow.error is not None else ""
        if not told and flow.problems():
            told = _("Paste here what the browser copied, or choose its file.")
        self._problem.show_text(told, Severity.ERROR)
        show_if(self._problem, bool(told))

    def retranslate(self) -> None:
        """Set all texts again."""
        self._folded.set_words(_("Let the program learn how this CAN is saved to"))
        self._why.set_text(
            _(
                "CAN publishes no interface for these settings. Your browser knows it: record "
                "once how its page reads and saves, and the program can do the same. A profile "
                "that somebody gave you can be used as well."
            )
        )
        steps = (f"{number}. {text}" for number, text in enumerate(recording_advice(), 1))
        self._how.set_text("\n".join(steps))
        self._paste.setPlaceholderText(_("Paste the copied cURL commands, or drop a HAR file here"))
        a11y.describe(self._paste, _("What the browser copied"))
        self._read.setText(_("Read what was pasted"))
        self._file.setText(_("Choose a HAR or profile file…"))
        self._again.setText(_("Begin again with another recording"))
        self._questions.retranslate()
        self._look.retranslate()
        self.refresh()

    def _choose(self) -> None:
        kinds = _("Recordings and profiles (*.har *.yaml *.yml *.txt);;All files (*)")
        title = _("Choose a recording or a profile")
        choose_file(self, title, "", self._flow.take_file, save=False, kinds=kinds)

    def _begin_anew(self) -> None:
        self._flow.forget()
        self._flow.session.changed()

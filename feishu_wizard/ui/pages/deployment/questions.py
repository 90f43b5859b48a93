"""What a recording does not decide, a question each, the likely answer chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.recording.model import Question
from feishu_wizard.text import recording as told
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.deployment import DeploymentFlow


class Questions(QWidget):
    """Shows what was read of a recording, and asks what is open."""

    def __init__(self, flow: DeploymentFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        a11y.identify(self, "save.deployment.questions")
        outer = column(self, spacing=1.5)
        self._read, self._notes = WrapLabel(role="strong"), WrapLabel(role="muted")
        outer.addWidget(self._read)
        outer.addWidget(self._notes)
        self._list = column(spacing=2)
        outer.addLayout(self._list)
        self._shown: tuple[Question, ...] = ()
        self._groups: dict[str, ChoiceGroup] = {}
        self._decide = Button(icon="chevron-right")
        a11y.identify(self._decide, "save.deployment.decide")
        self._decide.clicked.connect(flow.decide)
        outer.addWidget(self._decide, 0, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        """Show what is open of the recording that was read."""
        flow = self._flow
        show_if(self, flow.recording is not None)
        if flow.recording is None:
            return
        self._read.set_text(told.recording_sentence(flow.recording))
        notes = flow.derived.notes if flow.derived is not None else ()
        self._notes.set_text("\n".join(told.note_sentence(code, params) for code, params in notes))
        if flow.questions != self._shown:
            self._rebuild(flow.questions)
        for question in self._shown:
            chosen = flow.answers.get(question.id, question.proposed)
            self._groups[question.id].set_value(chosen)
            self._groups[question.id].setEnabled(flow.session.busy is None)
        show_if(self._decide, bool(self._shown))
        self._decide.setEnabled(flow.session.busy is None)

    def _rebuild(self, questions: tuple[Question, ...]) -> None:
        clear(self._list)
        self._shown = questions
        self._groups = {question.id: self._group(question) for question in questions}
        for group in self._groups.values():
            self._list.addWidget(group)

    def _group(self, question: Question) -> ChoiceGroup:
        words = told.question_words(question)
        group = ChoiceGroup(f"save.deployment.q.{question.id}", words.title)
        group.set_help(words.help)
        group.set_options(
            [Option(one.value, told.choice_words(question, one)) for one in question.choices]
        )
        group.changed.connect(lambda value: self._flow.answer(question.id, value))
        return group

    def retranslate(self) -> None:
        """Set all texts again."""
        self._decide.setText(_("Show the profile"))
        self._shown = ()
        self.refresh()

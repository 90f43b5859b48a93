"""What is diagnosed: this sitting, a file or a few values; the symptom; the person."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QWidget

from feishu_wizard.domain.diagnosis import Symptom
from feishu_wizard.text import labels, spoken
from feishu_wizard.text.catalog import N_, _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.pages.base import show_pasted, show_some
from feishu_wizard.ui.pages.parts import HintLine, choose_file
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option, Radio
from feishu_wizard.ui.widgets.field import Field, MessageLine
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.diagnosis_asked import Source

if TYPE_CHECKING:
    from feishu_wizard.ui.pages.base import StepPage
    from feishu_wizard.wizard.diagnosis import DiagnosisAside

ANY = "any"
SYMPTOMS = {
    ANY: N_("Nothing special: look at everything"),
    Symptom.LOGIN_20029.value: N_("Login shows 20029"),
    Symptom.NOBODY_ALERTED.value: N_("Nobody gets alerts"),
    Symptom.ONE_NOT_REACHED.value: N_("One person gets nothing"),
    Symptom.PEOPLE_MISSING.value: N_("People are missing"),
    Symptom.WORKED_YESTERDAY.value: N_("It worked yesterday"),
    Symptom.CANNOT_SAVE.value: N_("Settings cannot be saved"),
}


class SymptomChoice(QWidget):
    """Short choices side by side; ``picked`` carries the value that a person chose."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        a11y.identify(self, "diagnosis.symptom")
        outer = column(self, spacing=0.75)
        self._title = WrapLabel(role="strong")
        outer.addWidget(self._title)
        flow = FlowLayout(spacing=1.5)
        outer.addLayout(flow)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, Radio] = {}
        for value in SYMPTOMS:
            button = self._buttons[value] = Radio()
            a11y.identify(button, f"diagnosis.symptom.{value}")
            self._group.addButton(button)
            flow.addWidget(button)
        self._group.buttonToggled.connect(self._toggled)
        self.setFocusProxy(self._buttons[ANY])

    def set_value(self, value: str) -> None:
        """Choose ``value`` without a signal."""
        button = self._buttons[value]
        if not button.isChecked():
            blocked = self._group.blockSignals(True)
            button.setChecked(True)
            self._group.blockSignals(blocked)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._title.setText(_("What is the matter?"))
        a11y.describe(self, _("What is the matter?"))
        for value, button in self._buttons.items():
            button.setText(_(SYMPTOMS[value]))
            a11y.describe(button, _(SYMPTOMS[value]))
            button.updateGeometry()

    def _toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked:
            self.picked.emit(next(v for v, b in self._buttons.items() if b is button))


class QuestionCard(Card):
    """The question and its verb; folds into one line once there is an answer."""

    def __init__(self, page: StepPage, controller: DiagnosisAside) -> None:
        super().__init__()
        self._page, self._controller, self._asks = page, controller, controller.asks
        self._asked = Disclosure()
        a11y.identify(self._asked.button, "diagnosis.question")
        self.add(self._asked)
        self._build_source()
        self._build_typed()
        self._build_symptom()
        self._build_run()
        self._folded = False
        self.unfold()

    # -- building ---------------------------------------------------------------------

    def _build_source(self) -> None:
        self._source = ChoiceGroup("diagnosis.source")
        self._source.changed.connect(lambda v: self._asks.set_source(Source(v)))
        self._source_problem = MessageLine()
        self._file = Field("diagnosis.file")
        self._file.changed.connect(self._asks.set_path)
        self._page.keep_field(self._file)
        self._choose = Button(icon="file")
        a11y.identify(self._choose, "diagnosis.file.choose")
        self._choose.clicked.connect(self._choose_file)
        self._file.row.addWidget(self._choose)
        self._take_over = Button(kind="link", icon="chevron-right")
        a11y.identify(self._take_over, "diagnosis.take_over")
        self._take_over.clicked.connect(self._controller.take_over)
        self._page.keep_still(self._source, self._choose, self._take_over)
        for widget in (self._source, self._source_problem, self._file):
            self._asked.body.addWidget(widget)
        self._asked.body.addWidget(self._take_over, 0, Qt.AlignmentFlag.AlignLeft)

    def _build_typed(self) -> None:
        self._typed = QWidget()
        grid = QGridLayout(self._typed)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.space(2))
        grid.setVerticalSpacing(theme.space(1.5))
        self._app_id = Field("diagnosis.app_id")
        self._secret = SecretField("diagnosis.app_secret")
        self._can = Field("diagnosis.can_url")
        self._callback = Field("diagnosis.callback_url")
        takers = (
            (self._app_id, self._asks.set_app_id),
            (self._secret, self._asks.set_secret),
            (self._can, self._asks.set_can),
            (self._callback, self._asks.set_callback),
        )
        top = Qt.AlignmentFlag.AlignTop
        for place, (field, take) in enumerate(takers):
            field.changed.connect(take)
            field.proposal_taken.connect(take)
            self._page.keep_field(field)
            grid.addWidget(field, place // 2, place % 2, top)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._asked.body.addWidget(self._typed)
        self._same_way = HintLine("info")
        self._asked.body.addWidget(self._same_way)

    def _build_symptom(self) -> None:
        self._symptom = SymptomChoice()
        self._symptom.picked.connect(
            lambda v: self._asks.set_symptom(None if v == ANY else Symptom(v))
        )
        self._person = Field("diagnosis.person")
        self._person.changed.connect(self._asks.set_person)
        self._page.keep_field(self._person)
        self._page.keep_still(self._symptom)
        self._asked.body.addSpacing(theme.space(1))
        self._asked.body.addWidget(self._symptom)
        self._asked.body.addSpacing(theme.space(1))
        self._asked.body.addWidget(self._person)

    def _build_run(self) -> None:
        self.run = Button(kind="primary", icon="pulse")
        a11y.identify(self.run, "diagnosis.run")
        self.run.clicked.connect(self._controller.run)
        self._calls = HintLine("globe")
        self.body.addWidget(self.run, 0, Qt.AlignmentFlag.AlignLeft)
        self.add(self._calls)

    def _choose_file(self) -> None:
        kinds = _("Setup files (*.toml);;All files (*)")
        start, take = self._asks.file_paste.value, self._asks.set_path
        choose_file(self, _("Choose the setup file"), start, take, save=False, kinds=kinds)

    # -- showing ----------------------------------------------------------------------

    def unfold(self) -> None:
        """Show the whole question."""
        self._asked.set_open(True)

    def refresh(self) -> None:
        """Show what is asked; it folds when the first answer comes and may be opened again."""
        controller = self._controller
        answered = controller.asked is not None
        if answered and not self._folded:
            self._asked.set_open(False)
        self._folded = answered
        show_if(self._asked.button, answered)
        self._asked.set_words(self._summary())
        self._asked.button.setToolTip(self._asks.path if controller.asked is Source.FILE else "")
        self._show_source()
        show_pasted(self._app_id, self._asks.app_id)
        show_pasted(self._callback, self._asks.callback)
        show_pasted(self._can, self._asks.can_url)
        self._person.set_text(self._asks.person)
        self._symptom.set_value(self._asks.symptom.value if self._asks.symptom else ANY)
        again = _("Diagnose again") if controller.result else _("Diagnose")
        self.run.setText(again)
        self.run.setAccessibleName(again)
        self.run.set_busy(self._page.busy)  # it keeps the focus
        hosts = self._asks.hosts
        words = _("The diagnosis calls {hosts}. It changes nothing.")
        file = _("The diagnosis calls the hosts that the file names. It changes nothing.")
        told = words.format(hosts=_(", ").join(hosts)) if hosts else ""
        self._calls.set_text(file if self._asks.source is Source.FILE else told)

    def _show_source(self) -> None:
        controller = self._controller
        source = self._asks.source
        self._source.set_value(source.value)
        self._source_problem.show_text(*self._page.problem_text("diagnosis.source"))
        self._file.set_text(self._asks.path)
        typed = source is Source.TYPED
        known = source is Source.FILE and bool(self._asks.file_paste.value)
        show_some(
            (self._file, source is Source.FILE),
            (self._take_over, known and controller.result is not None),
            (self._typed, typed),
        )
        edition = labels.edition_word(controller.session.answers.edition)
        words = _("Edition, proxy and certificates are those of step 1: {edition}.")
        self._same_way.set_text(words.format(edition=edition) if typed else "")

    def _summary(self) -> str:
        """What was asked, in one line."""
        controller = self._controller
        if controller.asked is Source.FILE:
            what = PurePath(self._asks.file_paste.value).name  # a path may be longer than a line
        elif controller.asked is Source.TYPED:
            what = self._asks.app_id.value or self._asks.can_url.value
        else:
            what = _("What was entered in the steps")
        symptom = _(SYMPTOMS[self._asks.symptom.value]) if self._asks.symptom else ""
        parts = (what, symptom, self._asks.person.strip())
        return " · ".join(part for part in parts if part)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(_("What is diagnosed"))
        self._source.set_options(self._options())
        self._file.set_label(_("Setup &file"))
        self._file.set_hint(_("A file that this program saved, from whichever computer."))
        self._choose.setText(_("Choose…"))
        self._take_over.setText(_("Open this setup in the steps, to change it"))
        self._app_id.set_label(_("&App ID"))
        self._app_id.set_placeholder("cli_…")
        self._secret.set_label(_("App &Secret, if known"))
        self._secret.set_hint(_("Used for this diagnosis only; it is not stored."))
        self._can.set_label(_("Address of &CAN"))
        self._can.set_placeholder("https://can.example.com")
        self._callback.set_label(_("Callback &URL"))
        self._symptom.retranslate()
        self._person.set_label(_("&Person who gets nothing (optional)"))
        self._person.set_hint(_("CAN account, e-mail address, mobile number or user ID."))

    def _options(self) -> tuple[Option, ...]:
        offered = self._controller.session.keeping.offered
        sitting = _("What was entered in the steps of this window.")
        if offered is not None:
            words = _("The unfinished setup of {time}.")
            sitting = words.format(time=spoken.local_time(offered.updated_at))
        return (
            Option(Source.SITTING.value, _("This setup"), sitting),
            Option(
                Source.FILE.value,
                _("A setup file"),
                _("Of this computer or another one; its secrets have to be within reach."),
            ),
            Option(
                Source.TYPED.value,
                _("An existing integration"),
                _("Made by hand, perhaps years ago: enter whatever is known, the rest stays open."),
            ),
        )

"""A hand-over file: the setup and its secrets, for the colleague or computer on the other side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.errors import InputError
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.text.hand_over import plan_sentences, two_ways
from feishu_wizard.text.words import error_words
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.parts import HintLine, choose_file
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.field import Field, MessageLine
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.sealed import SealFile
from feishu_wizard.wizard.steps import Severity


class SealPanel(Block):
    """Where it goes, the passphrase (made up, or typed twice), and the button that writes it."""

    def __init__(self, page: StepPage, sealing: SealFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page, self._sealing = page, sealing
        body = column(self)
        self._about, self._two_ways = WrapLabel(), HintLine("info")
        self._build_fields()
        self._weak, self._inside = MessageLine(), WrapLabel()
        a11y.identify(self._inside, "save.sealed_inside")
        self._write = Button(icon="key")
        a11y.identify(self._write, "save.seal")
        self._write.clicked.connect(sealing.write)
        shown = (self._about, self._path, self._propose, self._words, self._again, self._weak)
        for widget in (*shown, self._two_ways, self._write, self._inside):
            body.addWidget(widget)
        for button in (self._propose, self._write):
            body.setAlignment(button, Qt.AlignmentFlag.AlignLeft)

    def _build_fields(self) -> None:
        sealing = self._sealing
        self._path = Field("save.sealed_path")
        self._path.changed.connect(sealing.set_path)
        self._choose = Button(icon="file")
        a11y.identify(self._choose, "save.sealed_path.choose")
        self._choose.clicked.connect(self._choose_path)
        self._path.row.addWidget(self._choose)
        self._propose = Button(icon="refresh")
        a11y.identify(self._propose, "save.passphrase_propose")
        self._propose.clicked.connect(self._take_proposal)
        self._words = SecretField("save.passphrase")
        self._words.changed.connect(sealing.set_passphrase)
        self._copy = CopyButton(self._typed, secret=True, exact=True)
        a11y.identify(self._copy, "save.passphrase_copy")
        self._words.row.addWidget(self._copy)
        self._again = SecretField("save.passphrase_again")
        self._again.changed.connect(sealing.set_again)

    def refresh(self) -> None:
        """Show what was typed and what is wrong with it."""
        sealing, busy = self._sealing, self._page.busy
        problems = {p.field: labels.problem(p) for p in sealing.problems()}
        for field in (self._path, self._words, self._again):
            field.set_problem(problems.get(field.field_id, ""))
            field.set_read_only(busy)
        self._show_typed()
        weak = "" if sealing.weak == "" else error_words(InputError(sealing.weak)).sentence
        self._weak.show_text(weak, Severity.WARNING)
        for button in (self._choose, self._propose, self._write):
            button.setEnabled(not busy)
        show_if(self._copy, bool(sealing.passphrase))
        done = sealing.written
        self._inside.setText("\n".join(plan_sentences(done.plan)) if done is not None else "")
        show_if(self._inside, done is not None)

    def _show_typed(self) -> None:
        """What was forgotten meanwhile is gone from the fields, too."""
        sealing = self._sealing
        for field, value in ((self._words, sealing.passphrase), (self._again, sealing.again)):
            if field.text().strip() != value.reveal():
                field.set_text(value.reveal())
        if self._path.text().strip() != sealing.path:
            self._path.set_text(sealing.path)

    def _typed(self) -> str:
        return self._sealing.passphrase.reveal()

    def _take_proposal(self) -> None:
        self._sealing.propose()
        self._words.set_revealed(True)  # it has to be read before it can be told

    def retranslate(self) -> None:
        """Set all texts again."""
        self._about.setText(
            _(
                "For the colleague or computer that does the other side: a file with this setup "
                "and its secrets, encrypted with a passphrase. It works on every computer."
            )
        )
        self._path.set_label(_("&Hand-over file"))
        self._path.set_placeholder("feishu-setup.age")
        self._choose.setText(_("Choose…"))
        self._propose.setText(_("Make up a passphrase"))
        self._words.set_label(_("&Passphrase"))
        self._words.set_hint(_("It is kept nowhere: without it nobody can open the file."))
        self._copy.set_words(_("Copy"))
        self._again.set_label(_("The same &again"))
        self._two_ways.set_text(two_ways())
        self._write.setText(_("Write the hand-over file"))
        self.refresh()

    def _choose_path(self) -> None:
        choose_file(
            self,
            _("Save the hand-over file"),
            self._sealing.path or "feishu-setup.age",
            self._sealing.set_path,
            save=True,
            kinds=_("Hand-over files (*.age);;All files (*)"),
        )

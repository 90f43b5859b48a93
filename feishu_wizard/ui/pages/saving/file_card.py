"""The setup file: where it is written, and whether its secrets stand in it in plain text."""

from __future__ import annotations

from feishu_wizard.domain.states import Target
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.parts import choose_file
from feishu_wizard.ui.pages.saving.sealed import SealPanel
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.wizard.save import SaveStep


class FileCard(Card):
    """Shown when the setup file is one of the chosen targets."""

    def __init__(self, page: StepPage, controller: SaveStep) -> None:
        super().__init__()
        self._session = page.session
        self._controller = controller
        self._path = page.keep_field(Field("save.file_path"))
        self._path.changed.connect(controller.file.set_path)
        self._choose = Button(icon="file")
        a11y.identify(self._choose, "save.file_path.choose")
        self._choose.clicked.connect(self._choose_path)
        self._path.row.addWidget(self._choose)
        self._plain = TickRow("save.file_plain")
        self._plain.toggled.connect(controller.file.set_plain)
        page.keep_still(self._choose, self._plain)
        self.add(self._path)
        self.add(self._plain)
        self._sealed = SealPanel(page, controller.file.sealing)
        self._other = Disclosure()
        a11y.identify(self._other.button, "save.hand_over")
        self._other.body.addWidget(self._sealed)
        self.add(self._other)

    def refresh(self) -> None:
        """Show what was answered."""
        answers = self._session.answers
        if self._path.text().strip() != answers.file_path:
            self._path.set_text(answers.file_path)
        self._plain.set_checked(answers.file_plain)
        self._sealed.refresh()
        show_if(self, Target.FILE in self._controller.chosen)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(_("Setup file"))
        self._path.set_label(_("&File"))
        self._path.set_placeholder("feishu-setup.toml")
        self._choose.setText(_("Choose…"))
        self._plain.set_text(
            _("Write the secrets into the file in plain text"),
            _(
                "Whoever reads the file has them. Without the tick the file refers to this "
                "computer's password store and works on this computer only; a hand-over file works "
                "on every one."
            ),
        )
        self._other.set_words(_("For another computer: a hand-over file with the secrets in it"))
        self._sealed.retranslate()
        self.refresh()

    def _choose_path(self) -> None:
        start = self._session.answers.file_path or "feishu-setup.toml"
        choose_file(
            self,
            _("Save the setup file"),
            start,
            self._controller.file.set_path,
            save=True,
            kinds=_("Setup files (*.toml);;All files (*)"),
        )

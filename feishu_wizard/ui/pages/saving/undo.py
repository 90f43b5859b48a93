"""The last save to CAN, taken back: first what that changes, then the button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from feishu_wizard.text import saving
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.saving.conflict import Consents
from feishu_wizard.ui.pages.saving.difference import diff_row
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.diff_table import DiffTable
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.save_undo import SECRET, UndoFlow


class UndoPanel(Card):
    """Shown when a save of this setup can be taken back, also at the next visit."""

    def __init__(self, page: StepPage, flow: UndoFlow) -> None:
        super().__init__(icon="undo")
        self._page, self._flow = page, flow
        self._prepare = Button()
        a11y.identify(self._prepare, "save.undo")
        self._prepare.clicked.connect(flow.prepare)
        self.add(self._prepare)
        self.body.setAlignment(self._prepare, Qt.AlignmentFlag.AlignLeft)
        self._build_plan()
        page.keep_still(self._prepare, self._commit, self._keep)

    def _build_plan(self) -> None:
        self._plan = QWidget()
        body = column(self._plan, spacing=1.25)
        self._table = DiffTable("save.undo.diff")
        self._remarks = WrapLabel()
        self._secret = SecretField(SECRET)
        self._secret.changed.connect(self._flow.set_secret)
        self._page.keep_field(self._secret)
        self._consents = Consents(self._page, "save.undo", self._flow.agree)
        buttons = QWidget()
        row = FlowLayout(buttons)
        self._commit, self._keep = Button(), Button(kind="link")
        a11y.identify(self._commit, "save.undo.commit")
        a11y.identify(self._keep, "save.undo.keep")
        self._commit.clicked.connect(self._flow.commit)
        self._keep.clicked.connect(self._flow.put_by)
        row.addWidget(self._commit)
        row.addWidget(self._keep)
        for widget in (self._table, self._remarks, self._secret, self._consents, buttons):
            body.addWidget(widget)
        self.add(self._plan)

    def refresh(self) -> None:
        """Show the last save, or what taking it back would change."""
        flow, plan = self._flow, self._flow.plan
        if flow.last is not None:
            self.set_title(_("Take the last save back"), saving.note_line(flow.last))
        show_some((self._prepare, plan is None), (self._plan, plan is not None))
        if plan is None:
            if self._secret.text():
                self._secret.set_text("")
            self._consents.show_plans((), flow.agreed)
            return
        self._table.set_rows([diff_row(row) for row in plan.rows])
        self._remarks.set_text("\n".join(saving.plan_remarks(plan)))
        show_if(self._secret, plan.wants_secret)
        self._consents.show_plans((plan,), flow.agreed)
        self._commit.setText(self._verb(wants_secret=plan.wants_secret, empty=plan.empty))

    def _verb(self, *, wants_secret: bool, empty: bool) -> str:
        if wants_secret:
            return _("Show what changes")
        return _("Note it as taken back") if empty else _("Take it back")

    def retranslate(self) -> None:
        """Set all texts again."""
        self._prepare.setText(_("Show what taking it back changes"))
        self._keep.setText(_("Keep it as it is"))
        self._secret.set_label(_("App Secret of &before"))
        self._secret.set_hint(_("It is sent to CAN with this save and not kept here."))
        self._table.setAccessibleName(_("What taking it back changes"))
        self.refresh()

"""What only served this program, and can be removed again: by the app itself, or by exact links."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import ConsolePage, console_link
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.standing import PATCH_SCOPE, RANGE_SCOPE
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import row, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import PageLink, RowView
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.finish import SELF_MANAGE, FinishStep
from feishu_wizard.wizard.steps import Severity


class RemoveCard(Card):
    """The list; a button with a question where the app may remove them from itself."""

    def __init__(self, controller: FinishStep) -> None:
        super().__init__()
        self._controller = controller
        self._list = CheckList(ruled=True)
        self._lose = HintLine("info")
        self._ask = Button(icon="undo")
        a11y.identify(self._ask, "finish.remove")
        self._ask.clicked.connect(lambda: self._asked(True))
        self._ask_row = QWidget()
        FlowLayout(self._ask_row).addWidget(self._ask)
        self._gone = HintLine("check-circle", tone="success")
        self._build_question()
        for widget in (self._list, self._lose, self._ask_row, self._question, self._gone):
            self.add(widget)

    def _build_question(self) -> None:
        self._question = Banner(Severity.WARNING)
        self._sure, self._not = Button(), Button()
        a11y.identify(self._sure, "finish.remove.confirm")
        a11y.identify(self._not, "finish.remove.cancel")
        self._sure.clicked.connect(self._do)
        self._not.clicked.connect(lambda: self._asked(False))
        self._question.body.addLayout(row(self._sure, self._not))
        self._question.hide()

    def still(self) -> tuple[QWidget, ...]:
        """What rests while work is under way."""
        return self._ask, self._sure

    def _asked(self, asked: bool) -> None:
        show_if(self._question, asked)
        (self._not if asked else self._ask).setFocus()

    def _do(self) -> None:
        self._asked(False)
        self._controller.remove()

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is left to remove, and what was removed."""
        controller = self._controller
        step = controller.session.permissions
        views = [
            (
                f"finish.remove.{one.need.id}",
                _view(pick(one.need.console), one.need.scope, step.link(one)),
            )
            for one in controller.removable
        ]
        views += [
            (f"finish.remove.{scope}", _view(_power(scope), scope, self._link(scope)))
            for scope in controller.powers
        ]
        self._list.show_rows(views)
        self._lose.set_text(self._losing())
        show_if(self._ask_row, controller.may_remove)
        if not controller.may_remove:
            self._question.hide()
        self._gone.set_text(self._gone_words())
        show_if(self, bool(views or controller.removed))

    def _link(self, scope: str) -> str:
        session = self._controller.session
        app_id = session.credentials.app_id.value
        return console_link(session.answers.hosts, ConsolePage.PERMISSIONS, app_id, scope)

    def _losing(self) -> str:
        if not any(one.need.scope == SELF_MANAGE for one in self._controller.removable):
            return ""
        return _(
            "Without {scope} later checks cannot read redirect URLs, versions and availability."
        ).format(scope=SELF_MANAGE)

    def _gone_words(self) -> str:
        gone = self._controller.removed
        if not gone:
            return ""
        told = _("Removed and read back: {names}.").format(names=_(", ").join(sorted(gone)))
        if not self._controller.reads_less:
            return told
        less = _(
            "Later checks cannot read redirect URLs, versions and availability any more; these "
            "show as “cannot be told”."
        )
        return f"{told}\n{less}"

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(
            _("Can be removed again"),
            _("These permissions only served this program. CAN does not need them."),
        )
        self._ask.setText(_("Remove them…"))
        self._question.show_text(
            Severity.WARNING,
            _(
                "The app removes the listed permissions from itself, at once. It can read and "
                "change less of itself afterwards; CAN keeps working. To have them again, add them "
                "in the developer console."
            ),
            _("Remove these permissions?"),
        )
        self._sure.setText(_("Remove the permissions"))
        self._not.setText(_("Keep them"))


def _power(scope: str) -> str:
    """A permission that nobody asked for here, and that lets the app change itself."""
    named = {
        PATCH_SCOPE: _("Change the app's information"),
        RANGE_SCOPE: _("Update the app's contacts range"),
    }
    return named.get(scope, scope)


def _view(title: str, scope: str, url: str) -> RowView:
    return RowView(
        status=Status.SKIP,
        title=title,
        word=_("Optional"),
        note=scope,
        compact=True,
        links=(PageLink(labels.link_label("console_auth").replace("&", "&&"), url),),
        icon="undo",
    )

"""Below the next step, calm: the other ways to do it, and the one that needs no review."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.means import Means, Task
from feishu_wizard.text import plan
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.permissions import PermissionsStep


class OtherWays(Disclosure):
    """One button a way; pressed, the card above goes that way."""

    def __init__(self, controller: PermissionsStep) -> None:
        super().__init__()
        self._controller = controller
        a11y.identify(self.button, "permissions.others.show")
        inner = QWidget()
        row = FlowLayout(inner)
        self.body.addWidget(inner)
        self._buttons: dict[Means, Button] = {}
        for means in Means:
            if means is Means.NONE:
                continue
            button = self._buttons[means] = Button()
            a11y.identify(button, f"permissions.way.{means.value}")
            button.clicked.connect(self._choose(means))
            row.addWidget(button)

    def _choose(self, means: Means) -> object:
        def choose() -> None:
            self.set_open(False)
            self._controller.choose(means)

        return choose

    def refresh(self, *, shown: bool) -> None:
        """Offer what else is possible for the next step."""
        step = self._controller.next
        others = set(step.others) if shown else set()
        if step.task is Task.WAIT:
            others.discard(Means.ADMIN)  # its page stands beside the wait
        for means, button in self._buttons.items():
            show_if(button, means in others)
        show_if(self, bool(others))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_words(_("Other ways"))
        for means, button in self._buttons.items():
            button.setText(plan.means_words(means))


class RehearseToday(Disclosure):
    """The test company version of an app, for those who cannot wait for a review."""

    def __init__(self, controller: PermissionsStep) -> None:
        super().__init__()
        self._controller = controller
        a11y.identify(self.button, "permissions.rehearse.show")
        self._text = WrapLabel(role="muted")
        self.body.addWidget(self._text)
        self._link = LinkButton()
        a11y.identify(self._link, "permissions.rehearse.console")
        self.body.addWidget(self._link)

    def refresh(self) -> None:
        """Only while a review is waited for."""
        waits = self._controller.result is not None and self._controller.next.task is Task.WAIT
        show_if(self, waits)
        self._link.set_link(
            _("Open the app in the developer console"),
            self._controller.page_link(ConsolePage.BASE_INFO),
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_words(_("Rehearse today, without a review"))
        self._text.set_text(
            _(
                "In the developer console, create a test company and a test version of the app: "
                "there, changes need no review. The test version has an App ID and App Secret of "
                "its own; enter them in step 2. Not for production: it serves the people of the "
                "test company only."
            )
        )

"""The folded choice of the kind of app; for a store app its ticket and the tenant key."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import AppType
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.store_app import KEY_FIELD, TICKET_FIELD, StoreApp


class StoreAppPart(Disclosure):
    """Self-built by default, and then out of the way."""

    def __init__(self, page: StepPage, store: StoreApp, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._store = store
        a11y.identify(self.button, "credentials.app_type.fold")
        self._kind = ChoiceGroup("credentials.app_type")
        self._kind.changed.connect(lambda value: store.set_app_type(AppType(value)))
        page.keep_still(self._kind)
        self._hint = HintLine("info")
        self._ticket = SecretField(TICKET_FIELD)
        page.keep_field(self._ticket)
        self._ticket.changed.connect(store.set_ticket)
        self._key = page.keep_field(Field(KEY_FIELD))
        self._key.changed.connect(store.set_tenant_key)
        self._needs = QWidget()
        inner = column(self._needs, spacing=1.5)
        for widget in (self._hint, self._ticket, self._key):
            inner.addWidget(widget)
        self.body.addWidget(self._kind)
        self.body.addWidget(self._needs)
        self._unfolded = False

    def refresh(self) -> None:
        """Show the kind; unfold once when it is not the usual one."""
        chosen = self._store.chosen
        self._kind.set_value(self._store.session.answers.app_type.value)
        if chosen and not self._unfolded:
            self.set_open(True)
        self._unfolded = chosen
        pasted = self._store.ticket_paste
        self._ticket.set_text(pasted.typed if pasted is not None else "")
        self._key.set_text(self._store.tenant_key.typed)
        show_some((self._needs, chosen))
        kind = _("store app") if chosen else _("self-built app")
        self.set_words(_("Kind of app: {kind}").format(kind=kind))

    def retranslate(self) -> None:
        """Set all texts again."""
        self._kind.set_title(_("Where does the app come from?"))
        self._kind.set_options(
            (
                Option(
                    AppType.SELF_BUILT.value,
                    _("Self-built app"),
                    _("Made in your company's developer console. The usual case."),
                ),
                Option(
                    AppType.STORE.value,
                    _("Store app"),
                    _("Made by a vendor and installed from the app directory."),
                ),
            )
        )
        self._hint.set_text(
            _(
                "Without a ticket only App ID and App Secret can be checked: Feishu is asked to "
                "send a new ticket to the app's own server, and nothing else is proven."
            )
        )
        self._ticket.set_label(_("App &ticket (app_ticket)"))
        self._ticket.set_hint(
            _("The latest one that the app's server received. Not stored: it lives for this run.")
        )
        self._key.set_label(_("Tenant &key of your company"))
        self._key.set_hint(_("It is in the event that Feishu sent when the app was installed."))
        self.refresh()

"""Step 2: the app's ID and secret, the callback URL, and whether the pair works."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.names import APP_SECRET, APP_TICKET
from feishu_wizard.domain.paste import FieldKind
from feishu_wizard.text import labels, words
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_pasted
from feishu_wizard.ui.pages.create_app import CreateApp
from feishu_wizard.ui.pages.parts import Facts, HintLine, hold_at_top
from feishu_wizard.ui.pages.secret_change import SecretChangePanel
from feishu_wizard.ui.pages.store_app import StoreAppPart
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step

_PREFIX = "credentials.row."


class CredentialsPage(StepPage):
    """Create the app, enter its ID and secret, confirm the callback URL, test the pair."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.CREDENTIALS, parent)
        self.controller = session.credentials
        self._create = CreateApp(session)
        self._create.by_hand.connect(lambda: self.focus_field("credentials.app_id"))
        self.add(self._create)
        self._build_pair()
        self._build_callback()
        self._build_check()
        hold_at_top(self)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_pair(self) -> None:
        self._pair = Card()
        self._goes = HintLine("lock")
        self._app_id = self.keep_field(Field("credentials.app_id"))
        self._app_id.changed.connect(self.controller.set_app_id)
        self._app_id.proposal_taken.connect(self.controller.set_app_id)
        self._elsewhere = Banner(Severity.INFO)
        self._take = Button()
        a11y.identify(self._take, "credentials.take_elsewhere")
        self._take.clicked.connect(self.controller.take_elsewhere)
        self._elsewhere.body.addWidget(self._take, 0, Qt.AlignmentFlag.AlignLeft)
        self._secret = SecretField("credentials.app_secret")
        self.keep_field(self._secret)
        self._secret.changed.connect(self.controller.set_secret)
        self._kept = HintLine("key")
        self._place = ChoiceGroup("credentials.place")
        self._place.changed.connect(lambda value: self.controller.set_place(Place(value)))
        self._kind = StoreAppPart(self, self.controller.store)
        self._change = SecretChangePanel(self.controller.change)
        self.keep_still(self._take, self._place)
        for widget in (
            self._goes,
            self._app_id,
            self._elsewhere,
            self._secret,
            self._kept,
            self._place,
            self._kind,
            self._change,
        ):
            self._pair.add(widget)
        self.add(self._pair)

    def _build_callback(self) -> None:
        self._callback_card = Card()
        self._callback = self.keep_field(Field("credentials.callback_url"))
        self._callback.changed.connect(self.controller.set_callback)
        self._callback.proposal_taken.connect(self.controller.take_callback_proposal)
        self._candidates = QWidget()
        self._candidate_row = FlowLayout(self._candidates)
        self._offered: tuple[str, ...] = ()
        self._callback_card.add(self._callback)
        self._callback_card.add(self._candidates)
        self.add(self._callback_card)

    def _build_check(self) -> None:
        self._check_card = Card()
        self._test = Button(icon="refresh")
        a11y.identify(self._test, "credentials.test")
        self._test.clicked.connect(self.controller.check)
        self._check_card.header.addWidget(self._test)
        self._other = Banner(Severity.WARNING)
        self._switch = Button()
        a11y.identify(self._switch, "credentials.switch_edition")
        self._switch.clicked.connect(self.controller.switch_edition)
        self._other.body.addWidget(self._switch, 0, Qt.AlignmentFlag.AlignLeft)
        self._names = Facts("credentials.names")
        self._unnamed = WrapLabel(role="muted")
        self._rows = CheckList()
        self.keep_still(self._test, self._switch)
        self._outcome = QWidget()
        self._elsewhere_app = Banner(Severity.WARNING)
        self._choose = Button()
        a11y.identify(self._choose, "credentials.choose_edition")
        self._choose.clicked.connect(self.controller.choose_edition)
        self._elsewhere_app.body.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignLeft)
        self._self_built = Banner(Severity.WARNING)
        self._switch_type = Button()
        a11y.identify(self._switch_type, "credentials.switch_app_type")
        self._switch_type.clicked.connect(self.controller.switch_app_type)
        self._self_built.body.addWidget(self._switch_type, 0, Qt.AlignmentFlag.AlignLeft)
        self.keep_still(self._choose, self._switch_type)
        inner = column(self._outcome, spacing=2)
        for widget in (
            self._other,
            self._elsewhere_app,
            self._self_built,
            self._names,
            self._unnamed,
            self._rows,
        ):
            inner.addWidget(widget)
        self._check_card.add(self._outcome)
        self.add(self._check_card)

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers, where the secret goes, and the lines of the check."""
        self._create.refresh()
        self._show_app_id()
        self._show_secret()
        self._show_place()
        self._kind.refresh()
        self._change.refresh()
        self._show_callback()
        self._show_check()
        super().refresh()

    def _show_app_id(self) -> None:
        controller = self.controller
        show_pasted(self._app_id, controller.app_id)
        found = dict(controller.app_id.elsewhere)
        if controller.secret_paste is not None:
            found |= dict(controller.secret_paste.elsewhere)
        if found:
            names = _(", ").join(_box_name(kind) for kind in found)
            self._elsewhere.show_text(
                Severity.INFO,
                _("What you pasted also holds: {names}.").format(names=names),
            )
        show_if(self._elsewhere, bool(found))

    def _show_secret(self) -> None:
        """The typed secret lives in the field and in the session, never in the draft."""
        pasted = self.controller.secret_paste
        if pasted is None:
            self._secret.set_text("")
            self._secret.set_note("")
        else:
            show_pasted(self._secret, pasted)
            self._secret.set_proposal("")  # its label would show a secret in plain
        kept = bool(self.session.answers.ref(APP_SECRET)) and pasted is None
        self._secret.set_placeholder(
            _("Stored. Leave empty to use the stored one.") if kept else ""
        )
        hosts = _(", ").join(self.session.prerequisites.secret_hosts)
        self._goes.set_text(
            _("App ID and App Secret are sent to {hosts}, to no other host.").format(hosts=hosts)
        )

    def _show_place(self) -> None:
        where, answers = self.controller.secret_place, self.session.answers
        if where is None:
            self._kept.set_text("")
            show_if(self._place, False)
            return
        choice = where.place != Place.KEYRING.value
        if choice:
            code = where.reason or "keyring.none"
            text = words.code_words(code).sentence
        elif answers.ref(APP_SECRET):
            text = _("The App Secret is kept in: {place}.").format(place=_named(where.backend))
        else:
            text = _("Once the pair has passed, the App Secret is kept in: {place}.").format(
                place=_named(where.backend)
            )
        self._kept.set_text(text.strip())
        self._place.set_value(answers.place.value)
        show_if(self._place, choice)

    def _show_callback(self) -> None:
        controller = self.controller
        show_pasted(self._callback, controller.callback)
        value = controller.callback.value
        offered = tuple(url for url in controller.callback_proposals if url != value)
        if offered != self._offered:
            self._offered = offered
            clear(self._candidate_row)
            for number, url in enumerate(offered):
                self._add_candidate(number, url)
        show_if(self._candidates, bool(offered) and not self.busy)

    def _add_candidate(self, number: int, url: str) -> None:
        button = Button(_("Use {value}").format(value=url).replace("&", "&&"))
        a11y.identify(button, f"credentials.callback_url.candidate{number}")
        button.clicked.connect(lambda: self.controller.take_callback_proposal(url))
        self._candidate_row.addWidget(button)

    def _show_check(self) -> None:
        controller, result = self.controller, self.controller.result
        self._check_card.set_title(_("Connection"), self._check_words())
        self._rows.show_findings(controller.findings, _PREFIX)
        named = controller.done() and not controller.lacks_token
        app = result.app_name if result else ""
        tenant = result.tenant_name if result else ""
        self._names.show_facts(((_("App"), app), (_("Company"), tenant)))
        self._unnamed.set_text(_unnamed_words(app, tenant) if named else "")
        self._test.setText(_("Test again") if result else _("Test the connection"))
        other = result.other_edition if result else None
        if other is not None:
            edition = labels.edition_word(other)
            self._other.show_text(
                Severity.WARNING,
                _("Your secret was not sent there. Switch only if your company uses it."),
                _("{edition} knows this App ID").format(edition=edition),
            )
            self._switch.setText(_("Switch to {edition}").format(edition=edition))
        show_if(self._other, other is not None)
        self._show_leads()
        self.bring_up(self._outcome, bool(controller.findings))

    def _check_words(self) -> str:
        """What the test does, before it does it."""
        store, answers = self.controller.store, self.session.answers
        if store.chosen and (answers.secret(APP_TICKET) is None or not answers.tenant_key):
            return _(
                "Asks Feishu to send a new ticket to the app's own server: that tells whether App "
                "ID and App Secret are right. Nothing is changed."
            )
        return _("Gets a token with App ID and App Secret. Nothing is changed.")

    def _show_leads(self) -> None:
        """What the platform's refusal leads to, where it is another choice than what was typed."""
        controller = self.controller
        if controller.unknown_here:
            self._elsewhere_app.show_text(
                Severity.WARNING,
                _("Is the app at another address, or of the other brand? Look in the first step."),
                _("This App ID is not known there"),
            )
        if controller.self_built:
            self._self_built.show_text(
                Severity.WARNING,
                _("A self-built app needs no ticket. Switch, and test again."),
                _("This is a self-built app"),
            )
        show_if(self._elsewhere_app, controller.unknown_here)
        show_if(self._self_built, controller.self_built)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._choose.setText(_("Look at edition and address"))
        self._switch_type.setText(_("It is a self-built app"))
        self._pair.set_title(_("App ID and App Secret"))
        self._app_id.set_label(_("App &ID"))
        self._app_id.set_placeholder("cli_a8c029e757e6500b")
        self._secret.set_label(_("App &Secret"))
        self._take.setText(_("Put each value into its own box"))
        self._place.set_title(_("Where should the App Secret be kept?"))
        self._place.set_options(
            (
                Option(
                    Place.SESSION.value,
                    _("Only in memory"),
                    _("Gone when you close the program; you enter it again next time."),
                ),
                Option(
                    Place.FILE.value,
                    _("In a file that only your account can read"),
                    _("Not encrypted: administrators of this computer and backups can read it."),
                ),
            )
        )
        self._callback_card.set_title(
            _("Sign-in"),
            _("Where Feishu sends people back after they have signed in to CAN."),
        )
        self._callback.set_label(_("Callback &URL"))
        self._callback.set_placeholder("https://can.example.com/user/softLogin")
        self._callback.set_hint(
            _(
                "Best copied from CAN: Management Settings > Office Software > Feishu, box "
                "“Callback domain”."
            )
        )
        self._offered = ()
        self._create.retranslate()
        self._kind.retranslate()
        self._change.retranslate()
        self.refresh()


def _box_name(kind: FieldKind) -> str:
    return labels.field_label(kind.value)


def _named(backend: str) -> str:
    return backend or labels.place_word(Place.KEYRING.value)


def _unnamed_words(app: str, tenant: str) -> str:
    if app and tenant:
        return ""
    if app or tenant:
        missing = _("Company") if app else _("App")
        return _(
            "Feishu does not tell the name of: {what}. That needs a permission CAN can do without."
        ).format(what=missing)
    return _("Feishu tells no names yet. That is normal before the app is released.")

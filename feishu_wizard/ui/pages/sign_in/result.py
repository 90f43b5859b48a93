"""Who signed in, and which fields a sign-in brings."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.sign_in import SignedIn
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import evidence_words
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import Facts, HintLine
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.card import Banner, Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.steps import Severity


class SignInResult(Block):
    """A banner that says what is proven, the fields, and whether an account of CAN matches."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: SignedIn | None = None
        outer = column(self, spacing=1.5)
        self._banner = Banner(Severity.SUCCESS)
        a11y.identify(self._banner, "test.login.result")
        self._fields = Facts("test.login.fields")
        self._match = HintLine("user", "body")
        a11y.identify(self._match, "test.login.match")
        self._findings = CheckList()
        self._details = Disclosure()
        a11y.identify(self._details.button, "test.login.evidence")
        self._evidence = WrapLabel(role="mono", selectable=True)
        self._details.body.addWidget(self._evidence)
        for widget in (self._banner, self._fields, self._match, self._findings, self._details):
            outer.addWidget(widget)
        self.hide()

    def show_result(self, result: SignedIn | None) -> None:
        """Show ``result``; None hides everything."""
        self._shown = result
        if result is not None:
            self._fill(result)
        show_if(self, result is not None)

    def _fill(self, result: SignedIn) -> None:
        self._banner.show_text(
            Severity.SUCCESS,
            _("Feishu signs people in to this app. That CAN does it, too, is shown below only."),
            _("{who} signed in").format(who=result.name or result.open_id),
        )
        self._fields.show_facts([(name, value) for name, value in _fields(result)])
        self._match.set_text(_match(result))
        self._findings.show_rows(
            [(f"test.login.finding.{f.id}", finding_view(f)) for f in result.findings]
        )
        self._evidence.set_text("\n".join(map(evidence_words, result.evidence)))
        self._details.set_words(_("What was tried"))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.show_result(self._shown)


def _fields(result: SignedIn) -> list[tuple[str, str]]:
    named = (
        ("user_id", _("User ID"), result.user_id),
        ("email", _("E-mail"), result.email),
        ("enterprise_email", _("Enterprise e-mail"), result.enterprise_email),
        ("mobile", _("Mobile"), result.mobile),
        ("employee_no", _("Employee number"), result.employee_no),
    )
    return [(label, value or _absent(result, name)) for name, label, value in named]


def _absent(result: SignedIn, name: str) -> str:
    return _("blank") if name in result.fields else _("not given: no permission for it")


def _match(result: SignedIn) -> str:
    if result.matches is None:
        if not result.user_id:
            return _("Without the user ID nobody can say which CAN account this would be.")
        return _(
            "CAN would look for the account {account}. Whether it exists is not known here."
        ).format(account=result.user_id)
    if result.matches:
        return _("This is the CAN account {account}.").format(account=result.account)
    return _("CAN has no account {account}.").format(account=result.user_id)

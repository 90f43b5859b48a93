"""Step 6: what is proven, granted, configured or stated, and what to click next."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from feishu_wizard.domain.finding import Proof
from feishu_wizard.text import labels, notes, words
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.finish_remove import RemoveCard
from feishu_wizard.ui.pages.ledger_rows import LedgerRows
from feishu_wizard.ui.pages.parts import Facts, StepBlock, choose_file, hold_at_top
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step

_PROOFS = (Proof.PROVEN, Proof.GRANTED, Proof.CONFIGURED, Proof.STATED, Proof.NONE)


class FinishPage(StepPage):
    """The four words per capability, next clicks, what to remove again, report, forget."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.FINISH, parent)
        self.controller = session.finish
        self._build_words()
        self._build_next()
        self._build_remove()
        self._build_keep()
        hold_at_top(self)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_words(self) -> None:
        self._state = Card()
        self._check = Button(kind="link", icon="refresh")
        a11y.identify(self._check, "finish.check_now")
        self._check.clicked.connect(self.session.ledger.check_now)
        self._state.header.addWidget(self._check)
        self.keep_still(self._check)
        self._rows = LedgerRows(self.session.ledger)
        self._legend = Disclosure()
        a11y.identify(self._legend.button, "finish.legend")
        self._meanings = Facts("finish.meanings")
        self._legend.body.addWidget(self._meanings)
        self._state.add(self._rows)
        self._state.add(self._legend)
        self.add(self._state)

    def _build_next(self) -> None:
        self._next = Card()
        self._open_can = LinkButton()
        a11y.identify(self._open_can, "finish.open_can")
        self._next.header.addWidget(self._open_can)
        self._clicks = QWidget()
        self._click_rows = column(self._clicks, spacing=2)
        self._shown_clicks: tuple[notes.Click, ...] = ()
        self._next.add(self._clicks)
        self.add(self._next)

    def _build_remove(self) -> None:
        self._remove = RemoveCard(self.controller)
        self.keep_still(*self._remove.still())
        self.add(self._remove)

    def _build_keep(self) -> None:
        self._keep = Card()
        self._kept = Facts("finish.kept")
        self._keep.add(self._kept)
        holder = QWidget()
        row = FlowLayout(holder)
        self._export = Button(icon="file")
        a11y.identify(self._export, "finish.export")
        self._export.clicked.connect(self._choose_export)
        self._forget = Button(icon="trash")
        a11y.identify(self._forget, "finish.forget")
        self._forget.clicked.connect(lambda: self._ask_forget(True))
        row.addWidget(self._export)
        row.addWidget(self._forget)
        self._keep.add(holder)
        self._build_question()
        self.keep_still(self._export, self._forget, self._sure)
        self.add(self._keep)

    def _build_question(self) -> None:
        self._question = Banner(Severity.WARNING)
        line = QHBoxLayout()
        self._sure = Button(icon="trash")
        a11y.identify(self._sure, "finish.forget.confirm")
        self._sure.clicked.connect(self._do_forget)
        self._not = Button()
        a11y.identify(self._not, "finish.forget.cancel")
        self._not.clicked.connect(lambda: self._ask_forget(False))
        line.addWidget(self._sure)
        line.addWidget(self._not)
        line.addStretch(1)
        self._question.body.addLayout(line)
        self._question.hide()
        self._keep.add(self._question)

    # -- acting -----------------------------------------------------------------------

    def _choose_export(self) -> None:
        choose_file(
            self,
            _("Save the report"),
            "feishu-report.md",
            self.controller.export,
            save=True,
            kinds=_("Markdown (*.md);;JSON (*.json)"),
        )

    def _ask_forget(self, asked: bool) -> None:
        show_if(self._question, asked)
        (self._not if asked else self._forget).setFocus()
        if asked:
            self.reveal(self._question)

    def _do_forget(self) -> None:
        self._ask_forget(False)
        self.session.keeping.forget()

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the words, the next clicks and what is kept where."""
        self._rows.show_words(self.controller.words)
        show_if(self._check, self.session.ledger.may_check)
        self._show_next()
        self._remove.refresh()
        self._show_kept()
        super().refresh()

    def _show_next(self) -> None:
        origin = self.session.prerequisites.can_origin
        clicks = notes.next_clicks(self.session.answers.capabilities, origin)
        self._open_can.set_link(_("Open CAN"), origin)
        if clicks == self._shown_clicks:
            return
        self._shown_clicks = clicks
        clear(self._click_rows)
        for number, click in enumerate(clicks, 1):
            step = StepBlock(number)
            step.set_text(click.title, click.text)
            self._click_rows.addWidget(step)

    def _show_kept(self) -> None:
        session = self.session
        store = _store_words(session)
        places = {_ref_place(ref, store) for _name, ref in session.answers.refs}
        where = [result.where for result in session.save.results]
        self._kept.show_facts(
            (
                (_("Secrets"), _(", ").join(sorted(places)) or _("not stored")),
                (_("Configuration"), _(", ").join(where)),
                (_("Report"), self.controller.exported_to),
            )
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self._state.set_title(_("Where things stand"))
        self._check.setText(_("Check now"))
        self._check.setToolTip(_("Compares each proof with what is in force now."))
        self._legend.set_words(_("What the words mean"))
        self._meanings.show_facts([(words.proof_word(p), words.proof_sentence(p)) for p in _PROOFS])
        self._next.set_title(_("Next, in CAN"))
        self._remove.retranslate()
        self._keep.set_title(_("What is kept"))
        self._export.setText(_("Export the report…"))
        self._forget.setText(_("Forget this setup…"))
        self._question.show_text(
            Severity.WARNING,
            _(
                "The stored secrets, the draft and the results of this setup are removed from this "
                "computer. Feishu, CAN and files you saved stay as they are."
            ),
            _("Forget this setup?"),
        )
        self._sure.setText(_("Forget it"))
        self._not.setText(_("Keep it"))
        self.refresh()


def _store_words(session: Session) -> str:
    """Where ``keyring:`` references lead now; without a password store they live in memory."""
    where, chosen = session.credentials.secret_place, session.answers.place
    in_store = where is None or where.place == Place.KEYRING.value
    if chosen is not Place.KEYRING or not in_store:
        return labels.place_word(Place.SESSION.value)
    return (where.backend if where else "") or labels.place_word(Place.KEYRING.value)


def _ref_place(ref: str, store: str) -> str:
    kind, _colon, rest = ref.partition(":")
    return {"keyring": store, "file": rest}.get(kind, labels.place_word(Place.FILE.value))

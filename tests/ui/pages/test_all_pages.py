"""What holds for every page: names for assistive technology, plain text, room for every text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QWidget,
)

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.outcomes import SecretPlace
from feishu_wizard.domain.states import Target
from feishu_wizard.ui import language, measure
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

NARROW = 640  # of the page: the window's least width without the step list


def full(session):
    """Everything filled in, with something to tell in every part of every page."""
    fakes.prepare(session, fakes.network_failed())
    fakes.enter(session)
    session.credentials.secret_place = SecretPlace("session", "", "keyring.none")
    session.update(
        edition=Edition.PRIVATE,
        open_url="https://open.feishu.example.com",
        proxy="10.0.0.1:8",
        console_by=ConsoleBy.COLLEAGUE,
        targets=frozenset(Target),
        recipients_text="a, b@c.de",
        pinned=(("can.example.com", "ab" * 32),),
        api_base=fakes.CAN,
    )
    session.prerequisites.result = fakes.network_failed()
    session.credentials.result = fakes.pair_failed()
    session.permissions.result = fakes.half_done()
    session.save.plans = (fakes.can_plan(),)
    session.save.results = (fakes.can_saved(),)
    session.test.push.deliveries = (fakes.delivered(), fakes.refused())
    for step in Step:
        session.controller(step).pressed = True


def unfold(page):
    for part in page.findChildren(Disclosure):
        part.set_open(True)
    for row in page.findChildren(CheckRow):
        row.set_expanded(True)
    QApplication.processEvents()


IDS = {
    Step.PREREQUISITES: """can_url no_can capability.user_sync capability.sso capability.push
        console_by edition open_url accounts_url proxy proxy_url proxy_user proxy_password ca_file
        plain_http pin recheck""",
    Step.CREDENTIALS: "app_id app_secret callback_url test place take_elsewhere",
    Step.PERMISSIONS: """row.permission.mobile row.feishu.bot copy_json copy_note recheck wait
        stop_waiting declined.permission.mobile handoff""",
    Step.SAVE: """to_can to_file by_hand file_path file_plain enable enable_open
        hand.app_id hand.save copy.app_id copy.app_secret copy.callback_url compare""",
    Step.TEST: "recipients kind template send resend",
    Step.FINISH: "export forget",
}


@pytest.mark.parametrize("step", Step)
def test_everything_to_act_on_has_its_promised_identifier(stage, step):
    at = stage(step, full)
    for name in IDS[step].split():
        widget = at.find(f"{step.value}.{name}")
        assert widget.accessibleIdentifier() == widget.objectName()


@pytest.mark.parametrize("step", Step)
def test_everything_that_takes_the_focus_has_a_name_and_an_identifier(stage, step):
    at = stage(step, full)
    unfold(at.page)
    nameless = [
        (type(w).__name__, w.objectName())
        for w in at.page.findChildren(QWidget)
        if w.isVisibleTo(at.page)
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(w, QLabel | QScrollArea)
        and (not spoken(w) or not inside_named(w))
    ]
    assert nameless == []


def spoken(widget):
    if widget.accessibleName():
        return True
    if isinstance(widget, QLineEdit | QPlainTextEdit | QComboBox | QTableView):
        return False
    return hasattr(widget, "text") and bool(widget.text())


def inside_named(widget):
    """Expanders of rows and the copy buttons within have a named row around them."""
    while widget is not None:
        if widget.objectName():
            return True
        widget = widget.parentWidget()
    return False


@pytest.mark.parametrize("step", Step)
def test_identifiers_are_unique(stage, step):
    at = stage(step, full)
    unfold(at.page)
    names = [w.accessibleIdentifier() for w in at.page.findChildren(QWidget)]
    twice = {n for n in names if n and names.count(n) > 1}
    assert twice == set()


@pytest.mark.parametrize("step", Step)
def test_labels_show_text_and_never_markup(stage, step):
    at = stage(step, full)
    unfold(at.page)
    rich = [
        label.text()
        for label in at.page.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and "<" in label.text()
    ]
    assert rich == []


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
@pytest.mark.parametrize("step", Step)
def test_every_text_fits_at_the_least_width(stage, qapp, step, lang):
    at = stage(step, full)
    language.use(qapp, lang)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(at.page)
    area.resize(NARROW, 4000)
    area.show()
    unfold(at.page)
    try:
        assert at.page.width() <= NARROW
        assert measure.misfits(at.page) == []
        assert measure.missing_glyphs(at.page) == []
    finally:
        area.takeWidget()
        area.deleteLater()
        language.use(qapp, "en")


@pytest.mark.parametrize("step", Step)
def test_a_switch_of_language_leaves_what_was_typed(stage, qapp, step):
    at = stage(step, full)
    english = sorted(at.texts().splitlines())
    language.use(qapp, "zh_Hans")
    at.page.retranslate()
    chinese = sorted(at.texts().splitlines())
    language.use(qapp, "en")
    at.page.retranslate()
    assert chinese != english
    at.settle()
    assert sorted(at.texts().splitlines()) == english


@pytest.mark.parametrize("step", Step)
def test_no_text_on_the_page_holds_a_secret(stage, step):
    at = stage(step, full)
    unfold(at.page)
    told = ""
    for widget in at.page.findChildren(QWidget):
        told += widget.accessibleName() + widget.accessibleDescription() + widget.toolTip()
        if isinstance(widget, QLabel | QAbstractButton):
            told += widget.text()
        elif isinstance(widget, QPlainTextEdit):
            told += widget.toPlainText()
        elif isinstance(widget, QLineEdit):
            told += widget.displayText()
    assert fakes.SECRET not in told
    assert fakes.APP_ID in told or step not in (Step.CREDENTIALS, Step.PERMISSIONS, Step.SAVE)


@pytest.mark.parametrize("step", Step)
def test_while_busy_nothing_can_be_typed_or_started(stage, step):
    at = stage(step, full)
    unfold(at.page)
    at.session.start("working", None, lambda _: None)
    jobs = len(at.runner.jobs)
    typed = [w for w in at.page.findChildren(QLineEdit) if not w.isReadOnly()]
    assert typed == []
    for name in ("test", "recheck", "wait", "compare", "send", "resend", "export", "pin"):
        button = at.page.findChild(QWidget, f"{step.value}.{name}")
        assert button is None or not button.isEnabled(), name
    assert len(at.runner.jobs) == jobs

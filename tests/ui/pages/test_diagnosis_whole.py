"""What holds for every page, on a diagnosis page with everything open; and text from outside."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget

from feishu_wizard.domain.finding import Evidence, Finding, Status
from feishu_wizard.text import catalog
from feishu_wizard.ui import language, measure
from feishu_wizard.ui.pages.diagnosis_view import GROUPS, group_of
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.check_row import CheckRow
from tests.ui.pages import fakes
from tests.ui.pages.diagnosis_looks import SERVER, made, row, shown
from tests.ui.pages.test_all_pages import NARROW, inside_named, spoken


def everything(at, qtbot):
    tree = shown(at, qtbot=qtbot)
    for fold in at.page.findChildren(Disclosure):
        fold.set_open(True)
    at.session.diagnosis.server.set_text("{}")
    at.session.diagnosis.server.read = SERVER
    for group_id, _title, _ids in GROUPS:
        group = tree.group(group_id)
        if group is not None and not group.is_open():
            group.toggle.click()
    at.session.changed()
    qtbot.waitUntil(lambda: tree.settled)
    for each in at.page.findChildren(CheckRow):
        each.set_expanded(True)
    QApplication.processEvents()
    return tree


def test_everything_that_takes_the_focus_has_a_name_and_an_identifier(asked, qtbot):
    everything(asked, qtbot)
    nameless = [
        (type(w).__name__, w.objectName())
        for w in asked.page.findChildren(QWidget)
        if w.isVisibleTo(asked.page)
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(w, QLabel | QScrollArea)
        and (not spoken(w) or not inside_named(w))
    ]
    assert nameless == []


def test_identifiers_are_unique(asked, qtbot):
    everything(asked, qtbot)
    names = [w.accessibleIdentifier() for w in asked.page.findChildren(QWidget)]
    assert {n for n in names if n and names.count(n) > 1} == set()


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
def test_every_text_fits_at_the_least_width(asked, qapp, qtbot, lang):
    language.use(qapp, lang)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(asked.page)
    area.resize(NARROW, 6000)
    area.show()
    everything(asked, qtbot)
    try:
        assert asked.page.width() <= NARROW
        assert measure.misfits(asked.page) == []
        assert measure.missing_glyphs(asked.page) == []
    finally:
        area.takeWidget()
        area.deleteLater()
        language.use(qapp, "en")


def test_a_switch_of_language_renames_what_is_shown(asked, qapp, qtbot):
    tree = shown(asked, qtbot=qtbot)
    english = row(asked, "feishu.credentials").view()
    language.use(qapp, catalog.CHINESE)
    asked.page.retranslate()
    qtbot.waitUntil(lambda: tree.settled)
    chinese = row(asked, "feishu.credentials").view()
    assert chinese.sentence != english.sentence
    language.use(qapp, "en")
    asked.page.retranslate()
    qtbot.waitUntil(lambda: tree.settled)
    assert row(asked, "feishu.credentials").view() == english


def test_every_check_has_its_group():
    from feishu_wizard.domain.diagnosis import order_of

    for check_id in order_of(("permission.mobile",)):
        group = group_of(check_id)
        beginnings = next(b for g, _t, b in GROUPS if g == group)
        assert check_id.startswith(beginnings), check_id


def test_text_from_outside_is_only_text(asked, qtbot):
    rogue = Evidence(host="h", msg="<b>x</b>\x1b[31m\nsecond", http_status=400, at=fakes.AT)
    shown(asked, made(Finding("feishu.bot", Status.FAIL, "bot_missing", evidence=(rogue,))), qtbot)
    for label in asked.page.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or "<" not in label.text()
    details = {d.label: d.text for d in row(asked, "feishu.bot").view().details}
    assert "\x1b" not in details["Answer"]
    assert "\n" not in details["Answer"]

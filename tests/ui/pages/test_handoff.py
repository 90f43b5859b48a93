"""The hand-off panel: for whom, the message as it is sent, a file, a page to print."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from feishu_wizard.domain.handoff import Audience
from feishu_wizard.domain.redirect import needed_redirects
from feishu_wizard.text import catalog
from feishu_wizard.text.handoff import message
from feishu_wizard.ui import desktop, language, measure, theme
from feishu_wizard.ui.pages.handoff_panel import HandoffPanel
from tests.ui.pages import fakes

NARROW = 560
CONSOLE = f"https://open.feishu.cn/app/{fakes.APP_ID}"


class Stand:
    """The panel on a real session, shown again after every change."""

    def __init__(self, result):
        self.session, self.runner = fakes.make_session()
        fakes.prepare(self.session, fakes.network_ok())
        fakes.enter(self.session)
        self.session.permissions.result = result
        self.panel = HandoffPanel(self.session)
        self.session.subscribe(self.panel.refresh)
        self.panel.resize(700, 700)
        self.panel.show()

    def find(self, name, kind=QWidget):
        widget = self.panel.findChild(kind, f"permissions.handoff{name}")
        assert widget is not None, name
        return widget

    def text(self):
        return self.find("").toPlainText()

    def choose(self, path):
        """What a person picks in the file dialog that is open."""
        (dialog,) = self.panel.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(path))
        dialog.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def stand(qapp):
    if not qapp.styleSheet() or theme.current() is not theme.LIGHT:
        theme.apply(qapp, "light")
    if catalog.current() != catalog.ENGLISH:
        language.use(qapp, "en")
    opened = []

    def open_panel(result=None):
        opened.append(Stand(result or fakes.half_done()))
        return opened[-1]

    yield open_panel
    for each in opened:
        each.panel.close()
        each.panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def browser(monkeypatch):
    """Pages that were opened; ``browser.comes = False`` lets none come."""

    class Browser(list):
        comes = True

        def take(self, path):
            self.append(path)
            return self.comes

    made = Browser()
    monkeypatch.setattr(desktop, "open_page", made.take)
    return made


def test_what_is_copied_is_what_is_shown(stand):
    at = stand()
    at.find(".copy").click()
    copied = QApplication.clipboard().text()
    assert copied == at.text() == message(at.panel.flow.handoff)
    assert "im:message:send_as_bot" in copied
    assert f"{CONSOLE}/bot" in copied
    (redirect,) = needed_redirects(fakes.CAN + "/user/softLogin")
    assert redirect in copied
    assert fakes.SECRET not in copied


def test_it_starts_with_who_has_to_act_and_can_be_made_for_the_other(stand):
    at = stand()
    box = at.find(".audience")
    assert box.value() == "developer"
    box.set_value("admin")
    box.picked.emit("admin")
    assert "A version of this Feishu app will come to you" in at.text()
    review = stand(fakes.under_review())
    assert review.find(".audience").value() == "admin"
    assert "https://www.feishu.cn/admin/appCenter/audit" in review.text()


def test_it_follows_the_plan(stand):
    at = stand()
    assert "Switch on the bot" in at.text()
    at.session.update(console_done=frozenset({"feishu.bot"}))
    assert "Switch on the bot" not in at.text()


def test_nothing_is_made_while_nobody_looks(stand):
    at = stand()
    at.panel.hide()
    before = at.text()
    at.session.update(console_done=frozenset({"feishu.bot"}))
    assert at.text() == before
    at.panel.show()
    assert at.text() != before


def test_it_is_saved_where_a_person_chooses(stand, tmp_path):
    at = stand()
    at.find(".save").click()
    at.choose(tmp_path / "sheet.md")
    assert at.session.busy.code == "exporting"
    assert not at.find(".save").isEnabled()
    at.runner.jobs[-1].done(str(tmp_path / "sheet.md"))
    assert at.panel.flow.saved == str(tmp_path / "sheet.md")
    assert at.find(".save").isEnabled()


def test_it_is_printed_from_the_page_that_was_saved(stand, browser, tmp_path):
    at = stand()
    path = str(tmp_path / "sheet.html")
    at.find(".print").click()
    at.choose(path)
    assert browser == []  # not before it is written
    at.runner.jobs[-1].done(path)
    assert browser == [path]
    at.find(".print").click()  # the same sheet is not written again
    assert browser == [path, path]
    assert len(at.runner.jobs) == 1


def test_a_sheet_that_changed_is_saved_again_before_it_is_printed(stand, browser, tmp_path):
    at = stand()
    at.panel.flow.save(str(tmp_path / "sheet.html"))
    at.runner.jobs[-1].done(str(tmp_path / "sheet.html"))
    at.panel.flow.set_audience(Audience.ADMIN)
    at.find(".print").click()
    assert browser == []
    assert at.panel.findChildren(QFileDialog)


def test_a_browser_that_does_not_open_is_said(stand, browser, tmp_path):
    browser.comes = False
    at = stand()
    at.find(".print").click()
    at.choose(tmp_path / "sheet.html")
    at.runner.jobs[-1].done(str(tmp_path / "sheet.html"))
    assert at.session.message.code == "handoff.not_opened"


def test_only_pages_are_opened():
    assert not desktop.open_page("/tmp/sheet.md")
    assert not desktop.open_page("https://example.com/")


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
def test_every_text_has_room(stand, qapp, lang):
    language.use(qapp, lang)
    at = stand()
    at.panel.retranslate()
    at.panel.resize(NARROW, 900)
    QApplication.processEvents()
    assert measure.misfits(at.panel) == []
    language.use(qapp, "en")


def test_another_language_makes_another_sheet(stand, qapp):
    at = stand()
    english = at.text()
    language.use(qapp, "zh_Hans")
    at.session.lang = "zh_Hans"
    at.panel.retranslate()
    assert at.text() != english
    assert "获取用户手机号" in at.text()
    language.use(qapp, "en")

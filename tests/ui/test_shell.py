"""The window: shows the session, passes on what a person does, never blocks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from feishu_wizard.domain.finding import Evidence, Finding, Link, Status
from feishu_wizard.ui import a11y, desktop
from feishu_wizard.ui.shell import Shell
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.page import Page
from feishu_wizard.wizard.message import Message
from feishu_wizard.wizard.steps import ORDER, Severity, Step, Verb
from tests.ui.fakes import FakePage, FakeSession


def settle(qtbot, shell):
    qtbot.waitUntil(lambda: not shell._due.isActive())


@pytest.fixture
def said(monkeypatch):
    """What was read aloud, with its urgency."""
    told = []
    monkeypatch.setattr(
        a11y, "announce", lambda _w, text, assertive=False: told.append((text, assertive))
    )
    return told


def test_the_title_says_step_and_program(shell):
    assert shell.windowTitle() == "Credentials – Connect CAN to Feishu"
    assert shell.header.place.text() == "Step 2 of 6"
    assert shell.header.heading.text() == "Credentials"
    assert shell.page().accessibleName() == "Credentials"


def test_only_the_visible_page_is_made(keep, qtbot, session):
    made = []
    window = keep(Shell(session, lambda step: made.append(step) or FakePage(step)))
    assert made == [Step.CREDENTIALS]
    session.go(Step.SAVE)
    qtbot.waitUntil(lambda: made == [Step.CREDENTIALS, Step.SAVE])
    session.go(Step.CREDENTIALS)
    settle(qtbot, window)
    assert made == [Step.CREDENTIALS, Step.SAVE]


def test_many_changes_are_shown_once(shell, session, qtbot):
    page = shell.page()
    before = page.refreshed
    for _ in range(50):
        session.changed()
    settle(qtbot, shell)
    assert page.refreshed == before + 1


def test_input_survives_leaving_and_coming_back(shell, session, qtbot):
    shell.page().app_id.edit.setText("cli_1")
    session.go(Step.PREREQUISITES)
    settle(qtbot, shell)
    session.go(Step.CREDENTIALS)
    settle(qtbot, shell)
    assert shell.page().app_id.text() == "cli_1"


def test_every_button_has_its_identifier_and_words(shell, session, qtbot):
    for name in ("next", "back", "cancel"):
        button = shell.findChild(QPushButton, name)
        assert button.accessibleIdentifier() == name
    assert shell.footer.next.accessibleName() == "Check and continue"
    assert shell.footer.next.text() == "&Check and continue"
    session.verb_now = Verb("continue_open", {"count": "3"})
    session.changed()
    settle(qtbot, shell)
    assert shell.footer.next.accessibleName() == "Continue, 3 open"
    assert shell.footer.next.isEnabled()


def test_cancel_becomes_close_after_the_save(shell, session, qtbot):
    assert shell.footer.cancel.text() == "Cancel"
    session.closing = True
    session.changed()
    settle(qtbot, shell)
    assert shell.footer.cancel.text() == "Close"
    session.work()
    settle(qtbot, shell)
    assert shell.footer.cancel.text() == "Cancel"  # it cancels the work now


def test_where_the_positive_button_closes_there_is_no_second_one(shell, session, qtbot):
    assert shell.footer.cancel.isVisible()
    session.verb_now = Verb("close", {})
    session.changed()
    settle(qtbot, shell)
    assert not shell.footer.cancel.isVisible()
    session.work()
    settle(qtbot, shell)
    assert shell.footer.cancel.isVisible()  # work, such as writing the report, can be cancelled


def test_back_is_there_only_where_there_is_a_way_back(shell, session, qtbot):
    shell.footer.back.click()
    settle(qtbot, shell)
    assert session.step is Step.PREREQUISITES
    assert not shell.footer.back.isVisible()


def test_the_diagnosis_is_one_click_away_on_every_step(shell, session, qtbot):
    for step in Step:
        session.go(step)
        settle(qtbot, shell)
        before = shell.page()
        shell.findChild(QPushButton, "diagnose").click()
        settle(qtbot, shell)
        assert shell.page() is not before
        assert shell.header.place.text() == f"Opened from step {ORDER.index(step) + 1}"
        assert shell.findChild(QPushButton, "diagnose").isChecked()
        assert not shell.footer.next.isVisible()
        assert not shell.footer.cancel.isVisible()
        assert shell.footer.back.accessibleName() == f"Back to step {ORDER.index(step) + 1}"
        shell.footer.back.click()
        settle(qtbot, shell)
        assert shell.page() is before
        assert not shell.findChild(QPushButton, "diagnose").isChecked()
        assert shell.footer.next.isVisible()


def test_the_step_list_leads_back_to_the_step_one_came_from(shell, session, qtbot):
    shell.findChild(QPushButton, "diagnose").click()
    settle(qtbot, shell)
    shell.sidebar.steps.chosen.emit(Step.CREDENTIALS)
    assert session.calls[-1] == "go credentials"


def test_work_of_the_diagnosis_can_be_cancelled(shell, session, qtbot):
    shell.findChild(QPushButton, "diagnose").click()
    session.work("diagnosing")
    settle(qtbot, shell)
    assert shell.footer.cancel.isVisible()
    shell.footer.cancel.click()
    assert session.calls[-1] == "cancel_work"


# -- focus -------------------------------------------------------------------------------


def test_the_first_empty_field_has_the_focus(shell, session, qtbot):
    assert shell.focusWidget() is shell.page().app_id.edit
    shell.page().app_id.edit.setText("cli_1")
    session.go(Step.PREREQUISITES)
    settle(qtbot, shell)
    session.go(Step.CREDENTIALS)
    settle(qtbot, shell)
    assert shell.focusWidget() is shell.page().secret.edit


def test_a_page_without_a_field_gives_the_focus_to_its_heading(keep, qtbot):
    window = keep(Shell(FakeSession(), lambda step: Page(step.value)))
    window.show()
    qtbot.waitExposed(window)
    assert window.focusWidget() is window.header.heading


def test_a_press_with_a_problem_goes_to_its_field_each_time(shell, session, qtbot):
    field = f"{Step.CREDENTIALS}.app_secret"

    def problem():
        session.focus = field

    session.on_press = problem
    shell.page().app_id.edit.setFocus()
    shell.footer.next.click()
    assert shell.focusWidget() is shell.page().secret.edit
    shell.page().app_id.edit.setFocus()
    session.changed()
    settle(qtbot, shell)
    assert shell.focusWidget() is shell.page().app_id.edit  # a mere redraw moves nothing
    shell.footer.next.click()
    assert shell.focusWidget() is shell.page().secret.edit


def test_the_field_with_a_problem_is_scrolled_into_sight(keep, qtbot, session):
    class Long(Page):
        def __init__(self, step):
            super().__init__(step.value)
            for number in range(30):
                self.add(Field(f"f{number}", f"Field {number}"))

    window = keep(Shell(session, Long))
    window.show()
    qtbot.waitExposed(window)
    session.on_press = lambda: setattr(session, "focus", "f29")
    window.press()
    area = window.stack.area(session.step)
    edit = window.findChild(QWidget, "f29")
    qtbot.waitUntil(
        lambda: area.viewport().rect().contains(edit.mapTo(area.viewport(), edit.rect().center()))
    )
    assert area.horizontalScrollBar().maximum() == 0


# -- keys --------------------------------------------------------------------------------


def test_enter_presses_the_positive_button(shell, session, qtbot):
    qtbot.keyClick(shell.page().app_id.edit, Qt.Key.Key_Return)
    assert session.calls == ["press"]


def test_enter_on_another_button_presses_that_one(shell, session, qtbot):
    qtbot.keyClick(shell.footer.back, Qt.Key.Key_Return)
    assert session.calls == ["back", "go prerequisites"]


def test_escape_cancels_work_and_never_closes(shell, session, qtbot):
    qtbot.keyClick(shell, Qt.Key.Key_Escape)
    assert session.calls == []
    session.work()
    qtbot.keyClick(shell.page().app_id.edit, Qt.Key.Key_Escape)
    assert session.calls == ["cancel_work"]
    assert shell.isVisible()


def test_alt_and_the_letter_go_back(shell, session, qtbot):
    shell.activateWindow()
    qtbot.keyClick(shell, Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: "back" in session.calls)


def test_f1_opens_the_help(shell, monkeypatch, qtbot):
    opened = []
    monkeypatch.setattr(desktop, "open_url", lambda url: opened.append(url) or True)
    qtbot.keyClick(shell.page().app_id.edit, Qt.Key.Key_F1)
    assert opened == ["https://open.feishu.cn/app"]


# -- work under way ----------------------------------------------------------------------


def test_work_is_shown_with_words_time_and_cancel(shell, session, qtbot, said):
    session.work(seconds=3.2)
    settle(qtbot, shell)
    label = shell.findChild(QLabel, "busy")
    assert label.isVisible()
    assert label.text().endswith("… 3 s")
    assert not shell.footer.help.isVisible()
    assert shell.footer.line.maximum() == 0
    assert shell.page().app_id.isEnabled()
    shell.footer.cancel.click()
    assert session.calls == ["cancel_work"]
    session.rest()
    settle(qtbot, shell)
    assert shell.footer.help.isVisible()
    assert shell.footer.line.maximum() == 100


def test_a_known_share_fills_and_is_never_full_before_the_end(shell, session, qtbot):
    session.work(share=0.4)
    settle(qtbot, shell)
    assert shell.footer.line.value() == 40
    session.work(share=1.0)
    settle(qtbot, shell)
    assert shell.footer.line.value() == 99


def test_a_press_during_work_does_nothing_and_keeps_the_focus(shell, session, qtbot):
    shell.footer.next.setFocus()
    session.work()
    settle(qtbot, shell)
    shell.footer.next.click()
    qtbot.keyClick(shell.page(), Qt.Key.Key_Return)
    assert session.calls == []
    assert shell.focusWidget() is shell.footer.next


def test_a_hasty_second_click_on_cancel_does_not_close(shell, session, qtbot):
    session.work()
    settle(qtbot, shell)
    shell.footer.cancel.click()
    session.rest()
    settle(qtbot, shell)
    shell.footer.cancel.click()
    assert shell.isVisible()


# -- messages ----------------------------------------------------------------------------


def failure():
    finding = Finding(
        "feishu.credentials",
        Status.FAIL,
        "feishu.10014",
        {"feishu_code": "10014", "msg": "app secret invalid"},
        evidence=(Evidence("POST", "open.feishu.cn", "/t", 200, 10014, "bad", "LOG77"),),
        links=(Link("baseinfo", "https://open.feishu.cn/app/x/baseinfo"),),
    )
    return Message(Severity.ERROR, finding.code, dict(finding.params), finding)


def test_an_error_is_shown_with_its_details_and_read_at_once(shell, session, qtbot, said):
    session.message = failure()
    session.changed()
    settle(qtbot, shell)
    strip = shell.findChild(QWidget, "message")
    assert strip.isVisible()
    assert shell.strip.text() in strip.accessibleName()
    assert said == [(shell.strip.text(), True)]
    session.changed()
    settle(qtbot, shell)
    assert len(said) == 1  # the same message is not read twice
    shell.strip._more.set_open(True)
    texts = [label.text() for label in shell.strip.findChildren(QLabel)]
    assert any("LOG77" in text for text in texts)


def test_a_message_can_be_acted_on_and_closed(shell, session, qtbot, said):
    session.message = Message(Severity.INFO, "cancelled", actions=("resume",))
    session.changed()
    settle(qtbot, shell)
    assert said[0][1] is False
    shell.findChild(QPushButton, "message.resume").click()
    assert session.calls == ["act resume"]
    settle(qtbot, shell)
    assert shell.strip.isHidden()
    session.message = failure()
    session.changed()
    settle(qtbot, shell)
    shell.findChild(QPushButton, "message.close").click()
    assert session.calls[-1] == "dismiss"
    settle(qtbot, shell)
    assert shell.strip.text() == ""


def test_a_new_step_is_announced(shell, session, qtbot, said):
    session.go(Step.SAVE)
    settle(qtbot, shell)
    assert said == [("Step 4 of 6: Save", False)]


# -- closing -----------------------------------------------------------------------------


@pytest.fixture
def closing(keep, qtbot, session):
    """A window that keeps a draft before it closes; yields it and what was kept."""
    kept = []

    def keep_draft(then):
        kept.append("draft")
        then()

    window = keep(
        Shell(session, FakePage, before_close=keep_draft, finished=lambda: session.finished)
    )
    window.show()
    qtbot.waitExposed(window)
    return window, kept


def test_closing_keeps_the_draft_and_asks_nothing(closing, qtbot):
    window, kept = closing
    window.footer.cancel.click()
    assert kept == ["draft"]
    qtbot.waitUntil(lambda: not window.isVisible())


def test_closing_during_work_asks_without_blocking(closing, session, qtbot):
    window, kept = closing
    session.work()
    settle(qtbot, window)
    window.close()
    assert window.isVisible()
    assert kept == []
    window.findChild(QPushButton, "message.stay").click()
    assert window.strip.isHidden()
    window.close()
    window.findChild(QPushButton, "message.leave").click()
    assert session.calls == ["cancel_work"]
    assert kept == ["draft"]
    qtbot.waitUntil(lambda: not window.isVisible())


def test_the_question_goes_when_the_work_ends(closing, session, qtbot):
    window, _kept = closing
    session.work()
    settle(qtbot, window)
    window.close()
    session.rest()
    settle(qtbot, window)
    assert window.strip.isHidden()
    assert window.isVisible()


def test_closing_waits_for_the_draft_but_not_for_ever(keep, qtbot, session, monkeypatch):
    from feishu_wizard.ui import shell as shell_module

    monkeypatch.setattr(shell_module, "LEAVE_SECONDS", 0.02)
    window = keep(Shell(session, FakePage, before_close=lambda _then: None))
    window.show()
    qtbot.waitExposed(window)
    window.close()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_the_last_page_closes_the_window(closing, session, qtbot):
    window, kept = closing
    session.on_press = lambda: setattr(session, "finished", True)
    window.press()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert kept == ["draft"]


@pytest.mark.parametrize("width", [900, 1000, 1080, 1400])
def test_the_heading_is_never_cut(app, keep, qtbot, session, width):
    class Wordy(FakePage):
        def intro(self):
            return "Say where your CAN server is and what Feishu shall do for it. " * 3

    window = keep(Shell(session, Wordy))
    window.resize(width, 640)
    window.show()
    qtbot.waitExposed(window)
    QApplication.processEvents()
    for label in window.header.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())


# -- size --------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [1.0, 1.5, 2.0])
def test_the_smallest_window_shows_every_button_in_full(app, keep, qtbot, factor):
    usual = app.font()
    large = app.font()
    large.setPointSizeF(usual.pointSizeF() * factor)
    app.setFont(large)
    try:
        session = FakeSession()
        session.message = failure()
        window = keep(Shell(session, FakePage))
        window.show()
        window.resize(1, 1)
        qtbot.waitExposed(window)
        QApplication.processEvents()
        for button in (window.footer.next, window.footer.back, window.footer.cancel):
            assert button.width() >= button.sizeHint().width()
            assert window.rect().contains(button.mapTo(window, button.rect().bottomRight()))
        for label in window.findChildren(QLabel):
            if label.isVisible() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width())
        assert window.stack.height() > 80
        assert factor > 1 or (window.width() <= 900 and window.height() <= 640)
        assert window.width() <= 1366
    finally:
        app.setFont(usual)

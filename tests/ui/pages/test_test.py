"""The fifth page: recipients by name first, then one message each."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

BOTH = "g8f2b71a, bo@example.com"


def ready(session):
    fakes.prepare(session, fakes.network_ok())
    fakes.enter(session)


def found(session):
    ready(session)
    session.update(recipients_text=BOTH)
    session.test._resolved(((fakes.ADA, fakes.BO), ()))


def views(at, prefix):
    return [r.view() for r in at.page.findChildren(CheckRow) if r.row_id.startswith(prefix)]


def test_nobody_is_chosen_beforehand(stage):
    at = stage(Step.TEST, ready)
    assert at.find("test.recipients").text() == ""
    assert "This is the test that counts for push." in at.texts()


def test_who_scanned_may_be_taken_with_one_press(stage):
    def scanned(session):
        ready(session)
        session.update(scanned_by="ou_7dab8a3d3cdcc9da365777c7ad535d62")

    at = stage(Step.TEST, scanned)
    button = at.find("test.recipients.scanner")
    assert button.isVisibleTo(at.page)
    button.click()
    assert at.session.busy.code == "resolving"
    at.job.done("4e9d0c55")
    assert at.find("test.recipients").text() == "4e9d0c55"
    assert [r.as_can for r in at.session.test.recipients] == [True]
    assert not button.isVisibleTo(at.page)


def test_without_a_scan_nobody_is_offered(stage):
    at = stage(Step.TEST, ready)
    assert not at.find("test.recipients.scanner").isVisibleTo(at.page)


def test_the_kinds_in_use_say_what_they_prove(stage, qtbot):
    at = stage(Step.TEST, ready)
    qtbot.keyClicks(at.find("test.recipients"), BOTH)
    assert at.session.answers.recipients_text == BOTH
    assert "CAN does not send by e-mail address" in at.texts()
    kind = at.find("test.kind")
    kind.setCurrentIndex(kind.findData("chat_id"))
    kind.picked.emit("chat_id")
    assert at.session.answers.recipient_kind == "chat_id"


def test_people_are_looked_up_before_anything_is_sent(stage, qtbot):
    at = stage(Step.TEST, ready)
    qtbot.keyClicks(at.find("test.recipients"), BOTH)
    assert at.find("test.send").text() == "Look up the recipients"
    at.find("test.send").click()
    assert at.session.busy.code == "resolving"
    at.job.done(((fakes.ADA, fakes.BO), (fakes.NOBODY,)))
    titles = [view.title for view in views(at, "test.person.")]
    assert titles == ["王小明", "Bo Lindqvist", "nobody"]
    assert "CAN would address this person as 4e9d0c55." in at.texts()
    assert at.find("test.send").text() == "Send to 2 people"
    at.find("test.send").click()
    assert at.session.busy.code == "sending"


def test_without_recipients_the_field_says_so(stage):
    at = stage(Step.TEST, ready)
    at.find("test.send").click()
    assert at.session.focus == "test.recipients"
    assert "This is still empty" in at.texts()


def test_each_result_has_its_message_id_or_its_cause(stage):
    at = stage(Step.TEST, found)
    at.session.test._sent((fakes.delivered(), fakes.refused()), False)
    good, bad = views(at, "test.delivery.")
    assert good.sentence == "Message id om_5ce6d572455d361153b7cb51da133945"
    assert bad.word == "Refused"
    assert "availability" in bad.sentence
    assert "What helps" in [detail.label for detail in bad.details]
    assert "1 of 2 accepted by Feishu" in at.texts()
    assert "Push of monitoring messages: proven" in at.texts()


def test_a_message_by_mail_proves_no_push(stage):
    at = stage(Step.TEST, found)
    at.session.test._sent((fakes.delivered(fakes.BO),), False)
    assert "proven" not in at.texts().replace("is not proven", "").replace("Not proven", "")
    assert "To prove CAN's push, send one to a CAN account." in at.texts()


def test_only_those_who_got_nothing_get_it_again(stage):
    at = stage(Step.TEST, found)
    at.session.test._sent((fakes.delivered(), fakes.refused()), False)
    assert at.find("test.resend").text() == "Send again to the 1 who got nothing"
    at.find("test.resend").click()
    assert at.session.busy.code == "sending"
    at.job.done((fakes.delivered(fakes.BO),))
    assert not at.shows("test.resend")
    assert "2 of 2 accepted by Feishu" in at.texts()


def test_the_preview_is_what_will_be_sent(stage):
    at = stage(Step.TEST, ready)
    assert "Metric: Daily order amount" in at.texts()
    at.find("test.template.text").click()
    assert at.session.answers.template == "text"
    language = at.find("test.language")
    language.setCurrentIndex(language.findData("zh_Hans"))
    language.picked.emit("zh_Hans")
    assert "指标告警（试发）" in at.texts()
    assert fakes.CAN in at.texts()


def test_names_are_data_and_never_markup(stage):
    def hostile(session):
        ready(session)
        person = fakes.Resolved(fakes.BO.recipient, "open_id", "ou_1", "<b>Bo</b>&amp;")
        session.update(recipients_text="x")
        session.test._resolved(((person,), ()))

    at = stage(Step.TEST, hostile)
    QApplication.processEvents()
    assert "<b>Bo</b>&amp;" in at.texts()

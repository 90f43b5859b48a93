"""The fifth page: recipients by name first, then one message each."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication

from feishu_wizard.domain.directory import Person, PersonRow
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.recipient import Batch, DeliveryState, Recipient, RecipientKind
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
    session.test.push._resolved(((fakes.ADA, fakes.BO), ()))


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
    assert [r.as_can for r in at.session.test.push.recipients] == [True]
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
    at.session.test.push._sent((fakes.delivered(), fakes.refused()), False)
    good, bad = views(at, "test.delivery.")
    assert good.sentence == "Message id om_5ce6d572455d361153b7cb51da133945"
    assert bad.word == "Refused"
    assert "availability" in bad.sentence
    assert "What helps" in [detail.label for detail in bad.details]
    assert "1 of 2 accepted by Feishu" in at.texts()
    assert "Push of monitoring messages: proven" in at.texts()


def test_a_message_by_mail_proves_no_push(stage):
    at = stage(Step.TEST, found)
    at.session.test.push._sent((fakes.delivered(fakes.BO),), False)
    assert "proven" not in at.texts().replace("is not proven", "").replace("Not proven", "")
    assert "To prove CAN's push, send one to a CAN account." in at.texts()


def test_only_those_who_got_nothing_get_it_again(stage):
    at = stage(Step.TEST, found)
    at.session.test.push._sent((fakes.delivered(), fakes.refused()), False)
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
        session.test.push._resolved(((person,), ()))

    at = stage(Step.TEST, hostile)
    QApplication.processEvents()
    assert "<b>Bo</b>&amp;" in at.texts()


# -- other sources, and what can be done afterwards ---------------------------------------


def test_groups_are_read_when_asked_for_and_added_by_a_press(stage):
    at = stage(Step.TEST, ready)
    at.find("test.recipients.groups").click()
    assert at.session.busy.code == "reading_groups"
    chat = fakes.Resolved(Recipient(RecipientKind.CHAT, "oc_7"), "chat_id", "oc_7", "R&D <b>")
    at.job.done((chat,))
    assert "R&D <b>" in at.texts()
    at.find("test.group.oc_7").click()
    assert at.session.answers.recipients_text == "oc_7"


def test_without_groups_the_page_says_how_to_get_some(stage):
    at = stage(Step.TEST, ready)
    at.find("test.recipients.groups").click()
    at.job.done(())
    assert "The bot is in no group." in at.texts()


def test_people_of_the_walk_are_added_as_can_names_them(stage):
    at = stage(Step.TEST, ready)
    known, hidden = Person("ou_1", user_id="4e9d0c55"), Person("ou_2")
    at.session.test.push.sources.add_people([PersonRow(known), PersonRow(hidden)])
    assert at.session.answers.recipients_text == "can:4e9d0c55, ou_2"
    kinds = [r.kind for r in at.session.test.push.recipients]
    assert kinds == [RecipientKind.CAN_ACCOUNT, RecipientKind.OPEN_ID]


def test_the_picker_says_what_it_needs_first(stage):
    at = stage(Step.TEST, ready)
    at.find("test.recipients.people").click()
    assert "once the sync was rehearsed" in at.texts()


def test_who_is_outside_the_availability_is_told_before_and_left_out(stage):
    def outside(session):
        ready(session)
        session.update(recipients_text=BOTH)
        away = replace(fakes.BO, available=False)
        session.test.push._resolved(((fakes.ADA, away), ()))

    at = stage(Step.TEST, outside)
    assert "230013" in at.texts()
    assert at.find("test.send").text() == "Send to 1 person"
    at.find("test.insist").click()
    assert at.find("test.send").text() == "Send to 2 people"


def test_a_long_list_shows_what_is_wrong_first_and_counts_the_rest(stage):
    def many(session):
        ready(session)
        session.update(recipients_text=BOTH)
        people = tuple(
            fakes.Resolved(Recipient(RecipientKind.USER_ID, f"u{n}"), "user_id", f"u{n}", f"P {n}")
            for n in range(100)
        )
        session.test.push._resolved((people, (fakes.NOBODY,)))

    at = stage(Step.TEST, many)
    rows = views(at, "test.person.")
    assert len(rows) == 30
    assert rows[0].title == "nobody"
    assert "71 more are not shown." in at.texts()


def test_a_sending_that_was_cut_off_goes_on_or_is_left(stage):
    def cut(session):
        ready(session)
        session.test.push.unfinished.batch = Batch(
            "b1", "text", "en", "2026-03-03T08:00:00Z", (fakes.ADA, fakes.BO), 1, 0, 1
        )

    at = stage(Step.TEST, cut)
    assert "A sending was cut off: 1 recipient is left" in at.texts()
    at.find("test.unfinished.go_on").click()
    assert at.session.busy.code == "sending"
    assert at.session.test.push.batch == "b1"
    at.job.done((fakes.delivered(),))
    assert not at.shows("test.unfinished")


def test_what_arrived_can_be_taken_back_and_the_unknown_found_out(stage):
    at = stage(Step.TEST, found)
    unknown = replace(fakes.delivered(fakes.BO), state=DeliveryState.UNKNOWN, message_id="")
    at.session.test.push._sent((fakes.delivered(), unknown), False)
    assert at.shows("test.recall")
    at.find("test.read_back").click()
    assert at.session.busy.code == "finding_out"
    at.job.done((fakes.delivered(), fakes.delivered(fakes.BO)))
    assert not at.shows("test.read_back")
    at.find("test.recall").click()
    gone = replace(fakes.delivered(), state=DeliveryState.RECALLED)
    at.job.done((gone, replace(gone, resolved=fakes.BO)))
    assert not at.shows("test.recall")
    assert "2 of 2 accepted by Feishu" in at.texts()  # they had arrived


def test_a_test_of_can_that_also_saves_is_asked_about_first(stage):
    def known(session):
        found(session)
        session.update(profile="can-rest")

    at = stage(Step.TEST, known)
    at.find("test.by_can").click()
    at.job.failed(InputError("can.test_saves", {"profile": "can-rest"}))
    assert "On this CAN, testing also saves" in at.texts()
    at.find("test.by_can").click()
    at.job.done((Finding("can.own_test", Status.PASS),))
    assert "On this CAN, testing also saves" not in at.texts()
    assert at.shows("test.by_can.1")


def test_other_figures_are_previewed_sent_and_looked_at(stage, qtbot):
    at = stage(Step.TEST, found)
    at.find("test.values").click()
    at.find("test.value.metric").setText("Orders of 13812345678")
    assert "Orders of 13812345678" in at.texts()
    assert "looks like a phone number" in at.texts()
    before = at.session.test.push.batch
    at.find("test.value.metric").setText("Orders")
    assert "looks like a phone number" not in at.texts()
    assert at.session.test.push.values == {"metric": "Orders"}
    assert at.session.test.push.batch == before == ""
    at.find("test.send").click()
    assert at.session.busy.code == "sending"

"""The panel of an app that changes itself: before and after, the note, the verb, the result."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget

from feishu_wizard.domain.app_change import AppChange, ChangeResult, Part, PartChange, VersionText
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.standing import PATCH_SCOPE, RANGE_SCOPE, AppStanding
from feishu_wizard.domain.states import VersionState
from feishu_wizard.ui.pages.change_panel import ChangePanel
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.ui.widgets.diff_table import DiffTable
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

CALLBACK = "https://can.example.com/user/softLogin"
OLD = "https://old.example.com/login"
HAVE = (PATCH_SCOPE, "application:application:self_manage")
ADDS = ("contact:user.phone:readonly", "contact:user.id:readonly")
PARTS = (
    PartChange(Part.SCOPES, HAVE, (*HAVE, *ADDS), ADDS, undoable=True),
    PartChange(Part.REDIRECT_URLS, (OLD,), (OLD, CALLBACK), (CALLBACK,), at_once=True),
    PartChange(Part.BOT, ("off",), ("on",), undoable=True),
    PartChange(Part.CONTACTS_RANGE, ("equal_to_availability",), ("all",)),
    PartChange(Part.AVAILABILITY, None, ("all",)),
    PartChange(Part.VERSION, ("1.0.0",), ("1.0.1",)),
)
CHANGE = AppChange(PARTS, VersionText("1.0.1", ""))
FOREIGN = ("docs:doc:readonly", OLD)


class Look:
    """The panel on a session, shown again after every change."""

    def __init__(self, result):
        self.session, self.runner = fakes.make_session()
        self.session.restore(self.session.answers, Step.PREREQUISITES)
        fakes.prepare(self.session, fakes.network_ok())
        fakes.enter(self.session)
        self.session.step = Step.PERMISSIONS
        self.session.permissions.result = result
        self.flow = self.session.permissions.change
        self.page = ChangePanel(self.flow)
        self.page.resize(760, 900)
        self.session.subscribe(self.page.refresh)
        self.page.refresh()
        self.page.show()

    def show(self, proposal=CHANGE):
        self.flow.proposal = proposal
        self.session.changed()
        return self

    def ended(self, result, confirmed=CHANGE):
        self.flow.confirmed, self.flow.result = confirmed, result
        self.session.changed()
        return self

    def find(self, name, kind=None):
        found = self.page.findChild(kind or QWidget, f"permissions.change.{name}")
        assert found is not None, name
        return found

    def shows(self, name):
        QApplication.processEvents()
        return self.find(name).isVisibleTo(self.page)

    def texts(self):
        QApplication.processEvents()
        labels = self.page.findChildren(QLabel)
        return "\n".join(one.text() for one in labels if one.isVisibleTo(self.page))

    def words(self):
        QApplication.processEvents()
        rows = self.page.findChildren(CheckRow)
        return {row.view().title: row.view().word for row in rows if row.isVisibleTo(self.page)}

    def table(self):
        rows = self.find("table", DiffTable)._model.rows()
        return {row.field: (row.before, row.after, row.what) for row in rows}


@pytest.fixture
def look(app):
    opened = []

    def start(result=None):
        opened.append(Look(result or fakes.half_done()))
        return opened[-1]

    yield start
    for each in opened:
        each.page.close()
        each.page.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_it_begins_with_a_look_and_nothing_else(look):
    at = look()
    assert at.shows("propose")
    assert not at.shows("confirm")
    at.find("propose", Button).click()
    assert at.session.busy.code == "reading_app"
    assert not at.find("propose").isEnabled()


def test_before_and_after_and_when_it_acts(look):
    at = look().show()
    with_it = ("with the version",)
    assert at.table() == {
        "Permissions": ("2 permissions", "2 permissions more", "with the version"),
        "Redirect URLs": (OLD, f"+ {CALLBACK}", "at once"),
        "Bot": ("off", "on", "with the version"),
        "Contacts range": ("same as the availability", "everybody in the company", *with_it),
        "Availability": ("cannot be read", "everybody in the company", "with the version"),
        "Version": ("1.0.0", "1.0.1", "after the approval"),
    }
    assert "Obtain user mobile number" in at.texts()
    assert "Only this program's checks need: Obtain user ID by mobile number" in at.texts()


def test_the_button_says_what_it_does(look):
    at = look().show()
    assert at.find("confirm", Button).text() == "Change the app and submit version 1.0.1"
    at.show(AppChange(PARTS[5:], VersionText("1.0.1", "")))
    assert at.find("confirm", Button).text() == "Submit version 1.0.1"
    at.show(AppChange(PARTS[1:2]))
    assert at.find("confirm", Button).text() == "Change the app"
    assert not at.shows("note")


def test_the_note_is_proposed_once_and_what_is_edited_stays(look):
    at = look().show()
    note = at.find("note", QPlainTextEdit)
    assert "https://can.example.com" in note.toPlainText()
    assert at.flow.note == note.toPlainText()
    note.setPlainText("My own words.")
    at.session.changed()
    assert note.toPlainText() == "My own words."
    assert at.flow.change.version.note == "My own words."


def test_without_a_note_the_button_says_why_it_does_not_go_on(look):
    at = look().show()
    at.find("note", QPlainTextEdit).setPlainText("")
    at.find("confirm", Button).click()
    assert at.session.busy is None
    assert "The version needs a note" in at.texts()


def test_the_verb_starts_the_work_and_everything_rests_meanwhile(look):
    at = look().show()
    at.find("confirm", Button).click()
    assert at.session.busy.code == "changing_app"
    for name in ("confirm", "not_now", "contacts_range", "availability"):
        assert not at.find(name).isEnabled(), name
    assert at.find("note", QPlainTextEdit).isReadOnly()


def test_other_systems_are_named(look):
    at = look().show()
    assert "seems to serve other systems" not in at.texts()
    at.show(replace(CHANGE, others=("others.scopes", "others.redirect_urls"), foreign=FOREIGN))
    assert "This app seems to serve other systems, too" in at.texts()
    assert f"It also has: docs:doc:readonly, {OLD}." in at.texts()


def test_a_tick_leaves_the_company_wide_part_out(look):
    at = look().show()
    at.find("availability").click()
    assert "Availability" not in at.table()
    assert at.shows("availability")  # it can be taken back
    at.find("availability").click()
    assert "Availability" in at.table()


def test_when_nothing_is_left_the_button_is_not_there_to_be_dead(look):
    at = look(fakes.all_granted()).show(AppChange(PARTS[4:], VersionText("1.0.1", "")))
    at.find("availability").click()
    assert not at.shows("confirm")
    assert "Nothing of the change is left." in at.texts()


def test_not_now_goes_back_to_the_beginning(look):
    at = look().show()
    at.find("not_now", Button).click()
    assert at.shows("propose")
    assert at.runner.jobs == []


def test_what_was_read_back_is_told_apart_from_what_was_only_accepted(look):
    done = (*PARTS[:4], PARTS[5])
    at = look().ended(ChangeResult(done, undo=AppChange(PARTS[:1]), version_id="oav_1"))
    assert at.words() == {
        "Permissions": "Configured",
        "Redirect URLs": "Configured",
        "Bot": "Configured",
        "Contacts range": "Configured",
        "Version": "Submitted",
        "Availability": "Accepted",
    }
    assert "cannot take back a submitted version" in at.texts()
    assert at.shows("undo")
    at.find("undo", Button).click()
    assert at.session.busy.code == "changing_app"


def test_undo_waits_for_the_review_and_says_so(look):
    at = look(fakes.half_done())
    plan = replace(at.session.permissions.result.plan, version=VersionState.UNDER_REVIEW)
    at.session.permissions.result = replace(at.session.permissions.result, plan=plan)
    at.ended(ChangeResult(PARTS[:1], undo=AppChange(PARTS[:1]), version_id="oav_1"))
    assert not at.shows("undo")
    assert "once the version was decided on or withdrawn" in at.texts()


def test_a_refusal_stands_first_and_what_is_left_is_named(look):
    evidence = fakes.seen("/open-apis/application/v7/applications/x/config", feishu_code=210043)
    refused = FeishuError(210043, "not console-made", evidence=evidence).finding("feishu.app")
    at = look().ended(ChangeResult((), refused, PARTS))
    assert "This app cannot change itself" in at.texts()
    words = list(at.words().values())
    assert words == [words[0], *["Not done"] * 6]
    assert words[0] != "Not done"
    assert not at.shows("undo")
    at.find("close", Button).click()
    assert at.shows("propose")


def test_a_change_that_was_stopped_says_that_it_may_be_half_done(look):
    at = look()
    at.flow.interrupted = True
    at.session.changed()
    assert "The change was stopped midway" in at.texts()


# -- the removal on the last page ------------------------------------------------------------------


def finishing(**standing):
    def prepare(session):
        fakes.prepare(session, fakes.network_ok())
        fakes.enter(session)
        found = AppStanding(VersionState.RELEASED, online=True, **standing)
        session.permissions.result = replace(fakes.all_granted(), standing=found)

    return prepare


def test_an_app_that_may_change_itself_removes_them_after_a_question(stage):
    at = stage(Step.FINISH, finishing(may_patch=True))
    assert at.shows(f"finish.remove.{PATCH_SCOPE}")
    at.find("finish.remove").click()
    assert at.shows("finish.remove.confirm")
    assert at.runner.jobs == []
    at.find("finish.remove.cancel").click()
    assert not at.shows("finish.remove.confirm")
    at.find("finish.remove").click()
    at.find("finish.remove.confirm").click()
    assert at.session.busy.code == "removing_helpers"


def test_what_can_no_longer_be_read_is_said_before_and_after(stage):
    at = stage(Step.FINISH, finishing(may_patch=True))
    assert "later checks cannot read redirect URLs, versions and availability." in at.texts()
    gone = at.session.finish.removable_scopes
    assert gone[-1] == "application:application:self_manage"
    part = PartChange(Part.SCOPES, gone, (), removes=gone, at_once=True)
    at.find("finish.remove").click()
    at.find("finish.remove.confirm").click()
    at.job.done(ChangeResult((part,)))
    at.settle()
    assert "Removed and read back: " in at.texts()
    assert "Later checks cannot read redirect URLs" in at.texts()
    assert not at.shows("finish.remove")


def test_an_app_that_may_not_gets_exact_links(stage):
    at = stage(Step.FINISH, finishing(foreign_scopes=(PATCH_SCOPE, RANGE_SCOPE)))
    assert not at.shows("finish.remove")
    row = at.find(f"finish.remove.{RANGE_SCOPE}", CheckRow)
    (link,) = row.view().links
    assert f"/app/{fakes.APP_ID}/auth?q={RANGE_SCOPE}" in link.url

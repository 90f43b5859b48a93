"""The sync rehearsal on its panel: before, under way, stopped, and what it came to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget

from feishu_wizard.domain.directory import Column, PersonRow
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.walk import WalkNews, WalkProgress, WalkState
from feishu_wizard.ui import language, measure, theme
from feishu_wizard.ui.pages.sync import accounts as sync_accounts
from feishu_wizard.ui.pages.sync import people_view
from feishu_wizard.ui.pages.sync.panel import SyncPanel
from feishu_wizard.ui.pages.sync.people_picker import MOST, PeoplePicker
from feishu_wizard.ui.widgets.big_table import BigTable
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.check_row import CheckRow
from tests.ui.pages import fakes, sync_looks
from tests.ui.pages.conftest import Stage

NARROW = 560  # what the window's least width leaves for the panel


class PanelStage(Stage):
    """The panel alone on its session."""

    def __init__(self, kind=SyncPanel):
        self.session, self.runner = fakes.make_session()
        self.flow = sync_looks.ready(self.session)
        self.asked = sync_looks.answer_lists(self.flow)
        self.page = kind(self.session)
        self.page.resize(780, 900)
        self.session.subscribe(self.page.refresh)
        self.page.refresh()
        self.page.show()

    def become(self, look, *arguments):
        look(self.flow, *arguments)
        self.session.changed()
        self.settle()

    def click(self, name):
        button = self.find(name, QAbstractButton)
        assert button.isVisibleTo(self.page), name
        assert button.isEnabled(), name
        button.click()

    def table(self, name="test.sync.table"):
        return self.find(name, BigTable)

    def cell(self, row, column, name="test.sync.table"):
        model = self.table(name).model()
        return model.data(model.index(row, column))


@pytest.fixture
def at(app):
    opened = []

    def make(kind=SyncPanel):
        opened.append(PanelStage(kind))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


# -- before, during, after ------------------------------------------------------------------


def test_before_it_says_what_it_does_and_what_it_costs(at):
    panel = at()
    told = panel.texts()
    assert "Nothing is changed in Feishu or CAN" in told
    assert "half of Feishu's limit" in told
    for name in ("pause", "go_on", "again", "progress", "table", "accounts_file"):
        assert not panel.shows(f"test.sync.{name}"), name
    panel.click("test.sync")
    assert panel.flow.running
    assert len(panel.runner.jobs) == 1


def test_not_now_leaves_it_open(at):
    panel = at()
    panel.click("test.sync.not_now")
    assert panel.flow.verb() is None
    assert not panel.shows("test.sync.not_now")
    assert panel.shows("test.sync")


def test_under_way_there_is_one_bar_that_claims_nothing_unknown(at):
    panel = at()
    panel.click("test.sync")
    bar = panel.find("test.sync.progress")
    assert (bar.value(), bar.maximum()) == (0, 1000)
    job = panel.runner.jobs[0]
    job.progress(WalkProgress("walking", news=WalkNews(50, 2, 1, 4, 3)))
    panel.runner.timers[-1].call()
    assert "50 people so far" in panel.texts()
    assert bar.value() == 0
    job.progress(WalkProgress("walking", news=sync_looks.NEWS))
    panel.runner.timers[-1].call()
    told = panel.texts()
    assert "1,240 of about 4,000 people" in told
    assert "182 people a second" in told
    assert "about 15 s left" in told
    assert "Feishu asked to wait 3 s" in told
    assert bar.value() == 310
    assert bar.accessibleDescription() == "1,240 of about 4,000 people"


def test_pause_and_go_on(at):
    panel = at()
    panel.click("test.sync")
    panel.click("test.sync.pause")
    assert panel.runner.jobs[0].asked_to_cancel
    assert panel.flow.state is WalkState.PAUSED
    for name, shown in (("pause", False), ("go_on", True), ("again", True)):
        assert panel.shows(f"test.sync.{name}") is shown, name
    panel.click("test.sync.go_on")
    assert panel.flow.running


def test_beginning_again_is_offered_and_empties_the_list(at):
    panel = at()
    stopped = sync_looks.summary(WalkState.BROKEN_OFF, 1_240)
    panel.become(sync_looks.complete, stopped)
    assert panel.shows("test.sync.table")
    panel.click("test.sync.again")
    assert panel.flow.running
    assert not panel.shows("test.sync.table")


def test_why_it_stopped_stands_above_the_way_on(at):
    panel = at()
    panel.flow.error = NetworkError("net.timeout", {"host": "open.feishu.cn"})
    panel.become(sync_looks.complete, sync_looks.summary(WalkState.BROKEN_OFF, 1_240))
    assert "open.feishu.cn did not take the connection in time." in panel.texts()
    assert panel.shows("test.sync.go_on")


def test_the_result_is_told_with_its_age(at):
    panel = at()
    panel.become(sync_looks.complete)
    told = panel.texts()
    assert "3,980 people in 41 departments; the tenant says 4,000" in told
    assert "Address book read " in told
    assert "2 times it asked for fewer" in told
    for name in ("go_on", "pause", "progress"):
        assert not panel.shows(f"test.sync.{name}"), name


def test_fields_are_told_in_words_and_the_missing_one_with_its_permission(at):
    panel = at()
    panel.become(sync_looks.complete)
    told = panel.texts()
    assert "filled for everybody" in told
    assert "not given for anybody" in told
    assert "filled for 3,860 of 3,980 (97 %)" in told
    assert "(over 99.9 %)" in told
    link = panel.find("test.sync.fields.user_id.link")
    assert "contact:user.employee_id:readonly" in link.url()
    assert f"/app/{fakes.APP_ID}/auth" in link.url()
    assert not panel.shows("test.sync.fields.mobile.link")


def test_match_keys_and_states(at):
    panel = at()
    panel.become(sync_looks.complete)
    told = panel.texts()
    assert "cannot be used: blank for everybody" in told
    assert "2 values belong to several people, such as office@example.com (2 times)" in told
    assert "fits: everybody has one of their own" in told
    assert "Not activated" in told
    assert "Frozen" not in told


# -- people ---------------------------------------------------------------------------------


def test_people_are_searched_sorted_and_grouped(at):
    panel = at()
    panel.become(sync_looks.complete)
    assert panel.cell(0, 0) == "Wang Xiaoming 0"
    assert "3,980 people" in panel.texts()
    panel.find("test.sync.search").setText("zhang")
    panel.settle()
    assert panel.asked[-1].search == "zhang"
    panel.table().sort_by("email", descending=True)
    assert (panel.asked[-1].sort, panel.asked[-1].descending) == (Column.EMAIL, True)
    group = panel.find("test.sync.group")
    names = [group.itemData(n) for n in range(group.count())]
    assert names == [
        "",
        "blank:user_id",
        "blank:email",
        "duplicate:email",
        "state:active",
        "state:not_activated",
        "foreign_mobile",
    ]
    group.setCurrentIndex(names.index("foreign_mobile"))
    group.activated.emit(group.currentIndex())
    assert panel.asked[-1].only == "foreign_mobile"


def test_a_group_that_nobody_is_in_any_more_is_left(at):
    panel = at()
    panel.become(sync_looks.complete)
    panel.table().set_group("duplicate:email")
    panel.flow.picture = None
    panel.session.changed()
    assert panel.asked[-1].only == ""
    assert panel.find("test.sync.group").value() == ""


def test_names_stay_in_their_cells_and_labels(at):
    panel = at()
    panel.become(sync_looks.complete)
    assert "\u202e" not in panel.cell(1, 0)
    assert "\x1b" not in panel.cell(1, 0)
    assert "<b>x</b>" in panel.cell(1, 0)
    rich = [
        label.text()
        for label in panel.page.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and "<" in label.text()
    ]
    assert rich == []


def test_while_a_walk_fills_the_first_page_the_list_follows(at):
    panel = at()
    panel.flow.state = WalkState.RUNNING
    panel.flow.news = WalkNews(0, 1, 1, 1, 1)
    panel.session.changed()
    assert panel.asked == []
    panel.become(sync_looks.running)
    before = len(panel.asked)
    assert before == 1
    panel.flow.news = WalkNews(5_000, 17, 60, 24, 88)
    panel.session.changed()
    assert len(panel.asked) == before  # rows would jump under the eyes
    panel.click("test.sync.newest")
    assert len(panel.asked) == before + 1


def test_what_is_listed_is_saved(at, monkeypatch):
    panel = at()
    panel.become(sync_looks.complete)
    panel.find("test.sync.search").setText("zhang")
    panel.settle()
    monkeypatch.setattr(people_view, "choose_file", chooses("/tmp/people.csv"))
    seen = []
    monkeypatch.setattr(panel.flow, "export", lambda *a, **k: seen.append((a, k)))
    panel.find("test.sync.export.bom").setChecked(False)
    panel.click("test.sync.export")
    [((path, query, headings), named)] = seen
    assert (path, query.search, named) == ("/tmp/people.csv", "zhang", {"bom": False})
    assert (headings["user_id"], headings["state.frozen"]) == ("User ID", "Frozen")


def chooses(path):
    def choose(parent, title, start, take, *, save, kinds=""):
        assert title
        take(path)

    return choose


# -- accounts -------------------------------------------------------------------------------


def test_accounts_are_compared_once_people_were_found(at, monkeypatch):
    panel = at()
    panel.become(sync_looks.complete)
    assert panel.shows("test.sync.accounts_file")
    assert not panel.shows("test.sync.accounts_can")
    monkeypatch.setattr(sync_accounts, "choose_file", chooses("/tmp/accounts.csv"))
    panel.click("test.sync.accounts_file")
    assert panel.session.busy.code == "reading_accounts"
    assert not panel.find("test.sync.accounts_file").isEnabled()


def test_what_would_become_of_them_is_told_and_listed(at):
    panel = at()
    panel.become(sync_looks.compared)
    told = panel.texts()
    assert "5,000 accounts from accounts.csv: login name from “account”, e-mail from “mail”" in told
    assert "1,220 of 5,000 accounts would lose access" in told
    assert "35 accounts are not named like a Feishu user ID" in told
    assert "2 lines were left out" in told
    assert panel.shows("test.sync.accounts_can")
    assert [panel.cell(0, n, "test.sync.fates.table") for n in (0, 1, 5)] == [
        "old0",
        "Would lose access",
        "none",
    ]


def test_the_red_finding_is_put_aside_by_typing_the_number(at):
    panel = at()
    panel.become(sync_looks.compared)
    assert panel.flow.open_items() == 1
    field = panel.find("test.sync.typed")
    assert field.accessibleName() == "Type 1220 to say that this is meant"
    field.setText("1220")
    assert panel.flow.open_items() == 0
    assert "this is meant. The rehearsal is no longer open." in panel.texts()


def test_few_removals_ask_for_nothing(at):
    panel = at()
    panel.become(sync_looks.compared, 12)
    assert not panel.shows("test.sync.typed")
    assert "Would lose access" in panel.texts()


def test_another_field_recognises_them_anew(at):
    panel = at()
    panel.become(sync_looks.compared)
    key = panel.find("test.sync.match_key")
    key.setCurrentIndex(key.findData("email"))
    key.activated.emit(key.currentIndex())
    assert panel.session.busy.code == "comparing_accounts"


# -- the picker -----------------------------------------------------------------------------


def test_the_picker_hands_over_people(at, qtbot):
    picker = at(PeoplePicker)
    assert "once the sync was rehearsed" in picker.texts()
    picker.become(sync_looks.complete)
    table = picker.table("test.people.table")
    button = picker.find("test.people.add")
    assert not button.isEnabled()
    table.select_row(3)
    assert button.text() == "Add 1 person"
    with qtbot.waitSignal(picker.page.picked) as picked:
        picker.click("test.people.add")
    [people] = picked.args
    assert [type(row) for row in people] == [PersonRow]
    assert people[0].person.user_id == "user00003"
    table.selectAll()
    assert not button.isEnabled()
    assert f"At most {MOST} people" in picker.texts()


# -- for everybody --------------------------------------------------------------------------

LOOKS = {
    "before": lambda flow: None,
    "running": sync_looks.running,
    "stopped": lambda flow: sync_looks.complete(
        flow, sync_looks.summary(WalkState.BROKEN_OFF, 1_240)
    ),
    "complete": sync_looks.complete,
    "compared": sync_looks.compared,
}


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
@pytest.mark.parametrize("look", LOOKS)
def test_every_text_fits_and_everything_to_act_on_is_named(at, qapp, look, lang):
    panel = at()
    language.use(qapp, lang)
    panel.page.retranslate()
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(panel.page)
    area.resize(NARROW, 4000)
    area.show()
    panel.become(LOOKS[look])
    for part in panel.page.findChildren(Disclosure):
        part.set_open(True)
    for row in panel.page.findChildren(CheckRow):
        row.set_expanded(True)
    QApplication.processEvents()
    try:
        assert panel.page.width() <= NARROW
        assert measure.misfits(panel.page) == []
        assert measure.missing_glyphs(panel.page) == []
        nameless = [
            (type(w).__name__, w.objectName())
            for w in panel.page.findChildren(QWidget)
            if w.isVisibleTo(panel.page)
            and w.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not isinstance(w, QLabel | QScrollArea)
            and not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))
        ]
        assert nameless == []
        names = [w.accessibleIdentifier() for w in panel.page.findChildren(QWidget)]
        assert {n for n in names if n and names.count(n) > 1} == set()
    finally:
        area.takeWidget()
        area.deleteLater()
        language.use(qapp, "en")


def test_a_switch_of_language_and_look_keeps_what_was_typed(at, qapp):
    panel = at()
    panel.become(sync_looks.compared)
    panel.find("test.sync.search").setText("zhang")
    panel.find("test.sync.typed").setText("12")
    english = sorted(panel.texts().splitlines())
    language.use(qapp, "zh_Hans")
    theme.apply(qapp, "dark")
    panel.settle()
    language.use(qapp, "en")
    theme.apply(qapp, "light")
    panel.settle()
    assert sorted(panel.texts().splitlines()) == english
    assert panel.find("test.sync.typed").text() == "12"

"""Conflicts side by side, doubts about the profile, and the undo panel of the save page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QTableView

from feishu_wizard.domain.change import Consent, SaveNote, SaveState
from feishu_wizard.domain.states import Act
from feishu_wizard.text.catalog import use
from feishu_wizard.ui.pages.saving.conflict import Consents
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes
from tests.ui.pages.test_save import cells, ready

OTHER = "https://other.example.com/user/softLogin"
SEEN = "https://can.example.com/user/softLogin"
WANTED = "https://can.example.com/x/user/softLogin"
NOTE = SaveNote(
    3,
    "https://can.example.com/anymetrics/api/v1",
    "2026-11-22T08:00:00Z",
    SaveState.SAVED,
    {"callback_url": SEEN, "enabled": "on"},
    {"callback_url": WANTED, "enabled": "on"},
)


def disputed(**changes):
    plan = fakes.can_plan()
    row = replace(
        plan.rows[2], before=OTHER, after=WANTED, seen=SEEN, act=Act.REPLACE, conflict=True
    )
    rows = (plan.rows[0], plan.rows[1], row, plan.rows[3])
    return replace(
        plan, rows=rows, changed_by="ops.liu", changed_at="2026-11-22T09:30:00Z", **changes
    )


def shown(at, plan):
    at.session.save.set_secret("api_key", "sk-4f1e9a7c3b2d8e6f")
    at.session.save._compared((plan,))
    at.page.refresh()


def test_both_sides_stand_beside_each_other_with_who_and_when(stage, english):
    at = stage(Step.SAVE, ready)
    shown(at, disputed())
    table = at.find("save.conflicts", QTableView)
    columns = Qt.Orientation.Horizontal
    header = [str(table.model().headerData(c, columns)) for c in range(4)]
    assert header == ["Field", "Last seen here", "There now", "Wanted"]
    assert cells(table) == [["Callback URL", SEEN, OTHER, WANTED]]
    assert "1 value was changed by somebody else" in at.texts()
    assert "ops.liu" in at.texts()
    assert at.find("save.overwrite").text() == "Replace the change that somebody else made"


def test_the_tick_is_asked_for_at_the_tick(stage, english):
    at = stage(Step.SAVE, ready)
    shown(at, disputed())
    at.session.press()
    at.page.refresh()
    assert at.session.focus == "save.overwrite"
    assert "Somebody else changed what would be replaced" in at.texts()
    at.find("save.overwrite").click()
    assert at.session.save.agreed == {Consent.OVERWRITE}
    at.session.press()
    assert at.session.busy.code == "saving"


def test_without_a_conflict_nothing_is_asked(stage, english):
    at = stage(Step.SAVE, ready)
    shown(at, fakes.can_plan())
    for name in ("save.conflicts", "save.overwrite", "save.weak_auth"):
        assert not at.shows(name)


def test_a_secret_in_conflict_shows_none(stage, english):
    at = stage(Step.SAVE, ready)
    plan = fakes.can_plan()
    rows = tuple(replace(row, conflict=row.secret) for row in plan.rows)
    shown(at, replace(plan, rows=rows))
    assert cells(at.find("save.conflicts", QTableView)) == [
        ["App Secret", "••••••", "another one", "••••••"]
    ]


def test_a_caller_who_is_only_named_is_a_tick_of_its_own(stage, english):
    at = stage(Step.SAVE, ready)
    shown(at, replace(fakes.can_plan(), weak=True))
    assert at.shows("save.weak_auth")
    assert not at.shows("save.overwrite")
    assert "No secret goes along" in at.texts()


@pytest.mark.parametrize("known_by", ["proposed", "docs", "source", "live"])
def test_only_a_profile_seen_on_a_real_server_goes_without_a_word(stage, english, known_by):
    def knowing(session):
        ready(session)
        result = session.prerequisites.result
        session.prerequisites.result = replace(
            result, offer=replace(result.offer, known_by=known_by)
        )

    at = stage(Step.SAVE, knowing)
    assert ("read back" in at.texts().split("What changes")[0]) is (known_by != "live")


def test_a_save_without_an_end_is_told_with_what_is_there(stage, english):
    at = stage(Step.SAVE, ready)
    shown(at, replace(fakes.can_plan(), unfinished=replace(NOTE, state=SaveState.OPEN)))
    assert "did not come to its end. What CAN has now is: App ID cli_" in at.texts()


# -- undo -----------------------------------------------------------------------------


def test_the_panel_stands_there_when_something_can_be_taken_back(stage, english):
    at = stage(Step.SAVE, ready)
    assert not at.shows("save.undo")
    at.session.save.undo.last = NOTE
    at.page.refresh()
    assert at.shows("save.undo")
    assert "Take the last save back" in at.texts()
    assert "Callback URL" in at.texts()
    assert not at.shows("save.undo.commit")
    at.find("save.undo").click()
    assert at.session.busy.code == "comparing"


def test_what_taking_back_changes_stands_above_its_button(stage, english):
    at = stage(Step.SAVE, ready)
    undo = at.session.save.undo
    undo.last, undo.plan = NOTE, disputed(remarks=("undo.secret_unknown",))
    at.page.refresh()
    assert cells(at.find("save.undo.diff", QTableView))[2][1:3] == [OTHER, WANTED]
    assert "The App Secret of before cannot be given back" in at.texts()
    assert at.shows("save.undo.overwrite")
    assert not at.shows("save.undo.secret")
    at.find("save.undo.commit").click()
    assert at.session.focus == "save.undo.overwrite"
    at.find("save.undo.overwrite").click()
    at.find("save.undo.commit").click()
    assert at.session.busy.code == "saving"


def test_a_secret_that_nobody_kept_is_asked_for(stage, english, qtbot):
    at = stage(Step.SAVE, ready)
    undo = at.session.save.undo
    undo.last, undo.plan = NOTE, replace(fakes.can_plan(), wants_secret=True)
    at.page.refresh()
    assert at.find("save.undo.commit").text() == "Show what changes"
    at.find("save.undo.commit").click()
    at.page.refresh()
    assert "This is still empty" in at.texts()
    qtbot.keyClicks(at.find("save.undo.secret"), fakes.SECRET)
    assert undo.secret_known
    at.find("save.undo.keep").click()
    at.page.refresh()
    assert undo.plan is None
    assert at.find("save.undo.secret").text() == ""


def test_an_app_secret_that_is_gone_has_a_field(stage, english):
    at = stage(Step.SAVE, ready)
    assert not at.shows("save.app_secret")
    at.session.save.wants_app_secret = True
    at.page.refresh()
    assert at.shows("save.app_secret")


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
def test_nothing_is_cut_off_at_a_small_width(stage, english, lang, qtbot):
    at = stage(Step.SAVE, ready)
    undo = at.session.save.undo
    undo.last, undo.plan = NOTE, disputed(remarks=("undo.secret_unknown",), weak=True)
    shown(at, disputed(weak=True))
    use(lang)
    at.page.retranslate()
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(at.page)
    area.resize(640, 500)
    area.show()
    qtbot.waitExposed(area)
    try:
        for consents in at.page.findChildren(Consents):
            qtbot.waitUntil(lambda one=consents: one.height() >= one.heightForWidth(one.width()))
    finally:
        area.takeWidget()
        area.deleteLater()

"""The fourth page: targets, what they need, the difference, the guided hand."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QScrollArea, QTableView

from feishu_wizard.domain.states import Target
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.wizard.by_hand import HAND_FIELDS
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

KEY = "sk-4f1e9a7c3b2d8e6f"


def ready(session, *, profile=True):
    fakes.prepare(session, fakes.network_ok(profile=profile))
    fakes.enter(session)
    session.credentials.result = fakes.pair_ok(named=True)


def by_hand(session):
    ready(session, profile=False)


def cells(table):
    model = table.model()
    return [[str(model.index(r, c).data()) for c in range(4)] for r in range(model.rowCount())]


def test_targets_are_ticks_with_what_follows(stage):
    at = stage(Step.SAVE, ready)
    assert at.find("save.to_can").isChecked()
    assert "No CAN server reads this file." in at.texts()
    at.find("save.to_file").click()
    assert at.session.save.chosen == {Target.CAN, Target.FILE}
    assert at.shows("save.file_path")
    at.find("save.to_can").click()
    assert not at.shows("save.secret.api_key")


def test_can_is_offered_only_where_it_speaks_a_profile(stage):
    at = stage(Step.SAVE, by_hand)
    assert not at.shows("save.to_can")
    assert at.find("save.by_hand").isChecked()


def test_what_the_profile_asks_for_is_typed_here(stage, qtbot):
    at = stage(Step.SAVE, ready)
    assert "The key is sent to can.example.com, to no other host." in at.texts()
    qtbot.keyClicks(at.find("save.input.tenant_id"), "42 ")
    qtbot.keyClicks(at.find("save.secret.api_key"), KEY)
    assert dict(at.session.answers.inputs) == {"tenant_id": "42"}
    assert at.find("save.input.tenant_id").text() == "42 "
    assert at.session.answers.secret("can_api_key").reveal() == KEY


def test_a_missing_key_is_told_at_its_box(stage):
    at = stage(Step.SAVE, ready)
    at.session.press()
    assert at.session.focus == "save.secret.api_key"
    assert "This is still empty" in at.texts()


def test_the_difference_shows_a_secret_only_as_replaced(stage):
    at = stage(Step.SAVE, ready)
    at.session.save._compared((fakes.can_plan(),))
    at.page.refresh()
    rows = cells(at.find("save.diff.can", QTableView))
    assert rows[0] == ["App ID", "cli_9f1e0d2c3b4a5968", fakes.APP_ID, "will be replaced"]
    assert rows[1][1:3] == ["••••••", "••••••"]
    assert rows[3][1:3] == ["off", "on"]
    assert "3 values change in" in at.texts()
    assert not any(fakes.SECRET in cell for row in rows for cell in row)


def test_the_difference_comes_into_sight_when_it_was_read(stage, qtbot):
    at = stage(Step.SAVE, ready)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(at.page)
    area.resize(800, 500)
    area.show()
    qtbot.waitExposed(area)
    try:
        at.session.save._compared((fakes.can_plan(),))
        at.page.refresh()
        table = at.find("save.diff.can", QTableView)
        qtbot.waitUntil(lambda: not table.visibleRegion().isEmpty())
        at.session.save._saved((fakes.can_saved(),))
        at.page.refresh()
        assert not at.shows("save.diff.can")  # the list of what was saved takes its place
    finally:
        area.takeWidget()
        area.deleteLater()


def test_nothing_is_shown_as_a_difference_before_it_was_read(stage):
    at = stage(Step.SAVE, ready)
    assert not at.shows("save.diff.can")
    at.session.save.set_secret("api_key", KEY)
    at.find("save.compare").click()
    assert at.session.busy.code == "comparing"


def test_switching_on_with_open_items_is_confirmed(stage):
    def with_open(session):
        ready(session)
        session.permissions.result = fakes.half_done()
        session.save.set_secret("api_key", KEY)
        session.save.plans = (fakes.can_plan(),)

    at = stage(Step.SAVE, with_open)
    at.session.press()
    assert at.session.focus == "save.enable_open"
    assert "Open from earlier steps: " in at.texts()
    at.find("save.enable_open").click()
    at.session.press()
    assert at.session.busy.code == "saving"


def test_without_the_switch_nothing_has_to_be_confirmed(stage):
    def with_open(session):
        ready(session)
        session.permissions.result = fakes.half_done()

    at = stage(Step.SAVE, with_open)
    assert at.shows("save.enable_open")
    at.find("save.enable").click()
    assert at.session.answers.enable is False
    assert not at.shows("save.enable_open")


def test_what_was_saved_has_one_of_the_four_words_per_field(stage):
    at = stage(Step.SAVE, ready)
    at.session.save._saved((fakes.can_saved(),))
    words = {
        row.row_id: row.view().word
        for row in at.page.findChildren(CheckRow)
        if row.row_id.startswith("save.result.")
    }
    assert words == {
        "save.result.can.app_id": "Configured",
        "save.result.can.callback_url": "Configured",
        "save.result.can.app_secret": "Stated",
        "save.result.can.enabled": "Configured",
    }


def test_by_hand_every_value_has_a_copy_button_and_a_tick(stage):
    at = stage(Step.SAVE, by_hand)
    at.find("save.copy.app_id").click()
    assert QApplication.clipboard().text() == fakes.APP_ID
    at.find("save.copy.callback_url").click()
    assert QApplication.clipboard().text() == fakes.CAN + "/user/softLogin"
    at.find("save.copy.app_secret").click()
    assert QApplication.clipboard().text() == fakes.SECRET
    assert fakes.SECRET not in at.texts()
    QApplication.clipboard().clear()
    for name in HAND_FIELDS:
        at.find(f"save.hand.{name}").click()
    assert at.session.answers.stated == set(HAND_FIELDS)
    assert "Recorded as stated by you." in at.texts()


def test_by_hand_a_secret_that_is_not_at_hand_is_asked_for_again(stage):
    def forgotten(session):
        by_hand(session)
        session.credentials.set_secret("")

    at = stage(Step.SAVE, forgotten)
    assert not at.shows("save.copy.app_secret")
    assert "Enter the App Secret once more in the step Credentials" in at.texts()
    assert at.shows("save.hand.app_secret")


def test_plain_secrets_in_the_file_are_an_explicit_choice(stage, qtbot):
    at = stage(Step.SAVE, by_hand)
    at.find("save.to_file").click()
    qtbot.keyClicks(at.find("save.file_path"), "/tmp/my setup.toml")
    at.find("save.file_plain").click()
    assert at.session.answers.file_path == "/tmp/my setup.toml"
    assert at.session.answers.file_plain is True

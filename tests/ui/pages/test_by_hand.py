"""By hand: where each value goes, and what CAN shows back compared with it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.finding import Proof
from feishu_wizard.text import catalog
from feishu_wizard.ui.pages.saving import where_in_can
from feishu_wizard.ui.pages.saving.where_in_can import WhereInCan
from feishu_wizard.wizard.by_hand import HAND_FIELDS
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes


def by_hand(session):
    fakes.prepare(session, fakes.network_ok(profile=False))
    fakes.enter(session)
    session.credentials.result = fakes.pair_ok(named=True)


@pytest.fixture
def at(stage):
    return stage(Step.SAVE, by_hand)


def test_what_can_shows_is_compared_and_equal_values_are_stated(at):
    hand = at.session.save.hand
    at.find("save.shown.app_id").setText(fakes.APP_ID)
    assert hand.compared("app_id")
    assert at.find("save.hand.app_id").isChecked()
    assert "Compared: every character is the same." in at.texts()
    assert at.session.save.field_proofs()["app_id"] is Proof.STATED  # a person pasted it
    at.find("save.shown.callback_url").setText(hand.value("callback_url"))
    assert hand.compared("callback_url")


def test_what_is_different_is_told_at_its_box_and_takes_the_tick_away(at):
    hand = at.session.save.hand
    at.find("save.hand.callback_url").click()
    url = hand.value("callback_url")
    assert url.startswith("https://")
    at.find("save.shown.callback_url").setText(url[1:].replace("ttps", "ttp", 1))
    assert not at.find("save.hand.callback_url").isChecked()
    assert "from character 1 it is" in at.texts() or "CAN shows" in at.texts()
    at.find("save.shown.callback_url").setText(f"{url} ")
    assert "CAN shows the value with another blank or tab" in at.texts()
    at.find("save.shown.app_id").setText("cli_b8c029e757e6500b")
    assert "CAN shows the App ID of another app" in at.texts()
    assert not hand.compared("app_id")
    at.find("save.shown.app_id").setText("")
    assert "CAN shows the App ID of another app" not in at.texts()


def test_another_app_makes_the_comparison_void(at):
    at.find("save.shown.app_id").setText(fakes.APP_ID)
    at.session.credentials.set_app_id("cli_b8c029e757e6500b")
    assert not at.session.save.hand.compared("app_id")


def test_the_way_on_is_to_prove_it(at):
    assert not at.shows("save.prove")
    for name in HAND_FIELDS:
        at.find(f"save.hand.{name}").click()
    assert at.shows("save.prove")
    at.find("save.prove").click()
    assert at.session.step is Step.TEST


def test_the_drawing_follows_the_steps_in_words_and_in_colour(at):
    drawn = at.find("save.where_in_can", QWidget)
    assert "Management Settings > Office Software > Feishu" in drawn.accessibleName()
    assert "Now: Available Integration Apps." in drawn.accessibleDescription()
    at.find("save.hand.enable").click()
    assert "Now: App ID." in drawn.accessibleDescription()
    for name in HAND_FIELDS[1:]:
        at.find(f"save.hand.{name}").click()
    assert "Now:" not in drawn.accessibleDescription()


def picture(widget: WhereInCan) -> QImage:
    widget.resize(widget.sizeHint())
    return widget.grab().toImage()


def test_every_step_is_marked_elsewhere(qtbot):
    widget = WhereInCan()
    qtbot.addWidget(widget)
    pictures = []
    for name in ("", *HAND_FIELDS):
        widget.set_current(name)
        pictures.append(picture(widget))
    assert all(one != other for n, one in enumerate(pictures) for other in pictures[:n])


def test_translated_names_stand_above_can_s_own_and_need_more_room(qtbot, monkeypatch):
    widget = WhereInCan()
    qtbot.addWidget(widget)
    plain = widget.sizeHint().height()
    assert not where_in_can.translated()
    words = {"App ID": "应用标识", "Save": "保存", "Feishu": "飞书"}
    monkeypatch.setattr(where_in_can, "_", lambda text: words.get(text) or catalog._(text))
    assert where_in_can.translated()
    widget.retranslate()
    assert widget.sizeHint().height() > plain
    assert "飞书" in widget.accessibleName()

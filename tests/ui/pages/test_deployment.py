"""The panel that teaches the program a CAN: record, decide, look, trust."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit

from feishu_wizard.domain.deployment import CallLook, Origin, ProfileLook, ProfileTry, Purpose
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.domain.recording.model import Choice, Derived, Form, Question, Recording
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.steps import Step

ID = "can-example"
SAVE = CallLook(Purpose.SAVE, "POST", "/lark/save", (APP_SECRET, "session"), writes=True)
READ = CallLook(Purpose.READ, "GET", "/lark/info", ("session",))
SESSION = Declared("session", {"en": "Session", "zh_Hans": "会话"}, secret=True, keep="run")
LOOK = ProfileLook(
    ID,
    "0" * 64,
    {"en": "can.example.com", "zh_Hans": "can.example.com"},
    {},
    "proposed",
    Origin.ADDED,
    trusted=False,
    calls=(READ, SAVE),
    declares=(SESSION,),
)
KEEP = Question("keep", (Choice("omit", ""), Choice("reenter", "")), "reenter")
RECORDING = Recording(Form.HAR, (), skipped=3)


@pytest.fixture
def panel(stage):
    """The panel of a CAN that speaks no known profile, opened."""
    at = stage(Step.SAVE, lambda session: session.update(can_text="https://can.example.com"))
    at.find("save.deployment", QAbstractButton).click()
    return at


def flow_of(at):
    return at.session.save.deployment


def show(at, **what):
    for name, value in what.items():
        setattr(flow_of(at), name, value)
    at.session.changed()


def test_it_stays_closed_until_somebody_asks(stage):
    at = stage(Step.SAVE, lambda session: session.update(can_text="https://can.example.com"))
    assert at.shows("save.deployment")
    assert not at.shows("save.deployment.paste")


def test_a_can_whose_profile_fits_needs_none(stage):
    at = stage(Step.SAVE, lambda session: session.update(can_text="https://can.example.com"))
    at.session.update(api_base="https://can.example.com")
    assert not at.shows("save.deployment")
    at.session.save.choose(Target.BY_HAND, True)
    assert at.shows("save.deployment")


def test_an_empty_box_is_told_at_the_box(panel):
    panel.find("save.deployment.read", QAbstractButton).click()
    assert panel.session.busy is None
    assert "Paste here what the browser copied" in panel.texts()


def test_what_is_pasted_is_read(panel):
    panel.find("save.deployment.paste", QPlainTextEdit).setPlainText("curl 'https://x/y'")
    panel.find("save.deployment.read", QAbstractButton).click()
    assert panel.session.busy.code == "reading_recording"
    assert not panel.find("save.deployment.read").isEnabled()


def test_a_file_can_be_dropped(panel, monkeypatch):
    taken = []
    monkeypatch.setattr(flow_of(panel), "take_file", taken.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/can.har")])
    actions, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(1, 1), actions, data, Qt.MouseButton.LeftButton, none)
    panel.find("save.deployment.paste", QPlainTextEdit).dropEvent(event)
    assert taken == ["/tmp/can.har"]


def test_a_recording_that_cannot_be_used_says_why(panel):
    show(panel, error=InputError("recording.powershell"))
    told = panel.texts()
    assert "PowerShell" in told
    assert panel.shows("save.deployment.read")


def test_what_is_open_is_asked_with_the_likely_answer_chosen(panel):
    show(panel, recording=RECORDING, derived=Derived({}, "https://can.example.com", (KEEP,)))
    assert "What happens to the stored App Secret when a save comes without it?" in panel.texts()
    assert panel.find("save.deployment.q.keep.reenter", QAbstractButton).isChecked()
    panel.find("save.deployment.q.keep.omit", QAbstractButton).click()
    assert flow_of(panel).answers == {"keep": "omit"}
    assert not panel.shows("save.deployment.paste")
    panel.find("save.deployment.decide", QAbstractButton).click()
    assert panel.session.busy.code == "deriving_profile"


def test_a_profile_is_shown_before_it_is_trusted(panel):
    show(panel, look=LOOK)
    told = panel.texts()
    assert "The App Secret is sent to can.example.com with this call: Save." in told
    assert "Nobody has confirmed it on a real server" in told
    assert panel.session.answers.profile == "by-hand"
    panel.find("save.deployment.calls", QAbstractButton).click()
    assert "Save: POST /lark/save (changes the server)" in panel.texts()
    panel.find("save.deployment.trust", QAbstractButton).click()
    assert panel.session.busy.code == "keeping_profile"


def test_trusted_it_is_what_saves_and_its_session_is_asked_for(panel):
    show(panel, look=LOOK)
    panel.find("save.deployment.trust", QAbstractButton).click()
    panel.job.done(replace(LOOK, trusted=True))
    answers = panel.session.answers
    assert (answers.profile, answers.api_base) == (ID, "https://can.example.com")
    assert Target.CAN in panel.session.save.chosen
    assert panel.shows("save.secret.session")
    assert not panel.shows("save.deployment.trust")
    panel.find("save.deployment.try", QAbstractButton).click()
    assert panel.session.busy is None  # the session is missing, and said so at its field
    assert panel.session.focus == "save.secret.session"
    panel.session.save.set_secret("session", "Cookie: sid=26ee; csrf=183f")
    assert panel.session.answers.secret("can_session").reveal() == "sid=26ee; csrf=183f"
    panel.find("save.deployment.try", QAbstractButton).click()
    panel.job.done((ProfileTry(True, "fits", "https://can.example.com/lark"), flow_of(panel).look))
    assert "the profile fits" in panel.texts()


def test_begin_again(panel):
    show(panel, look=LOOK)
    panel.find("save.deployment.again", QAbstractButton).click()
    assert panel.shows("save.deployment.paste")
    assert flow_of(panel).look is None

"""Saving on a real sandbox over HTTP: conflicts, lost saves, masks, by hand, files."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.wizard.by_hand import HAND_FIELDS
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.practice import can_is, drill, stored, writes


def test_what_is_stored_already_is_not_written(at_save, healthy):
    session = at_save.session
    at_save.press()
    if session.verb().code == "save_to_can":  # another test left something else there
        at_save.press()
    session.save.choose(Target.FILE, True)
    session.save.choose(Target.FILE, False)
    before = writes(healthy)
    at_save.press()
    assert session.message.code == "nothing_to_save"
    assert writes(healthy) == before
    assert session.save.field_proofs()["app_id"] is Proof.CONFIGURED
    at_save.press()
    assert session.step is Step.TEST


def test_somebody_else_saves_first_and_keeps_what_they_saved(at_save, healthy):
    session = at_save.session
    session.update(callback_text=healthy["can"] + "/conflict/user/softLogin")
    before = stored(healthy)["callback_url"]
    session.save.set_enable_open(True)
    with drill(healthy, "can-conflict"):
        at_save.press()
        assert session.verb().code == "save_to_can", session.message
        at_save.press()
        assert session.message.severity is Severity.ERROR
        assert session.message.code == "can.stale"
        assert stored(healthy)["callback_url"] == before
        assert session.verb().code == "save_to_can"  # read again at once, both sides shown
        [plan] = session.save.plans
        assert plan.moved
        assert plan.changed_by == "ops.liu"
        assert not session.closing


def test_a_save_that_is_lost_is_never_called_saved(at_save, healthy):
    session = at_save.session
    session.update(callback_text=healthy["can"] + "/lost/user/softLogin")
    session.save.set_enable_open(True)
    before = stored(healthy)
    with drill(healthy, "can-save-lost"):
        at_save.press()
        at_save.press()
    assert session.message.code == "can.not_saved"
    assert "callback_url" in session.message.params["fields"]
    assert stored(healthy) == before
    assert not session.closing
    assert session.save.field_proofs() == {}


def test_a_server_that_shows_a_mask_gets_the_secret_and_never_the_mask(at_save, healthy):
    session = at_save.session
    session.update(callback_text=healthy["can"] + "/masked/user/softLogin")
    session.save.set_enable_open(True)
    with drill(healthy, "can-masked-secret"):
        at_save.press()
        assert {c.field: c.act for _, c in session.save.rows}["app_secret"] is Act.REPLACE
        at_save.press()
        assert session.message.code == "saved", session.message
        assert stored(healthy)["app_secret"] == healthy["app_secret"]
        # The same setting again: what we wrote ourselves is recognised by its version.
        session.update(targets=frozenset({Target.CAN, Target.BY_HAND}))
        at_save.press()
        assert session.message.code == "nothing_to_save"


def test_a_key_without_rights_is_told_and_nothing_is_written(at_save, healthy):
    before = stored(healthy)
    with drill(healthy, "can-not-admin"):
        at_save.press()
    session = at_save.session
    assert session.message.severity is Severity.ERROR
    assert session.message.code == "can.forbidden"
    assert stored(healthy) == before
    assert session.step is Step.SAVE


@pytest.mark.parametrize("api", ["none", "html", "error"])
def test_a_can_without_the_profile_ends_by_hand_with_everything_stated(healthy, sit, api):
    admin = sit(healthy)
    can_is(healthy, api=api)
    before = writes(healthy)
    try:
        session = admin.walk(Step.SAVE)
        assert session.prerequisites.offer.fits is False
        assert session.save.offered == (Target.BY_HAND, Target.FILE)
        assert session.save.hand.reveal_secret().reveal() == healthy["app_secret"]
        for name in HAND_FIELDS:
            session.save.hand.set_stated(name, True)
        admin.press()
    finally:
        can_is(healthy, api="rest")
    assert session.step is Step.TEST
    assert writes(healthy) == before
    assert set(session.save.field_proofs().values()) == {Proof.STATED}
    assert {w.proof for w in session.finish.words} == {Proof.STATED}


@pytest.mark.parametrize("plain", [False, True], ids=["references", "plain"])
def test_without_can_the_file_is_complete(healthy, sit, tmp_path, plain):
    admin = sit(healthy)
    session = admin.session
    admin.fill()
    session.prerequisites.set_no_can(True)
    for _ in range(3):
        admin.press()
    assert session.step is Step.SAVE, session.message
    path = tmp_path / "prepared.toml"
    session.save.file.set_path(str(path))
    session.save.file.set_plain(plain)
    admin.press()
    assert not path.exists()
    admin.press()
    assert session.message.code == "saved", session.message
    text = path.read_text()
    assert (healthy["app_secret"] in text) is plain
    assert path.stat().st_mode & 0o777 == 0o600
    assert f'app_id = "{healthy["app_id"]}"' in text
    assert session.save.field_proofs() == {}  # a file configures no server
    session.keeping.open_file(str(path))
    admin.settle()
    assert session.credentials.app_id.value == healthy["app_id"]
    assert session.prerequisites.can_origin == ""
    admin.press()
    admin.press()
    assert session.step is Step.PERMISSIONS, session.message  # the secret was found again


def test_a_save_is_taken_back_from_the_page(at_save, healthy):
    session = at_save.session
    before = stored(healthy)["callback_url"]
    session.update(callback_text=healthy["can"] + "/undo/user/softLogin")
    session.save.set_enable_open(True)
    at_save.press()
    at_save.press()
    assert session.message.code == "saved", session.message
    undo = session.save.undo
    assert undo.offered
    undo.prepare()
    at_save.settle()
    assert {row.field: row.after for row in undo.plan.rows if row.changes} == {
        "callback_url": before
    }
    assert stored(healthy)["callback_url"].endswith("/undo/user/softLogin")
    undo.commit()
    at_save.settle()
    assert session.message.code == "undone", session.message
    assert stored(healthy)["callback_url"] == before
    assert session.save.results == ()
    assert session.verb().code == "show_changes"

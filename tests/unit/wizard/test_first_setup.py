"""The whole way on a real sandbox over HTTP: nothing is replaced but the window."""

from __future__ import annotations

import json

from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.states import Act, GrantState, Target, VersionState
from feishu_wizard.wizard.steps import Step, StepState
from feishu_wizard.wizard.waiting import WAIT_SECONDS
from tests.e2e.practice import console_part
from tests.unit.wizard.practice import asked, by_id, key_of, stored


def _look_at_the_network(admin, practice):
    """The network and CAN: no credential is used."""
    session = admin.session
    admin.press()
    assert session.step is Step.CREDENTIALS, session.message
    assert asked(practice) == 0
    assert session.prerequisites.offer.profile == "can-rest"
    assert session.prerequisites.offer.reason == "unauthenticated"
    assert {f.status for f in session.prerequisites.findings} <= {
        Status.PASS,
        Status.SKIP,
        Status.UNKNOWN,
    }


def _test_the_pair(admin, practice):
    """The pair: that no name is told before a release is normal."""
    session = admin.session
    admin.press()
    assert session.step is Step.PERMISSIONS, session.message
    lines = {f.id: f for f in session.credentials.findings}
    assert lines["feishu.credentials"].proof is Proof.PROVEN
    assert lines["feishu.app"].status is not Status.FAIL
    assert lines["feishu.bot"].code == "bot_not_released"
    assert lines["feishu.bot"].proof is Proof.NONE
    assert session.credentials.secret_place.place == "session"


def _see_what_is_missing(admin, practice):
    """Nothing is granted yet."""
    session = admin.session
    before = asked(practice)
    admin.press()
    assert session.step is Step.PERMISSIONS
    assert asked(practice) - before <= 15
    assert session.permissions.plan.version is VersionState.NEVER_RELEASED
    wanted = json.loads(session.permissions.missing_json)["scopes"]["tenant"]
    assert "im:message:send_as_bot" in wanted
    assert session.verb().code == "continue_open"
    assert GrantState.GRANTED not in {row.state for row in session.permissions.states}


def _release_and_wait(admin, practice):
    """The console part, submitted; the administrator has not decided."""
    session = admin.session
    console_part(practice, approve=False)
    session.permissions.check()
    admin.settle()
    assert session.permissions.plan.version is VersionState.UNDER_REVIEW, by_id(session)
    assert session.message.code == "waiting_for_approval"
    session.permissions.wait()
    before = asked(practice)
    admin.runner.fire(WAIT_SECONDS)
    admin.settle()
    assert asked(practice) - before == 1
    assert session.permissions.waiting

    practice.control("approve")
    before = asked(practice)
    admin.runner.fire(WAIT_SECONDS)
    admin.settle()
    assert asked(practice) - before <= 16  # one look, then the full check
    assert session.message.code == "permissions_complete", by_id(session)
    rows = by_id(session)
    for proven in ("permission.user_id", "permission.contact_base", "feishu.bot"):
        assert rows[proven].state is GrantState.PROVEN, proven
    assert rows["permission.login"].state is GrantState.GRANTED
    assert practice.state()["apps"][practice["app_id"]]["releases"] == 1
    admin.press()


def _save_to_can(admin, practice):
    """Saving."""
    session = admin.session
    assert session.save.chosen == {Target.CAN}
    session.save.set_secret("api_key", key_of(practice))
    admin.press()
    assert {c.field: c.act for _, c in session.save.rows} == {
        "app_id": Act.SET,
        "app_secret": Act.SET,
        "callback_url": Act.SET,
        "enabled": Act.REPLACE,
    }
    assert stored(practice)["app_id"] == ""
    admin.press()
    assert session.message.code == "saved"
    now = stored(practice)
    assert now["app_id"] == practice["app_id"]
    assert now["app_secret"] == practice["app_secret"]
    assert now["callback_url"] == practice["can"] + "/user/softLogin"
    assert now["enabled"] is True
    admin.press()


def _send_to_two(admin, practice):
    """Two people get one message each, the way CAN addresses them."""
    session = admin.session
    people = [p for p in practice.state()["people"] if p["activated"] and not p["resigned"]][:2]
    session.test.push.set_recipients("\n".join(p["user_id"] for p in people))
    admin.press()
    assert [r.name for r in session.test.push.resolved] == [p["name"] for p in people]
    assert practice.state()["messages"] == []
    admin.press()
    assert len(practice.state()["messages"]) == 2
    session.test.sign_in.not_now()
    session.test.sync.not_now()
    for _ in range(3):  # nobody signs in or walks in this test
        admin.press()


def _finish(admin, practice, folder):
    """The end says no more than what was seen."""
    session = admin.session
    words = {w.capability: w for w in session.finish.words}
    assert words["push"].proof is Proof.PROVEN
    assert words["sso"].proof is Proof.CONFIGURED
    assert words["user_sync"].proof is Proof.CONFIGURED
    assert {w.status for w in words.values()} == {Status.PASS, Status.UNKNOWN}
    assert {r.need.id for r in session.finish.removable} == {
        "permission.find_ids",
        "permission.self_manage",
    }
    for name in ("report.md", "report.json"):
        session.finish.export(str(folder / name))
        admin.settle()
        text = (folder / name).read_text()
        assert practice["app_id"] in text.replace("\\_", "_")
        assert practice["app_secret"] not in text
        assert key_of(practice) not in text
    assert len(json.loads((folder / "report.json").read_text())["permissions"]) == len(
        session.permissions.states
    )
    left = {r.step: r.open_items for r in session.rows()[:-1] if r.state is not StepState.DONE}
    assert left == {Step.TEST: 2}
    admin.close()
    left = admin.written()
    assert practice["app_id"].encode() in left  # the draft is there
    assert practice["app_secret"].encode() not in left
    assert key_of(practice).encode() not in left


def test_a_first_setup_from_nothing_to_delivered(sandbox, sit, tmp_path):
    practice = sandbox("--fresh")
    admin = sit(practice)
    admin.fill()
    _look_at_the_network(admin, practice)
    _test_the_pair(admin, practice)
    _see_what_is_missing(admin, practice)
    _release_and_wait(admin, practice)
    _save_to_can(admin, practice)
    _send_to_two(admin, practice)
    _finish(admin, practice, tmp_path)


def test_a_rejected_version_is_seen_and_a_second_one_can_be_approved(sandbox, sit):
    practice = sandbox("--fresh")
    admin = sit(practice)
    session = admin.walk(Step.PERMISSIONS)
    console_part(practice, approve=False)
    admin.press()
    session.permissions.wait()
    practice.control("reject", reason="Why mobile numbers?")
    admin.runner.fire(WAIT_SECONDS)
    admin.settle()
    assert not session.permissions.waiting
    assert session.permissions.plan.version is VersionState.REJECTED
    assert session.permissions.waiting_since == ""
    release = by_id(session)["feishu.release"]
    assert (release.state, release.reason) == (GrantState.NOT_REQUESTED, "version.rejected")
    practice.control("grant", remove=["contact:user.phone:readonly"], scopes=[])
    session.permissions.set_declined("permission.mobile", True)
    practice.control("release", note="Without mobile numbers")
    practice.control("approve")
    session.permissions.check()
    admin.settle()
    assert by_id(session)["permission.mobile"].state is GrantState.DECLINED
    assert session.message.code == "permissions_complete"


def test_leaving_at_the_approval_and_going_on_the_next_day(sandbox, sit):
    practice = sandbox("--fresh")
    first = sit(practice)
    session = first.walk(Step.PERMISSIONS)
    console_part(practice, approve=False)
    first.press()
    assert session.message.code == "waiting_for_approval"
    session.save.set_secret("api_key", key_of(practice))
    setup_id = session.answers.setup_id
    first.close()
    practice.control("approve")

    second = sit(practice)
    session = second.session
    before = asked(practice)
    assert session.message.code == "resume_waiting"
    assert asked(practice) == before  # nobody is called before something is pressed
    second.act("resume")
    assert session.step is Step.PERMISSIONS
    assert session.answers.setup_id == setup_id
    # Without a keyring the secret lived in the first run only: it is asked for at its box.
    second.press()
    assert session.message.code == "secret.missing"
    session.go(Step.CREDENTIALS)
    session.credentials.set_secret(practice["app_secret"])
    second.press()
    assert session.step is Step.PERMISSIONS
    second.press()
    assert session.step is Step.SAVE
    assert [d.name for d in session.save.declares] == ["tenant_id", "api_key"]
    session.save.set_secret("api_key", key_of(practice))
    second.press()
    second.press()
    assert session.message.code == "saved"
    assert stored(practice)["enabled"] is True

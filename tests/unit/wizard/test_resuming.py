"""Every answer goes into the draft and comes back; no secret and no result does."""

from __future__ import annotations

from dataclasses import fields, replace

import msgspec
import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.domain.states import GrantState, Target
from feishu_wizard.wizard.answers import Answers, ConsoleBy, Place
from feishu_wizard.wizard.resuming import LEFT_OUT, answers_of, sitting_of
from feishu_wizard.wizard.steps import ORDER, Step
from tests.unit.wizard.fakes import APP_ID, CALLBACK, CAN, KEY, SECRET
from tests.unit.wizard.yesterday import yesterday

# Every answer, and none as it is at the start.
SAMPLE = Answers(
    setup_id="abc234",
    can_text=CAN + "/anymetrics/home?x=1",
    no_can=True,
    capabilities=frozenset({Capability.SSO}),
    console_by=ConsoleBy.COLLEAGUE,
    edition=Edition.PRIVATE,
    open_url="https://open.example.com",
    accounts_url="https://accounts.example.com",
    proxy="http://proxy.example.com:3128",
    proxy_user="wizard",
    ca_file="/etc/ssl/company.pem",
    plain_http=frozenset({"can.example.com"}),
    pinned=(("can.example.com", "ab" * 32),),
    app_type=AppType.STORE,
    tenant_key="2ed263bf32cf1651",
    app_id_text=f" {APP_ID} ",
    callback_text=f"“{CALLBACK}”",
    secrets=(("app_secret", Secret(SECRET)), ("can_api_key", Secret(KEY))),
    refs=(("app_secret", "keyring:app_secret"), ("can_api_key", "file:/run/key")),
    place=Place.FILE,
    scanned_by="ou_7d8a6e6df7621556ce0d21922b676706ccs",
    declined=frozenset({"permission.mobile"}),
    console_done=frozenset({"feishu.redirect_url"}),
    targets=frozenset({Target.CAN, Target.FILE}),
    profile="can-rest",
    api_base=CAN + "/anymetrics/api/v1",
    inputs=(("tenant_id", "7"),),
    file_path="/srv/can/setup.toml",
    file_plain=True,
    enable=False,
    enable_open=True,
    stated=frozenset({"callback_url"}),
    recipients_text="zhang.wei; li.na",
    recipient_kind="email",
    template="text",
    message_lang="zh_Hans",
)
_NAMES = [field.name for field in fields(Answers)]


def through_the_file(session):
    """The draft of a session as it is on disk."""
    data = msgspec.json.encode(sitting_of(session))
    assert SECRET.encode() not in data
    assert KEY.encode() not in data
    return msgspec.json.decode(data, type=Sitting)


@pytest.mark.parametrize("name", _NAMES)
def test_the_sample_has_every_answer(name):
    """A new answer fails here: give the sample a value, and the draft a place for it."""
    fresh = getattr(replace(Answers(), setup_id="xyz789"), name)
    assert getattr(SAMPLE, name) != fresh, f"{name} is not in the sample"


@pytest.mark.parametrize("name", _NAMES)
def test_every_answer_comes_back(session, name):
    session.restore(SAMPLE, Step.SAVE)
    back = answers_of(through_the_file(session))
    if name in LEFT_OUT:
        assert getattr(back, name) == getattr(Answers(), name)
    else:
        assert getattr(back, name) == getattr(SAMPLE, name)


def test_only_what_has_a_reason_is_left_out():
    assert {"secrets", "enable_open"} == LEFT_OUT


def test_every_field_of_the_draft_is_written_and_read(session):
    session.restore(SAMPLE, Step.SAVE)
    session.permissions.waiting_since = "2026-03-01T08:00:00+00:00"
    kept = through_the_file(session)
    untouched = Sitting(setup=kept.setup)
    own = {"schema", "updated_at"}  # the store's
    same = [n for n in Sitting.__struct_fields__ if getattr(kept, n) == getattr(untouched, n)]
    assert set(same) == own | {"setup"}
    session.restore(answers_of(kept), Step(kept.step))
    session.permissions.waiting_since = kept.waiting_since
    assert through_the_file(session) == kept


def test_nothing_of_an_earlier_sitting_is_believed(new_session, runner, operations):
    """Whatever was checked, saved and proven: today it is looked at again."""
    steps = [step.value for step in ORDER]
    operations.results["last_draft"] = yesterday(step="finish", visited=steps, waiting_since="")
    session = new_session()
    session.act("resume")
    runner.settle()
    assert session.step is Step.FINISH
    assert session.prerequisites.findings == ()
    assert session.credentials.result is None
    assert {row.state for row in session.permissions.states} == {GrantState.UNKNOWN}
    assert session.permissions.result is None
    assert session.save.plans == ()
    assert session.save.results == ()
    assert not session.closing
    assert session.test.push.deliveries == ()
    assert not any(session.controller(step).done() for step in ORDER[:-1])
    assert {word.proof.value for word in session.finish.words} <= {"none", "stated"}
    called = {name for name, _ in operations.calls}
    assert not called & {"check_prerequisites", "check_credentials", "check_permissions"}
    # Each step checks before it goes on.
    for step in (Step.PREREQUISITES, Step.CREDENTIALS, Step.PERMISSIONS, Step.SAVE):
        session.go(step)
        session.press()
        runner.settle()
    made = [name for name, _ in operations.calls]
    for check in ("check_prerequisites", "check_credentials", "check_permissions", "plan_saves"):
        assert check in made, check

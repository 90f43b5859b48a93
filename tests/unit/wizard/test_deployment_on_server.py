"""A CAN that speaks no known profile: taught by what the browser copied, then saved to."""

from __future__ import annotations

import json

import pytest

from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.steps import Step
from tests.peers.dataease import DataEase, token
from tests.peers.serving import Stored, hosted

CALLBACK = "/user/softLogin"
SESSION = token("admin")


@pytest.fixture
def server():
    """The server at whose page the administrator works, with an older setting stored."""
    with hosted() as host:
        peer = host.put(DataEase())
        yield host, peer


@pytest.fixture
def admin(healthy, sit, server):
    """An administrator at the step that saves; this CAN is set up by hand so far."""
    host, peer = server
    made = sit(healthy)
    made.fill()
    made.session.prerequisites.set_can_text(host.origin)
    made.session.credentials.set_callback(host.origin + CALLBACK)
    peer.pairs[healthy["app_id"]] = healthy["app_secret"]
    peer.changed(
        "somebody", Stored(healthy["app_id"], healthy["app_secret"], host.origin + CALLBACK)
    )
    while made.session.step is not Step.SAVE:
        made.press()
    assert Target.CAN not in made.session.save.offered
    return made


def copied(host, healthy) -> str:
    """What *Copy as cURL* gives of opening the page and of saving it unchanged."""
    body = {"appId": healthy["app_id"], "appSecret": healthy["app_secret"]}
    body |= {"callBack": host.origin + CALLBACK, "enable": False, "valid": None}
    lines = [
        f"curl '{host.origin}/de2api/lark/info' -H 'X-DE-TOKEN: {SESSION}'",
        f"curl '{host.origin}/de2api/lark/create' -H 'X-DE-TOKEN: {SESSION}'"
        f" -H 'content-type: application/json' --data-raw '{json.dumps(body)}'",
        f"curl '{host.origin}/de2api/lark/switchEnable' -H 'X-DE-TOKEN: {SESSION}'"
        " -H 'content-type: application/json' --data-raw '{\"enable\":true}'",
    ]
    return "\n".join(lines)


def decided(admin):
    flow = admin.session.save.deployment
    for _round in range(6):
        if flow.look is not None and not flow.questions:
            return
        flow.decide()
        admin.settle()
    raise AssertionError(flow.questions)


@pytest.fixture
def shown(admin, server, healthy):
    """What was copied was read and decided: a profile waits to be trusted."""
    flow = admin.session.save.deployment
    flow.set_text(copied(server[0], healthy))
    flow.read_text()
    admin.settle()
    assert flow.error is None, flow.error
    decided(admin)
    return flow


@pytest.fixture
def learned(admin, shown):
    """Trusted, given a session, corrected by CAN's first answer, and trusted again."""
    session = admin.session
    shown.trust()
    admin.settle()
    session.save.set_secret(secret_of(session), f"X-DE-TOKEN: {SESSION}")
    shown.try_it()
    admin.settle()
    decided(admin)
    assert not shown.learns
    shown.trust()
    admin.settle()
    return shown


def secret_of(session) -> str:
    """The one secret that the profile asks for: a session, for this run only."""
    [asked] = [one for one in session.save.declares if one.secret]
    assert asked.keep == "run"
    return asked.name


def test_nothing_is_used_before_it_is_trusted(admin, shown):
    session = admin.session
    assert shown.text == ""  # it held a session
    assert not shown.look.trusted
    assert session.answers.profile == "by-hand"
    shown.trust()
    admin.settle()
    assert Target.CAN in session.save.chosen
    shown.try_it()
    assert session.focus == f"save.secret.{secret_of(session)}"  # asked for at its field


def test_the_first_answer_corrects_the_profile_which_is_shown_again(admin, server, shown):
    peer, session = server[1], admin.session
    shown.trust()
    admin.settle()
    session.save.set_secret(secret_of(session), SESSION)
    before = len(peer.history)
    shown.try_it()
    admin.settle()
    decided(admin)
    assert not shown.look.trusted
    assert shown.look.differences
    assert len(peer.history) == before


def test_it_reads_and_saves(admin, server, healthy, learned):
    peer, session = server[1], admin.session
    learned.try_it()
    admin.settle()
    assert learned.tried.fits, learned.tried
    assert learned.look.known_by == "live"
    session.save.set_enable_open(True)
    admin.press()
    assert session.save.plans, session.message
    admin.press()
    assert session.message.code == "saved", session.message
    assert peer.now.enabled
    assert peer.now.app_secret == healthy["app_secret"]
    assert set(peer.refusals) == {"path"}  # looking for a known profile, and nothing else


def test_a_session_is_kept_nowhere_and_asked_for_anew(admin, healthy, sit, learned):
    name = secret_of(admin.session)
    secret = admin.session.answers.secret(APP_SECRET).reveal()
    admin.close()
    written = admin.written()
    assert SESSION.encode() not in written
    assert secret.encode() not in written
    tomorrow = sit(healthy)
    tomorrow.act("resume")
    session = tomorrow.session
    tomorrow.settle()
    assert session.answers.profile == learned.look.id
    assert session.answers.secret(f"can_{name}") is None
    assert secret_of(session) == name


def test_a_recording_of_another_server_is_refused(admin, server, healthy):
    flow = admin.session.save.deployment
    elsewhere = copied(server[0], healthy).replace(server[0].origin, "https://other.example.com")
    flow.set_text(elsewhere)
    flow.read_text()
    admin.settle()
    assert flow.error.code == "recording.other_product"
    assert flow.recording is None

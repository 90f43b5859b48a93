"""The sign-in panel: a code or the browser, who signed in, and what was seen at CAN."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status
from feishu_wizard.domain.sign_in import (
    LISTENER_PORT,
    Seen,
    SignedIn,
    SignInOffer,
    SignInProgress,
    SignInState,
    SignInWay,
    UrlsCheck,
)
from feishu_wizard.ui import desktop
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

ADDRESS = f"http://127.0.0.1:{LISTENER_PORT}/feishu-wizard/callback"
OFFER = SignInOffer(SignInWay.DEVICE, "https://accounts.feishu.cn/device?code=A7", 240.0, "A7-KL")
ADA = SignedIn(
    SignInWay.DEVICE,
    "ou_1",
    "王小明",
    user_id="4e9d0c55",
    fields=frozenset({"user_id", "email"}),
    evidence=(Evidence("GET", "open.feishu.cn", "/open-apis/authen/v1/user_info", 200, 0),),
)


def ready(session):
    fakes.prepare(session, fakes.network_ok())
    fakes.enter(session)


@pytest.fixture
def at(stage):
    made = stage(Step.TEST, ready)
    made.session.test.entered()
    made.find("test.panel.sso").click()
    return made


@pytest.fixture
def opened(monkeypatch):
    seen = []
    monkeypatch.setattr(desktop, "open_url", lambda url: bool(seen.append(url)) or True)
    return seen


def begin(at):
    at.find("test.login").click()
    return at.job


def test_the_tab_leads_to_the_panel_and_the_button_to_the_next_one(at):
    assert at.session.test.panel is Capability.SSO
    assert at.shows("test.login")
    assert at.session.verb().code == "sign_in_once"
    at.find("test.login.not_now").click()
    assert at.session.verb().code == "next_user_sync"
    assert not at.shows("test.login.not_now")
    assert at.shows("test.login")


def test_a_code_is_shown_with_what_is_left_of_its_time(at, opened):
    job = begin(at)
    assert at.shows("test.login.cancel")
    assert not at.shows("test.login")
    job.progress(SignInProgress("waiting", offer=OFFER))
    at.job.done((b"\1\0", b"\0\1"))  # the QR code, drawn beside
    assert "Code: A7-KL" in at.texts()
    assert at.shows("test.login.code")
    assert "Valid for another" in at.texts()
    assert opened == []  # a code is opened by a person
    assert at.session.busy is None  # the page stays usable


def test_the_browser_is_opened_once(at, opened):
    job = begin(at)
    offer = SignInOffer(SignInWay.BROWSER, "https://accounts.feishu.cn/authorize?state=x", 300.0)
    job.progress(SignInProgress("waiting", offer=offer))
    at.session.changed()
    at.session.changed()
    assert opened == [offer.url]
    assert "this page cannot see it" in at.texts()


def test_who_signed_in_and_what_that_brings(at):
    begin(at).done(ADA)
    assert "王小明 signed in" in at.texts()
    assert "4e9d0c55" in at.texts()
    assert "blank" in at.texts()  # the e-mail came without a value
    assert "not given: no permission for it" in at.texts()
    assert "CAN would look for the account 4e9d0c55" in at.texts()
    assert at.shows("test.login.again")
    assert at.session.test.sign_in.done()


def test_an_end_without_result_says_why_and_can_be_repeated(at):
    begin(at).failed(WizardError("net.refused", {"host": "open.feishu.cn"}))
    assert at.session.test.sign_in.state is SignInState.ENDED
    assert at.shows("test.login.ended")
    assert at.session.test.open_items() == 3
    at.find("test.login.again").click()
    assert at.session.test.sign_in.running
    assert not at.shows("test.login.ended")


def test_a_cancelled_sign_in_takes_no_late_news(at):
    job = begin(at)
    at.find("test.login.cancel").click()
    assert job.cancelled
    job.done(ADA)
    assert at.session.test.sign_in.result is None
    assert at.shows("test.login")


def test_another_panel_or_step_ends_it(at):
    job = begin(at)
    at.find("test.panel.push").click()
    assert job.cancelled
    at.find("test.panel.sso").click()
    job = begin(at)
    at.session.go(Step.SAVE)
    assert job.cancelled


def test_another_app_drops_who_signed_in(at):
    begin(at).done(ADA)
    at.session.update(app_id_text="cli_a8c029e757e6500c")
    assert at.session.test.sign_in.result is None


def test_the_address_of_the_browser_way_follows_the_port(at):
    at.find("test.login.browser_way").click()
    assert ADDRESS in at.texts()
    at.find("test.login.port").setValue(30123)
    assert "http://127.0.0.1:30123/" in at.texts()
    assert at.session.test.sign_in.port == 30123


def test_registered_redirect_urls_are_shown_as_findings(at):
    at.find("test.login.browser_way").click()
    at.find("test.login.check_urls").click()
    assert at.session.busy.code == "checking_urls"
    finding = Finding("feishu.redirect_url", Status.PASS, proof=Proof.CONFIGURED)
    at.job.done(UrlsCheck("https://can/x", (), ADDRESS, finding, listener_registered=False))
    assert at.shows("test.login.url.1")
    assert not at.shows("test.login.register")  # this app may not change itself


def test_what_was_seen_at_can_is_kept_as_stated(at, opened):
    assert not at.shows("test.login.seen.20029")
    at.find("test.login.can").click()
    at.job.done("https://accounts.feishu.cn/authorize?redirect_uri=can")
    assert opened == ["https://accounts.feishu.cn/authorize?redirect_uri=can"]
    at.find("test.login.seen.20029").click()
    at.job.done(Finding("capability.sso", Status.FAIL, "feishu.20029", proof=Proof.STATED))
    assert at.session.test.sign_in.seen is Seen.E20029
    assert at.shows("test.login.told")
    assert not at.session.test.sign_in.done()
    at.find("test.login.seen.signed_in").click()
    at.job.done(Finding("capability.sso", Status.PASS, proof=Proof.STATED))
    assert at.session.test.sign_in.done()


def test_another_app_is_asked_for_a_sign_in_again(at):
    at.find("test.login.not_now").click()
    at.session.update(callback_text="https://can.example.com/can/user/softLogin")
    assert at.session.test.sign_in.verb() is None  # the same app: it stays put off
    at.session.update(app_id_text="cli_a8c029e757e6500c")
    assert at.session.test.sign_in.verb().code == "sign_in_once"

"""Scanning on the second page: what it asks for, the code itself, and how it ends."""

from __future__ import annotations

import pytest
import segno
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import NetworkError, WizardError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.launch import launch_url
from feishu_wizard.domain.scan import OtherBrand, Scanned, ScanOffer, ScanWish
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.create_app import ScanProgress, qr_matrix
from feishu_wizard.ui import theme
from feishu_wizard.ui.widgets.qr_code import QUIET, QrCode
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.scan import SECOND
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

MADE = "cli_b7d139f868f7611c"
WISH = ScanWish(("im:message:send_as_bot",), name="Aloudata CAN", description="将 CAN 与飞书集成")
URL = launch_url("https://open.feishu.cn/page/launcher?user_code=ABCD-EFGH", WISH)
OFFER = ScanOffer(URL, "ABCD-EFGH", 300.0, 5.0, Secret("device-code-of-a-test"))


def ready(session):
    fakes.prepare(session, fakes.network_ok())


def waiting(stage, **changes):
    """The page with a code on it."""
    at = stage(Step.CREDENTIALS, ready)
    at.find("credentials.scan.start").click()
    at.scan = at.job
    at.scan.progress(ScanProgress("scan_waiting", offer=OFFER, matrix=qr_matrix(URL), **changes))
    return at


def ended(stage, code, **params):
    at = waiting(stage)
    at.scan.failed(WizardError(code, params))
    return at


# -- the code -------------------------------------------------------------------------------


def modules_of(widget, count):
    """What is painted at the middle of each module: True is dark."""
    image = widget.grab().toImage()
    step = widget.pixels()

    def dark(x, y):
        middle = QPoint(x * step + step // 2, y * step + step // 2)
        color = image.pixelColor(middle)
        assert color.rgb() & 0xFFFFFF in (0, 0xFFFFFF)  # nothing is smoothed
        return color.lightness() < 128

    return [[dark(x, y) for x in range(count)] for y in range(count)]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_what_is_painted_is_the_code_in_white(qapp, qtbot, look):
    theme.apply(qapp, look)
    widget = QrCode()
    qtbot.addWidget(widget)
    widget.set_code(qr_matrix(URL), URL, "Code to scan")
    widget.resize(widget.sizeHint())
    expected = segno.make(URL, error="l", micro=False).matrix
    side = len(expected) + 2 * QUIET
    painted = modules_of(widget, side)
    inner = [line[QUIET:-QUIET] for line in painted[QUIET:-QUIET]]
    assert inner == [[bool(module) for module in line] for line in expected]
    border = [
        painted[y][x]
        for y in range(side)
        for x in range(side)
        if min(x, y, side - 1 - x, side - 1 - y) < QUIET
    ]
    assert not any(border)
    assert widget.pixels() >= 3
    theme.apply(qapp, "light")


def test_the_code_can_be_read_aloud(stage):
    at = waiting(stage)
    code = at.find("credentials.scan.code")
    assert code.accessibleName() == "Code to scan with Feishu on the phone"
    assert code.accessibleDescription() == URL
    assert code.text() == URL


# -- before -----------------------------------------------------------------------------------


def test_both_ways_stand_side_by_side(stage):
    at = stage(Step.CREDENTIALS, ready)
    assert at.find("credentials.way.scan").isChecked()
    assert at.shows("credentials.scan.start")
    assert not at.shows("credentials.copy.name")
    at.find("credentials.way.console").click()
    assert at.shows("credentials.copy.name")
    assert not at.shows("credentials.scan.start")


def test_without_an_accounts_host_the_console_is_proposed(stage):
    def private(session):
        ready(session)
        session.update(edition=Edition.PRIVATE, open_url="https://feishu.example.com")

    at = stage(Step.CREDENTIALS, private)
    assert at.find("credentials.way.console").isChecked()
    at.find("credentials.way.scan").click()
    assert not at.find("credentials.scan.start").isEnabled()
    assert "With these settings no scan is possible." in at.texts()


def test_the_two_lists_and_the_limits_are_said_first(stage):
    at = stage(Step.CREDENTIALS, ready)
    texts = at.texts()
    assert "CAN needs these permissions" in texts
    assert "• Send messages as the app" in texts
    assert "Only for checking; you can leave them out" in texts
    assert "A scan cannot set the redirect URL" in texts


def test_a_helper_is_left_out_by_its_tick(stage):
    at = stage(Step.CREDENTIALS, ready)
    tick = at.find("credentials.scan.helper.permission.self_manage")
    assert tick.isChecked()
    tick.click()
    scopes = at.session.credentials.scan.wish.scopes
    assert "application:application:self_manage" not in scopes


def test_a_colleague_gets_the_message_and_no_scan(stage):
    def colleague(session):
        ready(session)
        session.update(console_by=ConsoleBy.COLLEAGUE)

    at = stage(Step.CREDENTIALS, colleague)
    assert at.shows("credentials.handoff")
    assert not at.shows("credentials.scan.start")
    assert not at.shows("credentials.way.scan")


# -- while waiting ------------------------------------------------------------------------------


def test_while_waiting_the_boxes_stay_usable(stage):
    at = waiting(stage)
    assert at.session.busy is None
    assert not at.find("credentials.app_id").isReadOnly()
    assert at.find("credentials.test").isEnabled()
    assert not at.find("credentials.way.console").isEnabled()
    at.find("credentials.callback_url").setText("https://can.example.com/user/softLogin")
    assert at.shows("credentials.scan.code")


def test_code_time_and_link_are_there_in_words(stage):
    at = waiting(stage)
    texts = at.texts()
    assert "Code: ABCD-EFGH" in texts
    assert "Valid for another 4 min 59 s" in texts
    assert at.find("credentials.scan.open").url() == URL


def test_only_the_copy_button_touches_the_clipboard(stage):
    QApplication.clipboard().setText("what was there")
    at = waiting(stage)
    assert QApplication.clipboard().text() == "what was there"
    at.find("credentials.scan.link").click()
    assert QApplication.clipboard().text() == URL


def test_the_seconds_count_down(stage, monkeypatch):
    at = waiting(stage)
    flow = at.session.credentials.scan
    monkeypatch.setattr(flow, "seconds_left", lambda: 42.5)
    next(t for t in at.runner.timers if t.seconds == SECOND and not t.stopped).call()
    assert "Valid for another 42 s" in at.texts()


def test_a_lost_network_is_told_and_taken_back(stage):
    lost = NetworkError("net.timeout", {"host": "accounts.feishu.cn"})
    at = waiting(stage, trouble=lost)
    assert "No answer right now." in at.texts()
    at.scan.progress(ScanProgress("scan_waiting", offer=OFFER))
    assert "No answer right now." not in at.texts()
    assert at.shows("credentials.scan.code")


def test_cancel_stops_the_work_and_offers_a_new_code(stage):
    at = waiting(stage)
    at.find("credentials.scan.cancel").click()
    assert at.scan.asked_to_cancel
    assert not at.shows("credentials.scan.code")
    assert "The scan was cancelled." in at.texts()
    at.find("credentials.scan.again").click()
    assert at.job is not at.scan
    assert "Asking for a code…" in at.texts()


# -- how it ends --------------------------------------------------------------------------------


def test_what_came_stands_in_the_boxes_and_is_checked(stage):
    at = waiting(stage)
    at.scan.done(Scanned(MADE, Secret(fakes.SECRET), "ou_7", Edition.FEISHU))
    assert at.find("credentials.app_id").text() == MADE
    assert at.find("credentials.app_secret").text() == fakes.SECRET
    assert f"The app was created: {MADE}" in at.texts()
    assert at.session.busy.code == "checking_credentials"
    assert fakes.SECRET not in at.find("credentials.app_secret").displayText()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("scan.denied", "The scan was declined on the phone."),
        ("scan.expired", "The code has expired"),
        ("scan.taken", "This code was redeemed already"),
        ("scan.not_offered", "Creating an app by scan is not offered here."),
    ],
)
def test_why_not_and_the_next_best_way(stage, code, sentence):
    at = ended(stage, code)
    assert sentence in at.texts()
    assert at.shows("credentials.scan.again")
    at.find("credentials.scan.by_hand").click()
    assert at.find("credentials.way.console").isChecked()
    assert at.shows("credentials.copy.name")
    assert at.page.focusWidget() is at.find("credentials.app_id")


def test_a_failed_exchange_shows_what_came_back(stage):
    at = waiting(stage)
    path = "/oauth/v1/app/registration"
    seen = Evidence("POST", "accounts.feishu.cn", path, http_status=403)
    params = {"host": "accounts.feishu.cn", "error": "strange", "msg": ""}
    at.scan.failed(WizardError("scan.refused", params, evidence=(seen,)))
    assert "accounts.feishu.cn refused the scan: strange." in at.texts()
    assert at.shows("credentials.scan.details")
    at.find("credentials.scan.details").click()
    assert "accounts.feishu.cn/oauth/v1/app/registration" in at.texts()


def test_the_other_brand_is_asked_about_with_its_hosts(stage):
    at = waiting(stage)
    jobs = len(at.runner.jobs)
    at.scan.done(OtherBrand(Edition.LARK, OFFER))
    assert "Nothing was sent to open.larksuite.com, accounts.larksuite.com yet." in at.texts()
    assert len(at.runner.jobs) == jobs
    at.find("credentials.scan.go_on").click()
    assert len(at.runner.jobs) == jobs + 1
    assert at.shows("credentials.scan.code")


def test_not_continuing_there_ends_it(stage):
    at = waiting(stage)
    at.scan.done(OtherBrand(Edition.LARK, OFFER))
    at.find("credentials.scan.stop").click()
    assert "The scan was cancelled." in at.texts()
    assert at.session.answers.edition is Edition.FEISHU

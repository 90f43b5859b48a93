"""The first page: address, capabilities, network, findings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.drift import Drift, DriftLook, Side
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.finding import Status
from feishu_wizard.text.ledger import age
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

AT = "2026-11-16T10:00:00+00:00"


def test_what_follows_from_an_address_is_shown(stage, qtbot):
    at = stage(Step.PREREQUISITES)
    qtbot.keyClicks(at.find("prerequisites.can_url"), "https://can.example.com/user/login")
    assert at.session.answers.can_text == "https://can.example.com/user/login"
    assert "https://can.example.com/user/softLogin" in at.texts()
    assert "https://can.example.com/anymetrics/api/v1" in at.texts()


def test_typing_in_the_middle_keeps_the_cursor(stage, qtbot):
    at = stage(Step.PREREQUISITES, lambda s: s.update(can_text="https://can.example.com"))
    edit = at.find("prerequisites.can_url")
    edit.setCursorPosition(8)
    qtbot.keyClicks(edit, "x")
    assert (edit.text(), edit.cursorPosition()) == ("https://xcan.example.com", 9)


def test_a_slip_is_told_and_mended_by_one_button(stage, qtbot):
    at = stage(Step.PREREQUISITES, lambda s: s.update(can_text="ttp://can.example.com"))
    assert at.session.answers.can_text == "ttp://can.example.com"
    qtbot.mouseClick(at.find("prerequisites.can_url.proposal"), Qt.MouseButton.LeftButton)
    assert at.find("prerequisites.can_url").text() == "http://can.example.com"


def test_pressing_with_nothing_shows_what_is_missing(stage):
    at = stage(Step.PREREQUISITES)
    for capability in Capability:
        at.find(f"prerequisites.capability.{capability.value}").click()
    at.session.press()
    assert at.session.focus == "prerequisites.can_url"
    assert at.runner.jobs == []
    assert "This is still empty" in at.texts()
    assert "Nothing is chosen" in at.texts()


def test_capabilities_and_console_reach_the_answers(stage):
    at = stage(Step.PREREQUISITES)
    at.find("prerequisites.capability.sso").click()
    at.find("prerequisites.console_by.colleague").click()
    assert at.session.answers.capabilities == {Capability.USER_SYNC, Capability.PUSH}
    assert at.session.answers.console_by is ConsoleBy.COLLEAGUE


def test_plain_http_is_confirmed_per_host_and_can_be_taken_back(stage):
    at = stage(Step.PREREQUISITES, lambda s: s.update(can_text="http://can.corp.example/x"))
    assert at.shows("prerequisites.plain_http")
    at.session.press()
    assert at.session.focus == "prerequisites.plain_http"
    tick = at.find("prerequisites.plain_http")
    tick.click()
    assert at.session.answers.plain_http == {"http://can.corp.example"}
    tick.click()
    assert at.session.answers.plain_http == frozenset()


def test_no_can_leaves_the_address_alone(stage):
    at = stage(Step.PREREQUISITES, lambda s: s.update(can_text="https://can.example.com"))
    at.find("prerequisites.no_can").click()
    assert not at.shows("prerequisites.can_url")
    assert "can.example.com" not in at.texts()
    at.find("prerequisites.no_can").click()
    assert at.find("prerequisites.can_url").text() == "https://can.example.com"


def test_the_network_part_is_built_when_it_is_opened(stage):
    at = stage(Step.PREREQUISITES)
    assert at.page.findChild(QLineEdit, "prerequisites.ca_file") is None
    at.find("prerequisites.network").click()
    assert at.shows("prerequisites.ca_file")
    assert not at.shows("prerequisites.open_url")
    assert not at.shows("prerequisites.proxy_url")


def test_the_network_part_opens_by_itself_once_and_may_be_closed(stage):
    at = stage(Step.PREREQUISITES, lambda s: s.update(edition=Edition.PRIVATE))
    assert at.shows("prerequisites.open_url")
    at.find("prerequisites.network").click()
    at.page.refresh()
    assert not at.shows("prerequisites.open_url")


def test_a_problem_in_the_folded_part_opens_it(stage):
    at = stage(Step.PREREQUISITES, lambda s: s.update(can_text=fakes.CAN, edition=Edition.PRIVATE))
    at.find("prerequisites.network").click()
    at.session.press()
    assert at.session.focus == "prerequisites.open_url"
    assert at.page.focus_field("prerequisites.open_url")
    assert at.shows("prerequisites.open_url")


def test_a_proxy_is_typed_and_its_password_is_a_secret_of_this_run(stage, qtbot):
    at = stage(Step.PREREQUISITES)
    at.find("prerequisites.network").click()
    at.find("prerequisites.proxy.address").click()
    qtbot.keyClicks(at.find("prerequisites.proxy_url"), "http://proxy.example.com:8080")
    qtbot.keyClicks(at.find("prerequisites.proxy_user"), "ada")
    qtbot.keyClicks(at.find("prerequisites.proxy_password"), "open sesame")
    answers = at.session.answers
    assert (answers.proxy, answers.proxy_user) == ("http://proxy.example.com:8080", "ada")
    assert answers.secret("proxy_password").reveal() == "open sesame"
    assert "open sesame" not in repr(answers)
    assert "The password goes to the proxy only" in at.texts()
    at.find("prerequisites.proxy.none").click()
    assert at.session.answers.proxy == "none"


def test_layers_that_passed_are_one_line_and_failures_are_open(stage):
    at = stage(Step.PREREQUISITES, lambda s: fakes.prepare(s, fakes.network_failed()))
    rows = {row.row_id: row.view() for row in at.page.findChildren(CheckRow)}
    whole = rows["prerequisites.row.net.open"].sentence
    assert whole == "reachable, certificate trusted, clock right"
    assert rows["prerequisites.row.net.accounts.dns"].status is Status.FAIL
    assert "prerequisites.row.net.accounts.tcp" not in rows
    # The part that passed of a host that failed does not claim more than it saw.
    assert rows["prerequisites.row.net.can"].sentence == "name found, reachable"
    assert "The name is misspelt" in at.texts()


def test_a_can_without_a_profile_is_told_calmly(stage):
    at = stage(Step.PREREQUISITES, lambda s: fakes.prepare(s, fakes.network_ok(profile=False)))
    view = at.find("prerequisites.row.can.profile", CheckRow).view()
    assert (view.word, view.tone) == ("By hand", "info")
    assert at.session.prerequisites.open_items() == 0


def test_a_certificate_is_trusted_after_a_look(stage):
    at = stage(Step.PREREQUISITES, lambda s: fakes.prepare(s, fakes.network_failed()))
    assert "CN=Example Internal CA" in at.texts()
    assert "3F7A 3F7A" in at.texts()
    at.find("prerequisites.pin").click()
    assert dict(at.session.answers.pinned) == {"can.example.com": "3f7a" * 16}
    assert at.session.busy.code == "checking_network"


def test_a_pin_can_be_taken_back(stage):
    pins = (("can.example.com", "ab" * 32),)
    at = stage(Step.PREREQUISITES, lambda s: s.update(pinned=pins))
    at.find("prerequisites.unpin.can.example.com").click()
    assert at.session.answers.pinned == ()


def test_no_certificate_of_feishu_is_offered_for_trust(stage):
    at = stage(Step.PREREQUISITES, lambda s: fakes.prepare(s, fakes.network_ok()))
    assert not at.shows("prerequisites.pin")


def test_while_the_check_runs_inputs_are_readable_and_fixed(stage):
    at = stage(Step.PREREQUISITES, fakes.prepare)
    at.session.press()
    edit = at.find("prerequisites.can_url")
    assert edit.isReadOnly()
    assert edit.isEnabled()
    assert not at.find("prerequisites.no_can").isEnabled()
    at.job.done(fakes.network_failed())
    assert not at.find("prerequisites.can_url").isReadOnly()
    assert at.find("prerequisites.recheck", QAbstractButton).isEnabled()
    at.find("prerequisites.recheck").click()
    assert at.session.busy is not None


def test_the_hosts_of_the_check_are_named_before_it(stage):
    at = stage(Step.PREREQUISITES, fakes.prepare)
    assert "The check calls open.feishu.cn, accounts.feishu.cn, can.example.com." in at.texts()


def compared(*drifts):
    """A session whose setup was compared some days ago."""

    def prepare(session):
        session.update(app_id_text=fakes.APP_ID)
        session.drift._take(DriftLook(AT, drifts, frozenset(Side)), session.answers.setup_id)

    return prepare


def test_no_comparison_takes_no_room(stage):
    at = stage(Step.PREREQUISITES)
    assert at.page.findChild(QAbstractButton, "prerequisites.drift.check") is None


def test_the_last_comparison_stands_at_the_top_with_its_age(stage):
    drift = Drift("enabled", ((Side.CAN, "off"),), "can.status", AT, "", AT)
    at = stage(Step.PREREQUISITES, compared(drift))
    assert at.shows("prerequisites.drift")
    assert f"Compared {age(AT)}: 1 value differs." in at.texts()
    assert "switched off in CAN" in at.texts()


def test_check_now_compares_again(stage):
    at = stage(Step.PREREQUISITES, compared())
    assert "this setup, CAN and Feishu agree" in at.texts()
    at.find("prerequisites.drift.check").click()
    assert at.session.busy.code == "comparing_sides"
    assert not at.find("prerequisites.drift.check").isEnabled()

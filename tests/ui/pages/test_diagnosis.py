"""The diagnosis page on a real session: question, verdict, tree, and what is handed on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from feishu_wizard.domain.diagnosis import Symptom
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.instance import Claim
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.setup import Setup
from feishu_wizard.text.words import error_words
from feishu_wizard.ui import a11y, desktop
from feishu_wizard.ui.widgets.card import Banner
from feishu_wizard.ui.widgets.finding_tree import FindingTree
from feishu_wizard.wizard.diagnosis_asked import Source
from feishu_wizard.wizard.steps import ORDER, Aside
from tests.ui.pages import fakes
from tests.ui.pages.diagnosis_looks import (
    BOT,
    NETWORK,
    PASSED,
    REFUSED,
    SEEN,
    SERVER,
    made,
    press,
    row,
    shown,
    verdict,
)

# -- the question -------------------------------------------------------------------------


def test_it_opens_without_a_call_and_offers_what_is_known(stage):
    at = stage(Aside.DIAGNOSIS, lambda session: session.diagnose())
    works = [job for job in at.runner.jobs if job.done]
    assert at.session.busy is None
    assert len(works) == 1  # the error book is read from the packaged files
    assert at.find("diagnosis.source.typed").isChecked()
    assert at.page.first_field() is at.find("diagnosis.run")
    assert not at.shows("diagnosis.verdict")
    assert not at.shows("diagnosis.tree")


def test_sources_show_their_own_fields(asked, qtbot):
    assert asked.shows("diagnosis.app_secret")
    assert not asked.shows("diagnosis.file")
    press(asked, "diagnosis.source.file")
    assert asked.shows("diagnosis.file")
    assert not asked.shows("diagnosis.app_id")
    qtbot.keyClicks(asked.find("diagnosis.file"), "/tmp/setup.toml")
    assert asked.session.diagnosis.asks.path == "/tmp/setup.toml"
    press(asked, "diagnosis.source.sitting")
    assert not asked.shows("diagnosis.file")


def test_person_symptom_and_secret_reach_the_question(asked, qtbot):
    qtbot.keyClicks(asked.find("diagnosis.person"), "ada")
    press(asked, "diagnosis.symptom.one_not_reached")
    qtbot.keyClicks(asked.find("diagnosis.app_secret"), fakes.SECRET)
    asks = asked.session.diagnosis.asks
    assert (asks.person, asks.symptom) == ("ada", Symptom.ONE_NOT_REACHED)
    assert asks.secret.reveal() == fakes.SECRET
    press(asked, "diagnosis.symptom.any")
    assert asks.symptom is None
    assert fakes.SECRET not in asked.texts().replace(asked.find("diagnosis.app_secret").text(), "")


def test_all_six_symptoms_are_offered_in_words(asked):
    for symptom in Symptom:
        assert asked.find(f"diagnosis.symptom.{symptom.value}").text()
    assert "Login shows 20029" in asked.texts()


def test_hosts_are_named_before_they_are_called(asked):
    asked.session.diagnosis.asks.set_can(fakes.CAN)
    words = "The diagnosis calls open.feishu.cn, accounts.feishu.cn, can.example.com."
    assert words in asked.texts()


def test_nothing_to_ask_is_told_at_the_field(asked):
    asked.session.diagnosis.asks.set_app_id("")
    jobs = len(asked.runner.jobs)
    press(asked, "diagnosis.run")
    assert asked.session.focus == "diagnosis.app_id"
    assert len(asked.runner.jobs) == jobs
    assert "This is still empty" in asked.texts()


# -- while it runs ------------------------------------------------------------------------


def test_results_come_one_by_one_and_can_be_cancelled(asked, qtbot):
    press(asked, "diagnosis.run")
    tree = asked.find("diagnosis.tree", FindingTree)
    for finding in (BOT, NETWORK[0], REFUSED):
        asked.job.progress(Progress("diagnosing", finding=finding))
    qtbot.waitUntil(lambda: tree.settled)
    assert verdict(asked) == "Diagnosing…"
    assert "3 checks so far, 1 problems." in asked.texts()
    assert row(asked, "feishu.credentials").isVisible()
    assert (
        not row(asked, "feishu.credentials")
        .findChild(QAbstractButton, "diagnosis.row.feishu.credentials.again")
        .isEnabled()
    )
    asked.session.cancel_work()
    assert asked.job.asked_to_cancel
    asked.job.cancelled()
    assert verdict(asked).startswith("App ID and App Secret")
    assert "Not everything was looked at." in asked.texts()


def test_a_run_that_was_stopped_never_says_that_all_is_well(asked):
    press(asked, "diagnosis.run")
    asked.job.progress(Progress("diagnosing", finding=NETWORK[0]))
    asked.job.cancelled()
    assert "not everything was looked at" in verdict(asked)


def test_the_button_keeps_the_focus_and_a_second_press_does_nothing(asked):
    asked.page.activateWindow()
    run = asked.find("diagnosis.run")
    run.setFocus()
    press(asked, "diagnosis.run")
    jobs = len(asked.runner.jobs)
    assert run.isEnabled()
    press(asked, "diagnosis.run")
    assert len(asked.runner.jobs) == jobs
    typed = [w for w in asked.page.findChildren(QLineEdit) if not w.isReadOnly()]
    assert typed == []


# -- the answer ---------------------------------------------------------------------------


def test_the_verdict_is_one_sentence_and_its_check_is_open(asked, qtbot, monkeypatch):
    said = []
    monkeypatch.setattr(a11y, "announce", lambda _w, text, assertive=False: said.append(text))
    tree = shown(asked, qtbot=qtbot)
    assert verdict(asked).startswith("App ID and App Secret")
    assert said == [verdict(asked)]
    first = row(asked, "feishu.credentials")
    assert first.is_expanded()
    assert first.isVisible()
    assert tree.group("feishu").is_open()
    assert not tree.group("net.open").is_open()
    assert tree.group("net.open").row("net.open.dns") is None  # made when it is looked at
    assert "8 of at most 15" in asked.texts()
    assert "2.3 s" in asked.texts()
    # The question has made room; it can be opened again.
    assert not asked.shows("diagnosis.app_id")
    press(asked, "diagnosis.question")
    assert asked.shows("diagnosis.app_id")


def test_details_tell_cause_fix_who_and_the_exchange(asked, qtbot):
    shown(asked, qtbot=qtbot)
    details = {d.label: d.text for d in row(asked, "feishu.credentials").view().details}
    path = "/open-apis/auth/v3/tenant_access_token/internal"
    assert details["Request"] == f"POST open.feishu.cn{path}"
    assert "code 10014" in details["Answer"]
    assert details["Log ID"] == SEEN.log_id
    assert fakes.AT in details["Time"]
    assert "feishu.credentials" in details["Check and code"]
    assert {"Likely cause", "What helps", "Who can fix it"} <= details.keys()
    desktop.copy("")
    press(asked, "diagnosis.row.feishu.credentials.copy")
    copied = QApplication.clipboard().text()
    assert SEEN.log_id in copied
    assert "10014" in copied


def test_groups_open_by_mouse_and_by_arrow_keys(asked, qtbot):
    tree = shown(asked, qtbot=qtbot)
    group = tree.group("net.can")
    assert "CAN server" in group.toggle.accessibleName()
    assert group.toggle.accessibleDescription() == "closed"
    qtbot.keyClick(group.toggle, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: tree.settled)
    assert group.is_open()
    assert row(asked, "net.can.tcp").isVisible()
    assert group.toggle.accessibleDescription() == "open"
    qtbot.keyClick(group.toggle, Qt.Key.Key_Left)
    assert not row(asked, "net.can.tcp").isVisible()
    qtbot.mouseClick(group._head, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tree.settled)
    assert row(asked, "net.can.tcp").isVisible()


def test_what_was_closed_by_hand_stays_closed(asked, qtbot):
    tree = shown(asked, qtbot=qtbot)
    group = tree.group("feishu")
    group.toggle.click()
    assert not group.is_open()
    asked.session.changed()
    assert not group.is_open()


def test_problems_only(asked, qtbot):
    tree = shown(asked, qtbot=qtbot)
    press(asked, "diagnosis.filter")
    qtbot.waitUntil(lambda: tree.settled)
    assert tree.group("net.open").isHidden()
    assert row(asked, "feishu.credentials").isVisible()
    assert not row(asked, "feishu.bot").isVisible()
    press(asked, "diagnosis.filter")
    qtbot.waitUntil(lambda: tree.settled)
    assert not tree.group("net.open").isHidden()
    assert row(asked, "feishu.bot").isVisible()


def test_a_healthy_setup_says_so_and_the_filter_too(asked, qtbot):
    shown(asked, made(*NETWORK, PASSED, BOT), qtbot)
    assert asked.find("diagnosis.verdict", Banner).property("banner") == "success"
    press(asked, "diagnosis.filter")
    assert "No check found a problem." in asked.texts()


def test_one_check_is_run_again(asked, qtbot):
    tree = shown(asked, qtbot=qtbot)
    press(asked, "diagnosis.row.feishu.credentials.again")
    assert asked.session.diagnosis.busy
    asked.job.done((made(PASSED, BOT, feishu_calls=2), None))
    qtbot.waitUntil(lambda: tree.settled)
    assert row(asked, "feishu.credentials").view().status is Status.PASS
    assert asked.find("diagnosis.verdict", Banner).property("banner") == "success"
    assert "10 of at most 15" in asked.texts()


def test_one_that_passed_is_run_again_from_its_details(asked, qtbot):
    tree = shown(asked, made(*NETWORK, PASSED, BOT), qtbot)
    tree.group("feishu").toggle.click()
    qtbot.waitUntil(lambda: tree.settled)
    assert not asked.shows("diagnosis.row.feishu.bot.again")
    row(asked, "feishu.bot").set_expanded(True)
    press(asked, "diagnosis.row.feishu.bot.again")
    assert asked.session.diagnosis.busy


def test_a_typed_value_is_corrected_above(asked, qtbot):
    shown(asked, qtbot=qtbot)
    press(asked, "diagnosis.row.feishu.credentials.mend")
    assert asked.session.focus == "diagnosis.app_secret"
    assert asked.page.focus_field("diagnosis.app_secret")
    assert asked.shows("diagnosis.app_secret")


def test_a_finding_of_this_sitting_leads_to_its_step(stage, qtbot):
    def prepare(session):
        fakes.enter(session)
        session.diagnose()

    at = stage(Aside.DIAGNOSIS, prepare)
    assert at.find("diagnosis.source.sitting").isChecked()
    at.session._visited |= set(ORDER)
    shown(at, qtbot=qtbot)
    button = at.find("diagnosis.row.feishu.credentials.mend", QAbstractButton)
    assert button.text() == "Mend it in “Credentials”"
    button.click()
    assert at.session.view.value == "credentials"
    assert at.session.focus == "credentials.app_secret"


def test_links_of_the_console_are_at_hand(asked, qtbot):
    shown(asked, qtbot=qtbot)
    link = asked.find("diagnosis.row.feishu.credentials.link0")
    assert link.url() == "https://open.feishu.cn/app/cli_1/baseinfo"


def test_a_second_diagnosis_begins_folded(asked, qtbot):
    tree = shown(asked, qtbot=qtbot)
    shown(asked, made(*NETWORK, PASSED, BOT), qtbot)
    assert not tree.group("feishu").is_open()
    assert asked.find("diagnosis.verdict", Banner).property("banner") == "success"


def test_many_findings_never_hold_the_window_up(asked, qtbot, monkeypatch):
    """With no time at all every call makes one thing only, and all the same all gets done."""
    monkeypatch.setattr("feishu_wizard.ui.widgets.finding_tree.SLICE_SECONDS", -1.0)
    tree = shown(asked)
    assert not tree.settled
    qtbot.waitUntil(lambda: tree.settled)
    assert row(asked, "feishu.credentials").is_expanded()


def test_a_file_is_opened_in_the_steps_when_asked_to(stage, qtbot):
    at = stage(Aside.DIAGNOSIS, lambda session: session.diagnose())
    asks = at.session.diagnosis.asks
    asks.set_source(Source.FILE)
    asks.set_path("/tmp/setup.toml")
    shown(at, qtbot=qtbot)
    assert at.session.diagnosis.remedy(REFUSED) is None
    press(at, "diagnosis.question")
    press(at, "diagnosis.take_over")
    at.job.done(Kit(Setup(id="abc234"), file_path="/tmp/setup.toml"))
    assert at.session.aside is Aside.DIAGNOSIS  # the setup is taken first
    at.job.done(Claim("abc234", ""))
    assert at.session.aside is None
    assert at.session.answers.setup_id == "abc234"


# -- what is handed on --------------------------------------------------------------------


def test_copy_all_and_preview_are_the_redacted_report(asked, qtbot):
    shown(asked, qtbot=qtbot)
    works = [j for j in asked.runner.jobs if j.work]
    works[-1].done("# Report\nwithout secrets")
    assert asked.find("diagnosis.copy").isEnabled()
    desktop.copy("")
    press(asked, "diagnosis.copy")
    assert QApplication.clipboard().text() == "# Report\nwithout secrets"
    press(asked, "diagnosis.report")
    assert "without secrets" in asked.find("diagnosis.report.preview").toPlainText()
    assert asked.find("diagnosis.report.preview").isReadOnly()


def test_the_report_is_written_where_chosen(asked, qtbot):
    shown(asked, qtbot=qtbot)
    press(asked, "diagnosis.report")
    asked.session.diagnosis.export("/tmp/x.html")
    assert asked.session.busy.code == "exporting"
    asked.job.done("/tmp/x.html")
    assert "Written: /tmp/x.html" in asked.texts()


def test_the_sheet_is_copied_and_saved(asked, qtbot):
    shown(asked, qtbot=qtbot)
    press(asked, "diagnosis.sheet")
    asked.job.done("open.feishu.cn 443")
    assert "443" in asked.find("diagnosis.sheet.preview").toPlainText()
    press(asked, "diagnosis.sheet.copy")
    assert QApplication.clipboard().text() == "open.feishu.cn 443"
    asked.session.diagnosis.save_sheet("/tmp/sheet.txt")
    asked.job.done("/tmp/sheet.txt")
    assert asked.session.message.code == "written"


def test_pc_and_server_stand_side_by_side(asked, qtbot):
    shown(asked, qtbot=qtbot)
    press(asked, "diagnosis.server")
    asked.job.done({"sh": "#!/bin/sh", "powershell": "# ps"})
    press(asked, "diagnosis.server.script.sh")
    assert QApplication.clipboard().text() == "#!/bin/sh"
    assert not asked.find("diagnosis.server.compare").isEnabled()
    asked.find("diagnosis.server.output").setPlainText("$ sh check.sh\n{}")
    press(asked, "diagnosis.server.compare")
    asked.job.done(SERVER)
    texts = asked.texts()
    assert "in the shell of can-1" in texts
    assert "CAN's own process may have" in texts
    assert asked.find("diagnosis.server.table").isVisible()
    assert asked.session.diagnosis.result.server is SERVER


def test_an_output_that_cannot_be_read_is_told_at_the_box(asked, qtbot):
    shown(asked, qtbot=qtbot)
    press(asked, "diagnosis.server")
    asked.find("diagnosis.server.output").setPlainText("bash: sh: not found")
    press(asked, "diagnosis.server.compare")
    asked.job.failed(InputError("server_check.not_found"))
    assert asked.session.message is None
    assert error_words(InputError("server_check.not_found")).short in asked.texts()

"""The second page: creating the app, the pair, the callback, the connectivity check."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.outcomes import CredentialCheck, SecretPlace
from feishu_wizard.wizard.answers import ConsoleBy, Place
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes


def ready(session):
    fakes.prepare(session, fakes.network_ok())
    session.credentials.secret_place = SecretPlace("keyring", "GNOME Keyring")


def entered(session):
    ready(session)
    fakes.enter(session)


def test_before_a_secret_is_typed_the_page_says_where_it_goes_and_is_kept(stage):
    at = stage(Step.CREDENTIALS, ready)
    assert "are sent to open.feishu.cn, accounts.feishu.cn, to no other host" in at.texts()
    assert "is kept in: GNOME Keyring" in at.texts()
    assert not at.shows("credentials.place.session")


def test_a_place_is_asked_for_only_where_there_is_no_password_store(stage):
    def no_store(session):
        ready(session)
        session.credentials.secret_place = None
        session.credentials._place_known(SecretPlace("session", "", "keyring.none"))

    at = stage(Step.CREDENTIALS, no_store)
    assert at.find("credentials.place.session").isChecked()
    at.find("credentials.place.file").click()
    assert at.session.answers.place is Place.FILE


def test_the_typed_secret_is_in_the_session_and_in_no_text_of_the_page(stage, qtbot):
    at = stage(Step.CREDENTIALS, ready)
    qtbot.keyClicks(at.find("credentials.app_secret"), fakes.SECRET)
    assert at.session.answers.secret(APP_SECRET).reveal() == fakes.SECRET
    edit = at.find("credentials.app_secret")
    assert edit.displayText() == "●" * len(fakes.SECRET)
    told = [w.accessibleDescription() + w.toolTip() for w in at.page.findChildren(type(edit))]
    assert not any(fakes.SECRET in text for text in told)


def test_another_setup_empties_the_secret_box(stage):
    at = stage(Step.CREDENTIALS, entered)
    assert at.find("credentials.app_secret").text() == fakes.SECRET
    at.session.restore(at.session.answers, Step.CREDENTIALS)
    assert at.find("credentials.app_secret").text() == ""


def test_values_pasted_together_go_into_their_boxes_by_one_button(stage, qtbot):
    at = stage(Step.CREDENTIALS, ready)
    assert not at.shows("credentials.take_elsewhere")
    at.find("credentials.app_id").setText(f"App ID: {fakes.APP_ID} App Secret: {fakes.SECRET}")
    assert at.shows("credentials.take_elsewhere")
    at.find("credentials.take_elsewhere").click()
    assert at.find("credentials.app_id").text() == fakes.APP_ID
    assert at.find("credentials.app_secret").text() == fakes.SECRET


def test_what_was_left_out_of_a_value_is_said(stage):
    at = stage(Step.CREDENTIALS, ready)
    at.find("credentials.app_id").setText(f"  {fakes.APP_ID}")
    assert at.session.credentials.app_id.value == fakes.APP_ID
    assert "2 blanks" in at.texts()


def test_a_callback_is_offered_and_never_filled_in_by_itself(stage):
    at = stage(Step.CREDENTIALS, ready)
    assert at.find("credentials.callback_url").text() == ""
    at.find("credentials.callback_url.candidate0").click()
    assert at.find("credentials.callback_url").text() == fakes.CAN + "/user/softLogin"
    assert not at.shows("credentials.callback_url.candidate0")


def test_the_manuals_typo_is_proposed_and_not_corrected(stage):
    at = stage(Step.CREDENTIALS, ready)
    at.find("credentials.callback_url").setText("ttp://can.example.com/user/softLogin")
    assert at.session.answers.callback_text.startswith("ttp://")
    at.find("credentials.callback_url.proposal").click()
    assert at.find("credentials.callback_url").text() == "http://can.example.com/user/softLogin"


def test_creating_the_app_has_texts_to_copy_and_the_console(stage):
    at = stage(Step.CREDENTIALS, ready)
    assert at.find("credentials.console").url() == "https://open.feishu.cn/app"
    at.find("credentials.copy.name").click()
    assert QApplication.clipboard().text() == "Aloudata CAN"
    assert not at.shows("credentials.handoff")


def test_a_colleague_gets_a_message_with_all_links(stage):
    def colleague(session):
        ready(session)
        session.update(console_by=ConsoleBy.COLLEAGUE)

    at = stage(Step.CREDENTIALS, colleague)
    at.find("credentials.handoff").click()
    message = QApplication.clipboard().text()
    assert "https://open.feishu.cn/app" in message
    assert fakes.CAN + "/user/softLogin" in message
    assert not at.shows("credentials.copy.name")


def test_the_test_shows_its_lines_as_they_come(stage):
    at = stage(Step.CREDENTIALS, entered)
    at.find("credentials.test").click()
    assert at.session.busy.code == "checking_credentials"
    assert not at.find("credentials.test").isEnabled()
    at.job.done(fakes.pair_ok())
    assert at.shows("credentials.row.feishu.credentials")
    assert "Feishu tells no names yet. That is normal before the app is released." in at.texts()


def test_names_are_shown_when_the_platform_tells_them(stage):
    at = stage(Step.CREDENTIALS, entered)
    at.session.credentials.check()
    at.job.done(fakes.pair_ok(named=True))
    assert "Example Trading Co." in at.texts()
    assert "no names" not in at.texts()


def test_a_wrong_secret_is_told_at_its_row(stage):
    at = stage(Step.CREDENTIALS, entered)
    at.session.credentials.check()
    at.job.done(fakes.pair_failed())
    row = at.find("credentials.row.feishu.credentials")
    assert row.view().word == "Problem"
    assert at.session.focus == "credentials.app_secret"


def test_the_other_brand_is_offered_and_taken_only_by_its_button(stage):
    at = stage(Step.CREDENTIALS, entered)
    at.session.credentials.check()
    failed = fakes.pair_failed()
    at.job.done(CredentialCheck(failed.findings, other_edition=Edition.LARK))
    assert at.session.answers.edition is Edition.FEISHU
    assert "Your secret was not sent there." in at.texts()
    at.find("credentials.switch_edition").click()
    assert at.session.answers.edition is Edition.LARK
    assert "open.larksuite.com" in at.texts()


def test_a_stored_secret_is_not_asked_for_again(stage):
    def stored(session):
        ready(session)
        session.update(refs=((APP_SECRET, "keyring:app_secret"),))

    at = stage(Step.CREDENTIALS, stored)
    placeholder = at.find("credentials.app_secret").placeholderText()
    assert placeholder == "Stored. Leave empty to use the stored one."

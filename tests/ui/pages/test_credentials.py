"""The second page: creating the app, the pair, the callback, the connectivity check."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.domain.names import APP_SECRET, APP_TICKET
from feishu_wizard.domain.outcomes import CredentialCheck, SecretPlace
from feishu_wizard.domain.secret_change import SecretChange, Stage, Unfinished
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


# -- the kind of the app ----------------------------------------------------------------

TICKET = "dIvq5vJGOQw3kLs8Zt0mNbRcXy7HpFuA"


def test_the_kind_of_app_is_out_of_the_way(stage):
    at = stage(Step.CREDENTIALS, ready)
    assert "Kind of app: self-built app" in at.texts()
    assert not at.shows("credentials.app_type.store")
    assert not at.shows("credentials.app_ticket")


def test_a_store_app_gets_boxes_for_ticket_and_company(stage, qtbot):
    at = stage(Step.CREDENTIALS, entered)
    at.find("credentials.app_type.fold").click()
    at.find("credentials.app_type.store").click()
    assert at.session.answers.app_type is AppType.STORE
    assert "Asks Feishu to send a new ticket to the app's own server" in at.texts()
    at.find("credentials.app_ticket").setText(TICKET)
    at.find("credentials.tenant_key").setText("736588c92lxf175d")
    assert at.session.answers.secret(APP_TICKET).reveal() == TICKET
    assert at.session.answers.tenant_key == "736588c92lxf175d"
    assert "Gets a token with App ID and App Secret." in at.texts()
    assert at.find("credentials.app_ticket").displayText() == "●" * len(TICKET)


def test_a_refused_ticket_is_told_at_its_box(stage):
    def store(session):
        entered(session)
        session.update(app_type=AppType.STORE)
        session.credentials.store.set_ticket(TICKET)

    at = stage(Step.CREDENTIALS, store)
    at.find("credentials.test").click()
    refused = Finding(
        "feishu.credentials", Status.FAIL, "store.wrong_ticket", {"feishu_code": "10012"}
    )
    at.job.done(CredentialCheck((refused,)))
    assert "refused the app ticket" in at.find("credentials.app_ticket").accessibleDescription()
    assert at.session.focus == "credentials.app_ticket"


def test_a_self_built_app_is_switched_by_one_button(stage):
    def store(session):
        entered(session)
        session.update(app_type=AppType.STORE)

    at = stage(Step.CREDENTIALS, store)
    at.find("credentials.test").click()
    told = Finding("feishu.credentials", Status.FAIL, "store.self_built", {"feishu_code": "10016"})
    at.job.done(CredentialCheck((told,)))
    at.find("credentials.switch_app_type").click()
    assert at.session.answers.app_type is AppType.SELF_BUILT
    assert not at.shows("credentials.switch_app_type")


def test_an_unknown_app_at_an_own_address_leads_to_the_first_step(stage):
    def own(session):
        entered(session)
        session.update(edition=Edition.PRIVATE, open_url="http://127.0.0.1:9")

    at = stage(Step.CREDENTIALS, own)
    at.find("credentials.test").click()
    told = Finding("feishu.credentials", Status.FAIL, "feishu.10003", {"feishu_code": "10003"})
    at.job.done(CredentialCheck((told,)))
    assert "another address, or of the other brand" in at.texts()
    at.find("credentials.choose_edition").click()
    assert at.session.step is Step.PREREQUISITES
    assert at.session.focus == "prerequisites.edition"


# -- the change of a secret -------------------------------------------------------------


def changing(session):
    entered(session)
    session.update(refs=((APP_SECRET, "keyring:app_secret"),))


def test_the_change_of_a_secret_is_folded_and_only_where_one_is_kept(stage):
    assert not stage(Step.CREDENTIALS, ready).shows("credentials.secret_change")
    at = stage(Step.CREDENTIALS, changing)
    assert at.shows("credentials.secret_change")
    assert not at.page.findChildren(type(at.page), "credentials.new_secret")
    at.find("credentials.secret_change").click()
    assert "may stop at the moment of the reset" in at.texts()
    assert at.find("credentials.secret_change.console").url().endswith("/baseinfo")


def test_every_step_of_a_change_is_a_row(stage):
    at = stage(Step.CREDENTIALS, changing)
    at.find("credentials.secret_change").click()
    at.find("credentials.new_secret").setText("N3w" * 10 + "ab")
    at.find("credentials.secret_change.change").click()
    assert at.session.busy.code == "changing_secret"
    rows = (
        Finding("secret_change.pair", Status.PASS, "credentials_ok", {}, Proof.PROVEN),
        Finding("secret_change.kept", Status.PASS, "secret_change.kept", {"place": "keyring"}),
        Finding("secret_change.saved", Status.FAIL, "net.refused", {"host": "can"}),
    )
    at.job.done(SecretChange(rows, "secret_change.kept_only", {}, "keyring:app_secret", Stage.KEPT))
    for row in ("pair", "kept", "saved"):
        assert at.shows(f"credentials.row.secret_change.{row}")
    assert "CAN still has the former one" in at.texts()
    assert "Save it to CAN" in at.texts()
    assert at.find("credentials.new_secret").text() == ""


def test_a_change_that_was_left_is_unfolded_and_can_be_finished(stage):
    left = Unfinished(Stage.KEPT, "secret_change.kept_only", {}, True, "keyring:app_secret")

    def unfinished(session):
        changing(session)
        session.credentials.change.unfinished = left

    at = stage(Step.CREDENTIALS, unfinished)
    assert at.shows("credentials.secret_change.finish")
    at.find("credentials.secret_change.finish").click()
    assert at.session.busy.code == "changing_secret"
    assert not at.find("credentials.secret_change.change").isEnabled()


def test_what_has_to_be_entered_by_hand_can_be_copied(stage, qtbot):
    at = stage(Step.CREDENTIALS, changing)
    change = at.session.credentials.change
    change.result = SecretChange((), "secret_change.by_hand", {}, "r", Stage.BY_HAND)
    at.session.changed()
    assert at.shows("credentials.secret_change.entered")
    at.find("credentials.secret_change.copy").click()
    assert QApplication.clipboard().text() == fakes.SECRET
    at.find("credentials.secret_change.entered").click()
    assert at.session.answers.stated >= {"app_secret", "save"}

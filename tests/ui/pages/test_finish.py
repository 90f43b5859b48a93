"""The last page: the four words, the next clicks, what to remove, report, forget."""

from __future__ import annotations

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.outcomes import SecretPlace
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes


def done(session):
    fakes.prepare(session, fakes.network_ok())
    fakes.enter(session)
    session.credentials.secret_place = SecretPlace("keyring", "GNOME Keyring")
    session.update(refs=(("app_secret", "keyring:app_secret"),))
    session.permissions.result = fakes.all_granted()
    session.save.results = (fakes.can_saved(),)
    session.test.deliveries = (fakes.delivered(),)


def words(at):
    return {
        row.row_id.removeprefix("finish.row."): row.view().word
        for row in at.page.findChildren(CheckRow)
        if row.row_id.startswith("finish.row.")
    }


def test_each_capability_has_the_word_that_is_true_of_it(stage):
    at = stage(Step.FINISH, done)
    assert words(at) == {"user_sync": "Configured", "sso": "Configured", "push": "Proven"}
    assert "that CAN's own server reaches Feishu is not proven" in at.texts()


def test_what_is_missing_is_named(stage):
    def missing(session):
        done(session)
        session.permissions.result = fakes.half_done()

    at = stage(Step.FINISH, missing)
    assert words(at)["push"] == "Does not work yet"
    assert "Permission: send messages as the app" in at.texts()


def test_only_chosen_capabilities_have_next_clicks(stage):
    def only_push(session):
        done(session)
        session.update(capabilities=frozenset({Capability.PUSH}))

    at = stage(Step.FINISH, only_push)
    assert "Choose Feishu in an alert rule" in at.texts()
    assert "Sign in once with Feishu" not in at.texts()


def test_what_only_served_this_program_can_be_removed_again(stage):
    at = stage(Step.FINISH, done)
    ids = {r.row_id for r in at.page.findChildren(CheckRow) if ".remove." in r.row_id}
    assert ids == {
        "finish.remove.permission.find_ids",
        "finish.remove.permission.self_manage",
    }


def test_the_page_says_where_things_are(stage):
    at = stage(Step.FINISH, done)
    assert "GNOME Keyring" in at.texts()
    at.session.credentials.secret_place = SecretPlace("session", "", "keyring.off")
    at.page.refresh()
    assert "memory, until the program is closed" in at.texts()


def test_a_password_store_that_is_not_used_is_not_named(stage):
    at = stage(Step.FINISH, done)
    at.session.credentials.secret_place = SecretPlace("session", "GNOME Keyring", "keyring.locked")
    at.page.refresh()
    assert "GNOME Keyring" not in at.texts()
    at.session.credentials.secret_place = SecretPlace("keyring", "GNOME Keyring")
    at.session.update(place=Place.SESSION)
    at.page.refresh()
    assert "GNOME Keyring" not in at.texts()
    assert "memory, until the program is closed" in at.texts()


def test_forgetting_is_asked_for_in_place_and_can_be_refused(stage):
    at = stage(Step.FINISH, done)
    at.find("finish.forget").click()
    assert at.shows("finish.forget.confirm")
    assert at.runner.jobs == []
    at.find("finish.forget.cancel").click()
    assert not at.shows("finish.forget.confirm")
    at.find("finish.forget").click()
    at.find("finish.forget.confirm").click()
    assert at.session.busy.code == "forgetting"


def test_the_report_is_exported_where_the_admin_says(stage, monkeypatch):
    from feishu_wizard.ui.pages import finish

    def choose(parent, title, start, take, *, save, kinds=""):
        assert save
        take("/tmp/report.md")

    monkeypatch.setattr(finish, "choose_file", choose)
    at = stage(Step.FINISH, done)
    at.find("finish.export").click()
    assert at.session.busy.code == "exporting"
    at.job.done("/tmp/report.md")
    assert at.session.finish.exported_to == "/tmp/report.md"
    assert "/tmp/report.md" in at.texts()


def test_the_words_are_explained(stage):
    at = stage(Step.FINISH, done)
    assert "A person said so; no program has checked it." not in at.texts()
    at.find("finish.legend").click()
    assert "A person said so; no program has checked it." in at.texts()

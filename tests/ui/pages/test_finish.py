"""The last page: the four words, the next clicks, what to remove, report, forget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import Basis, Entry
from feishu_wizard.domain.outcomes import SecretPlace
from feishu_wizard.domain.proofs import lay_beside
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

NOW = Basis({"setup": "f1", "secret": "s1", "version": "v1", "permissions": "a b"}, "1.0.2")
LOG_ID = "20260303081500AB12CD34EF56AB78CD90"


def entry(capability, *, what, good=True, said=False, basis=NOW):
    proof = Proof.STATED if said else Proof.PROVEN
    seen = fakes.seen("/open-apis/im/v1/messages", method="POST", log_id=LOG_ID)
    at = (datetime.now(UTC) - timedelta(hours=2, minutes=5)).isoformat()
    params = {"people": "4000", "departments": "120"}
    evidence = Evidence() if said else seen
    return Entry(f"capability.{capability}", what, at, proof, good, params, evidence, basis)


def pushed(**more):
    return entry("push", what="ledger.delivered_as_can", **more)


def ledger_of(session, now, *entries, at=""):
    """What the ledger holds of this setup, beside what is in force."""
    session.ledger._take(lay_beside(entries, now, at), session.answers.setup_id)


def then(*entries, now=NOW, at=""):
    """The last page with these entries; ``now``: what is in force."""

    def prepare(session):
        done(session)
        ledger_of(session, now, *entries, at=at)

    return prepare


def done(session):
    fakes.prepare(session, fakes.network_ok())
    fakes.enter(session)
    session.credentials.secret_place = SecretPlace("keyring", "GNOME Keyring")
    session.update(refs=(("app_secret", "keyring:app_secret"),))
    session.permissions.result = fakes.all_granted()
    session.save.results = (fakes.can_saved(),)
    ledger_of(session, NOW, pushed())


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


# -- the ledger -------------------------------------------------------------------------


def test_what_proved_it_is_shown_with_its_age_version_and_log_id(stage):
    at = stage(Step.FINISH, then(pushed()))
    assert f"Proven 2 hours ago · version 1.0.2 of the app · log id {LOG_ID}" in at.texts()
    QApplication.clipboard().clear()
    at.find("finish.row.push.copy_log0").click()
    assert QApplication.clipboard().text() == LOG_ID


def test_one_side_of_the_way_is_not_called_proven(stage):
    walked = entry("user_sync", what="ledger.walked")
    signed_in = entry("sso", what="ledger.signed_in")
    at = stage(Step.FINISH, then(walked, signed_in))
    assert words(at)["user_sync"] == words(at)["sso"] == "Proven on Feishu's side"
    texts = at.texts()
    assert "people: 4000, departments: 120" in texts
    assert "CAN's own sync is not to be seen from here." in texts
    assert "CAN's own sign-in is not to be seen from here." in texts
    rows = {r.row_id: r.view() for r in at.page.findChildren(CheckRow)}
    assert rows["finish.row.sso"].tone == "info"  # green is for the whole way


def test_what_a_person_said_stays_stated(stage):
    said = entry("sso", what="ledger.seen_signed_in", said=True)
    at = stage(Step.FINISH, then(said))
    assert words(at)["sso"] == "Stated"
    assert "Stated 2 hours ago" in at.texts()
    assert not at.shows("finish.row.sso.copy_log0")


def test_a_failure_after_a_success_is_what_counts(stage):
    said = entry("sso", what="ledger.seen_20029", said=True, good=False)
    at = stage(Step.FINISH, then(entry("sso", what="ledger.signed_in"), said))
    assert words(at)["sso"] == "The last try failed"
    assert "Someone saw error 20029 when signing in to CAN." in at.texts()
    assert "Tried 2 hours ago, without success" in at.texts()
    row = next(r for r in at.page.findChildren(CheckRow) if r.row_id == "finish.row.sso")
    assert "add CAN's callback URL in the developer console" in row.view().text


CHANGES = [
    ("secret", "s2", "1.0.2", "The App Secret is another one."),
    ("version", "v2", "1.0.3", "Version 1.0.3 is in force instead of 1.0.2."),
    ("permissions", "b", "1.0.2", "Permission a is gone."),
]


@pytest.mark.parametrize(("part", "value", "number", "told"), CHANGES)
def test_what_changed_since_is_told_and_what_to_do_again(stage, part, value, number, told):
    now = Basis({**NOW.parts, part: value}, number)
    at = stage(Step.FINISH, then(pushed(), now=now, at=datetime.now(UTC).isoformat()))
    assert words(at)["push"] == "Proven earlier"
    assert f"Since then: {told}" in at.texts()
    assert "Do it once more in the step Test." in at.texts()
    assert "Compared with what is in force now: just now." in at.texts()


def test_a_proof_of_another_can_is_none(stage):
    at = stage(Step.FINISH, then(pushed(basis=Basis({"setup": "other"}))))
    assert words(at)["push"] == "Configured"
    assert "An earlier proof belongs to another app or another CAN" in at.texts()
    assert not at.shows("finish.check_now")


def test_check_now_asks_and_shows_what_came_of_it(stage):
    at = stage(Step.FINISH, then(pushed()))
    at.find("finish.check_now").click()
    assert at.session.busy.code == "reading_basis"
    assert not at.find("finish.check_now").isEnabled()
    now = Basis({**NOW.parts, "secret": "s2"}, "1.0.2")
    at.job.done(lay_beside([pushed()], now, datetime.now(UTC).isoformat()))
    assert at.find("finish.check_now").isEnabled()
    assert "Since then: The App Secret is another one." in at.texts()


def test_without_a_proof_there_is_nothing_to_check(stage):
    at = stage(Step.FINISH, then())
    assert not at.shows("finish.check_now")


def test_lines_are_taken_away_with_what_they_told(stage):
    at = stage(Step.FINISH, then(pushed()))
    ledger_of(at.session, NOW)
    at.settle()
    assert LOG_ID not in at.texts()
    at.session.update(capabilities=frozenset({Capability.SSO}))
    at.session.update(capabilities=frozenset({Capability.SSO, Capability.PUSH}))
    ledger_of(at.session, NOW, pushed())
    assert at.texts().count(LOG_ID) == 1
    ledger_of(at.session, Basis({**NOW.parts, "secret": "s2"}), pushed())
    at.settle()
    assert at.texts().count(LOG_ID) == 1  # shown anew, not beside the former


def test_the_first_page_says_calmly_what_was_proven_before(stage):
    at = stage(Step.PREREQUISITES, lambda session: ledger_of(session, NOW, pushed()))
    assert at.shows("prerequisites.proven")
    line = at.find("prerequisites.proven").text()
    assert line.startswith("Last proven: ")
    assert line.endswith(" 2 hours ago.")
    at.session.update(app_id_text="cli_b8c029e757e6500b")
    assert not at.shows("prerequisites.proven")


def test_without_a_ledger_the_first_page_has_no_such_line_and_loads_nothing(stage):
    at = stage(Step.PREREQUISITES)
    assert not at.shows("prerequisites.proven")
    assert "ledger" not in vars(at.session)

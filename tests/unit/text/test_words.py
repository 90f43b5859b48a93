"""Findings and failures in words."""

from __future__ import annotations

import gettext

import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import CanError, FeishuError, InputError, NetworkError
from feishu_wizard.domain.finding import (
    Evidence,
    Finding,
    Proof,
    Status,
    Who,
    blocked,
    not_applicable,
    not_done,
)
from feishu_wizard.domain.outcomes import CapabilityWord, ProfileOffer
from feishu_wizard.domain.recipient import DeliveryState, RecipientKind
from feishu_wizard.domain.states import Act, GrantState, Target
from feishu_wizard.text import catalog, labels, words
from feishu_wizard.wizard.message import FieldProblem, Message
from feishu_wizard.wizard.steps import ORDER, Busy, Severity, Step, StepRow, StepState, Verb

EVIDENCE = Evidence(
    "POST",
    "open.feishu.cn",
    "/open-apis/auth/v3/tenant_access_token/internal",
    200,
    10014,
    "app secret invalid",
    "20261122143000ABC",
    87,
    "2026-11-22T06:30:00Z",
)
# DESIGN section 3, the ids that are written out there.
_NAMED = """
setup.file setup.secrets setup.state net.proxy feishu.fingerprint feishu.credentials feishu.tenant
feishu.app feishu.bot feishu.ip_allowlist feishu.quota feishu.contact_range feishu.fields
feishu.redirect_url permission.user_id permission.mobile permission.email permission.send_message
permission.login permission.urgent can.profile can.auth can.admin can.status can.saved can.egress
person.exists person.active person.in_range person.available person.user_id person.account
person.delivered capability.user_sync capability.sso capability.push
"""
_LAYERS = [
    f"net.{place}.{layer}"
    for place in ("open", "accounts", "can")
    for layer in ("dns", "tcp", "tls", "http", "clock")
]
CHECKS = _NAMED.split() + _LAYERS


def test_a_refusal_says_what_came_back_why_who_and_where():
    error = FeishuError(10014, "app secret invalid", evidence=EVIDENCE)
    said = words.finding_words(error.finding("feishu.credentials"))
    assert said.title == "App ID and App Secret"
    assert "App Secret" in said.sentence
    assert "10014" in said.sentence
    assert "app secret invalid" in said.sentence
    assert said.cause
    assert "Credentials & Basic Info" in said.fix
    assert said.who == "Developer of the Feishu app"
    assert said.page == "baseinfo"
    for part in ("POST", "open.feishu.cn/open-apis/auth", "200", "20261122143000ABC", "87 ms"):
        assert part in said.detail


def test_an_unknown_code_is_told_as_the_platform_said_it():
    error = FeishuError(987654, "strange thing", evidence=EVIDENCE)
    said = words.error_words(error)
    assert "strange thing" in said.sentence
    assert "987654" in said.sentence
    assert EVIDENCE.log_id in said.fix


def test_missing_permissions_are_named():
    error = FeishuError(
        99991672, "denied", evidence=EVIDENCE, violations=("im:message", "im:message:send_as_bot")
    )
    assert "im:message, im:message:send_as_bot" in words.error_words(error).sentence
    told = words.finding_words(error.finding("feishu.bot"))
    assert "im:message, im:message:send_as_bot" in told.sentence


@pytest.mark.parametrize(
    ("code", "params", "sentence"),
    [
        ("recipients_unresolved", {"count": "1"}, "1 recipient was not found"),
        ("recipients_unresolved", {"count": "2"}, "2 recipients were not found"),
        ("all_delivered", {"count": "1"}, "Feishu accepted the message."),
        ("all_delivered", {"count": "3"}, "for all 3 recipients."),
        ("some_not_delivered", {"count": "1", "total": "1"}, "The message was not accepted"),
        ("some_not_delivered", {"count": "1", "total": "3"}, "1 of 3 recipients got no message"),
    ],
)
def test_a_message_that_counts_fits_its_number(code, params, sentence):
    assert sentence in labels.message(Message(Severity.INFO, code, params))


@pytest.mark.parametrize(
    "error",
    [
        NetworkError("net.dns", {"host": "nowhere.example"}),
        InputError("setup.not_toml", {"path": "s.toml", "line": "3", "column": "9"}),
        CanError("forbidden", {"host": "can.example", "status": "403"}),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_a_failure_names_what_it_is_about(error, language):
    catalog.use(language)
    said = words.error_words(error)
    named = {v for v in error.params.values() if v in said.sentence}
    assert named
    assert said.cause
    assert said.fix
    assert said.who
    assert said.text.startswith(said.sentence)


def test_a_variant_of_a_code_by_its_detail():
    plain = words.error_words(NetworkError("net.tls.other", {"host": "h", "detail": "plain_http"}))
    other = words.error_words(NetworkError("net.tls.other", {"host": "h", "detail": "SSL_X"}))
    assert "without encryption" in plain.sentence
    assert "SSL_X" in other.sentence


def test_what_passed_says_what_was_seen_and_nobody_has_to_mend_it():
    said = words.finding_words(
        Finding("net.open.dns", Status.PASS, evidence=(Evidence(host="open.feishu.cn"),))
    )
    assert said.sentence == "The name open.feishu.cn was found."
    assert said.who == ""
    assert words.finding_words(Finding("permission.email", Status.PASS)).sentence
    read = "The record of earlier saves can be read"
    state = Finding("setup.state", Status.PASS)
    assert words.finding_words(state).sentence == f"{read}."
    state = Finding("setup.state", Status.PASS, params={"saves": "3", "pending": "0"})
    counts = "(saves: 3, messages without a known outcome: 0)"
    assert words.finding_words(state).sentence == f"{read} {counts}."


def test_a_blocked_check_names_the_other_by_its_title():
    said = words.finding_words(blocked("net.open.tls", "net.open.tcp"))
    assert "Feishu Open Platform: connection" in said.sentence
    assert words.finding_words(not_applicable("net.can.tls")).sentence
    assert words.finding_words(not_done("capability.sso", "not_proven")).sentence


def test_the_strip_shows_a_failure_of_work_under_its_own_heading():
    finding = NetworkError("net.dns", {"host": "h"}).finding("save.work")
    assert words.finding_words(finding).title == "Network"


def test_words_of_the_person_who_can_mend_it_in_both_languages():
    error = NetworkError("net.dns", {"host": "h"}, who=Who.YOU)
    assert words.error_words(error).who == "Network administrator"
    catalog.use("zh_Hans")
    assert words.error_words(error).who == "网络管理员"
    assert words.error_words(error).who_code is Who.NETWORK


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize("check_id", CHECKS)
def test_every_check_has_a_title(check_id, language):
    catalog.use(language)
    title = words.check_title(check_id)
    assert title != check_id
    assert "." not in title


def test_unknown_checks_keep_their_id():
    assert words.check_title("person.shoe_size") == "person.shoe_size"
    assert words.check_title("permission.new_one") == "Permission: new_one"


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize(
    ("kind", "say"),
    [
        (Status, words.status_word),
        (Proof, words.proof_word),
        (Proof, words.proof_sentence),
        (Who, words.who_word),
        (GrantState, words.grant_word),
        (Capability, labels.capability_word),
        (Capability, labels.capability_meaning),
        (Edition, labels.edition_word),
        (Target, labels.target_word),
        (Act, labels.act_word),
        (RecipientKind, labels.recipient_kind_word),
        (RecipientKind, labels.recipient_kind_proof),
        (DeliveryState, labels.delivery_word),
        (Step, labels.step_title),
        (Step, labels.step_intro),
    ],
)
def test_every_member_has_a_word(kind, say, language):
    catalog.use(language)
    said = [say(member) for member in kind]
    assert all(said)
    assert not {member.value for member in kind} & set(said)


def test_the_four_words_are_never_mixed():
    for language in ("en", "zh_Hans"):
        catalog.use(language)
        assert len({words.proof_word(proof) for proof in Proof}) == len(Proof)


def test_states_of_the_step_list_are_words():
    assert labels.step_state_word(StepRow(ORDER[1], StepState.OPEN, 3, True)) == "3 items open"
    assert labels.step_state_word(StepRow(ORDER[1], StepState.OPEN, 1, True)) == "1 item open"
    assert labels.step_state_word(StepRow(ORDER[1], StepState.DONE, 0, True)) == "Done"


def test_verbs_and_work():
    assert labels.verb(Verb("continue_open", {"count": "3"})) == "Continue, 3 open"
    assert labels.verb(Verb("save_to_can", {})) == "Save to CAN"
    assert labels.busy(Busy("net.can.tls", 0.0, {})) == "CAN server: certificate (TLS)"
    assert labels.busy(Busy("saving", 0.0, {})) == "Saving and reading back"


def test_messages_come_from_the_table_or_from_the_book():
    saved = Message(Severity.SUCCESS, "saved", {"where": "can.example"})
    assert labels.message(saved) == "Saved and read back: can.example"
    failed = Message(Severity.ERROR, "net.dns", {"host": "h"})
    assert labels.message(failed) == "The name h could not be found."
    resumed = Message(Severity.INFO, "resume_offer", {"step": "save", "at": "2026-11-22T06:30:00Z"})
    assert "“Save”" in labels.message(resumed)
    assert "T06" not in labels.message(resumed)


def test_a_problem_says_what_mends_it():
    said = labels.problem(FieldProblem("credentials.app_id", "paste.blank", {"position": "5"}))
    assert "position 5" in said
    assert "copy the value again" in said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ("90", "is 90 seconds ahead of that of open.feishu.cn"),
        ("-3700", "is 3700 seconds behind that of open.feishu.cn"),
    ],
)
def test_a_wrong_clock_says_in_which_direction(seconds, said):
    params = {"host": "open.feishu.cn", "seconds": seconds}
    finding = Finding("net.open.clock", Status.WARN, "net.clock", params)
    assert said in words.finding_words(finding).sentence


def test_a_missing_secret_is_called_by_its_label():
    said = words.error_words(InputError("secret.missing", {"name": "can_api_key"}))
    assert "API key of CAN" in said.sentence


def test_capabilities_and_offers():
    word = CapabilityWord(
        "push", Proof.NONE, Status.FAIL, "missing", {"count": "2", "first": "feishu.bot"}
    )
    assert "“Bot”" in words.capability_sentence(word).sentence
    assert "by hand" in words.offer_words(ProfileOffer(False, "html")).sentence
    assert "by hand" in words.offer_words(ProfileOffer(False, "net.reset")).sentence
    assert "can-rest" in words.offer_words(ProfileOffer(True, "fits", "can-rest")).sentence


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("zh_CN.UTF-8", "zh_Hans"),
        ("zh_TW", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("Chinese (Simplified)_China.936", "zh_Hans"),
        ("en_US.UTF-8", "en"),
        ("C", "en"),
        ("de_DE", "en"),
        ("", "en"),
    ],
)
def test_any_locale_name_becomes_one_of_our_languages(name, code):
    catalog.use(name)
    assert catalog.current() == code


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_Hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh_Hans"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh_Hans"),
        ({}, "en"),
    ],
)
def test_the_system_language_as_gettext_reads_it(environment, code, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    catalog.use("system")
    assert catalog.current() == code


def test_a_missing_catalogue_falls_back_to_english(monkeypatch):
    from feishu_wizard import resources

    def absent(path):
        raise resources.ResourceMissingError(path, ())

    monkeypatch.setattr(catalog, "resource_bytes", absent)
    catalog.use("zh_Hans")
    assert catalog._("Back") == "Back"
    assert catalog.current() == "zh_Hans"
    assert isinstance(catalog._chosen.messages, gettext.NullTranslations)


def test_the_empty_text_stays_empty():
    catalog.use("zh_Hans")
    assert catalog._("") == ""


def test_words_need_no_catalogue_tools(run_python):
    """Babel is for the workshop; the program only needs gettext."""
    done = run_python(
        "-c",
        "import sys, feishu_wizard.text.labels; "
        "print([m for m in ('babel', 'httpx', 'PySide6', 'yaml') if m in sys.modules])",
    )
    assert done.stdout.strip() == "[]", done.stderr

"""Editions and their links, setups and their references, findings and failures."""

from __future__ import annotations

import msgspec
import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.change import Change, SavePlan
from feishu_wizard.domain.edition import ConsolePage, Edition, Hosts, console_link, hosts_of
from feishu_wizard.domain.errors import (
    CanError,
    ConflictError,
    CredentialError,
    ExitCode,
    FeishuError,
    InputError,
    NetworkError,
    WizardError,
    is_refusal,
)
from feishu_wizard.domain.finding import Evidence, Finding, Status, Who, blocked, not_applicable
from feishu_wizard.domain.names import new_id
from feishu_wizard.domain.setup import (
    Capabilities,
    Feishu,
    Office,
    SecretRef,
    Setup,
    parse_ref,
    secret_refs,
)
from feishu_wizard.domain.states import Act, Target

FEISHU = hosts_of(Edition.FEISHU)
LARK = hosts_of(Edition.LARK)
PRIVATE = hosts_of(Edition.PRIVATE, "https://open.corp.example/", "")
APP_ID = "cli_a8c029e757e6500b"


def test_each_edition_has_its_own_hosts():
    assert Hosts("https://open.feishu.cn", "https://accounts.feishu.cn") == FEISHU
    assert Hosts("https://open.larksuite.com", "https://accounts.larksuite.com") == LARK
    assert Hosts("https://open.corp.example", "https://open.corp.example") == PRIVATE
    assert PRIVATE.names() == ("open.corp.example",)
    assert FEISHU.names() == ("open.feishu.cn", "accounts.feishu.cn")
    assert hosts_of(Edition.PRIVATE).names() == ()


def test_given_addresses_win():
    hosts = hosts_of(Edition.FEISHU, "http://127.0.0.1:8000/", "http://127.0.0.1:8001/")
    assert hosts == Hosts("http://127.0.0.1:8000", "http://127.0.0.1:8001")


@pytest.mark.parametrize(
    ("hosts", "page", "app_id", "link"),
    [
        (FEISHU, ConsolePage.APPS, APP_ID, "https://open.feishu.cn/app"),
        (FEISHU, ConsolePage.SECURITY, "", "https://open.feishu.cn/app"),
        (FEISHU, ConsolePage.SECURITY, APP_ID, f"https://open.feishu.cn/app/{APP_ID}/safe"),
        (LARK, ConsolePage.BOT, APP_ID, f"https://open.larksuite.com/app/{APP_ID}/bot"),
        (FEISHU, ConsolePage.AUDIT, "", "https://www.feishu.cn/admin/appCenter/audit"),
        (LARK, ConsolePage.AUDIT, APP_ID, "https://www.larksuite.com/admin/appCenter/audit"),
        (PRIVATE, ConsolePage.AUDIT, "", "https://open.corp.example/admin/appCenter/audit"),
        (FEISHU, ConsolePage.BOT, "../x?y", "https://open.feishu.cn/app/..%2Fx%3Fy/bot"),
    ],
)
def test_links_lead_into_this_very_app(hosts, page, app_id, link):
    assert console_link(hosts, page, app_id) == link


def test_a_link_preselects_scopes():
    link = console_link(FEISHU, ConsolePage.PERMISSIONS, APP_ID, "im:message,contact:x y&z")
    assert link == (
        f"https://open.feishu.cn/app/{APP_ID}/auth"
        "?q=im:message,contact:x%20y%26z&op_from=openapi&token_type=tenant"
    )
    assert "?" not in console_link(FEISHU, ConsolePage.BOT, APP_ID, "im:message")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("keyring:app_secret", SecretRef("keyring", "app_secret")),
        ("file:/etc/x y", SecretRef("file", "/etc/x y")),
        ("file:C:\\x", SecretRef("file", "C:\\x")),
        ("plain:a:b\nc", SecretRef("plain", "a:b\nc")),
        ("plain:", None),
        ("env:X", None),
        ("baBqE5um9LbFGDy3", None),
        ("", None),
    ],
)
def test_references_to_secrets(text, reference):
    assert parse_ref(text) == reference


def test_all_references_of_a_setup_by_entry():
    setup = Setup(
        feishu=Feishu(app_secret="keyring:app_secret"),
        office=Office(secrets={"api_key": "file:/k"}),
    )
    assert secret_refs(setup) == {"app_secret": "keyring:app_secret", "can_api_key": "file:/k"}
    assert secret_refs(Setup()) == {}


def test_a_setup_is_read_as_it_was_written():
    setup = Setup(id=new_id(), capabilities=Capabilities.of(frozenset({Capability.SSO})))
    again = msgspec.convert(msgspec.to_builtins(setup), Setup)
    assert again == setup
    assert again.capabilities.chosen() == {Capability.SSO}
    assert Capabilities.of(ALL) == Capabilities()


@pytest.mark.parametrize(
    "data",
    [{"schema": "feishu-wizard/2"}, {"feishu": {"edition": "other"}}, {"office": {"url": 1}}],
)
def test_a_foreign_or_future_setup_is_refused(data):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(data, Setup)


def test_ids_are_six_characters_that_cannot_be_misread():
    ids = {new_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(len(one) == 6 and one.isalnum() and not set(one) & set("lo01") for one in ids)


@pytest.mark.parametrize(
    ("act", "changes"),
    [(Act.KEEP, False), (Act.SET, True), (Act.REPLACE, True), (Act.UNKNOWN, True)],
)
def test_a_plan_is_empty_when_nothing_would_be_written(act, changes):
    rows = (Change("app_id", "a", "a", Act.KEEP), Change("x", "", "", act))
    assert SavePlan(Target.CAN, "here", rows).empty is not changes


def test_the_group_of_a_finding_is_the_first_part_of_its_id():
    finding = Finding("net.open.tls", Status.FAIL)
    assert finding.group == "net"
    assert finding.with_id("net.can.tls").id == "net.can.tls"
    assert finding.id == "net.open.tls"


def test_a_blocked_check_names_what_blocks_it():
    finding = blocked("feishu.bot", "feishu.credentials")
    assert (finding.status, finding.blocked_by) == (Status.SKIP, "feishu.credentials")
    assert finding.depends_on == ("feishu.credentials",)
    assert not_applicable("net.can.tls").code == "not_applicable"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WizardError("x"), ExitCode.ERROR),
        (InputError("x"), ExitCode.USAGE),
        (CredentialError("x"), ExitCode.CREDENTIALS),
        (NetworkError("x"), ExitCode.NETWORK),
        (ConflictError("x"), ExitCode.CONFLICT),
        (FeishuError(10014, "", evidence=Evidence()), ExitCode.CREDENTIALS),
        (FeishuError(230001, "", evidence=Evidence()), ExitCode.ERROR),
        (CanError("stale", {}, exit_code=ExitCode.CONFLICT), ExitCode.CONFLICT),
    ],
)
def test_exit_codes_are_those_promised(error, code):
    assert error.exit_code is code


def test_a_failure_becomes_the_finding_of_a_check():
    evidence = Evidence("POST", "open.feishu.cn", "/x", 200, 10014, "app secret invalid", "L1")
    error = FeishuError(10014, "app secret invalid", evidence=evidence, help_url="https://h")
    finding = error.finding("feishu.credentials")
    assert (finding.id, finding.status, finding.code) == (
        "feishu.credentials",
        Status.FAIL,
        "feishu.10014",
    )
    assert finding.params["log_id"] == "L1"
    assert finding.evidence == (evidence,)
    assert finding.links[0].url == "https://h"
    assert finding.who is Who.DEVELOPER
    assert str(error) == "feishu.10014"


def test_refusals_are_told_from_mistakes():
    assert is_refusal(99991672)
    assert not is_refusal(230001)

"""The knowledge of what is needed on the Feishu side."""

from __future__ import annotations

import re

import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.permission import Effect, Kind, needs_of, parse_needs
from feishu_wizard.resources import resource_bytes

NEEDS = {need.id: need for need in parse_needs(resource_bytes("knowledge/needs.toml"))}
FIVE = ("user_id", "mobile", "email", "send_message", "login")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_ids_are_unique():
    assert len(NEEDS) == len(parse_needs(resource_bytes("knowledge/needs.toml")))


def test_the_manuals_five_come_first_in_the_manuals_words():
    assert list(NEEDS)[:5] == [f"permission.{name}" for name in FIVE]
    assert [NEEDS[f"permission.{name}"].manual["en"] for name in FIVE] == [
        "Get user ID",
        "Get user mobile number",
        "Get user email information",
        "Send messages as the app",
        "Authorized login",
    ]


@pytest.mark.parametrize(
    ("need_id", "scope"),
    [
        ("permission.user_id", "contact:user.employee_id:readonly"),
        ("permission.mobile", "contact:user.phone:readonly"),
        ("permission.email", "contact:user.email:readonly"),
        ("permission.send_message", "im:message:send_as_bot"),
        ("permission.contact_base", "contact:contact.base:readonly"),
        ("permission.user_base", "contact:user.base:readonly"),
        ("permission.department", "contact:user.department:readonly"),
        ("permission.employee", "contact:user.employee:readonly"),
        ("permission.department_name", "contact:department.base:readonly"),
        ("permission.department_tree", "contact:department.organize:readonly"),
        ("permission.urgent", "im:message.urgent"),
        ("permission.find_ids", "contact:user.id:readonly"),
        ("permission.self_manage", "application:application:self_manage"),
    ],
)
def test_the_scope_to_ask_for(need_id, scope):
    assert NEEDS[need_id].scope == scope
    assert NEEDS[need_id].page == "auth"


def test_authorized_login_is_no_scope():
    login = NEEDS["permission.login"]
    assert (login.kind, login.scopes, login.capabilities) == (Kind.SETTING, [], [Capability.SSO])


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_every_row_is_complete(need):
    for words in (need.console, need.why, need.without, need.feature):
        assert words["en"]
        assert CHINESE.search(words["zh_Hans"])
        assert not CHINESE.search(words["en"])
    assert set(need.manual) == {"en", "zh_Hans"}
    assert bool(need.manual["en"]) is bool(need.manual["zh_Hans"])
    assert need.page in {page.value for page in ConsolePage}
    assert bool(need.scopes) is (need.kind is Kind.SCOPE)
    assert len(set(need.capabilities)) == len(need.capabilities) > 0
    assert all(re.fullmatch(r"[a-z_]+(?:[:.][a-z_]+)+", scope) for scope in need.scopes)


def test_only_security_settings_need_no_release():
    at_once = [need.id for need in NEEDS.values() if need.effect is Effect.AT_ONCE]
    assert at_once == ["feishu.redirect_url", "feishu.ip_allowlist"]


def test_what_is_no_permission():
    settings = {need.id for need in NEEDS.values() if need.kind is Kind.SETTING}
    assert settings == {
        "permission.login",
        "feishu.bot",
        "feishu.redirect_url",
        "feishu.ip_allowlist",
        "feishu.contact_range",
        "feishu.availability",
        "feishu.release",
    }
    by_admin = {need.id for need in NEEDS.values() if need.by_admin}
    assert by_admin == {"feishu.contact_range", "feishu.availability"}


def test_what_serves_only_this_program_is_marked_and_optional():
    ours = [need for need in NEEDS.values() if not need.for_can]
    assert {need.id for need in ours} == {"permission.find_ids", "permission.self_manage"}
    assert not any(need.required for need in ours)
    assert all("remove" in need.why["en"] and "移除" in need.why["zh_Hans"] for need in ours)


def test_the_two_lists_are_held_apart():
    """What serves only this program is asked for in no row of what CAN needs, nor as alternative;
    and nothing asks for the permission to change the app."""
    can = {scope for need in NEEDS.values() if need.for_can for scope in need.scopes}
    ours = {scope for need in NEEDS.values() if not need.for_can for scope in need.scopes}
    assert not can & ours
    assert not any(scope.startswith(("application:", "admin:")) for scope in can)
    assert "application:application:patch" not in can | ours
    asked = [need.scope for need in NEEDS.values() if need.scope]
    assert len(asked) == len(set(asked))
    assert {need.identity for need in NEEDS.values() if need.scopes} == {"tenant"}


def test_optional_ones():
    optional = {need.id for need in NEEDS.values() if need.for_can and not need.required}
    assert optional == {
        "permission.department",
        "permission.employee",
        "permission.department_name",
        "permission.department_tree",
        "permission.urgent",
        "feishu.ip_allowlist",  # an item only for an app that has a list
    }


@pytest.mark.parametrize(
    ("capability", "absent", "present"),
    [
        (Capability.PUSH, "permission.mobile", "feishu.bot"),
        (Capability.SSO, "feishu.bot", "feishu.redirect_url"),
        (Capability.USER_SYNC, "permission.send_message", "feishu.contact_range"),
    ],
)
def test_needs_by_capability(capability, absent, present):
    ids = [need.id for need in needs_of(NEEDS.values(), frozenset({capability}))]
    assert present in ids
    assert absent not in ids
    assert "feishu.release" in ids

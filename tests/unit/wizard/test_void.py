"""A result is void when an answer it rests on changes, and only then."""

from __future__ import annotations

from itertools import product

import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.recipient import RecipientKind
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.answers import ConsoleBy, Place
from feishu_wizard.wizard.by_hand import HAND_FIELDS
from feishu_wizard.wizard.steps import ORDER, Step
from tests.unit.wizard.fakes import CAN, HANG, fill_credentials, fill_prerequisites, network, offer

P, C, G, S, T = ORDER[:5]
OTHER_SECRET = "9zXw8Vt7Us6Rq5Po4Nm3Lk2Ji1Hg0FeD"

# What the admin changes, and the steps whose results rest on it.
CHANGES = {
    "another CAN": (lambda s: s.prerequisites.set_can_text("https://other.example.com"), {P, S}),
    "no CAN": (lambda s: s.prerequisites.set_no_can(True), {P, S}),
    "fewer capabilities": (
        lambda s: s.prerequisites.set_capability(Capability.PUSH, False),
        {G, S},
    ),
    "a colleague": (lambda s: s.prerequisites.set_console_by(ConsoleBy.COLLEAGUE), set()),
    "another edition": (lambda s: s.prerequisites.set_edition(Edition.LARK), {P, C, G, S, T}),
    "another open host": (
        lambda s: s.prerequisites.set_open_url("https://open.example.com"),
        {P, C, G},
    ),
    "another proxy": (lambda s: s.prerequisites.set_proxy_mode("none"), {P, C}),
    "a proxy password": (lambda s: s.prerequisites.set_proxy_password("pw"), {P}),
    "certificates": (lambda s: s.prerequisites.set_ca_file("/etc/ca.pem"), {P}),
    "another app": (lambda s: s.credentials.set_app_id("cli_b8c029e757e6500b"), {C, G, S, T}),
    "another secret": (lambda s: s.credentials.set_secret(OTHER_SECRET), {C, S}),
    "another callback": (
        lambda s: s.credentials.set_callback("https://can.example.com/can/user/softLogin"),
        {G, S},
    ),
    "another place": (lambda s: s.credentials.set_place(Place.FILE), set()),
    "a decline": (lambda s: s.permissions.set_declined("permission.mobile", True), set()),
    "another target": (lambda s: s.save.choose(Target.BY_HAND, True), {S}),
    "not enabling": (lambda s: s.save.set_enable(False), {S}),
    "another tenant": (lambda s: s.save.set_input("tenant_id", "2"), {S}),
    "another key": (lambda s: s.save.set_secret("api_key", "sk-another-key-0001"), {S}),
    "a tick": (lambda s: s.save.hand.set_stated("app_id", True), set()),
    "other recipients": (lambda s: s.test.push.set_recipients("li.na"), {T}),
    "another kind": (lambda s: s.test.push.set_kind(RecipientKind.USER_ID), {T}),
    "another template": (lambda s: s.test.push.set_template("text"), set()),
    "another language": (lambda s: s.test.push.set_message_lang("zh_Hans"), set()),
}


def results(session):
    """The steps that still hold what their work brought."""
    held = {
        P: session.prerequisites.result,
        C: session.credentials.result,
        G: session.permissions.result,
        S: session.save.plans or session.save.results,
        T: session.test.push.resolved or session.test.push.deliveries,
    }
    return {step for step, result in held.items() if result}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_voids_what_rests_on_it_and_nothing_else(name, at):
    change, void = CHANGES[name]
    session = at(Step.FINISH)
    assert results(session) == {P, C, G, S, T}
    change(session)
    assert results(session) == {P, C, G, S, T} - void


@pytest.mark.parametrize("name", CHANGES)
def test_a_void_step_says_its_first_verb_again(name, at):
    change, void = CHANGES[name]
    session = at(Step.FINISH)
    change(session)
    first = {
        P: "check_and_continue",
        C: "check_and_continue",
        G: "check_permissions",
        S: "show_changes",
        T: "find_recipients",
    }
    if name == "another CAN":  # nobody knows yet what that one speaks
        first[S] = "continue_open"
    for step in void:
        step_or_panel = session.test.push if step is T else session.controller(step)
        assert step_or_panel.verb().code == first[step]
        assert not step_or_panel.done()


def test_the_same_answer_again_voids_nothing(at):
    session = at(Step.FINISH)
    fill_prerequisites(session)
    session.credentials.set_app_id("cli_a8c029e757e6500b")
    session.credentials.set_callback(CAN + "/user/softLogin")
    session.save.set_input("tenant_id", "")
    session.test.push.set_recipients("zhang.wei")
    assert results(session) == {P, C, G, S, T}


def test_settings_that_stand_in_the_file_void_only_a_saved_file(at, runner):
    session = at(Step.SAVE)
    for target, void in ((Target.CAN, False), (Target.FILE, True)):
        session.update(targets=frozenset({target}), file_path="/tmp/a.toml")
        session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
        for _ in range(2):
            session.press()
            runner.settle()
        assert session.save.done()
        session.update(proxy="http://proxy.example.com:3128" if void else "none")
        assert session.save.done() is not void


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda s: s.credentials.set_app_id("cli_b8c029e757e6500b"), {"app_id", "save"}),
        (lambda s: s.credentials.set_secret(OTHER_SECRET), {"app_secret", "save"}),
        (
            lambda s: s.credentials.set_callback("https://can.example.com/x/user/softLogin"),
            {"callback_url", "save"},
        ),
        (
            lambda s: s.prerequisites.set_can_text("https://other.example.com"),
            set(HAND_FIELDS),
        ),
        (lambda s: s.test.push.set_recipients("li.na"), set()),
    ],
)
def test_a_tick_is_taken_back_when_the_value_it_speaks_of_changes(at, change, left):
    """ "Entered by hand" was said of the old value."""
    session = at(Step.SAVE)
    session.update(targets=frozenset({Target.BY_HAND}))
    for name in HAND_FIELDS:
        session.save.hand.set_stated(name, True)
    change(session)
    assert set(HAND_FIELDS) - session.answers.stated == left
    assert session.save.done() is (left == set())


@pytest.mark.parametrize(
    ("step", "name", "change"),
    [
        (P, "check_prerequisites", lambda s: s.prerequisites.set_can_text("https://b.example")),
        (C, "check_credentials", lambda s: s.credentials.set_app_id("cli_b8c029e757e6500b")),
        (C, "check_credentials", lambda s: s.credentials.set_secret(OTHER_SECRET)),
        (G, "check_permissions", lambda s: s.credentials.set_app_id("cli_b8c029e757e6500b")),
        (S, "plan_saves", lambda s: s.save.set_enable(False)),
        (T, "resolve_recipients", lambda s: s.test.push.set_recipients("li.na")),
    ],
)
@pytest.mark.parametrize("answered", [True, False], ids=["answer on its way", "still working"])
def test_an_answer_that_changes_while_it_is_checked_is_not_called_checked(
    step, name, change, answered, at, runner, operations
):
    session = at(step)
    fill_prerequisites(session)
    if step is C:
        fill_credentials(session)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    session.test.push.set_recipients("zhang.wei")
    good = operations.results[name]
    if not answered:
        operations.results[name] = HANG
    session.press()
    runner.turn() if not answered else runner.work_on()
    change(session)
    runner.settle()
    assert session.busy is None
    assert session.step is step
    assert step not in results(session)
    assert session.message is None
    operations.results[name] = good
    session.press()
    runner.settle()
    assert step in results(session)


def test_lines_appear_as_they_come_on_the_page_they_belong_to(at, runner, operations):
    line = Finding("feishu.credentials", Status.PASS, "credentials_ok", {}, Proof.PROVEN)
    session = at(Step.CREDENTIALS)
    operations.news["check_credentials"] = [Progress("", finding=line)]
    operations.results["check_credentials"] = HANG
    fill_credentials(session)
    session.press()
    runner.turn()
    assert [f.id for f in session.credentials.findings] == ["feishu.credentials"]
    session.prerequisites.set_proxy_mode("none")
    assert session.credentials.findings == ()
    runner.settle()


def test_a_line_that_arrives_late_does_not_land_on_another_page(at, runner, operations):
    line = Finding("feishu.credentials", Status.PASS, "credentials_ok", {}, Proof.PROVEN)
    session = at(Step.CREDENTIALS)
    operations.news["check_credentials"] = [Progress("", finding=line)]
    fill_credentials(session)
    session.prerequisites.result = None
    session.press()
    runner.work_on()
    session.back()
    runner.settle()
    assert session.prerequisites.findings == ()


def test_a_can_that_cannot_be_reached_now_keeps_the_profile_it_spoke(at, runner, operations):
    session = at(Step.SAVE)
    assert session.answers.profile == "can-rest"
    session.go(Step.PREREQUISITES)
    operations.results["check_prerequisites"] = network(
        failed="net.can.tcp", offered=offer(False, "unreachable")
    )
    session.prerequisites.set_proxy_mode("none")
    session.press()
    runner.settle()
    assert session.answers.profile == "can-rest"
    session.prerequisites.set_can_text("https://other.example.com")
    assert session.answers.profile == "by-hand"
    assert Target.CAN not in session.save.offered


@pytest.mark.parametrize(
    ("chosen", "edition"),
    list(
        product(
            [
                frozenset(c)
                for c in (
                    {Capability.PUSH},
                    {Capability.SSO},
                    {Capability.USER_SYNC},
                    {Capability.SSO, Capability.PUSH},
                    set(Capability),
                )
            ],
            [Edition.FEISHU, Edition.LARK],
        )
    ),
)
def test_only_what_the_chosen_capabilities_need_is_shown(at, runner, chosen, edition):
    session = at(Step.PERMISSIONS)
    session.update(capabilities=chosen, edition=edition)
    rows = session.permissions.states
    assert rows
    assert all(set(row.need.capabilities) & chosen for row in rows)
    assert {row.state.value for row in rows} == {"unknown"}
    assert session.permissions.open_items() == 0  # not looked at is not missing
    host = "open.feishu.cn" if edition is Edition.FEISHU else "open.larksuite.com"
    assert all(session.permissions.link(row).startswith(f"https://{host}/") for row in rows)
    bot = any(row.need.id == "feishu.bot" for row in rows)
    assert bot is (Capability.PUSH in chosen)

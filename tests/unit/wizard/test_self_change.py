"""The app changes itself, from the admin's chair: shown, confirmed, told, taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.app_change import AppChange, ChangeResult, Part, PartChange, VersionText
from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.means import Means, Task
from feishu_wizard.domain.standing import PATCH_SCOPE, AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.wizard.self_change import NOTE_LIMIT
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.operations.app_change_practice import SELF_MANAGE, PracticeApp, open_tenant
from tests.unit.wizard.fakes import HANG, grants, no_network

NOTE = "Connects CAN with Feishu: people, single sign-on, messages."
URL = "https://can.example.com/user/softLogin"
SCOPE = "contact:user.phone:readonly"
PARTS = (
    PartChange(Part.SCOPES, (PATCH_SCOPE,), (PATCH_SCOPE, SCOPE), (SCOPE,), undoable=True),
    PartChange(Part.REDIRECT_URLS, (), (URL,), (URL,), at_once=True, undoable=True),
    PartChange(Part.AVAILABILITY, None, ("all",)),
    PartChange(Part.VERSION, ("1.0.0",), ("1.0.1",)),
)
CHANGE = AppChange(PARTS, VersionText("1.0.1", ""))
BACK = AppChange((PartChange(Part.REDIRECT_URLS, (URL,), (), removes=(URL,), at_once=True),))
DONE = ChangeResult((PARTS[0], PARTS[1], PARTS[3]), None, (), BACK, "oav_1")


def refusal(code):
    return ChangeResult((), Finding("feishu.app", Status.FAIL, code), PARTS)


# -- on a real sandbox ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tenant(module_sandbox):
    made = module_sandbox("--fresh")
    open_tenant(made)
    return made


class _Practice:
    """The sandbox with another app in the place of its own."""

    def __init__(self, sandbox, app):
        self._sandbox, self._own = sandbox, {"app_id": app.app_id, "app_secret": app.secret}

    def __getitem__(self, key):
        return self._own.get(key) or self._sandbox[key]


@pytest.fixture
def seat(tenant, sit):
    """An admin before the release plan of a fresh app that may change itself."""

    def take(source="developer_console"):
        app = PracticeApp.made(tenant, source)
        admin = sit(_Practice(tenant, app), app.app_id)
        app.callback = tenant["can"] + "/user/softLogin"
        session = admin.walk(Step.PERMISSIONS)
        session.permissions.check()
        admin.settle()
        return app, admin, session, session.permissions.change

    return take


def test_nothing_is_written_before_the_verb_and_then_everything_with_one_review(seat):
    app, admin, session, flow = seat()
    assert (session.permissions.next.task, session.permissions.next.means) == (
        Task.COMPLETE,
        Means.SELF,
    )
    flow.propose()
    admin.settle()
    assert flow.change.version.number == "1.0.0"
    assert app.writes() == []
    flow.set_note(NOTE)
    flow.confirm()
    admin.settle()
    assert flow.result.refused is None
    assert {part.part for part in flow.unread} == {Part.AVAILABILITY}
    assert app.now["versions"][0]["note"] == NOTE
    assert session.permissions.next.task is Task.WAIT
    assert flow.undo_waits

    app.does("approve")
    session.permissions.check()
    admin.settle()
    assert not flow.undo_waits
    assert session.permissions.plan.complete, session.permissions.plan.open_items
    assert (app.now["releases"], app.now["reviews"]) == (1, 1)


def test_undo_takes_back_what_was_added(seat):
    app, admin, session, flow = seat()
    flow.propose()
    admin.settle()
    flow.set_note(NOTE)
    flow.confirm()
    admin.settle()
    app.does("approve")
    session.permissions.check()
    admin.settle()
    flow.undo()
    admin.settle()
    assert flow.undoing
    assert flow.result.refused is None
    assert set(app.now["scopes"]["tenant"]) == {PATCH_SCOPE, SELF_MANAGE}
    assert app.now["redirect_urls"] == []


def test_somebody_elses_change_is_shown_before_it_is_confirmed_again(seat):
    app, admin, session, flow = seat()
    flow.propose()
    admin.settle()
    flow.set_note(NOTE)
    app.does("redirect-url", add=["https://old.example.com/login"])
    flow.confirm()
    admin.settle()
    assert session.message.code == "change.stale"
    assert session.message.severity is Severity.WARNING
    assert app.writes() == []
    assert flow.refused == frozenset()
    shown = {part.part: part for part in flow.change.parts}
    assert shown[Part.REDIRECT_URLS].before == ("https://old.example.com/login",)
    assert flow.change.version.note == NOTE  # what was typed stays
    flow.confirm()
    admin.settle()
    assert flow.result.refused is None


def test_an_app_that_may_not_is_said_and_the_next_best_way_is_offered(seat):
    app, admin, session, flow = seat("scan")
    before = app.now
    flow.propose()
    admin.settle()
    flow.set_note(NOTE)
    flow.confirm()
    admin.settle()
    assert flow.result.refused.code == "feishu.210043"
    assert session.message.code == "feishu.210043"
    assert flow.refused == {Means.SELF}
    assert session.permissions.next.means is not Means.SELF
    assert app.now == before


def test_what_only_served_this_program_is_removed_at_the_end(seat):
    app, admin, session, flow = seat()
    flow.propose()
    admin.settle()
    flow.set_note(NOTE)
    flow.confirm()
    admin.settle()
    app.does("approve")
    session.permissions.check()
    admin.settle()
    finish = session.finish
    assert finish.removable_scopes == ("contact:user.id:readonly", PATCH_SCOPE, SELF_MANAGE)
    assert finish.may_remove
    finish.remove()
    admin.settle()
    assert session.message.code == "helpers_removed"
    assert finish.removed == {"contact:user.id:readonly", PATCH_SCOPE, SELF_MANAGE}
    assert finish.removable_scopes == ()
    assert finish.reads_less
    assert not finish.may_remove
    assert not finish.removed & set(app.now["scopes"]["tenant"])
    assert "im:message:send_as_bot" in app.now["scopes"]["tenant"]


# -- with operations that answer as told --------------------------------------------------------


@pytest.fixture
def ready(at, operations, monkeypatch, runner):
    """A flow with a proposal; what the operations answer is in ``operations.results``."""
    for name in ("propose", "carry_out"):
        monkeypatch.setattr(f"feishu_wizard.operations.change_app.{name}", operations._fake(name))
    operations.results |= {"propose": CHANGE, "carry_out": DONE}
    standing = AppStanding(VersionState.RELEASED, online=True, may_patch=True)
    missing = {"permission.mobile": GrantState.NOT_REQUESTED}
    operations.results["check_permissions"] = lambda place, kit, declined, report: replace(
        grants(missing, chosen=kit.setup.capabilities.chosen()), standing=standing
    )
    session = at(Step.PERMISSIONS)
    session.permissions.check()
    runner.settle()
    flow = session.permissions.change
    flow.propose()
    runner.settle()
    flow.set_note(NOTE)
    return flow


def test_a_version_wants_a_note_that_fits(ready, operations, runner):
    ready.set_note("  ")
    assert ready.problem is None  # said once the verb was pressed
    ready.confirm()
    runner.settle()
    assert ready.problem.code == "change.note_missing"
    ready.set_note("x" * (NOTE_LIMIT + 1))
    ready.confirm()
    runner.settle()
    assert ready.problem.code == "change.note_too_long"
    assert ready.problem.params == {"count": "501", "limit": "500"}
    assert operations.made("carry_out") == []
    ready.set_note(NOTE)
    ready.confirm()
    runner.settle()
    (made,) = operations.made("carry_out")
    assert made[1] == replace(CHANGE, version=VersionText("1.0.1", NOTE))


def test_the_admin_may_leave_out_what_is_for_the_whole_company(ready, operations, runner):
    ready.leave_out(Part.AVAILABILITY, True)
    ready.leave_out(Part.SCOPES, True)  # the plan decides on these
    assert [p.part for p in ready.change.parts] == [Part.SCOPES, Part.REDIRECT_URLS, Part.VERSION]
    ready.leave_out(Part.AVAILABILITY, False)
    assert ready.change.parts == PARTS


def test_a_version_that_nothing_needs_any_more_is_left_out_too(ready, operations, runner):
    parts = PARTS[1:]
    operations.results["propose"] = replace(CHANGE, parts=parts)
    ready.propose()
    runner.settle()
    assert ready.change.version.number == "1.0.1"
    ready.leave_out(Part.AVAILABILITY, True)
    assert [part.part for part in ready.change.parts] == [Part.REDIRECT_URLS]
    assert ready.change.version is None


def test_not_now_forgets_the_proposal_and_writes_nothing(ready, operations):
    ready.put_away()
    assert not ready.active
    assert operations.made("carry_out") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("app_id_text", "cli_b8c029e757e6500c"),
        ("open_url", "https://open.example.com"),
        ("capabilities", frozenset({Capability.PUSH})),
    ],
)
def test_another_app_host_or_capabilities_drop_everything(ready, name, value):
    ready.session.update(**{name: value})
    assert (ready.proposal, ready.result, ready.note) == (None, None, "")


def test_a_refusal_belongs_to_its_app(ready, operations, runner):
    operations.results["carry_out"] = refusal("change.forbidden")
    ready.confirm()
    runner.settle()
    assert ready.refused == {Means.SELF}
    ready.put_away()
    assert ready.refused == {Means.SELF}
    ready.session.update(app_id_text="cli_b8c029e757e6500c")
    assert ready.refused == frozenset()


@pytest.mark.parametrize("code", ["change.not_released", "change.not_seen", "net.timeout"])
def test_what_passes_does_not_shut_the_way(ready, operations, runner, code):
    operations.results["carry_out"] = refusal(code)
    ready.confirm()
    runner.settle()
    assert ready.session.message.code == code
    assert ready.refused == frozenset()


def test_a_version_under_review_shuts_the_way_until_it_was_decided(ready, operations, runner):
    operations.results["carry_out"] = refusal("feishu.210302")
    check = operations.results["check_permissions"]
    operations.results["check_permissions"] = HANG
    ready.confirm()
    runner.turn()
    assert ready.refused == {Means.SELF}
    ready.session.cancel_work()
    runner.settle()
    operations.results["check_permissions"] = check
    ready.session.permissions.check()
    runner.settle()
    assert ready.refused == frozenset()


def test_a_proposal_that_meets_a_review_says_so(ready, operations, runner):
    operations.results["propose"] = ConflictError("change.under_review", {"version": "1.0.1"})
    ready.put_away()
    ready.propose()
    runner.settle()
    assert ready.session.message.code == "change.under_review"
    assert ready.refused == {Means.SELF}


def test_nothing_left_to_change_is_said_and_looked_at_again(ready, operations, runner):
    operations.results["propose"] = AppChange(())
    checks = len(operations.made("check_permissions"))
    ready.propose()
    runner.settle()
    assert ready.proposal is None
    assert len(operations.made("check_permissions")) == checks + 1


def test_a_change_that_was_stopped_midway_says_that_nobody_knows(ready, operations, runner):
    operations.results["carry_out"] = HANG
    ready.confirm()
    runner.turn()
    assert ready.session.busy.code == "changing_app"
    ready.session.cancel_work()
    runner.settle()
    assert ready.interrupted
    assert (ready.proposal, ready.result) == (None, None)


def test_a_change_that_never_began_keeps_its_proposal(ready, operations, runner):
    operations.results["carry_out"] = no_network()
    ready.confirm()
    runner.settle()
    assert ready.session.message.code == "net.timeout"
    assert ready.proposal == CHANGE
    assert not ready.interrupted
    assert ready.refused == frozenset()


def test_what_cannot_be_undone_offers_no_undo(ready, operations, runner):
    operations.results["carry_out"] = replace(DONE, undo=None)
    ready.confirm()
    runner.settle()
    ready.undo()
    runner.settle()
    assert len(operations.made("carry_out")) == 1


def test_an_undo_that_came_too_late_is_dropped(ready, operations, runner):
    ready.confirm()
    runner.settle()
    operations.results["carry_out"] = refusal("change.stale")
    ready.undo()
    runner.settle()
    assert ready.session.message.code == "change.stale"
    assert ready.result is None


def test_a_removal_that_is_refused_leaves_the_list_as_it_is(ready, operations, runner, monkeypatch):
    async def proposed(place, kit, scopes):
        return AppChange((PartChange(Part.SCOPES, None, (), removes=tuple(scopes)),))

    monkeypatch.setattr("feishu_wizard.operations.change_app.propose_removal", proposed)
    operations.results["carry_out"] = refusal("feishu.210040")
    finish = ready.session.finish
    before = finish.removable_scopes
    finish.remove()
    runner.settle()
    assert ready.session.message.code == "feishu.210040"
    assert finish.removable_scopes == before
    assert finish.removed == frozenset()

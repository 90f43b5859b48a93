"""The app changes itself, on a real sandbox over HTTP: once, in order, read back, taken back."""

from __future__ import annotations

from pathlib import Path

from feishu_wizard.domain.app_change import Part, VersionText
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.standing import PATCH_SCOPE, RANGE_SCOPE
from feishu_wizard.operations import change_app
from feishu_wizard.operations.app_change.plan import next_number, version_key
from feishu_wizard.operations.ask_approval import ask_approval
from feishu_wizard.services.feishu.contact import contact_range
from tests.unit.operations.app_change_practice import (
    CALLBACK,
    SELF_MANAGE,
    TEXT,
    PracticeApp,
    post,
)

ROOT = Path(__file__).resolve().parents[3]
FOREIGN = "https://old.example.com/login"


def by_part(parts):
    return {part.part: part for part in parts}


def open_rows(seen):
    return [row.need.id for row in seen.states if row.open]


# -- the whole way ------------------------------------------------------------------------


def test_one_confirmed_change_and_one_review_bring_a_fresh_app_to_all_that_is_needed(
    app, propose, carry_out, look
):
    change = propose(app)
    assert [part.part for part in change.parts] == [p for p in Part if p is not Part.ALLOWED_IPS]
    parts = by_part(change.parts)
    assert set(parts[Part.SCOPES].before) == {PATCH_SCOPE, SELF_MANAGE}
    assert parts[Part.REDIRECT_URLS].adds == (CALLBACK,)
    assert parts[Part.REDIRECT_URLS].at_once
    assert parts[Part.BOT].before is None  # what a draft holds is told by no call
    assert change.version == VersionText("1.0.0", TEXT.note)
    assert app.writes() == []  # a proposal changes nothing

    result = carry_out(app, change)
    assert result.refused is None
    assert result.left == ()
    unread = {part.part for part in change.parts} - {part.part for part in result.done}
    assert unread == {Part.AVAILABILITY}
    assert app.now["versions"][0]["status"] == "in_review"

    app.does("approve")
    assert open_rows(look(app)) == []
    now = app.now
    assert (now["releases"], now["reviews"], len(now["versions"])) == (1, 1, 1)
    assert app.writes().count("publish") == 1


def test_what_needs_the_bot_first_is_added_once_it_is_on(app, propose, carry_out):
    result = carry_out(app, propose(app))
    assert result.refused is None
    assert app.writes() == ["config", "ability", "config", "config", "publish"]


def test_nothing_is_left_to_propose_for_a_healthy_app(app, propose, carry_out):
    carry_out(app, propose(app))
    app.does("approve")
    assert propose(app).parts == ()


def test_an_address_alone_acts_at_once_and_needs_no_version(app, propose, carry_out):
    carry_out(app, propose(app))
    app.does("approve")
    app.does("redirect-url", remove=[CALLBACK], add=[FOREIGN])
    change = propose(app)
    (part,) = change.parts
    assert (part.before, part.adds, change.version) == ((FOREIGN,), (CALLBACK,), None)
    assert part.after == (FOREIGN, CALLBACK)  # a foreign one stays
    assert change.others == ("others.redirect_urls",)
    assert change.foreign == (FOREIGN,)
    result = carry_out(app, change)
    assert [p.part for p in result.done] == [Part.REDIRECT_URLS]
    assert app.now["redirect_urls"] == [FOREIGN, CALLBACK]
    assert app.now["releases"] == 1


# -- undo ---------------------------------------------------------------------------------


def test_what_was_added_can_be_taken_back_once_the_version_was_decided(app, propose, carry_out):
    app.does("release")
    app.does("approve")
    before = app.now
    result = carry_out(app, propose(app))
    kinds = [part.part for part in result.undo.parts]
    assert kinds == [Part.SCOPES, Part.REDIRECT_URLS, Part.BOT, Part.CONTACTS_RANGE]

    locked = carry_out(app, result.undo)
    assert locked.refused.code == "feishu.210040"
    assert locked.done == ()

    app.does("approve")
    undone = carry_out(app, result.undo)
    assert undone.refused is None
    assert [p.part for p in undone.done] == [Part.SCOPES, Part.REDIRECT_URLS]
    now = app.now
    assert now["scopes"]["tenant"] == before["scopes"]["tenant"]
    assert now["redirect_urls"] == []
    # Bot and range go back with the next version, which the draft is ready for.
    assert now["draft"]["bot"] is False
    assert now["draft"]["range"]["type"] == "equal_to_availability"
    assert now["releases"] == 2


def test_a_range_of_departments_is_put_back_as_it_was(app, propose, carry_out, perform):
    carry_out(app, propose(app))
    app.does("approve")

    async def departments(place):
        return (await contact_range(await place.feishu(app.kit))).value.department_ids

    first = perform(departments)[0]
    app.does("range", type="some", departments=[first])
    app.does("release")
    app.does("approve")
    kept = app.now["draft"]["range"]
    change = propose(app)
    ranged = by_part(change.parts)[Part.CONTACTS_RANGE]
    assert (ranged.before, ranged.after) == (("some", f"department:{first}"), ("all",))
    result = carry_out(app, change)
    assert app.now["draft"]["range"]["type"] == "all"
    app.does("approve")
    carry_out(app, result.undo)
    assert app.now["draft"]["range"] == kept


# -- parts of their own ---------------------------------------------------------------------


def test_addresses_are_added_to_the_list_only_when_somebody_asks(app, propose, carry_out):
    carry_out(app, propose(app))
    app.does("approve")
    assert propose(app).parts == ()
    change = propose(app, change_app.Wants(("127.0.0.1", "203.0.113.7")))
    (part,) = change.parts
    assert (part.part, part.before, change.version) == (Part.ALLOWED_IPS, (), None)
    result = carry_out(app, change)
    assert [p.part for p in result.done] == [Part.ALLOWED_IPS]
    assert app.now["allowed_ips"] == ["127.0.0.1", "203.0.113.7"]
    assert carry_out(app, result.undo).refused is None
    assert app.now["allowed_ips"] == []


def test_where_the_range_may_be_set_at_once_it_waits_for_no_version(tenant, propose, carry_out):
    post(tenant, "tenant", review={RANGE_SCOPE: False})
    app = PracticeApp.made(tenant)
    app.does("grant", scopes=[RANGE_SCOPE])
    carry_out(app, propose(app))
    app.does("approve")
    owner = app.owner
    app.does("range", type="some", users=[owner], at_once=True)
    change = propose(app)
    (part,) = change.parts
    assert (part.part, part.at_once, part.before) == (Part.CONTACTS_RANGE, True, None)
    assert (part.undoable, change.version) == (False, None)
    result = carry_out(app, change)
    # The range in force is told by no call that this app may make.
    assert (result.refused, result.done, result.left) == (None, (), ())
    assert app.now["online"]["range"]["type"] == "all"
    assert app.now["releases"] == 1


def test_a_version_number_rises_and_a_higher_wish_is_kept():
    assert next_number("") == "1.0.0"
    assert next_number("1.0.9") == "1.0.10"
    assert next_number("no number") == "1.0.0"
    assert version_key("1.2") is None
    assert version_key("2.0.0") > version_key("1.9.9")


def test_permissions_that_only_served_this_program_are_removed_the_powers_last(
    app, propose, carry_out, perform
):
    carry_out(app, propose(app))
    app.does("approve")
    wanted = ("contact:user.id:readonly", PATCH_SCOPE, SELF_MANAGE)
    change = perform(lambda place: change_app.propose_removal(place, app.kit, wanted))
    (part,) = change.parts
    assert part.removes == wanted
    before = len(app.writes())
    result = carry_out(app, change)
    assert result.refused is None
    assert result.done[0].removes == wanted
    assert result.undo is None
    assert app.writes()[before:] == ["config", "config"]
    assert not set(wanted) & set(app.now["scopes"]["tenant"])
    assert "im:message:send_as_bot" in app.now["scopes"]["tenant"]


def test_what_is_not_there_is_not_removed(app, perform):
    change = perform(
        lambda place: change_app.propose_removal(place, app.kit, ("contact:user.id:readonly",))
    )
    assert change.parts == ()


# -- asking for approval ----------------------------------------------------------------------


def test_the_administrators_are_asked_once(app, propose, carry_out, perform):
    carry_out(app, propose(app))
    app.does("approve", **{"except": ["contact:user.phone:readonly"]})
    first = perform(lambda place: ask_approval(place, app.kit))
    assert (first.status, first.code) == (Status.PASS, "approval_asked")
    assert app.now["scope_request"] == ["contact:user.phone:readonly"]
    again = perform(lambda place: ask_approval(place, app.kit))
    assert (again.status, again.code) == (Status.WARN, "feishu.212004")
    app.does("approve-scopes")
    nothing = perform(lambda place: ask_approval(place, app.kit))
    assert nothing.code == "feishu.212002"

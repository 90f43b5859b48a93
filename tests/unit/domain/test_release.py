"""One version carries everything: how needs are chosen and grouped."""

from __future__ import annotations

import json

import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.permission import Effect, Kind, Need, NeedState, needs_of, parse_needs
from feishu_wizard.domain.release import import_json, plan_release
from feishu_wizard.domain.states import GrantState, VersionState


def need(name, *, effect=Effect.WITH_VERSION, kind=Kind.SCOPE, required=True, scopes=None):
    return Need(
        id=name,
        kind=kind,
        capabilities=[Capability.PUSH],
        scopes=[name] if scopes is None else scopes,
        effect=effect,
        required=required,
    )


def row(name, state=GrantState.NOT_REQUESTED, **options):
    return NeedState(need(name, **options), state)


def plan(*rows, version=VersionState.RELEASED):
    return plan_release(rows, version)


@pytest.mark.parametrize(
    ("state", "effect", "group"),
    [
        (GrantState.NOT_REQUESTED, Effect.AT_ONCE, "at_once"),
        (GrantState.NOT_REQUESTED, Effect.WITH_VERSION, "with_version"),
        (GrantState.NOT_REQUESTED, Effect.ADMIN_ONLY, "admin_only"),
        (GrantState.REQUESTED, Effect.WITH_VERSION, "with_version"),
        (GrantState.CONTRADICTORY, Effect.AT_ONCE, "at_once"),
        (GrantState.UNDER_REVIEW, Effect.AT_ONCE, "waiting"),
        (GrantState.UNDER_REVIEW, Effect.WITH_VERSION, "waiting"),
        (GrantState.UNKNOWN, Effect.WITH_VERSION, "unknown"),
    ],
)
def test_each_open_need_stands_in_one_group(state, effect, group):
    made = plan(row("a", state, effect=effect))
    groups = ("at_once", "with_version", "admin_only", "waiting", "unknown")
    assert [name for name in groups if getattr(made, name)] == [group]
    assert made.open_items == getattr(made, group)
    assert not made.complete


@pytest.mark.parametrize("state", [GrantState.GRANTED, GrantState.PROVEN, GrantState.DECLINED])
def test_what_is_settled_is_in_no_group(state):
    made = plan(row("a", state))
    assert state.settled
    assert made.complete
    assert not made.release_needed


def test_an_optional_need_is_offered_and_never_open():
    made = plan(row("urgent", required=False))
    assert made.with_version
    assert made.complete
    assert not made.release_needed


def test_a_release_is_needed_for_what_waits_for_one_or_when_there_never_was_one():
    assert plan(row("a")).release_needed
    assert not plan(row("a", effect=Effect.AT_ONCE)).release_needed
    assert plan(version=VersionState.NEVER_RELEASED).release_needed
    assert not plan(row("a", GrantState.UNDER_REVIEW)).release_needed


def test_the_missing_scopes_are_those_nobody_is_known_to_have_asked_for_each_once():
    made = plan(
        row("at-once", effect=Effect.AT_ONCE),
        row("with-version"),
        row("twin", scopes=["with-version", "other"]),
        row("asked", GrantState.REQUESTED),
        row("unknown", GrantState.UNKNOWN),
        row("bot", kind=Kind.SETTING, scopes=[]),
        row("granted", GrantState.GRANTED),
    )
    assert made.missing_scopes() == ("at-once", "with-version", "unknown")


def test_the_import_text_is_what_the_console_reads():
    assert json.loads(import_json(["a:b", "c"])) == {"scopes": {"tenant": ["a:b", "c"], "user": []}}


def test_needs_are_read_and_chosen_in_their_order():
    data = b"""
    [[need]]
    id = "b"
    kind = "scope"
    capabilities = ["push", "sso"]
    scopes = ["x:y", "x"]
    [[need]]
    id = "a"
    kind = "setting"
    capabilities = ["user_sync"]
    effect = "at_once"
    """
    needs = parse_needs(data)
    assert [one.id for one in needs] == ["b", "a"]
    assert (needs[0].scope, needs[1].scope) == ("x:y", "")
    assert needs[0].effect is Effect.WITH_VERSION
    assert [one.id for one in needs_of(needs, frozenset({Capability.SSO}))] == ["b"]
    assert needs_of(needs, frozenset()) == ()


def test_before_the_first_release_everything_unread_goes_into_it():
    made = plan(row("a", GrantState.UNKNOWN), version=VersionState.NEVER_RELEASED)
    assert [one.need.id for one in made.with_version] == ["a"]
    assert made.unknown == ()

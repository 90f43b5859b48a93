"""The next step and the plan, in words."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.means import Means, Task, Ways, next_step
from feishu_wizard.domain.permission import NeedState, parse_needs
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text import catalog, plan

NEEDS = parse_needs(resource_bytes("knowledge/needs.toml"))


def release(version=VersionState.RELEASED, **states):
    """``permission__email="granted"``; what is not named is granted."""
    named = {name.replace("__", "."): GrantState(value) for name, value in states.items()}
    rows = [NeedState(need, named.get(need.id, GrantState.GRANTED)) for need in NEEDS]
    return plan_release(rows, VersionState(version))


ONLINE = AppStanding(online=True)


def told(found, *, standing=ONLINE, **ways):
    return plan.next_words(next_step(found, standing, Ways(**ways)), found)


@pytest.mark.parametrize(
    ("version", "states", "title"),
    [
        ("released", {}, "Everything required is in place"),
        ("released", {"permission__email": "not_requested"}, "Add 1 permission"),
        (
            "released",
            {"permission__email": "not_requested", "permission__mobile": "not_requested"},
            "Add 2 permissions",
        ),
        ("released", {"feishu__redirect_url": "not_requested"}, "Register the redirect URL"),
        ("released", {"feishu__bot": "not_requested"}, "Switch on the bot"),
        (
            "released",
            {"feishu__contact_range": "not_requested"},
            "Set who the app can read and reach",
        ),
        ("released", {"permission__email": "requested"}, "Create one version and submit it"),
        (
            "released",
            {"feishu__availability": "unknown"},
            "Not everything could be read: check again",
        ),
        (
            "under_review",
            {"permission__email": "under_review"},
            "Submitted: the Feishu administrator decides now",
        ),
        (
            "rejected",
            {"feishu__release": "not_requested"},
            "The last version was rejected: submit a new one",
        ),
        (
            "released",
            {"permission__email": "contradictory"},
            "The list and the calls disagree: check again",
        ),
    ],
)
def test_the_headline_names_the_next_thing(version, states, title):
    assert told(release(version, **states)).title == title


def test_a_stopped_app_and_an_app_that_may_change_itself_come_first():
    missing = release(permission__email="not_requested", feishu__bot="not_requested")
    assert told(missing, standing=AppStanding(stopped=True)).title == (
        "The app is stopped: have it enabled"
    )
    itself = told(missing, standing=AppStanding(may_patch=True))
    assert itself.title == "1 permission to add, 1 setting to check, then one version"
    assert "nothing is changed before you confirm" in itself.text


def test_only_a_finished_plan_is_called_done():
    assert told(release()).done
    silent = told(release(permission__email="unknown"), stated=frozenset({"permission.email"}))
    assert silent.title == "Nothing is known to be missing"
    assert not silent.done


def test_the_means_is_said_with_the_reason():
    missing = release(permission__email="not_requested")
    console = told(missing, refused=frozenset({Means.SCAN}))
    assert console.text.endswith("Copy the list, open the page, choose the batch import and paste.")
    colleague = told(missing, colleague=True)
    assert colleague.text.endswith("Send the sheet to the person who can do it.")


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("means", Means)
def test_every_task_has_words_by_every_means(task, means, lang):
    from feishu_wizard.domain.means import NextStep

    catalog.use(lang)
    found = release(permission__email="not_requested")
    words = plan.next_words(NextStep(task, means, found.open_items), found)
    assert words.title
    assert means is Means.NONE or plan.means_words(means)


def test_the_plan_is_told_in_its_order_and_optional_things_are_a_number():
    found = release(
        permission__email="not_requested",
        permission__urgent="not_requested",
        feishu__bot="not_requested",
        feishu__redirect_url="not_requested",
    )
    assert [(s.name, s.text) for s in plan.stages(found)] == [
        ("at_once", "Redirect URL"),
        ("with_version", "1 permission · Bot · 1 optional"),
        ("admin_only", "Approves the version, once, on the phone or in the admin console"),
    ]
    assert plan.stages(release()) == ()
    assert [s.name for s in plan.stages(release(feishu__redirect_url="not_requested"))] == [
        "at_once"
    ]

"""Texts for other people, and what to do next."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.permission import NeedState, parse_needs
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text import catalog, notes

NEEDS = parse_needs(resource_bytes("knowledge/needs.toml"))


@pytest.fixture(autouse=True)
def english():
    catalog.use("en")
    yield
    catalog.use("en")


def plan(version, **states):
    """``permission__email="granted"``; what is not named is granted."""
    named = {name.replace("__", "."): GrantState(value) for name, value in states.items()}
    rows = [NeedState(need, named.get(need.id, GrantState.GRANTED)) for need in NEEDS]
    return plan_release(rows, version)


@pytest.mark.parametrize(
    ("version", "states", "title"),
    [
        ("released", {}, "Everything required is in place"),
        (
            "released",
            {"permission__email": "not_requested"},
            "1 permission to add, then one version",
        ),
        ("released", {"feishu__redirect_url": "not_requested"}, "1 setting to check"),
        (
            "released",
            {
                "permission__email": "not_requested",
                "permission__mobile": "not_requested",
                "feishu__bot": "not_requested",
            },
            "2 permissions to add, 1 setting to check, then one version",
        ),
        ("released", {"permission__email": "requested"}, "One version to release"),
        ("released", {"feishu__availability": "unknown"}, "Nothing is known to be missing"),
        (
            "under_review",
            {"permission__email": "under_review"},
            "Submitted: the Feishu administrator decides now",
        ),
        ("rejected", {"feishu__release": "not_requested"}, "The last version was rejected"),
    ],
)
def test_the_headline_names_the_next_thing(version, states, title):
    assert notes.headline(plan(VersionState(version), **states)).title == title


def test_a_change_that_takes_effect_at_once_asks_for_no_version():
    head = notes.headline(plan(VersionState.RELEASED, feishu__redirect_url="not_requested"))
    assert head.text == "These take effect at once; no version is needed."


def test_only_a_finished_plan_is_called_done():
    assert notes.headline(plan(VersionState.RELEASED)).done
    assert not notes.headline(plan(VersionState.RELEASED, permission__email="unknown")).done


def test_the_version_note_gives_a_reason_for_everything_and_no_more():
    missing = plan(
        VersionState.RELEASED,
        permission__email="not_requested",
        permission__find_ids="not_requested",
        feishu__bot="not_requested",
    )
    note = notes.version_note(notes.version_rows(missing), ALL, "https://can.example.com")
    assert note.splitlines() == [
        "Connects Aloudata CAN with Feishu.",
        "Purpose: User information sync, Single sign-on, Push of monitoring messages",
        "Where data goes: https://can.example.com. Nothing in the contacts is changed.",
        "Owner: whoever submits this version.",
        "",
        "Permissions:",
        "• Obtain user email information: CAN's manual asks for it, to fill in e-mail addresses "
        "at user sync.",
        "",
        "Settings:",
        "• Add features > Bot: Messages of an app are sent by its bot.",
        "",
        "Only while setting up, can be removed afterwards:",
        "• Obtain user ID by mobile number or email: Lets this program find test recipients by "
        "e-mail or mobile number. CAN does not need it; you can remove it afterwards.",
    ]


def test_the_manuals_authorized_login_is_told_by_its_parts():
    missing = plan(
        VersionState.RELEASED,
        permission__login="not_requested",
        feishu__redirect_url="not_requested",
    )
    note = notes.version_note(notes.version_rows(missing), ALL)
    assert "Security Settings > Redirect URLs" in note
    assert "Redirect URL, availability and a released version" not in note


def test_the_colleagues_message_has_all_steps_in_order():
    missing = plan(
        VersionState.RELEASED,
        permission__email="not_requested",
        feishu__redirect_url="not_requested",
    )
    message = notes.console_message(
        notes.ConsolePart(
            plan=missing,
            link=lambda row: f"https://console.example/{row.need.page}",
            app_id="cli_a8c029e757e6500b",
            callback="https://can.example.com/user/softLogin",
            missing_json="{JSON}",
            permissions_url="https://console.example/auth",
            version_url="https://console.example/version",
            note="NOTE",
        )
    )
    parts = [
        "cli_a8c029e757e6500b",
        "1. Permissions: open https://console.example/auth",
        "{JSON}",
        "2. Settings:",
        "add https://can.example.com/user/softLogin – https://console.example/safe",
        "3. Create one version and submit it: https://console.example/version",
        "NOTE",
    ]
    places = [message.index(part) for part in parts]
    assert places == sorted(places)


def test_the_create_message_does_not_invite_secrets_into_a_group():
    message = notes.create_message(ALL, "https://open.feishu.cn/app")
    assert "password manager, not to a group" in message
    assert "4." not in message


def test_the_description_names_only_what_was_chosen():
    text = notes.app_description(frozenset({Capability.PUSH}))
    assert text == "Connects Aloudata CAN with Feishu: sends monitoring messages."


def test_each_capability_has_a_next_click():
    assert [len(notes.next_clicks(frozenset({c}))) for c in Capability] == [1, 1, 1]


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
@pytest.mark.parametrize("template", ["card", "text"])
def test_the_preview_is_the_message_in_words(lang, template):
    values = {"time": "12:00", "origin": "https://can.example.com"}
    sample = notes.sample_message(template, lang, values)
    words = "\n".join((sample.title, *sample.lines, sample.note))
    assert "12:00" in words
    assert "https://can.example.com" in words
    assert "{" not in words
    assert "**" not in words


def test_texts_come_in_chinese_too():
    missing = plan(VersionState.RELEASED, permission__email="not_requested")
    english = notes.version_note(notes.version_rows(missing), ALL)
    catalog.use("zh_Hans")
    chinese = notes.version_note(notes.version_rows(missing), ALL)
    assert "获取用户邮箱信息" in chinese
    assert chinese != english

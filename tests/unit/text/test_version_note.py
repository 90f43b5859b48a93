"""The note that an approver reads on a phone: why for everything, and never too long."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.permission import NeedState, needs_of, parse_needs
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text import catalog
from feishu_wizard.text.version_note import (
    NOTE_LIMIT,
    short_reason,
    version_note,
    version_rows,
)

NEEDS = parse_needs(resource_bytes("knowledge/needs.toml"))
CAN = "https://can.example.com"
LANGUAGES = ["en", "zh_Hans"]


def rows(*ids, state=GrantState.NOT_REQUESTED, version=VersionState.RELEASED):
    """The version rows when only ``ids`` are missing; all of them when none is named."""
    missing = [
        NeedState(need, state if not ids or need.id in ids else GrantState.GRANTED)
        for need in NEEDS
    ]
    return version_rows(plan_release(missing, version))


def test_it_says_purpose_goal_owner_and_a_reason_for_each():
    note = version_note(
        rows("permission.email", "permission.mobile", "permission.find_ids", "feishu.bot"), ALL, CAN
    )
    assert note.splitlines() == [
        "Connects Aloudata CAN with Feishu: User information sync, Single sign-on, Push of "
        "monitoring messages.",
        "Data goes to https://can.example.com. Contacts are only read.",
        "Owner: whoever submits this version.",
        "• Obtain user mobile number: Mobile numbers",
        "• Obtain user email information: E-mail addresses",
        "Also in this version: Bot",
        "Only for setting up, removed afterwards: Finding test recipients",
    ]


def test_what_takes_effect_at_once_is_not_part_of_a_version():
    note = version_note(rows("feishu.redirect_url", "permission.login", "permission.email"), ALL)
    assert "Redirect" not in note
    assert "Obtain user email information" in note
    assert "the CAN server of our company" in note


def test_what_does_not_fit_is_counted_and_left_to_the_sheet():
    note = version_note(rows(), ALL, CAN)
    assert 400 < len(note) <= NOTE_LIMIT
    assert "more: see the hand-off sheet" in note
    # The most important are named, and so is what will be removed.
    for said in ("Mobile numbers", "Matching people", "Sending messages", "Also in this version"):
        assert said in note
    assert "Only for setting up, removed afterwards" in note


def test_in_chinese_everything_has_a_line_of_its_own():
    catalog.use("zh_Hans")
    note = version_note(rows(), ALL, CAN)
    wanted = [row.need for row in rows() if row.need.scope and row.need.for_can]
    assert wanted
    assert [need.id for need in wanted if f"• {need.console['zh_Hans']}：" not in note] == []


def test_every_need_has_a_reason_of_a_few_words():
    for language in LANGUAGES:
        catalog.use(language)
        assert [n.id for n in NEEDS if not 0 < len(short_reason(n)) <= 40] == []


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    chosen=st.frozensets(st.sampled_from(Capability), min_size=1),
    left=st.frozensets(st.sampled_from([need.id for need in NEEDS])),
    origin=st.sampled_from(["", CAN, CAN + "x" * 2000]),
    limit=st.integers(40, NOTE_LIMIT),
)
def test_it_never_breaks_the_limit_of_the_platform(language, chosen, left, origin, limit):
    catalog.use(language)
    needs = [need for need in needs_of(NEEDS, chosen) if need.id not in left]
    states = [NeedState(need, GrantState.NOT_REQUESTED) for need in needs]
    note = version_note(
        version_rows(plan_release(states, VersionState.NEVER_RELEASED)), chosen, origin, limit
    )
    catalog.use("en")
    assert len(note) <= limit


def test_a_need_without_a_short_reason_is_told_by_its_whole_one():
    (row,) = rows("permission.email")
    bare = replace(row, need=msgspec.structs.replace(row.need, feature={}))
    assert "CAN's manual asks for it" in version_note([bare], ALL)

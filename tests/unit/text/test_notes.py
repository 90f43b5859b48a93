"""Texts about the app, for whoever creates it, and what to do in CAN afterwards."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.text import notes


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

"""The messages of the test: one text and one card, as CAN's monitoring would send them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from feishu_wizard.domain.errors import InputError


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One message in one language; ``lines`` may hold ``{time}`` and ``{origin}``."""

    title: str
    lines: list[str]
    note: str


Samples = dict[str, dict[str, Sample]]
TEMPLATES = ("card", "text")


def parse_samples(data: bytes) -> Samples:
    """Read resources/knowledge/messages.toml: template to language to sample."""
    return msgspec.convert(tomllib.loads(data.decode()), Samples)


def build(
    samples: Samples, template: str, lang: str, values: Mapping[str, str]
) -> tuple[str, dict[str, Any]]:
    """Return ``msg_type`` and content (official docs: im-v1 message create; card JSON 1.0)."""
    if template not in samples:
        raise InputError("send.no_template", {"template": template})
    by_lang = samples[template]
    sample = by_lang.get(lang) or by_lang["en"]
    lines = [_fill(line, values) for line in sample.lines]
    note = _fill(sample.note, values)
    if template == "text":
        return "text", {"text": "\n".join([sample.title, *lines, note])}
    return "interactive", _card(sample.title, lines, note)


def _fill(line: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        line = line.replace("{" + name + "}", value)
    return line


def _card(title: str, lines: list[str], note: str) -> dict[str, Any]:
    return {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": title}, "template": "orange"},
        "elements": [
            {"tag": "markdown", "content": "\n".join(lines)},
            {"tag": "hr"},
            {"tag": "note", "elements": [{"tag": "plain_text", "content": note}]},
        ],
    }

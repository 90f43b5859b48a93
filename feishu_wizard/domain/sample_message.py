"""The messages of the test: one text and one card, as CAN's monitoring would send them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.typed import from_table


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One message in one language; title, lines and note may hold ``{VARIABLE}``.

    ``values``: what the variables stand for unless somebody gives others.
    """

    title: str
    lines: list[str]
    note: str
    values: dict[str, str] = {}


Samples = dict[str, dict[str, Sample]]
TEMPLATES = ("card", "text")
# As CAN's push has them; ``time`` and ``origin`` are known only when it is sent.
VARIABLES = ("metric", "threshold", "value", "time", "link", "origin")
# What a person may put in place of the sample's own.
SETTABLE = ("metric", "threshold", "value", "link")
# Bytes of the content by kind of message (official docs: im-v1 message create, 230025).
LIMITS = {"text": 150 * 1024, "interactive": 30 * 1024}

_VARIABLE = re.compile(r"\{(" + "|".join(VARIABLES) + r")\}")


def parse_samples(data: bytes) -> Samples:
    """Read resources/knowledge/messages.toml: template to language to sample."""
    return from_table(tomllib.loads(data.decode()), Samples)


def filled(samples: Samples, template: str, lang: str, values: Mapping[str, str]) -> Sample:
    """The message in words: ``values`` before those of the sample, blank ones do not count.

    A line that needs a link is left out while there is none. Raises ``InputError``
    send.no_template.
    """
    if template not in samples:
        raise InputError("send.no_template", {"template": template})
    by_lang = samples[template]
    sample = by_lang.get(lang) or by_lang["en"]
    used = sample.values | {name: value for name, value in values.items() if value}
    lines = [line for line in sample.lines if used.get("link") or "{link}" not in line]
    return Sample(
        title=_fill(sample.title, used),
        lines=[_fill(line, used) for line in lines],
        note=_fill(sample.note, used),
        values=used,
    )


def build(
    samples: Samples, template: str, lang: str, values: Mapping[str, str]
) -> tuple[str, dict[str, Any]]:
    """Return ``msg_type`` and content (official docs: im-v1 message create; card JSON 1.0).

    Raises ``InputError`` send.no_template, and send.too_long for what the platform would refuse.
    """
    sample = filled(samples, template, lang, values)
    if template == "text":
        made = "text", {"text": "\n".join([sample.title, *sample.lines, sample.note])}
    else:
        made = "interactive", _card(sample)
    check_size(*made)
    return made


def check_size(msg_type: str, content: Mapping[str, Any]) -> None:
    """Refuse what is longer than the platform takes: ``InputError`` send.too_long."""
    size, limit = len(as_sent(content).encode()), LIMITS[msg_type]
    if size > limit:
        params = {"size": str(-(-size // 1024)), "limit": str(limit // 1024)}
        raise InputError("send.too_long", params)


def as_sent(content: Mapping[str, Any]) -> str:
    """The content as the document that travels in a string."""
    return json.dumps(content, ensure_ascii=False)


def _fill(line: str, values: Mapping[str, str]) -> str:
    """Fill in one pass: a value that looks like a variable stays as it is."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), line)


def _card(sample: Sample) -> dict[str, Any]:
    return {
        "config": {"wide_screen_mode": True},
        "header": {
            "title": {"tag": "plain_text", "content": sample.title},
            "template": "orange",
        },
        "elements": [
            {"tag": "markdown", "content": "\n".join(sample.lines)},
            {"tag": "hr"},
            {"tag": "note", "elements": [{"tag": "plain_text", "content": sample.note}]},
        ],
    }

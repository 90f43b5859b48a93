"""Longer texts made from what is known: about the app, and what to do in CAN afterwards.

All of them come out in the language in use, and they hold no secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.message_audit import audit_message
from feishu_wizard.domain.sample_message import Sample, filled, parse_samples
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import code_words

_SAMPLES = "knowledge/messages.toml"
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Click:
    """One thing to do in CAN."""

    title: str
    text: str


# -- the app ------------------------------------------------------------------------------


def app_name() -> str:
    """Return a name for the app, as people will see it in Feishu."""
    return _("Aloudata CAN")


def app_description(chosen: frozenset[Capability]) -> str:
    """Return a description for the app, as the approver and people will see it."""
    purposes = {
        Capability.USER_SYNC: _("takes over people from the contacts"),
        Capability.SSO: _("lets people sign in with Feishu"),
        Capability.PUSH: _("sends monitoring messages"),
    }
    told = _(", ").join(purposes[c] for c in Capability if c in chosen)
    return _("Connects Aloudata CAN with Feishu: {purposes}.").format(purposes=told)


def create_message(chosen: frozenset[Capability], console_url: str, callback: str = "") -> str:
    """Return the message for a colleague who creates the app and returns ID and secret."""
    lines = [
        _("Please create an app for Aloudata CAN in the Feishu developer console."),
        "",
        _("1. Open {url} and choose “Create custom app”.").format(url=console_url),
        _("2. Name: {name}").format(name=app_name()),
        _("   Description: {text}").format(text=app_description(chosen)),
        _("3. Open “Credentials & Basic Info” and send me the App ID and the App Secret."),
        _("   Please send the App Secret in person or by a password manager, not to a group."),
    ]
    if callback:
        lines.append(
            _("4. In “Security Settings”, add this redirect URL: {url}").format(url=callback)
        )
    return "\n".join(lines)


# -- afterwards ---------------------------------------------------------------------------


def next_clicks(chosen: frozenset[Capability], can_origin: str = "") -> tuple[Click, ...]:
    """Return what to click next in CAN, per chosen capability.

    Sources: CAN's pages on message push and on login authentication (facts: can.md section 3).
    """
    told: dict[Capability, Click] = {
        Capability.USER_SYNC: Click(
            _("Look at one synchronised person"),
            _(
                "After the first sync, open a person in CAN's user management and compare name and "
                "account with Feishu. When CAN synchronises is not documented."
            ),
        ),
        Capability.SSO: Click(
            _("Sign in once with Feishu"),
            _(
                "Open {url} in a private window and sign in with Feishu. CAN's page on login "
                "methods does not list Feishu: if there is no such button, ask who runs CAN."
            ).format(url=can_origin or _("CAN's login page")),
        ),
        Capability.PUSH: Click(
            _("Choose Feishu in an alert rule"),
            _(
                "In the rule, choose the Feishu app as the channel and set the people or push "
                "groups that receive it. The CAN account of each must be their Feishu user ID."
            ),
        ),
    }
    return tuple(told[c] for c in Capability if c in chosen)


def sample_message(template: str, lang: str, values: Mapping[str, str]) -> Sample:
    """Return the test message in words, as it will be sent. ``values``: ``time``, ``origin``."""
    sample = filled(parse_samples(resource_bytes(_SAMPLES)), template, lang, values)
    return replace(sample, lines=[_in_words(line) for line in sample.lines])


def message_warnings(template: str, lang: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """What in the message may make the platform hold it back, a sentence each."""
    samples = parse_samples(resource_bytes(_SAMPLES))
    found = audit_message(samples, template, lang, values)
    return tuple(code_words(one.code, {"excerpt": one.excerpt}).sentence for one in found)


def _in_words(line: str) -> str:
    return _LINK.sub(r"\1", line).replace("**", "")

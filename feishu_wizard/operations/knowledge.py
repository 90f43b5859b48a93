"""The knowledge files that come with the program, parsed once."""

from __future__ import annotations

import tomllib
from functools import cache

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.domain.permission import Need, parse_needs
from feishu_wizard.domain.sample_message import Samples, parse_samples
from feishu_wizard.operations.profile_look import declared_of
from feishu_wizard.resources import resource_bytes
from feishu_wizard.services.can.profile import Profile, parse_profile
from feishu_wizard.services.net.loopback_reply import Pages, PageWords

# Tried in this order when a CAN is met for the first time.
BUILTIN_PROFILES = ("can-rest", "can-verb")


@cache
def needs() -> tuple[Need, ...]:
    """What CAN and this program need on the Feishu side."""
    return parse_needs(resource_bytes("knowledge/needs.toml"))


@cache
def samples() -> Samples:
    """The test messages, by template and language."""
    return parse_samples(resource_bytes("knowledge/messages.toml"))


@cache
def profile(profile_id: str) -> Profile:
    """One of the deployment profiles that come with the program, by its id."""
    return parse_profile(profile_source(profile_id), f"{profile_id}.yaml")


def profile_source(profile_id: str) -> bytes:
    """The file of a built-in profile; ``InputError`` profile.unknown (profile)."""
    if profile_id not in BUILTIN_PROFILES:
        raise InputError("profile.unknown", {"profile": profile_id})
    return resource_bytes(f"can/profiles/{profile_id}.yaml")


def sign_in_pages(lang: str) -> Pages:
    """The page at the end of a sign-in in the browser; "": in every language there is."""
    book = tomllib.loads(resource_bytes("knowledge/sign_in_pages.toml").decode())

    def words(page: str) -> tuple[PageWords, ...]:
        titles, texts = book[page]["title"], book[page]["text"]
        wanted = [one for one in titles if one == lang] or list(titles)
        return tuple(PageWords(one.replace("_", "-"), titles[one], texts[one]) for one in wanted)

    return Pages(words("received"), words("refused"))


def declared(profile_id: str) -> tuple[Declared, ...]:
    """Inputs and secrets that a built-in profile asks for, in its own order."""
    return declared_of(profile(profile_id))

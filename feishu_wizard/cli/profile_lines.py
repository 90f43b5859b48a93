"""Deployment profiles on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from feishu_wizard.cli.tree import DASH
from feishu_wizard.domain.deployment import BrokenProfile, Origin, ProfileLook, ProfileTry
from feishu_wizard.domain.recording.model import Derived
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.text.deployment import (
    call_line,
    difference_line,
    known_sentence,
    known_word,
    look_sentences,
    origin_word,
    profile_name,
    replacement_sentence,
    trust_sentence,
    try_sentence,
)
from feishu_wizard.text.labels import field_label
from feishu_wizard.text.recording import note_sentence
from feishu_wizard.text.words import code_words, evidence_words

_MOST_DIFFERENCES = 40


def list_lines(look: ProfileLook) -> Iterator[str]:
    """A profile in a list: id, name, where from, how well known, whether it is used."""
    mark = "✓" if look.trusted else "!"
    yield f"{mark} {look.id}{DASH}{profile_name(look)}"
    yield f"    {origin_word(look.origin)} · {known_word(look.known_by)}"
    if look.origin is Origin.ADDED:
        yield f"    {trust_sentence(look)}"


def broken_lines(one: BrokenProfile) -> Iterator[str]:
    """A file that cannot be used."""
    words = code_words(one.code, one.params)
    yield f"✗ {one.path}"
    yield f"    {words.sentence}"
    if words.fix:
        yield f"    {words.fix}"


def look_lines(look: ProfileLook, host: str = "") -> Iterator[str]:
    """Everything that a person should see before trusting a profile."""
    yield f"{look.id}{DASH}{profile_name(look)}"
    yield f"  {known_word(look.known_by)}{DASH}{known_sentence(look.known_by)}"
    if pick(look.note):
        yield f"  {pick(look.note)}"
    if look.product:
        versions = _(", ").join(look.versions) or _("any version")
        yield "  " + _("For {product}, {versions}.").format(product=look.product, versions=versions)
    yield _("Calls:")
    for call in look.calls:
        yield f"  {call_line(call)}"
    yield _("What it does with what you enter:")
    for sentence in look_sentences(look, host):
        yield f"  {sentence}"
    yield from _replacement(look)
    yield trust_sentence(look)


def try_lines(tried: ProfileTry) -> Iterator[str]:
    """What the read-only call found, what is stored, and what it rests on."""
    yield f"{'✓' if tried.fits else '✗'} {try_sentence(tried)}"
    for name, value in tried.stored.items():
        yield f"    {field_label(name)}: {value or _('(empty)')}"
    for one in tried.evidence:
        yield f"    {evidence_words(one)}"


def note_lines(found: Derived) -> Iterator[str]:
    """What a person should know of a derived profile."""
    for code, params in found.notes:
        yield note_sentence(code, params)


def _replacement(look: ProfileLook) -> Iterator[str]:
    sentence = replacement_sentence(look)
    if sentence:
        yield f"! {sentence}"
    for one in look.differences[:_MOST_DIFFERENCES]:
        yield f"    {difference_line(one)}"
    left = len(look.differences) - _MOST_DIFFERENCES
    if left > 0:
        yield "    " + _("... and {n} more.").format(n=left)

"""Deployment profiles as JSON (``resources/schemas/can-profiles-1.json``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from feishu_wizard.domain.deployment import BrokenProfile, ProfileLook, ProfileTry
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.domain.recording.model import Derived, Question
from feishu_wizard.text.deployment import try_sentence
from feishu_wizard.text.recording import choice_words, note_sentence, question_words
from feishu_wizard.text.words import code_words

LIST_SCHEMA = "feishu-wizard/can-profiles/1"
CHECK_SCHEMA = "feishu-wizard/can-profile-check/1"
QUESTIONS_SCHEMA = "feishu-wizard/can-profile-questions/1"


def list_document(looks: Iterable[ProfileLook], broken: Iterable[BrokenProfile]) -> dict[str, Any]:
    """What ``list --json`` prints."""
    return {
        "schema": LIST_SCHEMA,
        "profiles": [_profile(look) for look in looks],
        "broken": [
            {"path": one.path, "code": one.code, "sentence": _sentence(one)} for one in broken
        ],
    }


def check_document(look: ProfileLook, tried: ProfileTry | None) -> dict[str, Any]:
    """What ``check --json`` prints."""
    return {"schema": CHECK_SCHEMA, "profile": _profile(look), "try": _try(tried)}


def questions_document(found: Derived) -> dict[str, Any]:
    """What ``import`` prints when nobody is there to be asked."""
    return {
        "schema": QUESTIONS_SCHEMA,
        "origin": found.origin,
        "questions": [_question(one) for one in found.questions],
        "notes": [
            {"code": code, "sentence": note_sentence(code, params)} for code, params in found.notes
        ],
    }


def _profile(look: ProfileLook) -> dict[str, Any]:
    return {
        "id": look.id,
        "name": dict(look.name),
        "note": dict(look.note),
        "origin": look.origin.value,
        "known_by": look.known_by,
        "trusted": look.trusted,
        "changed": look.changed,
        "fitted_at": look.fitted_at,
        "product": look.product,
        "versions": list(look.versions),
        "source": look.source,
        "digest": look.digest,
        "replaces": look.replaces,
        "differences": [asdict(one) for one in look.differences],
        "calls": [
            {**asdict(call), "purpose": call.purpose.value, "secrets": list(call.secrets)}
            for call in look.calls
        ],
        "inputs": [_declared(one) for one in look.declares if not one.secret],
        "secrets": [_declared(one) for one in look.declares if one.secret],
        "weak": look.weak,
        "plain_http": look.plain_http,
        "test_saves": look.test_saves,
    }


def _declared(one: Declared) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": dict(one.label),
        "required": one.required,
        "default": one.default,
        "keep": one.keep,
    }


def _try(tried: ProfileTry | None) -> dict[str, Any] | None:
    if tried is None:
        return None
    return {
        "fits": tried.fits,
        "reason": tried.reason,
        "sentence": try_sentence(tried),
        "base": tried.base,
        "version": tried.version,
        "stored": dict(tried.stored),
        "evidence": [asdict(one) for one in tried.evidence],
    }


def _question(question: Question) -> dict[str, Any]:
    words = question_words(question)
    return {
        "id": question.id,
        "title": words.title,
        "help": words.help,
        "proposed": question.proposed,
        "choices": [
            {"value": c.value, "words": choice_words(question, c)} for c in question.choices
        ],
    }


def _sentence(one: BrokenProfile) -> str:
    return code_words(one.code, one.params).sentence

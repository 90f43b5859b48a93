"""Words of deployments and recordings: none is missing, none is a code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feishu_wizard.domain.deployment import (
    CallLook,
    Difference,
    Origin,
    ProfileLook,
    ProfileTry,
    Purpose,
)
from feishu_wizard.domain.recording.model import Choice, Form, Question, Recording
from feishu_wizard.text import deployment, recording
from feishu_wizard.text.catalog import use

RECORDING = Path(deployment.__file__).parents[1] / "domain" / "recording"
SOURCE = "\n".join(p.read_text(encoding="utf-8") for p in sorted(RECORDING.glob("*.py")))
ASKED = set(re.findall(r"\.(?:ask|pick|_chosen)\(\s*f?\"([a-z_]+)", SOURCE))
NOTED = set(re.findall(r"\.note\(\"([a-z_]+)\"", SOURCE))


@pytest.fixture(autouse=True)
def english():
    use("en")


def look(**changes: object) -> ProfileLook:
    calls = (CallLook(Purpose.READ, "GET", "/x", ("key",)),)
    plain = {"id": "x", "digest": "0" * 64, "name": {"en": "X", "zh_Hans": "叉"}, "note": {}}
    known = {"known_by": "docs", "origin": Origin.ADDED, "trusted": False, "calls": calls}
    return ProfileLook(**{**plain, **known, **changes})  # type: ignore[arg-type]


def test_the_sources_that_ask_are_found():
    """A search that finds nothing would pass the tests below."""
    assert {"sign_in", "keep", "enabled", "field", "read", "save", "extra"} <= ASKED
    assert {"sanitised", "no_answers", "constants"} <= NOTED


@pytest.mark.parametrize("asked", sorted(ASKED))
def test_every_question_has_words(asked):
    question = Question(asked, (), params={"header": "x", "path": "/t", "kind": "person"})
    words = recording.question_words(question)
    assert words.title.endswith("?")
    assert "{" not in words.title + words.help


@pytest.mark.parametrize("code", sorted(NOTED))
def test_every_note_has_words(code):
    sentence = recording.note_sentence(code, {"places": "/a, /b", "name": "n", "path": "/p"})
    assert sentence != code
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_a_value_that_a_note_lacks_shows_as_a_dash():
    assert "—" in recording.note_sentence("constants", {})


@pytest.mark.parametrize(
    ("asked", "choice", "expected"),
    [
        ("keep", Choice("omit", "omit"), "It stays as it is when it is left out"),
        ("read", Choice("3", "GET /lark/info"), "GET /lark/info"),
        ("field.app_secret", Choice("/config/secret", "/config/secret"), "/config/secret"),
        ("enabled", Choice("none", "-"), "None of these"),
        ("extra./tenant", Choice("omit", "/tenant"), "Nothing; it is left out"),
        (
            "sign_in",
            Choice("token", "x-auth"),
            "By a token in a header, given anew in every run (x-auth)",
        ),
    ],
)
def test_choices_in_words_or_as_they_are(asked, choice, expected):
    assert recording.choice_words(Question(asked, (choice,)), choice) == expected


def test_every_purpose_origin_and_evidence_has_words():
    assert len({deployment.purpose_word(one) for one in Purpose}) == len(Purpose)
    assert len({deployment.origin_word(one) for one in Origin}) == len(Origin)
    known = ("proposed", "docs", "source", "live")
    assert len({deployment.known_word(one) for one in known}) == len(known)
    assert len({deployment.known_sentence(one) for one in known}) == len(known)
    assert {recording.form_word(one) for one in Form}


def test_every_reason_of_a_try_has_a_sentence_of_its_own():
    from feishu_wizard.services.can.client import Recognition

    documented = set(re.findall(r"``([a-z_]+)``", Recognition.__doc__ or ""))
    reasons = documented - {"reason", "fits", "error", "version"}
    assert "login_page" in reasons
    said = {r: deployment.try_sentence(ProfileTry(False, r, "https://can")) for r in reasons}
    assert len(set(said.values())) == len(reasons), said
    wrong = ProfileTry(False, "version", "https://can", "3.9")
    assert "3.9" in deployment.try_sentence(wrong)
    assert "fits" in deployment.try_sentence(ProfileTry(True, "fits", "https://can"))
    # A person was asked for a key and gave one: an answer that wants one is no fit.
    assert deployment.try_sentence(ProfileTry(False, "fits", "x")) != ""


def test_trust_in_words():
    said = [
        deployment.trust_sentence(look(origin=Origin.BUILT_IN, trusted=True)),
        deployment.trust_sentence(look()),
        deployment.trust_sentence(look(changed=True)),
        deployment.trust_sentence(look(trusted=True)),
        deployment.trust_sentence(look(trusted=True, fitted_at="2026-11-20T08:00:00Z")),
    ]
    assert len(set(said)) == len(said)
    assert "2026-11-20" in said[-1]


def test_a_secret_that_travels_once_and_one_that_travels_often():
    calls = (
        CallLook(Purpose.READ, "GET", "/x", ("key",)),
        CallLook(Purpose.SAVE, "PUT", "/x", ("key", "app_secret"), True),
    )
    told = deployment.secret_sentences(look(calls=calls), "https://can.example.com")
    assert told == (
        "The App Secret is sent to https://can.example.com with this call: Save.",
        "“key” is sent to https://can.example.com with these calls: Read the setting, Save.",
    )
    assert deployment.call_line(calls[1]) == "Save: PUT /x (changes the server)"


def test_https_is_not_missed_where_it_is_used():
    sentence = next(s for s in deployment.look_sentences(look()) if "https" in s)
    assert sentence in deployment.look_sentences(look(), "http://can.example.com")
    assert sentence not in deployment.look_sentences(look(), "https://can.example.com")


def test_a_difference_and_a_replacement():
    line = deployment.difference_line(Difference("ops.save.path", "", '"/x"'))
    assert line == 'ops.save.path: (none) → "/x"'
    assert deployment.replacement_sentence(look()) == ""
    one = look(replaces="1" * 64, differences=(Difference("a", "1", "2"),))
    assert "1 value differs" in deployment.replacement_sentence(one)


def test_what_was_read_and_how_to_record():
    assert recording.recording_sentence(Recording(Form.HAR, (), 3)).startswith("HAR file: 0 calls")
    steps = recording.recording_advice()
    assert len(steps) > 4
    assert any("without changing anything" in step for step in steps)

"""The ledger in words: ages, what was done, what changed since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import Basis, BasisPart, Difference, Entry
from feishu_wizard.domain.sign_in import Seen
from feishu_wizard.text import book, ledger
from feishu_wizard.text.catalog import languages, use
from feishu_wizard.text.words import code_words

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def made(
    what="ledger.delivered_as_can", *, good=True, said=False, at="2026-03-03T12:00:00Z", **more
):
    proof = Proof.STATED if said else Proof.PROVEN
    return Entry("capability.push", what, at, proof, good, **more)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=2), "2 minutes ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=7), "on 3 March"),
        (timedelta(days=365), "on 10 March 2025"),
        (timedelta(hours=-30), "on 11 March"),
    ],
)
def test_an_age_is_told_as_people_say_it(before, told):
    assert ledger.age((NOW - before).isoformat(), NOW) == told


def test_a_time_that_is_none_is_left_out():
    assert ledger.age("yesterday", NOW) == ""


def test_how_it_is_known_is_said_with_its_age():
    assert ledger.proven_line(made(), NOW) == "Proven on 3 March"
    assert ledger.proven_line(made(said=True), NOW) == "Stated on 3 March"
    assert ledger.proven_line(made(good=False), NOW) == "Tried on 3 March, without success"


def test_the_line_of_the_first_page():
    lines = [("Push", made()), ("Sign-in", made(at="2026-03-10T10:00:00Z"))]
    assert ledger.start_line(lines, NOW) == "Last proven: Push on 3 March, Sign-in 2 hours ago."
    assert ledger.start_line([], NOW) == ""


@pytest.mark.parametrize(
    ("part", "before", "after", "told"),
    [
        ("setup", "1", "2", ["It was proven with another app or another CAN."]),
        ("secret", "1", "2", ["The App Secret is another one."]),
        ("version", "1.0.2", "1.0.3", ["Version 1.0.3 is in force instead of 1.0.2."]),
        ("version", "1.0.2", "", ["Another version of the app is in force."]),
        ("permissions", "a:b", "", ["Permission a:b is gone."]),
        ("permissions", "a@user", "b c", ["Permission a is gone.", "2 permissions are new."]),
        ("range", "all", "part od_1", ["The contacts range is smaller."]),
        ("range", "part od_1", "all", ["The contacts range is larger."]),
        ("range", "part od_1", "part ou_2", ["The contacts range is another one."]),
        ("availability", "all", "some", ["The app is available to other people than before."]),
    ],
)
def test_what_changed_is_told_without_a_fingerprint_or_an_id(part, before, after, told):
    assert list(ledger.change_words([Difference(BasisPart(part), before, after)])) == told


def test_many_lost_permissions_are_counted():
    lost = Difference(BasisPart.PERMISSIONS, "a b c d e", "")
    told = ledger.change_words([lost])
    assert len(told) == 4
    assert told[-1] == "2 more permissions are gone."


def test_when_it_was_compared_and_what_could_not_be_read():
    assert ledger.checked_line("", ["range"], NOW) == ""
    told = ledger.checked_line("2026-03-10T11:59:00Z", ["version", "range"], NOW)
    assert told == (
        "Compared with what is in force now: just now. "
        "Could not be read: version of the app, contacts range."
    )


def test_what_is_kept_of_an_entry():
    seen = Evidence("POST", "open.feishu.cn", "/open-apis/im/v1/messages", 200, 0, log_id="2026LOG")
    facts = dict(ledger.fact_rows(made(evidence=seen, basis=Basis({}, "1.0.2"))))
    assert facts["Log id"] == "2026LOG"
    assert facts["Version of the app"] == "1.0.2"
    assert facts["Request"] == "POST open.feishu.cn/open-apis/im/v1/messages · code 0"
    assert facts["What was done"].startswith("Feishu accepted a message")


WHATS = [
    "ledger.walked",
    "ledger.signed_in",
    "ledger.delivered_as_can",
    "ledger.delivered",
]


@pytest.mark.parametrize("language", [code for code, _name in languages()])
@pytest.mark.parametrize("what", WHATS)
def test_everything_that_can_be_tried_has_words_for_both_ends(what, language):
    use(language)
    params = {"people": "40", "departments": "3", "count": "2", "total": "3"}
    for good, code in ((True, what), (False, f"{what}_not")):
        assert book.knows(code)
        said = ledger.entry_words(made(what, good=good, params=params))
        assert said == code_words(code, params)
        assert book.MISSING not in said.sentence


@pytest.mark.parametrize("language", [code for code, _name in languages()])
@pytest.mark.parametrize("seen", Seen)
def test_whatever_a_person_saw_has_words_and_a_fix_where_it_is_needed(seen, language):
    use(language)
    code = f"ledger.seen_{seen.value}"
    assert book.knows(code)
    good = seen is Seen.SIGNED_IN
    said = ledger.entry_words(made(code, said=True, good=good))
    assert said == code_words(code)
    assert bool(said.fix) is not good

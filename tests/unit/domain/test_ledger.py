"""What changed since a proof, and what the ledger comes to for one check."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.ledger import Basis, BasisPart, Difference, Entry, differences
from feishu_wizard.domain.proofs import Standing, lay_beside, said_code, standing, weakens

CHECK = "capability.sso"
NOW = Basis(
    {"setup": "f1", "secret": "s1", "version": "v1", "permissions": "a b", "range": "all"}, "1.0.2"
)


def entry(number=0, *, good=True, said=False, basis=NOW, check=CHECK):
    proof = Proof.STATED if said else Proof.PROVEN
    return Entry(check, "ledger.signed_in", f"2026-03-0{number + 1}", proof, good, basis=basis)


def changed(part, value, version="1.0.2"):
    return Basis({**NOW.parts, part: value}, version)


def stands(*entries, now=NOW):
    return standing(lay_beside(entries, now, ""), CHECK)


def test_nothing_changed_and_what_nobody_could_read_says_nothing():
    assert differences(NOW, NOW) == ()
    assert differences(NOW, Basis({"setup": "f1"})) == ()
    assert differences(Basis(), NOW) == ()


@pytest.mark.parametrize("part", ["secret", "version", "permissions", "range"])
def test_each_part_is_told(part):
    [found] = differences(NOW, changed(part, "c"))
    assert found.part is BasisPart(part)


def test_of_permissions_only_what_is_gone_and_what_is_new_is_told():
    [found] = differences(NOW, changed("permissions", "b c"))
    assert (found.before, found.after) == ("a", "c")


@pytest.mark.parametrize(
    ("part", "before", "after", "weaker"),
    [
        ("permissions", "a", "", True),
        ("permissions", "", "b", False),
        ("range", "all", "part d1", True),
        ("range", "part d1", "all", False),
        ("range", "part d1", "part d1 d2", False),
        ("range", "part d1 d2", "part d1", True),
        ("range", "part d1", "part d2", True),
        ("availability", "all", "some", True),
        ("availability", "none", "all", False),
        ("secret", "1", "2", True),
        ("version", "1.0.2", "1.0.3", True),
    ],
)
def test_what_only_grew_takes_nothing_away(part, before, after, weaker):
    assert weakens(Difference(BasisPart(part), before, after)) is weaker


def test_a_version_is_told_by_its_number():
    found = stands(entry(), now=changed("version", "v2", "1.0.3"))
    assert found.since == (Difference(BasisPart.VERSION, "1.0.2", "1.0.3"),)
    assert found.weaker
    assert found.proven == entry()


def test_a_proof_of_another_setup_is_void():
    found = stands(entry(), now=changed("setup", "f2"))
    assert found == Standing(void=True)
    look = lay_beside([entry()], changed("setup", "f2"), "")
    assert look.entries == ()


def test_a_proof_comes_back_with_the_setup_that_it_was_made_with():
    other = entry(1, basis=changed("setup", "f2"))
    assert stands(entry(0), other).proven == entry(0)
    assert stands(entry(0), other, now=changed("setup", "f2")).proven == other
    assert not stands(entry(0), other).void


def test_a_later_failure_outweighs_a_success_and_says_when_it_had_worked():
    found = stands(entry(0), entry(1, good=False))
    assert (found.proven, found.failed, found.before) == (None, entry(1, good=False), entry(0))
    again = stands(entry(0), entry(1, good=False), entry(2))
    assert (again.proven, again.failed) == (entry(2), None)


def test_a_call_says_nothing_of_what_a_person_saw():
    found = stands(entry(0, said=True, good=False), entry(1))
    assert found.failed == entry(0, said=True, good=False)
    assert found.proven == entry(1)


def test_a_later_word_puts_a_failed_call_aside():
    found = stands(entry(0, good=False), entry(1, said=True))
    assert (found.failed, found.good) == (None, entry(1, said=True))
    earlier = stands(entry(0, said=True), entry(1, good=False))
    assert earlier.failed == entry(1, good=False)


def test_what_changed_is_told_of_the_entry_that_is_shown():
    old = entry(0, basis=changed("secret", "s0"))
    assert stands(old, entry(1)).since == ()
    assert stands(entry(0), entry(1, said=True, basis=changed("secret", "s0"))).since == ()


def test_nobody_asked_is_not_the_same_as_unreadable():
    assert lay_beside([entry()], Basis({"setup": "f1"}), "").unread == ()
    look = lay_beside([entry()], Basis({"setup": "f1"}), "2026-03-03")
    assert look.unread == ("secret", "version", "permissions", "range", "availability")


def test_an_empty_ledger_says_nothing():
    assert stands() == Standing()
    assert stands(entry(check="capability.push")) == Standing()


@pytest.mark.parametrize(
    ("what", "good", "code"),
    [
        ("ledger.proven", True, "ledger.proven"),
        ("ledger.walked", True, "ledger.walked"),
        ("ledger.walked", False, "ledger.walked_not"),
        ("ledger.signed_in", True, "ledger.signed_in"),
        ("ledger.signed_in_not", False, "ledger.signed_in_not"),
        ("ledger.seen_signed_in", True, "ledger.seen_signed_in"),
        ("ledger.seen_20029", False, "ledger.seen_20029"),
        ("ledger.seen_4401", False, "ledger.seen_4401"),
        ("ledger.seen_not_available", False, "ledger.seen_not_available"),
        ("ledger.seen_can_error", False, "ledger.seen_can_error"),
        ("ledger.seen_can_404", False, "ledger.seen_can_404"),
        ("ledger.delivered_as_can", True, "ledger.delivered_as_can"),
        ("ledger.delivered_as_can", False, "ledger.delivered_as_can_not"),
        ("ledger.delivered", True, "ledger.delivered"),
        ("ledger.delivered", False, "ledger.delivered_not"),
        ("push.by_can", True, "push.by_can"),
    ],
)
def test_a_try_that_failed_has_a_code_of_its_own(what, good, code):
    assert said_code(Entry(CHECK, what, "2026", good=good)) == code

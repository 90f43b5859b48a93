"""The word of a capability, drawn from the ledger: never wider than its proof."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.ledger import Basis, Entry
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.proofs import lay_beside
from feishu_wizard.domain.states import GrantState
from feishu_wizard.domain.verdict import Known, capability_words, one_sided
from feishu_wizard.operations.knowledge import needs

SAVED = dict.fromkeys(("app_id", "callback_url", "enabled"), Proof.CONFIGURED)
NOW = Basis({"setup": "f1", "secret": "s1"})
THEN = Basis({"setup": "f1", "secret": "s0"})
ELSEWHERE = Basis({"setup": "f2"})


def entry(capability, *, said=False, good=True, basis=NOW, **params):
    proof = Proof.STATED if said else Proof.PROVEN
    what = "ledger.seen_signed_in" if said else "ledger.walked"
    return Entry(f"capability.{capability}", what, "2026-03-03", proof, good, params, basis=basis)


def word(capability, *entries, saved=None, state=GrantState.GRANTED):
    rows = tuple(NeedState(need, state) for need in needs())
    known = Known(rows, True, saved or {}, lay_beside(entries, NOW, ""))
    [found] = capability_words(frozenset({Capability(capability)}), known)
    return found


def told(found):
    return found.proof, found.status, found.code


@pytest.mark.parametrize(
    ("capability", "entries", "saved", "expected"),
    [
        ("push", ["call"], True, (Proof.PROVEN, Status.PASS, "delivered_as_can")),
        ("push", ["call"], False, (Proof.PROVEN, Status.UNKNOWN, "delivered_unsaved")),
        ("sso", ["call"], True, (Proof.PROVEN, Status.UNKNOWN, "signed_in")),
        ("sso", ["said"], True, (Proof.STATED, Status.UNKNOWN, "said_signed_in")),
        ("sso", ["call", "said"], True, (Proof.PROVEN, Status.UNKNOWN, "signed_in_as_said")),
        ("user_sync", ["call"], True, (Proof.PROVEN, Status.UNKNOWN, "walked")),
        ("user_sync", ["call"], False, (Proof.PROVEN, Status.UNKNOWN, "walked")),
        ("push", [], True, (Proof.CONFIGURED, Status.UNKNOWN, "saved_configured")),
        ("push", [], False, (Proof.GRANTED, Status.UNKNOWN, "granted_only")),
    ],
)
def test_each_proof_has_its_word(capability, entries, saved, expected):
    made = [entry(capability, said=one == "said") for one in entries]
    found = word(capability, *made, saved=SAVED if saved else {})
    assert told(found) == expected
    assert one_sided(found) is (found.proof is Proof.PROVEN and found.status is not Status.PASS)


def test_what_can_itself_sent_is_the_whole_way():
    found = word("push", replace(entry("push"), what="push.by_can"))
    assert told(found) == (Proof.PROVEN, Status.PASS, "delivered_by_can")
    assert not one_sided(found)


def test_only_the_whole_way_is_green():
    for capability, said, good, basis, saved in product(
        Capability, (True, False), (True, False), (NOW, THEN, ELSEWHERE), (SAVED, {})
    ):
        found = word(capability, entry(capability, said=said, good=good, basis=basis), saved=saved)
        if found.status is Status.PASS:
            assert (capability, said, good, basis) == (Capability.PUSH, False, True, NOW)
            assert saved
        if found.proof is Proof.PROVEN:
            assert good
            assert not said
            assert basis is not ELSEWHERE
        if basis is THEN and good:
            assert found.status is Status.WARN
        if not good and basis is not ELSEWHERE:
            assert found.status is Status.FAIL
        if basis is ELSEWHERE:
            assert found.code in ("saved_configured", "granted_only")


def test_a_later_failure_outweighs_the_proof_and_tells_who_saw_it():
    tried = word("push", entry("push"), entry("push", good=False), saved=SAVED)
    assert told(tried) == (Proof.NONE, Status.FAIL, "failed")
    seen = word("sso", entry("sso"), entry("sso", said=True, good=False), saved=SAVED)
    assert told(seen) == (Proof.NONE, Status.FAIL, "failed_as_said")


def test_what_is_missing_now_outweighs_what_was_proven():
    found = word("push", entry("push"), saved=SAVED, state=GrantState.NOT_REQUESTED)
    assert told(found) == (Proof.NONE, Status.FAIL, "missing")


def test_the_numbers_of_a_walk_are_told():
    found = word("user_sync", entry("user_sync", people="40", departments="3"))
    assert found.params == {"people": "40", "departments": "3"}


def test_one_capability_says_nothing_of_another():
    known = Known((), False, SAVED, lay_beside([entry("push")], NOW, ""))
    codes = {one.capability: one.code for one in capability_words(ALL, known)}
    assert codes == {
        "user_sync": "saved_configured",
        "sso": "saved_configured",
        "push": "delivered_as_can",
    }

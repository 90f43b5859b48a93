"""The one word at the end: never wider than its proof."""

from __future__ import annotations

from itertools import product

import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.ledger import Entry, LedgerLook
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.states import GrantState
from feishu_wizard.domain.verdict import Known, capability_words
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.wizard.by_hand import HAND_FIELDS
from feishu_wizard.wizard.steps import Step

CONFIGURED = dict.fromkeys(("app_id", "callback_url", "enabled"), Proof.CONFIGURED)
SAVED = {
    "nothing": {},
    "configured": {**CONFIGURED, "app_secret": Proof.STATED},
    "not read back": {**CONFIGURED, "enabled": Proof.STATED, "app_secret": Proof.STATED},
    "half": {"app_id": Proof.CONFIGURED},
    "by hand": dict.fromkeys(HAND_FIELDS, Proof.STATED),
    "one tick": {"app_id": Proof.STATED},
}


def rows(state=GrantState.GRANTED, **told):
    return tuple(NeedState(n, told.get(n.id.replace(".", "_"), state)) for n in needs())


def words(chosen=ALL, *, states=(), checked=True, saved="nothing", as_can=False):
    look = pushed() if as_can else LedgerLook()
    known = Known(states or rows(), checked, SAVED[saved], look)
    return {Capability(w.capability): w for w in capability_words(chosen, known)}


def pushed():
    """A message reached a person as CAN addresses people."""
    entry = Entry("capability.push", "ledger.delivered_as_can", "2026-03-03T08:00:00Z")
    return LedgerLook((entry,))


STATES = [GrantState.GRANTED, GrantState.PROVEN, GrantState.UNKNOWN, GrantState.NOT_REQUESTED]


@pytest.mark.parametrize("saved", SAVED)
def test_no_word_is_wider_than_its_proof(saved):
    for state, checked, as_can in product(STATES, *[[True, False]] * 2):
        told = words(states=rows(state), checked=checked, saved=saved, as_can=as_can)
        for capability, word in told.items():
            if word.status is Status.PASS:
                assert word.proof is Proof.PROVEN  # nothing else turns green
                assert saved != "nothing"
            if word.proof is Proof.PROVEN:
                assert capability is Capability.PUSH
                assert as_can
            if word.proof is Proof.CONFIGURED:
                assert saved == "configured"
            if word.proof is Proof.STATED:
                assert Proof.STATED in SAVED[saved].values()
                assert saved != "configured"
            if word.proof is Proof.GRANTED:
                assert checked
                assert state in (GrantState.GRANTED, GrantState.PROVEN)
            if state is GrantState.NOT_REQUESTED and checked:
                assert (word.proof, word.status) == (Proof.NONE, Status.FAIL)


@pytest.mark.parametrize("capability", Capability)
def test_only_chosen_capabilities_are_spoken_of(capability):
    assert set(words(frozenset({capability}))) == {capability}


def test_what_is_missing_is_named_and_counted_for_its_capability_only():
    told = words(states=rows(feishu_bot=GrantState.NOT_REQUESTED), saved="configured", as_can=True)
    assert told[Capability.PUSH].params == {"count": "1", "first": "feishu.bot"}
    assert told[Capability.PUSH].status is Status.FAIL
    assert told[Capability.SSO].proof is Proof.CONFIGURED


def test_what_only_serves_this_program_is_never_missing():
    told = words(states=rows(permission_self_manage=GrantState.NOT_REQUESTED))
    assert {w.proof for w in told.values()} == {Proof.GRANTED}


def test_an_unknown_need_is_neither_missing_nor_granted():
    told = words(states=rows(permission_user_id=GrantState.UNKNOWN))
    assert {w.code for w in told.values()} == {"not_proven"}


# -- as the last page has them --------------------------------------------------------


def test_the_last_page_speaks_of_what_is_in_the_ledger(at, runner, operations):
    operations.results["ledger_look"] = pushed()
    session = at(Step.FINISH)
    runner.settle()
    told = {w.capability: w.proof for w in session.finish.words}
    assert told == {
        "user_sync": Proof.CONFIGURED,
        "sso": Proof.CONFIGURED,
        "push": Proof.PROVEN,
    }


def test_a_word_falls_with_what_it_rested_on(at, runner, operations):
    operations.results["ledger_look"] = pushed()
    session = at(Step.FINISH)
    runner.settle()
    session.test.push.set_recipients("li.na")  # what was sent was sent
    assert [w.proof for w in session.finish.words][-1] is Proof.PROVEN
    session.save.set_enable(False)
    codes = {w.capability: w.code for w in session.finish.words}
    assert codes["push"] == "delivered_unsaved"
    assert codes["sso"] == "granted_only"
    session.credentials.set_app_id("cli_b8c029e757e6500b")
    assert {w.proof for w in session.finish.words} == {Proof.NONE}
    assert {w.status for w in session.finish.words} == {Status.UNKNOWN}


def test_the_report_gets_every_finding_of_the_sitting(at, runner, operations):
    operations.results["ledger_look"] = pushed()
    session = at(Step.FINISH)
    runner.settle()
    session.finish.export("/tmp/report.md")
    runner.settle()
    [(_, path, findings, states, words_, look)] = operations.made("export_report")
    assert path == "/tmp/report.md"
    assert {f.id for f in findings} == {"net.open.http", "feishu.credentials"}
    assert len(states) == len(session.permissions.states)
    assert len(words_) == 3
    assert look == pushed()
    assert session.finish.exported_to == "/tmp/report.md"
    assert session.message.params == {"path": "/tmp/report.md"}

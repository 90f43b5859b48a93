"""A message that was really sent is in the ledger: on the last page, and on the next day."""

from __future__ import annotations

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.ledger import BasisPart
from feishu_wizard.wizard.steps import Step
from tests.unit.wizard.practice import asked


def test_what_was_sent_is_proven_today_and_tomorrow(at_save, sit, healthy):
    admin, session = at_save, at_save.session
    person = healthy.state()["people"][1]["user_id"]
    session.test.push.set_recipients(person)
    session._visited |= {Step.TEST, Step.FINISH}
    session.go(Step.TEST)
    admin.settle()
    session.test.push.resolve()
    admin.settle()
    session.test.push.send()
    admin.settle()
    session.go(Step.FINISH)
    admin.settle()
    [word] = [w for w in session.finish.words if w.capability == "push"]
    assert (word.proof, word.code) == (Proof.PROVEN, "delivered_unsaved")
    proof = session.ledger.standing(Capability.PUSH).proven
    assert proof.evidence.log_id
    assert proof.basis.version  # as the permission check of this sitting read it
    before = asked(healthy)
    session.ledger.check_now()
    admin.settle()
    assert 0 < asked(healthy) - before <= 6
    assert session.ledger.standing(Capability.PUSH).since == ()
    admin.close()

    before = asked(healthy)
    tomorrow = sit(healthy).session
    assert tomorrow.message.code == "resume_offer"
    [(capability, entry)] = tomorrow.proven
    assert (capability, entry) == (Capability.PUSH, proof)
    assert BasisPart.SECRET.value in entry.basis.parts
    assert asked(healthy) == before

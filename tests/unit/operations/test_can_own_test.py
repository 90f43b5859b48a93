"""CAN's own test: the server that will push sends the message itself."""

from __future__ import annotations

import msgspec
import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.operations import ledger
from feishu_wizard.operations.can_own_test import can_own_test
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.services.can.client import CanClient
from feishu_wizard.text.words import code_words


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox()


@pytest.fixture
def run(practice, perform):
    """One test by CAN: ``run(user)``; findings, and what the ledger holds then."""

    def make(user, **options):
        async def work(place):
            kit = await load_setup(place, str(practice.setup))
            findings = await can_own_test(place, kit, user, **options)
            return findings, ledger.entries(place, kit)

        return perform(work)

    return make


def reachable(practice, number):
    """Somebody ordinary."""
    state = practice.state()
    special = {p["user_id"] for p in state["named"].values() if isinstance(p, dict)}
    return [p for p in state["people"] if p["user_id"] not in special and not p["resigned"]][number]


def messages_of(practice, person):
    return [m for m in practice.state()["messages"] if m["user_id"] == person["user_id"]]


def test_can_itself_sends_the_message(practice, run):
    person = reachable(practice, 7)
    (whole, *checks), proofs = run(person["user_id"])
    assert (whole.status, whole.code) == (Status.PASS, "can_test.message_sent")
    assert (whole.params["who"], whole.proof) == (person["user_id"], Proof.PROVEN)
    assert [(c.id, c.code) for c in checks] == [
        (f"can.test.{name}", "can_test.check")
        for name in ("token", "contact", "message", "callback")
    ]
    [message] = messages_of(practice, person)
    assert message["receive_id_type"] == "user_id"
    assert message["content"].startswith('{"text": "CAN')  # not one of this program's
    assert [(p.check_id, p.what, p.good) for p in proofs] == [
        ("capability.push", "push.by_can", True)
    ]
    assert proofs[0].evidence.path.endswith("/test")
    assert person["user_id"] in code_words("push.by_can", proofs[0].params).sentence


def test_an_account_that_feishu_does_not_know(practice, run):
    (whole, *checks), proofs = run("nobody")
    assert (whole.status, whole.code) == (Status.FAIL, "can_test.failed")
    [failed] = [c for c in checks if c.status is Status.FAIL]
    assert (failed.id, failed.code) == ("can.test.message", "feishu.99992360")
    assert proofs == ()


def test_without_a_person_nothing_is_sent_and_nothing_proven_of_push(practice, run):
    before = len(practice.state()["messages"])
    (whole, *_checks), proofs = run("")
    assert (whole.status, whole.code) == (Status.WARN, "can_test.pair_only")
    assert len(practice.state()["messages"]) == before
    assert proofs == ()


@pytest.fixture
def probe(monkeypatch):
    """Let the profile's test operation be another: ``probe(saves=True)``."""
    used = CanClient.__init__

    def change(**fields):
        def made(client, http, origin, profile, *more):
            test = msgspec.structs.replace(profile.ops.test, **fields)
            ops = msgspec.structs.replace(profile.ops, test=test)
            used(client, http, origin, msgspec.structs.replace(profile, ops=ops), *more)

        monkeypatch.setattr(CanClient, "__init__", made)

    return change


def test_a_test_that_says_no_more_than_ok_proves_no_message(run, practice, probe):
    probe(checks_at="")
    (whole, *checks), proofs = run(reachable(practice, 8)["user_id"])
    assert (whole.code, checks, proofs) == ("can_test.pair_only", [], ())


def test_a_test_that_takes_no_person_sends_to_nobody(run, practice, probe):
    probe(user_at="")
    person = reachable(practice, 9)
    (whole, *_checks), proofs = run(person["user_id"])
    assert (whole.code, proofs) == ("can_test.pair_only", ())
    assert messages_of(practice, person) == []


def test_a_test_that_also_saves_wants_to_be_confirmed(run, probe):
    probe(saves=True)
    with pytest.raises(InputError) as caught:
        run("")
    assert caught.value.code == "can.test_saves"
    (whole, *_), _ = run("", confirmed=True)
    assert whole.code == "can_test.pair_only"

"""``person.*`` against a sandbox: one person, gate by gate, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.diagnosis import PERSON, Question
from feishu_wizard.domain.finding import Evidence, Proof, Status, Who
from feishu_wizard.domain.pseudonyms import SEPARATOR
from feishu_wizard.domain.recipient import Recipient, RecipientKind
from feishu_wizard.operations.diagnose.person_checks import person_looks
from feishu_wizard.operations.diagnose.person_gates import account, active, available
from feishu_wizard.operations.diagnose.person_seen import Seen
from feishu_wizard.services.feishu.application import Availability
from feishu_wizard.services.feishu.contact import User, UserStatus
from feishu_wizard.services.feishu.envelope import Answer
from tests.unit.operations.diagnose.practice_case import (
    found_by,
    in_case,
    kit_of,
    statuses,
    told_in_words,
)
from tests.unit.wizard.practice import asked, drill

FINE = dict.fromkeys(PERSON, "pass") | {"delivered": "unknown"}


@pytest.fixture(scope="module")
def healthy(module_sandbox):
    return module_sandbox()


@pytest.fixture
def find(healthy, tmp_path):
    def run(who):
        return found_by(person_looks, tmp_path, kit_of(healthy), Question(person=who))

    return run


@pytest.fixture
def owner(healthy):
    return healthy.state()["named"]["owner"]


@pytest.fixture
def outsider(healthy):
    return healthy.state()["named"]["outside"]


def open_id(healthy, person):
    return person["open_id"][healthy["app_id"]]


def without(healthy, scope):
    return drill(healthy, f"missing-scope:{scope}")


def test_nobody_was_asked_for(healthy, find):
    assert find("") == {}
    assert find("  ") == {}


def test_a_can_account(healthy, find, owner):
    before = asked(healthy)
    found = find(owner["user_id"])
    assert statuses(found) == FINE
    assert found["person.delivered"].code == "not_proven"
    assert found["person.available"].proof is Proof.GRANTED
    assert found["person.account"].params["user_id"] == owner["user_id"]
    assert asked(healthy) - before == 2


@pytest.mark.parametrize("by", ["email", "mobile"])
def test_an_address_says_nothing_of_the_account(healthy, find, owner, by):
    before = asked(healthy)
    found = find(f"{by}:{owner[by]}")
    assert statuses(found) == FINE | {"account": "unknown"}
    assert found["person.account"].code == "person.account_unknown"
    assert found["person.account"].params["user_id"] == owner["user_id"]
    assert asked(healthy) - before == 3


def test_ids(healthy, find, owner):
    unknown = FINE | {"account": "unknown"}
    assert statuses(find(open_id(healthy, owner))) == unknown
    assert statuses(find(f"union_id:{owner['union_id']}")) == unknown
    assert statuses(find(f"user_id:{owner['user_id']}")) == unknown


def test_outside_the_availability(healthy, find, outsider):
    with drill(healthy, "recipient-outside"):
        found = find(outsider["user_id"])
    assert statuses(found) == FINE | {"available": "fail", "delivered": "skip"}
    gate = found["person.available"]
    assert (gate.code, gate.who) == ("person.outside", Who.DEVELOPER)
    assert gate.params["name"] == outsider["name"]
    app_id = healthy["app_id"]
    assert [link.url.removeprefix(healthy["feishu"]) for link in gate.links] == [
        f"/admin/appCenter/manage/{app_id}",
        f"/app/{app_id}/version",
    ]
    assert found["person.delivered"].blocked_by == "person.available"


def test_the_others_are_inside_then(healthy, find, owner):
    with drill(healthy, "recipient-outside"):
        assert statuses(find(owner["user_id"])) == FINE


def test_outside_the_contacts_range(healthy, find, owner):
    with drill(healthy, "contact-range-partial"):
        found = find(owner["user_id"])
    assert statuses(found) == {
        "exists": "unknown",
        "active": "skip",
        "in_range": "fail",
        "available": "pass",
        "user_id": "skip",
        "account": "skip",
        "delivered": "unknown",
    }
    assert found["person.exists"].code == "person.hidden"
    assert found["person.in_range"].code == "person.out_of_range"
    assert found["person.active"].blocked_by == "person.in_range"


def test_outside_the_contacts_range_but_found_by_address(healthy, find, owner):
    with drill(healthy, "contact-range-partial"):
        found = find(owner["email"])
    assert found["person.exists"].status is Status.PASS
    assert found["person.in_range"].status is Status.FAIL


def test_nobody_has_this_account(find):
    found = find("no.such.account")
    assert statuses(found) == {"exists": "fail"} | dict.fromkeys(PERSON[1:], "skip")
    gate = found["person.exists"]
    assert (gate.code, gate.who) == ("person.no_such_account", Who.CAN_ADMIN)
    assert gate.params["feishu_code"] == "99992360"
    assert {f.blocked_by for f in found.values()} == {None, "person.exists"}


def test_ids_of_nobody(find):
    assert find("user_id:nobody")["person.exists"].code == "feishu.99992360"
    assert find("ou_" + "0" * 32)["person.exists"].code == "feishu.99992351"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("nobody@example.com", "person.email_unknown"),
        ("+8610099999999", "person.mobile_unknown"),
    ],
)
def test_an_address_of_nobody(find, who, code):
    found = find(who)
    assert statuses(found) == {"exists": "fail"} | dict.fromkeys(PERSON[1:], "skip")
    assert found["person.exists"].code == code


def test_a_group_is_no_person(healthy, find):
    before = asked(healthy)
    found = find("oc_" + "a" * 32)
    assert statuses(found) == dict.fromkeys(PERSON, "unknown")
    assert found["person.exists"].code == "person.is_group"
    assert asked(healthy) == before


def test_somebody_who_has_left(healthy, find):
    found = find(healthy.state()["named"]["resigned"]["user_id"])
    assert (found["person.active"].status, found["person.active"].code) == (
        Status.FAIL,
        "person.resigned",
    )
    assert found["person.available"].blocked_by == "person.active"
    assert found["person.delivered"].blocked_by == "person.active"


def test_a_frozen_account(healthy, find):
    frozen = next(p for p in healthy.state()["people"] if p["frozen"])
    assert find(frozen["user_id"])["person.active"].code == "person.frozen"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (UserStatus(is_activated=True), "ok"),
        (UserStatus(is_activated=True, is_exited=True), "person.exited"),
        (UserStatus(is_activated=False, is_unjoin=True), "person.unjoined"),
        (UserStatus(is_activated=False), "person.not_activated"),
        (UserStatus(is_resigned=True, is_frozen=True), "person.resigned"),
        (None, "person.status_not_told"),
    ],
)
def test_states_of_an_account(status, code):
    user = Answer(User(open_id="ou_1", status=status), Evidence())
    who = Recipient(RecipientKind.OPEN_ID, "ou_1")
    found = active(Seen(who, user=user, ids={"open_id": "ou_1"}))
    assert found.code == code
    told_in_words([found])


def test_an_account_in_other_letters_than_the_user_id():
    user = Answer(User(open_id="ou_1", user_id="LinYu"), Evidence())
    ids = {"open_id": "ou_1", "user_id": "LinYu"}
    found = account(Seen(Recipient(RecipientKind.CAN_ACCOUNT, "linyu"), user=user, ids=ids))
    assert (found.status, found.code, found.who) == (
        Status.FAIL,
        "person.account_differs",
        Who.CAN_ADMIN,
    )
    told_in_words([found])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([Availability(in_white_list=True)], "ok"),
        ([Availability(in_white_list=True, in_black_list=True)], "person.denied"),
        ([], "person.availability_not_told"),
    ],
)
def test_states_of_the_availability(healthy, tmp_path, rows, code):
    who = Recipient(RecipientKind.USER_ID, "u1")

    async def judged(case):
        return available(case, Seen(who, ids={"user_id": "u1"}), Answer(rows, Evidence()))

    found = in_case(tmp_path, kit_of(healthy), judged)
    assert found.code == code
    told_in_words([found])


def test_the_user_id_is_hidden(healthy, find, owner):
    with without(healthy, "contact:user.employee_id:readonly"):
        found = find(owner["email"])
    assert statuses(found) == FINE | {"user_id": "fail", "account": "skip"}
    assert found["person.user_id"].code == "person.user_id_hidden"
    assert "contact:user.employee_id:readonly" in found["person.user_id"].links[0].url


def test_an_account_without_the_permission_for_user_ids(healthy, find, owner):
    """Nothing is known of the person, so nothing is said; whether messages may come is."""
    with without(healthy, "contact:user.employee_id:readonly"):
        found = find(owner["user_id"])
    assert statuses(found) == dict.fromkeys(PERSON, "unknown") | {"available": "pass"}
    gate = found["person.exists"]
    assert gate.code == "feishu.99991672"
    assert "contact:user.employee_id:readonly" in gate.params["scopes"]
    assert found["person.account"].params["by"] == "person.exists"


def test_without_the_permission_to_find_people(healthy, find, owner):
    with without(healthy, "contact:user.id:readonly"):
        found = find(owner["email"])
    assert statuses(found) == dict.fromkeys(PERSON, "unknown")
    assert found["person.exists"].params["scopes"] == "contact:user.id:readonly"
    assert found["person.available"].params["by"] == "person.exists"


def test_without_the_permission_to_read_the_app(healthy, find, owner):
    with without(healthy, "application:application:self_manage"):
        found = find(owner["user_id"])
    assert statuses(found) == FINE | {"available": "unknown"}
    assert found["person.available"].code == "feishu.99991672"


def remembered(tmp_path, kit, key, state, code=""):
    async def note(case):
        journal = case.place.journal
        mark = journal.remember_send(f"run-{key}-{state}", key, "text", setup_id=kit.setup.id)
        journal.finish_send(mark, state, "om_1" if state == "delivered" else "", code)

    in_case(tmp_path, kit, note)


def test_a_message_that_reached_the_person(healthy, find, owner, tmp_path):
    kit = kit_of(healthy)
    remembered(tmp_path, kit, f"open_id:{open_id(healthy, owner)}", "delivered")
    gate = find(owner["user_id"])["person.delivered"]
    assert (gate.status, gate.proof) == (Status.PASS, Proof.PROVEN)
    assert gate.code == "person.delivered_otherwise"
    remembered(tmp_path, kit, f"user_id:{owner['user_id']}", "delivered")
    gate = find(owner["user_id"])["person.delivered"]
    assert gate.code == "person.delivered_as_can"
    assert gate.params["at"]


def test_a_message_to_somebody_else_proves_nothing(healthy, find, owner, outsider, tmp_path):
    remembered(tmp_path, kit_of(healthy), f"user_id:{outsider['user_id']}", "delivered")
    assert find(owner["user_id"])["person.delivered"].code == "not_proven"


def test_a_message_that_was_refused(healthy, find, owner, tmp_path):
    key = f"user_id:{owner['user_id']}"
    remembered(tmp_path, kit_of(healthy), key, "refused", "feishu.230013")
    gate = find(owner["user_id"])["person.delivered"]
    assert (gate.status, gate.code) == (Status.UNKNOWN, "person.refused_before")
    assert gate.params["feishu_code"] == "230013"


def test_a_setup_without_an_id_has_no_record(healthy, owner, tmp_path):
    from tests.unit.operations.diagnose.practice_case import replace as changed

    kit = kit_of(healthy)
    kit = replace(kit, setup=changed(kit.setup, id=""))
    found = found_by(person_looks, tmp_path, kit, Question(person=owner["user_id"]))
    assert found["person.delivered"].code == "not_proven"


def test_whoever_is_named_can_be_hidden(healthy, owner, tmp_path):
    async def people(case):
        from feishu_wizard.operations.diagnose.graph import Graph

        await Graph(person_looks(case), lambda finding: None).run(case, 60.0)
        return case.people

    question = Question(person=owner["email"])
    (one,) = in_case(tmp_path, kit_of(healthy), people, question)
    mentioned = one.split(SEPARATOR)  # those of one person stay together: one pseudonym
    expected = {owner[field] for field in ("email", "user_id", "union_id", "name", "mobile")}
    assert expected <= set(mentioned)
    assert open_id(healthy, owner) in mentioned


def test_who_was_asked_for_can_be_hidden_though_nothing_was_asked(healthy, tmp_path):
    async def people(case):
        person_looks(case)
        return case.people

    question = Question(person="can: zhang.san")
    assert in_case(tmp_path, kit_of(healthy), people, question) == ["zhang.san"]

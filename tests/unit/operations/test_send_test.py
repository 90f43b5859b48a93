"""One message each, whatever happens: on a real sandbox over HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.recipient import (
    DeliveryState,
    Recipient,
    RecipientKind,
    Resolved,
    Unresolved,
    parse_recipient,
)
from feishu_wizard.operations import send_test as operation
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.resolve_recipients import account_of, resolve_recipients
from feishu_wizard.operations.sending import batch as send_batch
from feishu_wizard.services.feishu.im import send_message


@pytest.fixture(scope="module")
def practice(module_sandbox):
    """A healthy tenant; every test sends to people of its own."""
    return module_sandbox()


@pytest.fixture(scope="module")
def people(practice):
    """Ordinary people, handed out one by one."""
    state = practice.state()
    special = {p["user_id"] for p in state["named"].values() if isinstance(p, dict)}
    ordinary = (p for p in state["people"] if p["user_id"] not in special)
    reachable = (p for p in ordinary if p["email"] and p["mobile"])
    return (p for p in reachable if p["activated"] and not p["frozen"] and not p["resigned"])


@pytest.fixture
def sent_to(practice):
    """How many messages a person has got: ``sent_to(person)``."""

    def count(person):
        ids = {person["user_id"], person["union_id"], *person["open_id"].values()}
        messages = practice.state()["messages"]
        return sum(1 for m in messages if ids & {str(v) for v in m.values()})

    return count


@pytest.fixture
def send(perform, practice):
    """Send as one run of the program: ``send(resolved, template="text")``."""

    def make(*who, template="card", repeat=(), lang="en"):
        async def work(place):
            kit = await load_setup(place, str(practice.setup))
            return await operation.send_test(
                place, kit, who, operation.Sending(template, lang, repeat), silent
            )

        return perform(work)

    return make


def as_can(person):
    recipient = Recipient(RecipientKind.CAN_ACCOUNT, person["user_id"])
    return Resolved(recipient, "user_id", person["user_id"], person["name"], person["user_id"])


@pytest.fixture
def answer_lost(monkeypatch):
    """The message arrives, its answer does not."""

    def break_it(times=1):
        left = [times]

        async def lost(*arguments):
            answer = await send_message(*arguments)
            if left[0]:
                left[0] -= 1
                raise NetworkError("net.timeout", {"host": answer.evidence.host})
            return answer

        monkeypatch.setattr(operation, "send_message", lost)

    return break_it


def test_each_person_gets_one_message(people, send, sent_to):
    first, second = next(people), next(people)
    deliveries = send(as_can(first), as_can(second))
    assert [d.state for d in deliveries] == [DeliveryState.DELIVERED] * 2
    assert len({d.message_id for d in deliveries}) == 2
    assert len({d.uuid for d in deliveries}) == 2
    assert (sent_to(first), sent_to(second)) == (1, 1)


def test_a_new_test_is_a_new_message(people, send, sent_to):
    person = next(people)
    send(as_can(person))
    send(as_can(person))
    assert sent_to(person) == 2


def test_a_killed_run_is_taken_up_with_its_own_uuid(people, send, sent_to, monkeypatch):
    """The program died after the message left and before the answer was noted."""
    person = next(people)
    used = []

    async def killed(*arguments):
        used.append(arguments[-1])
        await send_message(*arguments)
        raise asyncio.CancelledError

    monkeypatch.setattr(operation, "send_message", killed)
    with pytest.raises(asyncio.CancelledError):
        send(as_can(person))
    monkeypatch.setattr(operation, "send_message", send_message)
    [delivery] = send(as_can(person))
    assert delivery.state is DeliveryState.DELIVERED
    assert delivery.uuid == used[0]
    assert sent_to(person) == 1


def test_a_killed_run_lends_its_uuid_to_nobody_else(people, send, sent_to, monkeypatch):
    person, other = next(people), next(people)

    async def killed(*arguments):
        await send_message(*arguments)
        raise asyncio.CancelledError

    monkeypatch.setattr(operation, "send_message", killed)
    with pytest.raises(asyncio.CancelledError):
        send(as_can(person))
    monkeypatch.setattr(operation, "send_message", send_message)
    send(as_can(other))
    send(as_can(person), template="text")
    assert sent_to(other) == 1
    assert sent_to(person) == 2  # another message was asked for


def test_an_unknown_outcome_is_repeated_with_the_same_uuid(people, send, sent_to, answer_lost):
    person = next(people)
    answer_lost()
    [unknown] = send(as_can(person))
    assert unknown.state is DeliveryState.UNKNOWN
    assert unknown.code == "net.timeout"
    [again] = send(as_can(person), repeat=(unknown,))
    assert again.state is DeliveryState.DELIVERED
    assert again.uuid == unknown.uuid
    assert sent_to(person) == 1


def test_an_unknown_outcome_survives_a_restart(people, send, sent_to, answer_lost):
    """The window was closed; the next one knows of no earlier delivery."""
    person = next(people)
    answer_lost()
    [unknown] = send(as_can(person))
    [again] = send(as_can(person))
    assert again.uuid == unknown.uuid
    assert again.state is DeliveryState.DELIVERED
    assert sent_to(person) == 1
    [third] = send(as_can(person))
    assert third.uuid != unknown.uuid  # settled: what comes now is a new test


def test_a_uuid_that_the_platform_has_forgotten_is_not_used(
    people, send, sent_to, answer_lost, monkeypatch
):
    person = next(people)
    answer_lost()
    [unknown] = send(as_can(person))
    monkeypatch.setattr(send_batch, "_REMEMBERED", timedelta(0))
    [again] = send(as_can(person))
    assert again.uuid != unknown.uuid


@pytest.mark.parametrize(
    ("minutes", "recent"),
    [(0, True), (54, True), (56, False), (24 * 60, False), (-1, True), (-5, False)],
)
def test_a_uuid_is_used_again_within_the_hour_of_the_platform(minutes, recent):
    begun = datetime.now(UTC) - timedelta(minutes=minutes)
    assert send_batch.recent(begun.isoformat().replace("+00:00", "Z")) is recent


def test_a_refusal_is_told_and_not_repeated_silently(practice, send, sent_to):
    """Outside the availability: 230013, once."""
    outside = practice.state()["named"]["outside"]
    practice_drill(practice, "recipient-outside", on=True)
    try:
        before = Counter(r["path"] for r in practice.state()["requests"])
        [refused] = send(as_can(outside))
        after = Counter(r["path"] for r in practice.state()["requests"])
    finally:
        practice_drill(practice, "recipient-outside", on=False)
    assert refused.state is DeliveryState.REFUSED
    assert refused.code == "feishu.230013"
    assert refused.params["log_id"]
    assert after["/open-apis/im/v1/messages"] - before["/open-apis/im/v1/messages"] == 1
    assert sent_to(outside) == 0
    [again] = send(as_can(outside), repeat=(refused,))
    assert again.state is DeliveryState.DELIVERED
    assert again.uuid != refused.uuid
    assert sent_to(outside) == 1


def practice_drill(practice, name, *, on):
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/drills", json={"name": name, "on": on}).raise_for_status()


def test_one_who_is_refused_does_not_keep_the_next_from_theirs(people, send, sent_to):
    person = next(people)
    stranger = Resolved(Recipient(RecipientKind.CAN_ACCOUNT, "nobody"), "user_id", "nobody")
    refused, delivered = send(stranger, as_can(person))
    assert refused.state is DeliveryState.REFUSED
    assert delivered.state is DeliveryState.DELIVERED
    assert sent_to(person) == 1


@pytest.mark.parametrize("template", ["card", "text"])
@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
def test_every_message_names_the_server_and_arrives(people, send, practice, template, lang):
    person = next(people)
    [delivery] = send(as_can(person), template=template, lang=lang)
    [message] = [m for m in practice.state()["messages"] if m["message_id"] == delivery.message_id]
    assert practice["can"] in message["content"]
    assert "{time}" not in message["content"]
    assert message["msg_type"] == ("text" if template == "text" else "interactive")
    chinese = any("\u4e00" <= ch <= "\u9fff" for ch in message["content"])
    assert chinese is (lang == "zh_Hans")


# -- who that is ----------------------------------------------------------------------


@pytest.fixture
def resolve(perform, practice):
    def make(*wanted):
        async def work(place):
            kit = await load_setup(place, str(practice.setup))
            return await resolve_recipients(place, kit, wanted, silent)

        return perform(work)

    return make


@pytest.mark.parametrize(
    "kind", ["can_account", "user_id", "open_id", "union_id", "email", "mobile"]
)
def test_a_person_is_found_by_every_kind_of_name(practice, people, resolve, send, sent_to, kind):
    person = next(people)
    value = {
        "can_account": person["user_id"],
        "user_id": person["user_id"],
        "open_id": person["open_id"][practice["app_id"]],
        "union_id": person["union_id"],
        "email": person["email"],
        "mobile": person["mobile"],
    }[kind]
    (found,), unknown = resolve(Recipient(RecipientKind(kind), value))
    assert unknown == ()
    assert found.name == person["name"]
    assert found.user_id == person["user_id"]
    assert found.recipient.as_can is (kind == "can_account")
    [delivery] = send(found)
    assert delivery.state is DeliveryState.DELIVERED
    assert sent_to(person) == 1


def test_who_scanned_is_addressed_as_can_would(practice, people, perform):
    person = next(people)

    async def work(place):
        kit = await load_setup(place, str(practice.setup))
        return await account_of(place, kit, person["open_id"][practice["app_id"]])

    assert perform(work) == person["user_id"]


def test_who_scanned_keeps_the_open_id_where_the_account_is_hidden(sandbox, perform):
    practice = sandbox("--drill", "missing-scope:contact:user.employee_id:readonly")
    open_id = practice.state()["people"][0]["open_id"][practice["app_id"]]

    async def work(place):
        kit = await load_setup(place, str(practice.setup))
        return await account_of(place, kit, open_id)

    assert perform(work) == open_id


def test_a_group_is_found_by_its_id_and_gets_the_message(practice, resolve, send):
    chat = practice.state()["chats"][0]
    (found,), _ = resolve(parse_recipient(chat["chat_id"]))
    assert found.receive_id_type == "chat_id"
    assert found.name == chat["name"]
    [delivery] = send(found)
    assert delivery.state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nobody", "feishu."),
        ("nobody@example.com", "email_unknown"),
        ("+8619999999999", "mobile_unknown"),
        ("oc_0123456789abcdef", "chat_unknown"),
    ],
)
def test_nobody_is_guessed(resolve, text, code):
    found, (unknown,) = resolve(parse_recipient(text))
    assert found == ()
    assert isinstance(unknown, Unresolved)
    assert unknown.code.startswith(code)
    assert unknown.evidence[0].log_id


def test_one_who_left_is_not_written_to(practice, resolve):
    gone = practice.state()["named"]["resigned"]
    found, (unknown,) = resolve(parse_recipient(gone["user_id"]))
    assert found == ()
    assert unknown.recipient.value == gone["user_id"]


def test_without_the_permission_for_names_a_message_can_still_be_sent(
    practice, people, resolve, send, sent_to
):
    """Names need a permission that CAN's push does not."""
    person = next(people)
    for scope in ("contact:contact.base:readonly",):
        practice_drill(practice, f"missing-scope:{scope}", on=True)
    try:
        (found,), unknown = resolve(parse_recipient(person["user_id"]))
        [delivery] = send(found)
    finally:
        practice_drill(practice, "missing-scope:contact:contact.base:readonly", on=False)
    assert unknown == ()
    assert delivery.state is DeliveryState.DELIVERED
    assert sent_to(person) == 1
    assert found.name == ""  # the id is shown instead


def test_the_same_batch_again_reaches_nobody_twice(people, perform, practice, sent_to):
    """After a cancel in the middle, the sending is begun again with everybody."""
    first, second = next(people), next(people)

    def send_batch(*who):
        async def work(place):
            kit = await load_setup(place, str(practice.setup))
            sending = operation.Sending("card", "en", batch="b1")
            return await operation.send_test(place, kit, who, sending, silent)

        return perform(work)

    [before] = send_batch(as_can(first))
    again = send_batch(as_can(first), as_can(second))
    assert [d.state for d in again] == [DeliveryState.DELIVERED] * 2
    assert again[0].message_id == before.message_id
    assert (sent_to(first), sent_to(second)) == (1, 1)

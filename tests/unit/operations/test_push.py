"""The push rehearsal with many recipients: on a sandbox in the same process, in made time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feishu_wizard.domain.errors import InputError, NetworkError
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.recipient import DeliveryState, Recipient, RecipientKind, Resolved
from feishu_wizard.operations import ledger
from feishu_wizard.operations import send_test as sending_module
from feishu_wizard.operations.my_groups import groups
from feishu_wizard.operations.read_back import read_back
from feishu_wizard.operations.recall_messages import last_sent, recall
from feishu_wizard.operations.resolve_recipients import resolve_recipients
from feishu_wizard.operations.send_test import Sending, close_batch, send_test, unfinished_batch
from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.directory import OUTSIDE, RESIGNED
from feishu_wizard.services.feishu.im import send_message
from tests.in_process import SETUP_ID, InProcess

K, S = RecipientKind, DeliveryState


class Desk:
    """One sandbox and the program before it; every ``do`` is a run of the program."""

    def __init__(self, made):
        self.made, self.world = made, made.apps.world
        special = {OUTSIDE, RESIGNED}
        self.people = [
            p for p in self.world.directory.people if p.number not in special and not p.resigned
        ]

    def do(self, verb, *arguments, **options):
        async def work():
            async with self.made.place() as place:
                return await verb(place, self.made.kit, *arguments, **options)

        value, self.took = self.made.run(work())
        return value

    def send(self, people, template="text", **options):
        return self.do(send_test, people, Sending(template, "en", **options), silent)

    def find(self, *wanted):
        return self.do(resolve_recipients, wanted, silent)

    def calls(self, path=""):
        paths = (seen.path for seen in self.world.journal.requests)
        return Counter(p.removeprefix("/open-apis") for p in paths if path in p)

    def arrived(self):
        return Counter(m.user_id for m in self.world.journal.messages.values())

    def grant(self, *scopes):
        actions.grant(self.world.app, scopes, "tenant", dict.fromkeys(scopes, False))

    def revoke(self, *scopes):
        for scope in scopes:
            self.world.app.scopes.pop(("tenant", scope))

    def rewind(self, **ago):
        """Let everything have been sent so long ago."""
        at = (datetime.now(UTC) - timedelta(**ago)).isoformat().replace("+00:00", "Z")
        with closing(sqlite3.connect(self.made.state / "state" / "journal.sqlite3")) as db, db:
            db.execute("UPDATE sends SET started_at = ?", (at,))


@pytest.fixture
def make(tmp_path):
    opened = []

    def start(**options):
        made = InProcess.made(tmp_path / "s", **{"users": 70, "departments": 6, **options})
        opened.append(made)
        return Desk(made)

    yield start
    for made in opened:
        made.close()


@pytest.fixture
def desk(make):
    return make()


def as_can(person):
    who = Recipient(K.CAN_ACCOUNT, person.user_id)
    return Resolved(who, "user_id", person.user_id, person.name, person.user_id)


def lose(monkeypatch, lost=lambda number: True):
    """Answers to messages are lost after the platform took them."""
    count = iter(range(1_000_000))

    async def silently(*arguments):
        answer = await send_message(*arguments)
        if lost(next(count)):
            raise NetworkError("net.reset", {"host": "open"}, evidence=(answer.evidence,))
        return answer

    monkeypatch.setattr(sending_module, "send_message", silently)


# -- who that is --------------------------------------------------------------------------


def test_many_are_looked_up_fifty_at_once(desk):
    people = [p for p in desk.people if p.email][:55]
    wanted = [Recipient(K.CAN_ACCOUNT, p.user_id) for p in people[:20]]
    wanted += [Recipient(K.EMAIL, p.email) for p in people[20:]]
    found, unknown = desk.find(*wanted)
    assert unknown == ()
    assert [r.name for r in found] == [p.name for p in people]
    assert all(r.department and r.department_named for r in found)
    assert all(r.available for r in found)
    calls = desk.calls("/contact/v3/users") + desk.calls("/visibility/")
    assert set(calls.values()) == {1, 2}  # a list each of accounts and of those by e-mail
    assert calls["/contact/v3/users/batch_get_id"] == 1
    assert calls["/contact/v3/users/batch"] == 2


def test_one_person_named_in_two_ways_is_one(desk):
    person = desk.people[5]
    by_mail, by_id = Recipient(K.EMAIL, person.email), Recipient(K.CAN_ACCOUNT, person.user_id)
    [found], unknown = desk.find(by_mail, by_id)
    assert (found.recipient, found.also, unknown) == (by_id, (by_mail,), ())


def test_who_is_missing_from_a_list_is_told_with_the_reason(desk):
    app = desk.world.app
    app.draft.contacts_range = Audience("some", users={desk.people[1].number})
    actions.release(app, 1, note="narrow")
    actions.approve(app, 1)
    names = (desk.people[1].user_id, desk.people[2].user_id, "nobody")
    found, unknown = desk.find(*(Recipient(K.CAN_ACCOUNT, name) for name in names))
    assert [r.name for r in found] == [desk.people[1].name]
    assert [u.code for u in unknown] == ["feishu.41050", "feishu.99992360"]


def test_very_many_strangers_are_not_asked_for_one_by_one(desk):
    wanted = [Recipient(K.CAN_ACCOUNT, f"nobody{n}") for n in range(120)]
    found, unknown = desk.find(*wanted)
    assert found == ()
    assert Counter(u.code for u in unknown) == {"feishu.99992360": 100, "recipient_not_told": 20}


def test_who_is_outside_the_availability_is_told_before_and_left_out(make):
    desk = make(drills=("recipient-outside",))
    outside = desk.world.directory.people[OUTSIDE]
    wanted = [Recipient(K.CAN_ACCOUNT, p.user_id) for p in (outside, desk.people[3])]
    found, _ = desk.find(*wanted)
    assert [r.available for r in found] == [False, True]
    left, sent = desk.send(found)
    assert (left.state, left.code) == (S.LEFT_OUT, "recipient_outside")
    assert (sent.state, desk.calls("/im/v1/messages")["/im/v1/messages"]) == (S.DELIVERED, 1)
    assert desk.do(unfinished_batch) is None
    [refused, _] = desk.send(found, insist=True)
    assert (refused.state, refused.code) == (S.REFUSED, "feishu.230013")


def test_without_the_permission_nothing_is_said_of_availability(desk):
    desk.revoke("application:application:self_manage")
    [found], _ = desk.find(Recipient(K.CAN_ACCOUNT, desk.people[3].user_id))
    assert found.available is None
    assert desk.send([found])[0].state is S.DELIVERED


def test_a_department_whose_name_is_not_told_keeps_its_id(desk):
    desk.revoke("contact:department.base:readonly")
    [found], _ = desk.find(Recipient(K.CAN_ACCOUNT, desk.people[3].user_id))
    assert found.department.startswith("od-")
    assert found.department_named is False


def test_groups_are_found_by_name_and_by_id(desk):
    mine = desk.do(groups, silent)
    inside = [chat for chat in desk.world.chats.values() if chat.bot_in]
    assert [(g.receive_id, g.name) for g in mine] == [(c.chat_id, c.name) for c in inside]
    [found], [strange] = desk.find(
        Recipient(K.CHAT, inside[0].name), Recipient(K.CHAT, "市场周会 Marketing weekly")
    )
    assert found.receive_id == inside[0].chat_id
    assert strange.code == "chat_unknown"
    again = replace(inside[1], name=inside[0].name)
    desk.world.chats[again.chat_id] = again
    _, [two] = desk.find(Recipient(K.CHAT, inside[0].name))
    assert (two.code, two.params["count"]) == ("chat_ambiguous", "2")


# -- sending ------------------------------------------------------------------------------


def test_a_thousand_within_the_platforms_limits(make):
    desk = make(users=1_050, rate_limits=True)
    people = [as_can(p) for p in desk.people[:1000]]
    seen = []

    sent = desk.do(send_test, people, Sending("card", "en"), seen.append)
    assert [d.resolved for d in sent] == people
    assert {d.state for d in sent} == {S.DELIVERED}
    assert desk.arrived() == Counter(p.receive_id for p in people)
    assert set(desk.made.statuses()) == {200}  # nobody had to tell it to slow down
    shares = [p.share for p in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {p.delivery.resolved.receive_id for p in seen if p.delivery} == set(desk.arrived())
    with pytest.raises(InputError) as caught:
        desk.send([*people, as_can(desk.people[1001])])
    assert caught.value.code == "send.too_many"


def test_five_a_second_to_one_group(make):
    """Twelve messages to one group, as twelve sendings one after the other would be."""
    desk = make(rate_limits=True)
    chat = next(chat for chat in desk.world.chats.values() if chat.bot_in)
    group = Resolved(Recipient(K.CHAT, chat.chat_id), "chat_id", chat.chat_id, chat.name)

    async def often(place, kit):
        one = Sending("text", "en")
        return await asyncio.gather(
            *(send_test(place, kit, [group], one, silent) for _ in "x" * 12)
        )

    sent = desk.do(often)
    assert {d.state for [d] in sent} == {S.DELIVERED}
    assert set(desk.made.statuses()) == {200}
    assert 2.0 <= desk.took <= 4.0


def test_a_group_that_others_keep_busy_is_waited_for(make):
    """Other bots use up the group's five a second: 230020 is waited out, and nobody gets two."""
    desk = make(rate_limits=True)
    chat = next(chat for chat in desk.world.chats.values() if chat.bot_in)
    group = Resolved(Recipient(K.CHAT, chat.chat_id), "chat_id", chat.chat_id, chat.name)

    async def crowded(place, kit):
        for _ in range(5):
            assert desk.world.limiter.take(f"chat {chat.chat_id}", ((5, 1),)) is None
        return await send_test(place, kit, [group], Sending("text", "en"), silent)

    [sent] = desk.do(crowded)
    assert sent.state is S.DELIVERED
    assert desk.made.statuses()[400] >= 1
    assert len(desk.world.journal.messages) == 1


def test_what_is_about_the_app_stops_the_sending(desk):
    desk.revoke("im:message:send_as_bot")
    people = [as_can(p) for p in desk.people[:40]]
    sent = desk.send(people)
    assert {d.code for d in sent} == {"feishu.99991672"}
    counts = Counter(d.state for d in sent)
    assert counts[S.REFUSED] <= 8  # those that were under way
    assert counts[S.LEFT_OUT] == 40 - counts[S.REFUSED]
    begun = desk.do(unfinished_batch)
    assert (begun.left, begun.reached) == (counts[S.LEFT_OUT], 0)
    desk.grant("im:message:send_as_bot")
    again = desk.send(begun.people, batch=begun.id)
    assert {d.state for d in again} == {S.DELIVERED}
    assert desk.arrived() == Counter(p.receive_id for p in people)


def test_a_dead_network_is_not_tried_a_thousand_times(desk, monkeypatch):
    tried = []

    async def dead(*arguments):
        tried.append(arguments)
        raise NetworkError("net.unreachable", {"host": "open"})

    monkeypatch.setattr(sending_module, "send_message", dead)
    sent = desk.send([as_can(p) for p in desk.people[:60]])
    assert len(tried) < 20
    assert Counter(d.state for d in sent)[S.LEFT_OUT] == 60 - len(tried)


def test_a_cancelled_sending_keeps_what_was_sent_and_goes_on(desk):
    people = [as_can(p) for p in desk.people[:30]]

    async def cancelled(place, kit):
        def report(progress):
            if progress.delivery and progress.done == 10:
                task.cancel()

        task = asyncio.ensure_future(send_test(place, kit, people, Sending("text", "en"), report))
        with pytest.raises(asyncio.CancelledError):
            await task

    desk.do(cancelled)
    begun = desk.do(unfinished_batch)
    assert begun.reached >= 10
    assert begun.reached + begun.unknown + begun.left == 30
    assert [p.receive_id for p in begun.people] == [p.receive_id for p in people]
    assert all(p.recipient.as_can for p in begun.people)
    sent = desk.send(begun.people, batch=begun.id)
    assert {d.state for d in sent} == {S.DELIVERED}
    assert desk.arrived() == Counter(p.receive_id for p in people)
    assert desk.do(unfinished_batch) is None


def test_a_sending_that_nobody_wants_to_go_on_with_is_not_offered_again(desk):
    desk.revoke("im:message:send_as_bot")
    desk.send([as_can(p) for p in desk.people[:20]])
    desk.do(close_batch, desk.do(unfinished_batch).id)
    assert desk.do(unfinished_batch) is None


def test_values_of_ones_own_are_sent_and_kept_with_the_batch(desk):
    values = {"metric": "Stock of bolts", "value": "7"}
    desk.revoke("im:message:send_as_bot")
    people = [as_can(p) for p in desk.people[:9]]
    desk.send(people, values=values)
    begun = desk.do(unfinished_batch)
    assert begun.values == values
    desk.grant("im:message:send_as_bot")
    desk.send(begun.people, batch=begun.id, values=begun.values)
    texts = {m.content for m in desk.world.journal.messages.values()}
    assert len(texts) == 1  # the same message for everybody, its time too
    assert "Stock of bolts: 7" in texts.pop()


def test_another_content_is_another_message(desk, monkeypatch):
    """An outcome that is unknown lends its uuid to the same message only."""
    person = as_can(desk.people[4])
    with monkeypatch.context() as patch:
        lose(patch)
        [first] = desk.send([person])
    [other] = desk.send([person], values={"metric": "Another"})
    assert other.uuid != first.uuid
    assert desk.arrived()[person.receive_id] == 2


# -- what became of it --------------------------------------------------------------------


def test_within_the_hour_the_platform_is_asked_for_the_same_message(desk, monkeypatch):
    people = [as_can(p) for p in desk.people[:4]]
    with monkeypatch.context() as patch:
        lose(patch, lambda number: number % 2 == 0)
        sent = desk.send(people)
    assert Counter(d.state for d in sent) == {S.UNKNOWN: 2, S.DELIVERED: 2}
    found = desk.do(read_back, sent, silent)
    assert {d.state for d in found} == {S.DELIVERED}
    assert all(d.message_id for d in found)
    assert desk.arrived() == Counter(p.receive_id for p in people)
    assert desk.do(unfinished_batch) is None


def unknown_of_long_ago(desk, monkeypatch, *, chat_known, arrives=True):
    person = as_can(desk.people[4])
    if chat_known:
        desk.send([person])
        desk.rewind(hours=5)
    with monkeypatch.context() as patch:
        if arrives:
            lose(patch)
        else:

            async def never(*arguments):
                raise NetworkError("net.timeout", {"host": "open"})

            patch.setattr(sending_module, "send_message", never)
        [unknown] = desk.send([person], template="card", batch="b1")
    with closing(sqlite3.connect(desk.made.state / "state" / "journal.sqlite3")) as db, db:
        at = (datetime.now(UTC) - timedelta(hours=2)).isoformat().replace("+00:00", "Z")
        db.execute("UPDATE sends SET started_at = ? WHERE run_id = 'b1'", (at,))
    for message in desk.world.journal.messages.values():  # the platform's clock says so, too
        message.create_time = int((datetime.now(UTC) - timedelta(hours=2)).timestamp() * 1000)
        if message.msg_type == "text":
            message.create_time -= 3 * 3600 * 1000
    desk.world.journal.by_uuid.clear()  # it has forgotten
    return person, unknown


def test_later_it_is_never_sent_again_blindly(desk, monkeypatch):
    person, unknown = unknown_of_long_ago(desk, monkeypatch, chat_known=False)
    for options in ({"batch": "b1"}, {"repeat": [unknown]}):
        [again] = desk.send([person], template="card", **options)
        assert (again.state, again.code) == (S.UNKNOWN, "send.too_late_to_repeat")
        assert again.uuid == unknown.uuid
    [still] = desk.do(read_back, [unknown], silent)
    assert (still.state, still.code) == (S.UNKNOWN, "send.no_chat_known")
    assert desk.arrived()[person.receive_id] == 1


def test_later_it_is_found_in_the_chat(desk, monkeypatch):
    desk.grant("im:message:readonly")
    person, unknown = unknown_of_long_ago(desk, monkeypatch, chat_known=True)
    [found] = desk.do(read_back, [unknown], silent)
    assert found.state is S.DELIVERED
    assert found.message_id in desk.world.journal.messages
    assert desk.arrived()[person.receive_id] == 2  # the earlier one, and this one


def test_later_it_is_missing_from_the_chat(desk, monkeypatch):
    desk.grant("im:message:readonly")
    person, unknown = unknown_of_long_ago(desk, monkeypatch, chat_known=True, arrives=False)
    [lost] = desk.do(read_back, [unknown], silent)
    assert (lost.state, lost.code) == (S.REFUSED, "send.not_arrived")
    [again] = desk.send([person], template="card", batch="b1")
    assert again.state is S.DELIVERED


def test_another_message_of_that_time_leaves_it_unknown(desk, monkeypatch):
    desk.grant("im:message:readonly")
    _, unknown = unknown_of_long_ago(desk, monkeypatch, chat_known=True)
    for message in desk.world.journal.messages.values():
        message.content = '{"elements": []}' if message.msg_type != "text" else message.content
    [still] = desk.do(read_back, [unknown], silent)
    assert (still.state, still.code) == (S.UNKNOWN, "send.not_told_apart")


def test_without_the_permission_to_read_it_stays_unknown(desk, monkeypatch):
    _, unknown = unknown_of_long_ago(desk, monkeypatch, chat_known=True)
    [still] = desk.do(read_back, [unknown], silent)
    assert (still.state, still.code) == (S.UNKNOWN, "feishu.99991672")


def test_what_is_not_noted_here_stays_unknown(desk, monkeypatch):
    with monkeypatch.context() as patch:
        lose(patch)
        [unknown] = desk.send([as_can(desk.people[4])])
    [still] = desk.do(read_back, [replace(unknown, uuid="another")], silent)
    assert (still.state, still.code) == (S.UNKNOWN, "send.not_noted")


# -- taken back ---------------------------------------------------------------------------


def test_what_was_sent_is_recalled_and_stays_so(desk):
    people = [as_can(p) for p in desk.people[:3]]
    sent = desk.send(people, batch="b1")
    messages = desk.world.journal.messages
    messages[sent[1].message_id].recalled = True
    messages[sent[2].message_id].create_time -= 30 * 3600 * 1000
    first, second, third = desk.do(recall, desk.do(last_sent), silent)
    assert (first.state, first.code) == (S.RECALLED, "ok")
    assert (second.state, second.code) == (S.RECALLED, "feishu.230110")
    assert (third.state, third.code) == (S.DELIVERED, "feishu.230009")
    assert messages[first.message_id].recalled
    assert [d.uuid for d in desk.do(last_sent)] == [third.uuid]
    again = desk.send(people, batch="b1")  # a batch that is done sends nothing more
    assert [d.state for d in again] == [S.RECALLED, S.RECALLED, S.DELIVERED]
    assert len(messages) == 3


# -- what it proves -----------------------------------------------------------------------


def proofs(desk):
    async def read(place, kit):
        return ledger.entries(place, kit)

    return [(e.check_id, e.what, e.good) for e in desk.do(read)]


def test_a_message_as_can_sends_it_proves_push(desk):
    desk.send([as_can(desk.people[2])])
    assert proofs(desk) == [
        ("capability.push", "ledger.delivered_as_can", True),
        ("person.delivered", "ledger.delivered", True),
    ]


def test_a_message_by_another_name_or_to_a_group_proves_less(desk):
    open_id = desk.world.app.open_ids.encode(desk.people[2].number)
    desk.send([Resolved(Recipient(K.OPEN_ID, open_id), "open_id", open_id)])
    assert proofs(desk) == [("person.delivered", "ledger.delivered", True)]
    chat = next(chat for chat in desk.world.chats.values() if chat.bot_in)
    desk.send([Resolved(Recipient(K.CHAT, chat.chat_id), "chat_id", chat.chat_id)])
    assert len(proofs(desk)) == 1


def test_a_refusal_is_a_try_that_failed_and_silence_is_nothing(desk, monkeypatch):
    stranger = Resolved(Recipient(K.CAN_ACCOUNT, "nobody"), "user_id", "nobody")
    desk.send([stranger])
    assert proofs(desk)[0] == ("capability.push", "ledger.delivered_as_can", False)
    lose(monkeypatch)
    desk.send([as_can(desk.people[2])])
    assert len(proofs(desk)) == 2


def test_the_journal_holds_no_address_of_a_person(desk):
    person = desk.people[6]
    [found], _ = desk.find(Recipient(K.EMAIL, person.email))
    desk.send([found])
    folder = desk.made.state / "state"
    held = b"".join(path.read_bytes() for path in folder.glob("journal*"))
    assert SETUP_ID.encode() in held
    assert person.email.encode() not in held

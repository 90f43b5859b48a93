"""Finds out who the recipients are, before anything is sent: fifty at once where that is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.recipient import Recipient, RecipientKind, Resolved, Unresolved
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.my_groups import groups_of
from feishu_wizard.operations.platform_view import NO_SCOPE
from feishu_wizard.operations.sending.gates import availability, departments
from feishu_wizard.operations.walk.people import as_walked, walked_people
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import FIND_LIMIT, User, find_ids, get_user, get_users

_ID_TYPE = {
    RecipientKind.CAN_ACCOUNT: "user_id",
    RecipientKind.USER_ID: "user_id",
    RecipientKind.OPEN_ID: "open_id",
    RecipientKind.UNION_ID: "union_id",
}
# Whoever is missing from a list is asked for alone, to learn why; so many times at most.
_ASKED_ALONE = 100

Told = Resolved | Unresolved
Found = tuple[tuple[Resolved, ...], tuple[Unresolved, ...]]


@dataclass(slots=True)
class _Search:
    """What became of each recipient. ``alone``: how many were asked for one by one."""

    client: FeishuClient
    report: Report
    total: int
    told: dict[Recipient, Told] = field(default_factory=dict)
    alone: int = 0
    unnamed: FeishuError | None = None

    def tell(self, recipient: Recipient, told: Told) -> None:
        """Keep what became of one recipient."""
        self.told[recipient] = told
        share = len(self.told) / self.total
        self.report(Progress("resolving", {"who": recipient.value}, share))


async def resolve_recipients(
    place: Workplace, kit: Kit, wanted: tuple[Recipient, ...], report: Report
) -> Found:
    """Look everyone up. Nobody is guessed: who is not found is told with the reason.

    Names and departments come from the last walk of the address book, where there is one, else
    from the platform. Who was named twice, in two ways, is found once: see ``Resolved.also``.
    ``Resolved.available`` is told where the app may know it.
    """
    client = await place.feishu(kit)
    search = _Search(client, report, len(wanted) or 1)
    await _find_people(place, kit, search, [w for w in wanted if w.kind in _ID_TYPE])
    await _find_addresses(search, [w for w in wanted if w.kind in _ADDRESSES])
    await _find_chats(search, [w for w in wanted if w.kind is RecipientKind.CHAT])
    results = [search.told[one] for one in dict.fromkeys(wanted)]
    people = _once(r for r in results if isinstance(r, Resolved))
    people = await departments(client, people)
    people = await availability(client, people)
    return people, tuple(r for r in results if isinstance(r, Unresolved))


_ADDRESSES = (RecipientKind.EMAIL, RecipientKind.MOBILE)


async def account_of(place: Workplace, kit: Kit, open_id: str) -> str:
    """The user_id of a person, by which CAN would address them; the open_id where it is hidden.

    Raises ``FeishuError`` when the person cannot be read at all.
    """
    client = await place.feishu(kit)
    try:
        answer = await get_user(client, open_id, "open_id")
    except FeishuError as error:
        if error.feishu_code != NO_SCOPE:
            raise
        return open_id
    gone = answer.value.status is not None and answer.value.status.is_resigned
    return (not gone and answer.value.user_id) or open_id


# -- people by an id -------------------------------------------------------------------


async def _find_people(
    place: Workplace, kit: Kit, search: _Search, wanted: Sequence[Recipient]
) -> None:
    ids = [one.value for one in wanted]
    walked = await asyncio.to_thread(walked_people, place, kit, ids)
    asked = []
    for one in wanted:
        if one.value in walked:
            person = Resolved(one, _ID_TYPE[one.kind], one.value)
            search.tell(one, as_walked(person, walked[one.value]))
        else:
            asked.append(one)
    for id_type in dict.fromkeys(_ID_TYPE.values()):
        for part in _parts([one for one in asked if _ID_TYPE[one.kind] == id_type]):
            await _ask_for_all(search, {one: one.value for one in part}, id_type)


async def _ask_for_all(search: _Search, wanted: dict[Recipient, str], id_type: str) -> None:
    """At most fifty people by ids of one kind; one by one where a list is not given."""
    if search.unnamed is not None:
        _tell_unnamed(search, wanted, id_type)
        return
    try:
        answer = await get_users(search.client, list(dict.fromkeys(wanted.values())), id_type)
    except FeishuError:  # of the list; what is said of each person is what counts
        for one, value in wanted.items():
            await _ask_alone(search, one, value, id_type)
        return
    users = {getattr(user, id_type): user for user in answer.value}
    for one, value in wanted.items():
        if value in users:
            search.tell(one, _told(one, id_type, value, users[value], answer.evidence))
        else:  # a list leaves out who is outside the range, and does not say so
            await _ask_alone(search, one, value, id_type)


async def _ask_alone(search: _Search, one: Recipient, value: str, id_type: str) -> None:
    if search.unnamed is not None:
        _tell_unnamed(search, {one: value}, id_type)
        return
    if search.alone >= _ASKED_ALONE:
        search.tell(one, Unresolved(one, "recipient_not_told", {"limit": str(_ASKED_ALONE)}))
        return
    search.alone += 1
    try:
        answer = await get_user(search.client, value, id_type)
    except FeishuError as error:
        if error.feishu_code == NO_SCOPE:
            search.unnamed = error
            _tell_unnamed(search, {one: value}, id_type)
        else:
            search.tell(one, Unresolved(one, error.code, dict(error.params), error.evidence))
        return
    search.tell(one, _told(one, id_type, value, answer.value, answer.evidence))


def _tell_unnamed(search: _Search, wanted: dict[Recipient, str], id_type: str) -> None:
    """Names need a permission that sending does not: go on without one, and show the id."""
    evidence = search.unnamed.evidence if search.unnamed else ()
    for one, value in wanted.items():
        search.tell(one, Resolved(one, id_type, value, evidence=evidence))


def _told(one: Recipient, id_type: str, value: str, user: User, evidence: Evidence) -> Told:
    if user.status is not None and user.status.is_resigned:
        return Unresolved(one, "recipient_resigned", {"name": user.name}, (evidence,))
    primary = next(iter(user.department_ids), "")
    person = Resolved(one, id_type, value, user.name, user.user_id, (evidence,))
    return replace(person, open_id=user.open_id, department=primary, department_named=not primary)


# -- people by an address -----------------------------------------------------------------


async def _find_addresses(search: _Search, wanted: Sequence[Recipient]) -> None:
    emails = [one for one in wanted if one.kind is RecipientKind.EMAIL]
    mobiles = [one for one in wanted if one.kind is RecipientKind.MOBILE]
    for begin in range(0, max(len(emails), len(mobiles)), FIND_LIMIT):
        part = slice(begin, begin + FIND_LIMIT)
        await _ask_for_addresses(search, emails[part], mobiles[part])


async def _ask_for_addresses(
    search: _Search, emails: Sequence[Recipient], mobiles: Sequence[Recipient]
) -> None:
    asked = (*emails, *mobiles)
    try:
        answer = await find_ids(
            search.client, [e.value for e in emails], [m.value for m in mobiles], "open_id"
        )
    except FeishuError as error:
        for one in asked:
            search.tell(one, Unresolved(one, error.code, dict(error.params), error.evidence))
        return
    ids = {row.query.casefold(): row.id for row in answer.value if row.id}
    for one in asked:
        if one.value.casefold() not in ids:
            kind = "email" if one.kind is RecipientKind.EMAIL else "mobile"
            search.tell(one, Unresolved(one, f"{kind}_unknown", {}, (answer.evidence,)))
    found = [one for one in asked if one.value.casefold() in ids]
    for part in _parts(found):
        await _ask_for_all(search, {one: ids[one.value.casefold()] for one in part}, "open_id")


# -- groups -----------------------------------------------------------------------------------


async def _find_chats(search: _Search, wanted: Sequence[Recipient]) -> None:
    """Groups by id or by name; all that the bot is in are read once."""
    if not wanted:
        return
    try:
        known = await groups_of(search.client)
    except FeishuError as error:
        for one in wanted:
            search.tell(one, Unresolved(one, error.code, dict(error.params), error.evidence))
        return
    evidence = known[0].evidence if known else ()
    for one in wanted:
        named = [g for g in known if one.value in (g.receive_id, g.name)]
        if len(named) == 1:
            search.tell(one, replace(named[0], recipient=one))
        elif named:
            count = {"count": str(len(named)), "name": one.value}
            search.tell(one, Unresolved(one, "chat_ambiguous", count, evidence))
        else:
            search.tell(one, Unresolved(one, "chat_unknown", {}, evidence))


# -- together ---------------------------------------------------------------------------------


def _once(people: Iterable[Resolved]) -> tuple[Resolved, ...]:
    """Each person once; named as CAN would, where that is among the ways they were named."""
    first: dict[str, Resolved] = {}
    for person in people:
        key = person.open_id or f"{person.receive_id_type}:{person.receive_id}"
        if key not in first:
            first[key] = person
            continue
        kept, other = first[key], person
        if other.recipient.as_can and not kept.recipient.as_can:
            kept, other = other, kept
        first[key] = replace(kept, also=(*kept.also, *other.also, other.recipient))
    return tuple(first.values())


def _parts(rows: Sequence[Recipient]) -> list[Sequence[Recipient]]:
    return [rows[begin : begin + FIND_LIMIT] for begin in range(0, len(rows), FIND_LIMIT)]

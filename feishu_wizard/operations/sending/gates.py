"""What is told of recipients before sending: their departments, and whether they may get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.recipient import RecipientKind, Resolved
from feishu_wizard.operations.platform_view import NO_SCOPE
from feishu_wizard.services.feishu.application import AVAILABILITY_LIMIT, in_availability
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.probes import first_department

# Names of departments cost a call each; people of further ones are shown with the id.
_DEPARTMENTS = 60

# By client, so by app and run: department id to name; "" for one whose name is not told.
_NAMES: WeakKeyDictionary[FeishuClient, dict[str, str]] = WeakKeyDictionary()


async def departments(client: FeishuClient, people: Sequence[Resolved]) -> tuple[Resolved, ...]:
    """The people with the names of their departments, as far as the app may know them."""
    names = _NAMES.setdefault(client, {})
    wanted = [p.department for p in people if p.department and not p.department_named]
    for place in [d for d in dict.fromkeys(wanted) if d not in names][:_DEPARTMENTS]:
        try:
            names[place] = (await first_department(client, place)).value.name
        except FeishuError as error:
            if error.feishu_code == NO_SCOPE:
                break  # the same for all of them
            names[place] = ""
    return tuple(_named(person, names) for person in people)


def _named(person: Resolved, names: dict[str, str]) -> Resolved:
    name = "" if person.department_named else names.get(person.department, "")
    return replace(person, department=name, department_named=True) if name else person


async def availability(client: FeishuClient, people: Sequence[Resolved]) -> tuple[Resolved, ...]:
    """The people with what the platform says of their availability: 230013 before it happens.

    None where it says nothing: without the permission, for groups, for ids it does not know.
    """
    told: dict[str, bool] = {}
    for id_type in ("open_id", "user_id", "union_id"):
        ids = [_id_of(p) for p in people if p.recipient.kind is not RecipientKind.CHAT]
        mine = [value for kind, value in dict.fromkeys(ids) if kind == id_type]
        for begin in range(0, len(mine), AVAILABILITY_LIMIT):
            part = mine[begin : begin + AVAILABILITY_LIMIT]
            try:
                answer = await in_availability(client, part, id_type)
            except FeishuError as error:
                if error.feishu_code == NO_SCOPE:
                    return tuple(people)
                continue
            told |= {row.user_id: row.available for row in answer.value}
    return tuple(replace(p, available=told.get(_id_of(p)[1])) for p in people)


def _id_of(person: Resolved) -> tuple[str, str]:
    """The open id before others: it needs no permission of its own."""
    if person.open_id:
        return "open_id", person.open_id
    return person.receive_id_type, person.receive_id

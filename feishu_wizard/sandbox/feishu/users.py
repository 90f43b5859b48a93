"""Users: one, several, by department, by address, and the contacts range (docs: contact-v3)."""

from __future__ import annotations

from collections.abc import Sequence

from feishu_wizard.sandbox.feishu.call import USER_ID_TYPES, Api, Call, list_field
from feishu_wizard.sandbox.feishu.paging import cut
from feishu_wizard.sandbox.feishu.person_body import CATCH_ALL, PersonWriter, status_body
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, field_error, ok
from feishu_wizard.sandbox.world.directory import Person

CONTACT_BASE = "contact:contact.base:readonly"
ANY_READ = (CONTACT_BASE, *CATCH_ALL)
LIST_READ = (CONTACT_BASE, "contact:department.organize:readonly", *CATCH_ALL)


def no_user_authority() -> PlatformError:
    """41050: the person is outside the contacts range."""
    return PlatformError(41050, "no user authority error", 403)


def no_department_authority() -> PlatformError:
    """40004: the department is outside the contacts range."""
    return PlatformError(40004, "no dept authority error", 403)


def find_person(call: Call, wire_id: str, id_type: str) -> Person:
    """The person behind an id; 99992351 unknown, 99992361 another app's, 99992360 user_id."""
    world = call.world
    number = world.person_number(wire_id, id_type, call.app)
    if number is not None:
        return world.directory.people[number]
    if id_type == "user_id":
        raise PlatformError(99992360, "the user_id does not exist in this tenant")
    if id_type == "union_id":
        raise PlatformError(99992381, "the union_id belongs to another tenant")
    if world.owner_of_open_id(wire_id) is not None:
        raise PlatformError(99992361, "open_id cross app")
    raise PlatformError(99992351, "the open_id does not exist")


def in_range(call: Call, person: Person) -> bool:
    """Tell whether the caller's contacts range covers a person."""
    return call.app.contacts_range.has_person(call.world.directory, person.number)


async def get_user(call: Call) -> Json:
    """``users/:user_id``."""
    writer, id_type = PersonWriter(call), call.user_id_type()
    wire_id = call.path("user_id")
    if len(wire_id) > 64:
        raise PlatformError(41012, "user id invalid error")
    person = find_person(call, wire_id, id_type)
    if not in_range(call, person):
        raise no_user_authority()
    return ok({"user": writer.write(person)})


async def get_users(call: Call) -> Json:
    """``users/batch``: people outside the range are silently missing."""
    writer, id_type = PersonWriter(call), call.user_id_type()
    wanted = call.request.query_params.getlist("user_ids")
    if not 1 <= len(wanted) <= 50:
        raise field_error("user_ids", "the length must be between 1 and 50", str(len(wanted)))
    found: list[Json] = []
    for wire_id in wanted:
        number = call.world.person_number(wire_id, id_type, call.app)
        person = None if number is None else call.world.directory.people[number]
        if person is not None and in_range(call, person):
            found.append(writer.write(person))
    return ok({"items": found})


async def by_department(call: Call) -> Json:
    """``users/find_by_department``: direct members; the root needs the range ``all``."""
    writer = PersonWriter(call)
    wire_id = call.query("department_id")
    if not wire_id:
        raise field_error("department_id", "department_id is required")
    book = call.world.directory
    number = book.department_number(wire_id, call.department_id_type())
    if number is None or not call.app.contacts_range.has_department(book, number):
        raise no_department_authority()
    _check_readable(call, number)
    return ok(_people_page(call, writer, book.members(number)))


def _check_readable(call: Call, number: int) -> None:
    """Some directories cannot be read to the end, whoever asks."""
    shape = call.world.directory.shape
    if number in shape.refused:
        raise no_department_authority()
    if number in shape.stuck and call.query("page_token"):
        raise PlatformError(40003, "internal error", 500)


async def list_users(call: Call) -> Json:
    """The historic ``users``: without a department the stand-alone people of the range."""
    if call.query("department_id"):
        return await by_department(call)
    allowed = call.app.contacts_range
    alone = call.world.directory.root_members if allowed.kind == "all" else sorted(allowed.users)
    return ok(_people_page(call, PersonWriter(call), alone))


def _people_page(call: Call, writer: PersonWriter, numbers: Sequence[int]) -> Json:
    part, more, token = cut(call, numbers, default=10, limit=50, contacts=True)
    people = call.world.directory.people
    body: Json = {"has_more": more, "items": [writer.write(people[n]) for n in part]}
    if more:
        body["page_token"] = token
    return body


async def find_ids(call: Call) -> Json:
    """``users/batch_get_id``: an unknown address gives an entry without ``user_id``."""
    body, id_type = await call.json(), call.choice("user_id_type", USER_ID_TYPES)
    emails, mobiles = list_field(body, "emails", 50), list_field(body, "mobiles", 50)
    if not emails and not mobiles:
        raise field_error("emails", "emails or mobiles is required")
    PersonWriter(call)  # refuses user_id without its permission
    with_resigned = body.get("include_resigned") is True
    book = call.world.directory
    found = [
        _found(call, "email", e, book.by_email.get(e.lower()), id_type, with_resigned)
        for e in emails
    ]
    found += [
        _found(call, "mobile", m, book.find_mobile(m), id_type, with_resigned) for m in mobiles
    ]
    return ok({"user_list": found})


def _found(
    call: Call, kind: str, address: str, number: int | None, id_type: str, with_resigned: bool
) -> Json:
    entry: Json = {kind: address}
    if number is None:
        return entry
    person = call.world.directory.people[number]
    if person.resigned and not with_resigned:
        return entry
    entry["user_id"] = call.world.person_id(number, id_type, call.app)
    if with_resigned:
        entry["status"] = status_body(person)
    return entry


async def visible(call: Call) -> Json:
    """``contact/v3/scopes``: the contacts range, users before departments, in one paged row."""
    writer, book, allowed = PersonWriter(call), call.world.directory, call.app.contacts_range
    everyone = allowed.kind == "all"
    users = list(book.root_members) if everyone else sorted(allowed.users)
    places = list(book.top) if everyone else sorted(allowed.departments)
    row = [("u", n) for n in users] + [("d", n) for n in places]
    part, more, token = cut(call, row, default=50, limit=100, contacts=True)
    id_type = call.department_id_type()
    body: Json = {
        "department_ids": [book.department_id(n, id_type) for kind, n in part if kind == "d"],
        "user_ids": [writer.wire_id(n) for kind, n in part if kind == "u"],
        "group_ids": [],
        "has_more": more,
    }
    if more:
        body["page_token"] = token
    return ok(body)


async def basic_batch(call: Call) -> Json:
    """``users/basic_batch``: names of at most ten people, whatever the range."""
    body, id_type = await call.json(), call.user_id_type()
    wanted = list_field(body, "user_ids", 10)
    people: list[Json] = []
    for wire_id in wanted:
        number = call.world.person_number(wire_id, id_type, call.app)
        if number is not None:
            person = call.world.directory.people[number]
            people.append({"user_id": wire_id, "name": person.name, "i18n_name": {}})
    return ok({"users": people})


APIS = (
    Api("GET", "/contact/v3/scopes", visible, ANY_READ),
    Api("GET", "/contact/v3/users", list_users, LIST_READ),
    Api("GET", "/contact/v3/users/batch", get_users, (CONTACT_BASE,)),
    Api("GET", "/contact/v3/users/find_by_department", by_department, LIST_READ),
    Api("GET", "/contact/v3/users/{user_id}", get_user, ANY_READ, ("tenant", "user")),
    Api("POST", "/contact/v3/users/batch_get_id", find_ids, ("contact:user.id:readonly",)),
    Api(
        "POST",
        "/contact/v3/users/basic_batch",
        basic_batch,
        ("contact:user.basic_profile:readonly",),
        tier=6,
    ),
)

"""Departments (official docs: contact-v3/department)."""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.paging import cut
from feishu_wizard.sandbox.feishu.person_body import department_body
from feishu_wizard.sandbox.feishu.replies import Json, ok
from feishu_wizard.sandbox.feishu.users import ANY_READ, LIST_READ, no_department_authority
from feishu_wizard.sandbox.world.directory import ROOT

# The official SDK for Python writes a truth as Python does; what a Go server reads as one is
# assumed of the platform.
TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})


def _asked(call: Call) -> int:
    book = call.world.directory
    number = book.department_number(call.path("department_id"), call.department_id_type())
    if number is None or not call.app.contacts_range.has_department(book, number):
        raise no_department_authority()
    return number


async def children(call: Call) -> Json:
    """``departments/:id/children``: 10 a page, at most 50; ``0`` needs the range ``all``."""
    number = _asked(call)
    book = call.world.directory
    deep = call.query("fetch_child") in TRUE
    below = book.descendants(number) if deep else book.children(number)
    part, more, token = cut(call, below, default=10, limit=50, contacts=True)
    body: Json = {
        "has_more": more,
        "items": [department_body(call, book.departments[n]) for n in part],
    }
    if more:
        body["page_token"] = token
    return ok(body)


async def get_department(call: Call) -> Json:
    """``departments/:id``; the root has only its id and the number of people, each once.

    Whether the platform counts somebody in two departments twice is not documented.
    """
    number = _asked(call)
    book = call.world.directory
    if number == ROOT:
        total = book.headcount
        root = {"open_department_id": "0", "name": call.world.tenant.name, "member_count": total}
        return ok({"department": root})
    return ok({"department": department_body(call, book.departments[number])})


APIS = (
    Api("GET", "/contact/v3/departments/{department_id}/children", children, LIST_READ),
    Api("GET", "/contact/v3/departments/{department_id}", get_department, ANY_READ),
)

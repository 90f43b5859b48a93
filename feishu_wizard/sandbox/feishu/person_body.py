"""A user and a department as one caller may see them: missing permissions drop fields silently.

Official docs: contact-v3, field permissions. ``open_id``, ``union_id`` and the picture always come.
"""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.call import Call
from feishu_wizard.sandbox.feishu.replies import Json, scope_error
from feishu_wizard.sandbox.world.directory import OWNER, Department, Person

CATCH_ALL = (
    "contact:contact:readonly_as_app",
    "contact:contact:access_as_app",
    "contact:contact:readonly",
)
EMPLOYEE_ID = "contact:user.employee_id:readonly"
PHONE = "contact:user.phone:readonly"
EMAIL = "contact:user.email:readonly"
BASE = ("contact:user.base:readonly", *CATCH_ALL)
PLACE = ("contact:user.department:readonly", *CATCH_ALL)
EMPLOYEE = ("contact:user.employee:readonly", *CATCH_ALL)
NUMBER = ("contact:user.employee_number:read", *EMPLOYEE)
DEPARTMENT_BASE = ("contact:department.base:readonly", *CATCH_ALL)
DEPARTMENT_TREE = ("contact:department.organize:readonly", *CATCH_ALL)
JOINED = 1_700_000_000


class PersonWriter:
    """Writes users for one call; permissions are looked up once, not for every person."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._id_type = call.user_id_type()
        self._place_type = call.department_id_type()
        if self._id_type == "user_id" and not call.can(EMPLOYEE_ID):
            console = call.world.origins.feishu
            raise scope_error(call.app.app_id, [EMPLOYEE_ID], console, call.identity)
        self._user_id = call.can(EMPLOYEE_ID)
        self._phone, self._email = call.can(PHONE), call.can(EMAIL)
        self._base, self._place = call.can(*BASE), call.can(*PLACE)
        self._employee, self._number = call.can(*EMPLOYEE), call.can(*NUMBER)
        self._picture = f"{call.world.origins.feishu}/static/avatar.svg"

    def wire_id(self, number: int) -> str:
        """The id of a person in the type the caller asked for."""
        return self._call.world.person_id(number, self._id_type, self._call.app)

    def write(self, person: Person) -> Json:
        """One user."""
        world, app = self._call.world, self._call.app
        body: Json = {
            "open_id": app.open_ids.encode(person.number),
            "union_id": world.union_ids.encode(person.number),
        }
        if self._user_id:
            body["user_id"] = person.user_id
        if self._base:
            body.update(
                name=person.name,
                en_name=person.en_name,
                nickname="",
                avatar={"avatar_72": self._picture, "avatar_origin": self._picture},
            )
        if self._phone:
            body.update(mobile=person.mobile, mobile_visible=True)
        if self._email:
            body["email"] = person.email
        if self._place:
            self._add_places(body, person)
        if self._employee:
            self._add_employment(body, person)
        if self._number:
            body["employee_no"] = person.employee_no
        return body

    def _add_places(self, body: Json, person: Person) -> None:
        book = self._call.world.directory
        places = [book.department_id(n, self._place_type) for n in person.departments]
        body["department_ids"] = places
        body["leader_user_id"] = "" if person.number == OWNER else self.wire_id(OWNER)
        body["orders"] = [
            {
                "department_id": place,
                "user_order": 0,
                "department_order": 1,
                "is_primary_dept": not i,
            }
            for i, place in enumerate(places)
        ]

    def _add_employment(self, body: Json, person: Person) -> None:
        body.update(
            status=status_body(person),
            job_title=person.job_title,
            join_time=JOINED + person.number % 1000 * 86400,
            enterprise_email=person.enterprise_email,
            is_tenant_manager=person.number == OWNER,
            employee_type=1,
        )


def status_body(person: Person) -> Json:
    """The five status flags."""
    return {
        "is_frozen": person.frozen,
        "is_resigned": person.resigned,
        "is_activated": person.activated and not person.resigned,
        "is_exited": False,
        "is_unjoin": not person.activated,
    }


def department_body(call: Call, department: Department) -> Json:
    """One department."""
    book = call.world.directory
    body: Json = {"open_department_id": department.open_department_id}
    if call.can(*DEPARTMENT_BASE):
        body.update(
            name=department.name,
            department_id=department.department_id,
            status={"is_deleted": False},
        )
    if call.can(*DEPARTMENT_TREE):
        body.update(
            parent_department_id=book.department_id(department.parent, call.department_id_type()),
            leader_user_id="",
            member_count=department.total,
            primary_member_count=len(department.members),
            order=str(department.order * 1000),
        )
    return body

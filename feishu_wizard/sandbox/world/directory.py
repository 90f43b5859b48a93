"""The people and departments of the practice tenant: the same for the same numbers, every time.

Everything a request needs is found by index or dictionary, so that 100,000 people cost no more
per request than 60.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from feishu_wizard.sandbox.world.identifiers import NumberCodec, short_user_id
from feishu_wizard.sandbox.world.names import JOB_TITLES, department_name, person_name

ROOT = -1
"""Number of the root department, whose id on the wire is ``0``."""
TOP_LEVEL = 6
ROOT_PEOPLE = 4
COMPLETE_PEOPLE = 12
"""The first people lack nothing, so that a small sample of a healthy tenant looks healthy."""

OWNER, OUTSIDE, RESIGNED = 0, 1, 7


@dataclass(slots=True)
class Person:
    """One member; ``departments`` holds numbers, the first is the primary one."""

    number: int
    user_id: str
    name: str
    en_name: str
    email: str
    mobile: str
    employee_no: str
    job_title: str
    departments: tuple[int, ...]
    enterprise_email: str
    frozen: bool = False
    activated: bool = True
    resigned: bool = False


@dataclass(slots=True)
class Department:
    """One department; ``members`` are its direct ones, ``total`` counts everyone below it too."""

    number: int
    name: str
    parent: int
    department_id: str
    open_department_id: str
    order: int
    members: list[int] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    total: int = 0


def usual_parent(number: int) -> int:
    """Some departments hang under the root, each of the others under one of eight."""
    return ROOT if number < TOP_LEVEL else (number - TOP_LEVEL) // 8


@dataclass(frozen=True)
class Shape:
    """How a directory differs from the usual one.

    ``change`` is given every person and the number of departments. ``people`` and ``departments``:
    at least so many. ``refused``: departments whose members nobody may list although they are
    seen; ``stuck``: departments of whose members only the first page ever comes.
    """

    parent: Callable[[int], int] = usual_parent
    change: Callable[[Person, int], None] | None = None
    people: int = 0
    departments: int = 0
    refused: frozenset[int] = frozenset()
    stuck: frozenset[int] = frozenset()


USUAL = Shape()


class Directory:
    """The tenant's contacts."""

    def __init__(self, users: int, departments: int, tenant_key: str, shape: Shape = USUAL) -> None:
        self.shape = shape
        self._department_codec = NumberCodec("od-", f"department/{tenant_key}")
        self.top: list[int] = []
        self.root_members: list[int] = []
        self.departments: list[Department] = []
        self._by_department_id: dict[str, int] = {}
        for number in range(max(departments, shape.departments)):
            self._add_department(number)
        self.people: list[Person] = []
        self.by_user_id: dict[str, int] = {}
        self.by_email: dict[str, int] = {}
        self.by_mobile: dict[str, int] = {}
        for number in range(max(users, shape.people)):
            self._add_person(number)
        self._count_totals()

    def _add_department(self, number: int) -> None:
        parent = self.shape.parent(number)
        siblings = self.top if parent == ROOT else self.departments[parent].children
        siblings.append(number)
        self.departments.append(
            Department(
                number=number,
                name=department_name(number, TOP_LEVEL),
                parent=parent,
                department_id=short_user_id(number + 2**31),
                open_department_id=self._department_codec.encode(number),
                order=len(siblings),
            )
        )
        self._by_department_id[self.departments[-1].department_id] = number

    def _add_person(self, number: int) -> None:
        person = make_person(number, len(self.departments), self.by_email)
        if self.shape.change is not None:
            self.shape.change(person, len(self.departments))
        self.people.append(person)
        self.by_user_id[person.user_id] = number
        if person.email:
            self.by_email[person.email] = number
        if person.mobile:
            self.by_mobile[person.mobile] = number
        if person.resigned:
            return
        for department in person.departments:
            members = (
                self.root_members if department == ROOT else self.departments[department].members
            )
            members.append(number)

    def _count_totals(self) -> None:
        # A person in two departments of one branch counts twice: good enough for a progress bar.
        for department in reversed(self.departments):
            department.total += len(department.members)
            if department.parent != ROOT:
                self.departments[department.parent].total += department.total

    @property
    def headcount(self) -> int:
        """Members of the company, each once."""
        return sum(not person.resigned for person in self.people)

    def department_number(self, wire_id: str, id_type: str) -> int | None:
        """The number behind ``open_department_id`` or ``department_id``; ``0`` is the root."""
        if wire_id == "0":
            return ROOT
        if id_type == "department_id":
            return self._by_department_id.get(wire_id)
        number = self._department_codec.decode(wire_id)
        return number if number is not None and number < len(self.departments) else None

    def department_id(self, number: int, id_type: str) -> str:
        """The id of a department on the wire."""
        if number == ROOT:
            return "0"
        department = self.departments[number]
        by_type = {"department_id": department.department_id}
        return by_type.get(id_type, department.open_department_id)

    def members(self, number: int) -> Sequence[int]:
        """Numbers of the people directly in a department."""
        return self.root_members if number == ROOT else self.departments[number].members

    def children(self, number: int) -> Sequence[int]:
        """Numbers of the departments directly below one."""
        return self.top if number == ROOT else self.departments[number].children

    def descendants(self, number: int) -> Sequence[int]:
        """Numbers of all departments below one."""
        if number == ROOT:
            return range(len(self.departments))
        found: list[int] = list(self.departments[number].children)
        for child in found:
            found.extend(self.departments[child].children)
        return found

    def lineage(self, number: int) -> Iterator[int]:
        """A department and those above it, without the root."""
        while number != ROOT:
            yield number
            number = self.departments[number].parent

    def find_mobile(self, text: str) -> int | None:
        """A person by mobile; mainland numbers may lack ``+86``, others need their code."""
        digits = text.replace(" ", "").replace("-", "")
        return self.by_mobile.get(digits if digits.startswith("+") else f"+86{digits}")


def make_person(number: int, departments: int, taken: dict[str, int]) -> Person:
    """The same person for the same number; some lack an address, some have a foreign mobile."""
    name, en_name, local = person_name(number)
    if f"{local}@example.com" in taken:
        local = f"{local}{number}"
    complete = number < COMPLETE_PEOPLE
    places: tuple[int, ...] = (ROOT,) if number < ROOT_PEOPLE else (number % departments,)
    if not complete and number % 29 == 0:
        places += ((number + 1) % departments,)
    return Person(
        number=number,
        user_id=short_user_id(number),
        name=name,
        en_name=en_name,
        email="" if not complete and number % 17 == 0 else f"{local}@example.com",
        mobile=_mobile(number, complete),
        employee_no=f"E{number:06d}",
        job_title=JOB_TITLES[number % len(JOB_TITLES)],
        departments=places,
        enterprise_email=f"{local}@corp.example.com" if number % 5 == 0 else "",
        frozen=number == 13,
        activated=complete or number % 31 != 0,
        resigned=number == RESIGNED,
    )


def _mobile(number: int, complete: bool) -> str:
    """Mobiles nobody can have: 100 is no mobile prefix in China, 7700 900xxx is kept for drama."""
    if not complete and number % 23 == 0 and number < 23_000:
        return f"+447700900{number // 23:03d}"
    if not complete and number % 19 == 0:
        return ""
    return f"+86100{number:08d}"

"""People and departments of an address book, as an app may see them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonState(StrEnum):
    """What the platform's five status flags come to. ``UNKNOWN``: no status was given at all."""

    ACTIVE = "active"
    NOT_ACTIVATED = "not_activated"
    FROZEN = "frozen"
    RESIGNED = "resigned"
    EXITED = "exited"
    UNKNOWN = "unknown"


class Column(StrEnum):
    """A field of a person: rows of the field table, columns of the people table."""

    NAME = "name"
    USER_ID = "user_id"
    MOBILE = "mobile"
    EMAIL = "email"
    ENTERPRISE_EMAIL = "enterprise_email"
    DEPARTMENT = "department"
    STATE = "state"


# By which of them a product may recognise its account in a Feishu person.
MATCH_KEYS = (Column.USER_ID, Column.EMAIL, Column.ENTERPRISE_EMAIL, Column.MOBILE)


@dataclass(frozen=True, slots=True)
class Person:
    """One person. "" is a field that is blank, hidden or was not given: ``present`` tells which.

    ``departments``: open_department_ids, the first is the primary one. ``present``: the names of
    the wire fields that came, blank or not; a field without permission is absent.
    """

    open_id: str
    user_id: str = ""
    union_id: str = ""
    name: str = ""
    mobile: str = ""
    email: str = ""
    enterprise_email: str = ""
    departments: tuple[str, ...] = ()
    state: PersonState = PersonState.UNKNOWN
    present: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Department:
    """One department. ``members``: people below it as the platform counts them; None: not told."""

    id: str
    name: str = ""
    parent: str = ""
    members: int | None = None


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """A page of the people table.

    ``search``: part of a name, an id, an address or a number, any case. ``only``: "" for
    everybody, or one of the names in ``GROUPS``. ``limit``: rows.
    """

    search: str = ""
    sort: Column = Column.NAME
    descending: bool = False
    only: str = ""
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the table: ``department`` is the name of the primary one, or its id."""

    person: Person
    department: str = ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Rows of one page. ``total``: how many the query finds altogether."""

    rows: tuple[PersonRow, ...]
    total: int

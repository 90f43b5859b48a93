"""People and departments as the journal of a walk keeps them, from what the platform listed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from feishu_wizard.domain.directory import PersonState
from feishu_wizard.domain.person_traits import is_foreign_mobile, is_odd_name
from feishu_wizard.services.feishu.address_book import (
    DepartmentRow,
    UserRow,
    UserStatus,
    departments_of,
)
from feishu_wizard.services.storage.rehearsal.journals import PRESENT, Row

_BIT = {name: 1 << bit for bit, name in enumerate(PRESENT)}
_USER_ID, _UNION_ID, _NAME, _MOBILE = (_BIT[n] for n in ("user_id", "union_id", "name", "mobile"))
_EMAIL, _ENTERPRISE_EMAIL = _BIT["email"], _BIT["enterprise_email"]
_DEPARTMENTS, _STATUS = _BIT["department_ids"], _BIT["status"]
_LARGEST = 2**53


def person_rows(rows: Sequence[UserRow]) -> list[Row]:
    """Rows of the table ``people``, for those who have an id at all."""
    return [_person_row(row) for row in rows if row.open_id]


def department_rows(rows: Sequence[DepartmentRow]) -> list[Row]:
    """Rows of the table ``departments``."""
    return [
        (
            row.open_department_id,
            row.name or "",
            row.parent_department_id or "",
            _count(row.member_count),
        )
        for row in rows
        if row.open_department_id
    ]


def _count(number: int | None) -> int | None:
    return number if number is not None and 0 <= number < _LARGEST else None


def _person_row(row: UserRow) -> Row:  # noqa: PLR0912 - one look at each of its fields
    """One person. This runs for everybody: it looks at each field once and makes no object."""
    present = 0
    if isinstance(user_id := row.user_id, str):
        present |= _USER_ID
    else:
        user_id = ""
    if isinstance(union_id := row.union_id, str):
        present |= _UNION_ID
    else:
        union_id = ""
    if isinstance(name := row.name, str):
        present |= _NAME
    else:
        name = ""
    if isinstance(mobile := row.mobile, str):
        present |= _MOBILE
    else:
        mobile = ""
    if isinstance(email := row.email, str):
        present |= _EMAIL
    else:
        email = ""
    if isinstance(enterprise_email := row.enterprise_email, str):
        present |= _ENTERPRISE_EMAIL
    else:
        enterprise_email = ""
    places = departments_of(row)
    if isinstance(row.department_ids, list):
        present |= _DEPARTMENTS
    if isinstance(status := row.status, UserStatus):
        present |= _STATUS
        state = _state(status)
    else:
        state = _UNKNOWN
    return (
        row.open_id,
        user_id,
        union_id,
        name,
        mobile,
        email,
        enterprise_email,
        state,
        msgspec.json.encode(places).decode() if places else "[]",
        places[0] if places else "",
        present,
        f"{name}\n{user_id}\n{mobile}\n{email}\n{enterprise_email}".lower().replace("\0", " "),
        mobile != "" and is_foreign_mobile(mobile),
        present & _NAME != 0 and is_odd_name(name),
    )


_ACTIVE, _UNKNOWN = PersonState.ACTIVE.value, PersonState.UNKNOWN.value


def _state(status: UserStatus) -> str:
    """What the five flags come to: the gravest one that is set."""
    if status.is_resigned:
        return PersonState.RESIGNED.value
    if status.is_exited:
        return PersonState.EXITED.value
    if status.is_frozen:
        return PersonState.FROZEN.value
    if status.is_unjoin or status.is_activated is False:
        return PersonState.NOT_ACTIVATED.value
    return _ACTIVE if status.is_activated else _UNKNOWN

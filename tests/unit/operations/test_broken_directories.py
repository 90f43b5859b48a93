"""Directories that have broken other products: walked, pictured, and told as they are.

The numbers are compared with the sandbox's own directory, not with its answers.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.walk import SyncPicture
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.picture_sync import picture
from feishu_wizard.operations.rehearse_sync import rehearse_sync
from feishu_wizard.sandbox.options import DIRECTORIES
from feishu_wizard.sandbox.world import shapes
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.directory import ROOT, Directory, Person
from tests.in_process import InProcess

# Shape -> what has to be told, how weighty, with which of its values.
TOLD: dict[str, dict[str, tuple[str, str, dict[str, str]]]] = {
    "no-mobile": {"sync.mobile": ("sync.mobile_hidden", "warn", {"people": "59"})},
    "no-user-id": {"sync.user_id": ("sync.user_id_hidden", "fail", {"people": "59"})},
    "no-status": {"sync.state": ("sync.state_hidden", "warn", {"people": "59"})},
    "one-department": {"sync.range": ("sync.range_one_department", "warn", {"departments": "1"})},
    "only-direct-users": {"sync.range": ("sync.range_users_only", "warn", {"users": "11"})},
    "fifty-one": {"sync.pages": ("sync.pages", "pass", {"count": "1", "longest": "51"})},
    "nested-twelve": {"sync.depth": ("sync.deep", "warn", {"depth": "12"})},
    "duplicates": {
        "sync.duplicate_email": (
            "sync.duplicate_email",
            "warn",
            {"count": "1", "example": "same.address@example.com", "times": "2"},
        ),
        "sync.duplicate_mobile": (
            "sync.duplicate_mobile",
            "warn",
            {"count": "1", "example": "+8610000000027", "times": "2"},
        ),
        "sync.crossed_mail": (
            "sync.crossed_mail",
            "warn",
            {"count": "1", "example": "shared@corp.example.com"},
        ),
    },
    "half-read": {"sync.refused": ("sync.refused", "fail", {})},
    "empty": {"sync.complete": ("sync.empty", "fail", {})},
    "foreign-mobiles": {
        "sync.foreign_mobile": ("sync.foreign_mobile", "warn", {"count": "20"}),
        "sync.mobile_prefix": ("sync.mobile_prefix", "pass", {"count": "39"}),
    },
    "enterprise-mail-only": {
        "sync.email": ("sync.email_enterprise_only", "warn", {"enterprise": "59"})
    },
    "odd-names": {"sync.odd_name": ("sync.odd_name", "warn", {"count": "11"})},
}
# So small that nobody has a foreign mobile; the twelve are no matter of size.
HEALTHY = {"users": 20, "departments": 4}
_WIRE = {
    "name": "contact:user.base:readonly",
    "user_id": "contact:user.employee_id:readonly",
    "mobile": "contact:user.phone:readonly",
    "email": "contact:user.email:readonly",
    "enterprise_email": "contact:user.employee:readonly",
    "department": "contact:user.department:readonly",
    "state": "contact:user.employee:readonly",
}


def walked(tmp_path: Any, **options: Any) -> tuple[SyncPicture, InProcess]:
    """Walk a sandbox of its own, and what the picture of it is."""
    made = InProcess.made(tmp_path, **options)

    async def work() -> SyncPicture:
        async with made.place() as place:
            await rehearse_sync(place, made.kit, silent)
            return await picture(place, made.kit)

    try:
        return made.run(work())[0], made
    finally:
        made.close()


def seen_by(app: App, book: Directory) -> list[Person]:
    """Everybody whom an app gets to see, by the directory itself."""
    allowed = app.contacts_range
    places = [n for n in range(len(book.departments)) if allowed.has_department(book, n)]
    if allowed.kind == "all":
        places.append(ROOT)
    numbers = set(allowed.users)
    for place in places:
        if place in book.shape.refused:
            continue
        members = book.members(place)
        numbers.update(members[:50] if place in book.shape.stuck else members)
    return [book.people[n] for n in sorted(numbers)]


def filled(person: Person) -> dict[str, bool]:
    """Which columns of a person hold something."""
    return {
        "name": bool(person.name.strip()),
        "user_id": bool(person.user_id),
        "mobile": bool(person.mobile),
        "email": bool(person.email),
        "enterprise_email": bool(person.enterprise_email),
        "department": bool(person.departments),
        "state": True,
    }


def state_of(person: Person) -> str:
    """Frozen weighs more than not activated; nobody of the resigned is listed."""
    if person.frozen:
        return "frozen"
    return "active" if person.activated else "not_activated"


def by_code(seen: SyncPicture) -> dict[str, str]:
    return {one.code: one.status.value for one in seen.findings}


def test_all_of_them_are_here():
    assert set(TOLD) == set(DIRECTORIES)


@pytest.mark.parametrize("name", TOLD)
def test_each_gives_its_finding(tmp_path, name):
    seen, _made = walked(tmp_path, directory=name)
    for check, (code, status, params) in TOLD[name].items():
        found = [one for one in seen.findings if one.id == check and one.code == code]
        assert len(found) == 1, by_code(seen)
        assert found[0].status.value == status
        assert dict(found[0].params).items() >= params.items()


@pytest.mark.parametrize("name", ["", *TOLD])
def test_the_field_table_is_that_of_the_directory(tmp_path, name):
    seen, made = walked(tmp_path, directory=name)
    app, book = made.apps.world.app, made.apps.world.directory
    people = seen_by(app, book)
    assert seen.summary.people == len(people)
    assert [row.people for row in seen.fields] == [len(people)] * 7
    for row in seen.fields:
        granted = app.has_scope(_WIRE[row.column])
        wanted = sum(filled(one)[row.column] for one in people) if granted else 0
        assert (row.column, row.present) == (row.column, len(people) if granted else 0)
        assert (row.column, row.filled) == (row.column, wanted)
        assert bool(row.reveals) == (not granted and bool(people))
    if app.has_scope(_WIRE["state"]):
        assert seen.states == Counter(map(state_of, people))
    else:
        assert seen.states == {"unknown": len(people)}


@pytest.mark.parametrize("name", ["", *TOLD])
def test_the_keys_are_those_of_the_directory(tmp_path, name):
    seen, made = walked(tmp_path, directory=name)
    app = made.apps.world.app
    people = seen_by(app, made.apps.world.directory)
    for key in seen.keys:
        granted = app.has_scope(_WIRE[key.column])
        values = [getattr(one, key.column) for one in people if granted]
        times = Counter(value.lower() for value in values if value)
        several = {value: n for value, n in times.items() if n > 1}
        assert key.blank == len(people) - times.total()
        assert key.duplicates == len(several)
        assert dict(key.examples) == several


@pytest.mark.parametrize("name", TOLD)
def test_only_what_was_read_to_the_end_is_called_complete(tmp_path, name):
    seen, _made = walked(tmp_path, directory=name)
    assert seen.summary.complete is (name != "half-read")
    assert (by_code(seen).get("sync.complete") == "pass") is (name not in ("half-read", "empty"))


def test_half_read_says_which_part_is_missing(tmp_path):
    seen, made = walked(tmp_path, directory="half-read")
    book = made.apps.world.directory
    one = seen.findings[0]
    assert one.code == "sync.refused"
    names = {book.departments[n].name for n in (shapes.REFUSED, shapes.STUCK)}
    assert one.params["department"] in names
    assert one.params["count"] == str(len(seen.summary.refused)) == "2"
    codes = {each.code.removeprefix("feishu.") for each in seen.summary.refused}
    assert codes == {"40004", "40003"}
    assert one.evidence[-1].log_id


def test_the_healthy_directory_gives_none_of_them(tmp_path):
    seen, _made = walked(tmp_path, **HEALTHY)
    broken = {
        code for marks in TOLD.values() for code, status, _ in marks.values() if status != "pass"
    }
    assert not broken & set(by_code(seen))
    assert "sync.pages" not in by_code(seen)
    assert not [one for one in seen.findings if one.status.value == "fail"]
    assert by_code(seen)["sync.range_all"] == "pass"


@pytest.mark.parametrize("name", ["fifty-one", "duplicates", "foreign-mobiles"])
def test_the_same_in_a_larger_company(tmp_path, name):
    seen, made = walked(tmp_path, directory=name, users=2_000, departments=60)
    people = seen_by(made.apps.world.app, made.apps.world.directory)
    assert seen.summary.people == len(people) == 1_999
    for code, status, _params in TOLD[name].values():
        assert by_code(seen)[code] == status
    assert "sync.fewer" not in by_code(seen)


@pytest.mark.parametrize("name", ["half-read", "no-status"])
def test_the_same_over_real_http(sandbox, perform, name):
    started = sandbox("--directory", name)

    async def work(place: Workplace) -> SyncPicture:
        kit = await load_setup(place, str(started.setup))
        await rehearse_sync(place, kit, silent)
        return await picture(place, kit)

    seen = perform(work)
    for code, status, _params in TOLD[name].values():
        assert by_code(seen)[code] == status

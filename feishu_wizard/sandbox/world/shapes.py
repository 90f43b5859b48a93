"""Directories that have broken other products.

What a tenant itself can be like is in its people and departments; what an app may see of it is in
the practice app's permissions and contacts range. A field is absent only for lack of permission
(docs: contact-v3, field permissions), so "no mobile" and its like take the permission away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from feishu_wizard.sandbox.world.app import App, Features
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.directory import (
    COMPLETE_PEOPLE,
    RESIGNED,
    ROOT,
    ROOT_PEOPLE,
    USUAL,
    Directory,
    Person,
    Shape,
    usual_parent,
)

DIRECT_PEOPLE: Final = 12
FULL_PAGE: Final = 50
DEEP: Final = 12
REFUSED, STUCK = 1, 0
_FOREIGN = 1000
ODD_NAMES: Final = (
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A0",
    "+1234",
    "-2+3",
    "@SUM(A1)",
    "\x1b[31m红色\x1b[0m",
    "\u202egnp.exe",
    "\u2066林\u2069晓晴",
    "周\u200b牧",
    " ",
    "沈" * 65,
)


@dataclass(frozen=True)
class Variant:
    """A directory and how the practice app meets it; ``without``: permissions it lacks."""

    shape: Shape = USUAL
    without: tuple[str, ...] = ()
    sees: Callable[[Directory], Audience] | None = None

    def fit(self, app: App, book: Directory) -> Callable[[], None]:
        """Take from a released app what it lacks; the answer gives it back."""
        gone = [key for key in app.scopes if key[0] == "tenant" and key[1] in self.without]
        scopes = {key: app.scopes.pop(key) for key in gone}
        ranges = [(one, one.contacts_range) for one in _features(app)]
        if self.sees is not None:
            for one, _before in ranges:
                one.contacts_range = self.sees(book)

        def give_back() -> None:
            app.scopes.update(scopes)
            for one, before in ranges:
                one.contacts_range = before

        return give_back


def _features(app: App) -> list[Features]:
    online = [app.online] if app.online else []
    return [app.draft, *online, *(version.features for version in app.versions)]


def _fill_first(person: Person, departments: int) -> None:
    """One more than a page into the first department, the others into the others, one each."""
    number = person.number
    if number < ROOT_PEOPLE:
        return
    before = number - ROOT_PEOPLE - (number > RESIGNED)
    first = before <= FULL_PAGE or number == RESIGNED
    person.departments = (0 if first else 1 + number % (departments - 1),)


def _half_read(person: Person, departments: int) -> None:
    _fill_first(person, departments)
    if person.departments not in ((STUCK,), (ROOT,)) and person.number % 2:
        person.departments = (REFUSED,)


def _deep_parent(number: int) -> int:
    """A chain of ``DEEP`` departments; what comes after it hangs under the root."""
    return number - 1 if 0 < number < DEEP else ROOT


def _twice(person: Person, departments: int) -> None:
    """Addresses that two people have.

    Within a company the platform keeps ``email`` and ``mobile`` unique (docs: contact v1, create a
    user). That it compares addresses as they are written, takes another's enterprise e-mail for an
    e-mail, and leaves a frozen account its mobile, is assumed.
    """
    alike = {20: "same.address@example.com", 21: "Same.Address@example.com"}
    person.email = alike.get(person.number, person.email)
    if person.number == 25:
        person.enterprise_email = "shared@corp.example.com"
    if person.number == 26:
        person.email = "shared@corp.example.com"
    if person.number in (27, 28):
        person.mobile = "+8610000000027"
        person.frozen = person.number == 27


def _abroad(person: Person, departments: int) -> None:
    """Every third person has a mobile of Britain (kept for drama), the others of China."""
    number = person.number
    if number % 3 == 0 and number // 3 < _FOREIGN:
        person.mobile = f"+447700900{number // 3:03d}"
    else:
        person.mobile = f"+86100{number:08d}"


def _work_mail(person: Person, departments: int) -> None:
    person.email = ""
    person.enterprise_email = f"{person.employee_no.lower()}@corp.example.com"


def _odd_names(person: Person, departments: int) -> None:
    place = person.number - COMPLETE_PEOPLE
    if 0 <= place < len(ODD_NAMES):
        person.name = ODD_NAMES[place]


def _first_department(book: Directory) -> Audience:
    return Audience("some", departments={book.top[0]})


def _some_people(book: Directory) -> Audience:
    return Audience("some", users=set(range(min(DIRECT_PEOPLE, len(book.people)))) - {RESIGNED})


def _nobody(book: Directory) -> Audience:
    return Audience("some")


_HALF = frozenset({REFUSED}), frozenset({STUCK})
VARIANTS: Final = {
    "": Variant(),
    "no-mobile": Variant(without=("contact:user.phone:readonly",)),
    "no-user-id": Variant(without=("contact:user.employee_id:readonly",)),
    "no-status": Variant(without=("contact:user.employee:readonly",)),
    "one-department": Variant(sees=_first_department),
    "only-direct-users": Variant(sees=_some_people),
    "fifty-one": Variant(Shape(usual_parent, _fill_first, people=60)),
    "nested-twelve": Variant(Shape(_deep_parent, departments=DEEP)),
    "duplicates": Variant(Shape(usual_parent, _twice, people=30)),
    "half-read": Variant(Shape(usual_parent, _half_read, 80, 3, *_HALF)),
    "empty": Variant(sees=_nobody),
    "foreign-mobiles": Variant(Shape(usual_parent, _abroad)),
    "enterprise-mail-only": Variant(Shape(usual_parent, _work_mail)),
    "odd-names": Variant(Shape(usual_parent, _odd_names, people=COMPLETE_PEOPLE + len(ODD_NAMES))),
}


def variant(name: str) -> Variant:
    """The directory of a name out of ``options.DIRECTORIES``; "" is the usual one."""
    return VARIANTS[name]

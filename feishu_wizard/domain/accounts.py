"""The accounts that CAN holds, against the people that a sync would bring."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from feishu_wizard.domain.directory import Column


class AccountSource(StrEnum):
    """Where the accounts were read from."""

    FILE = "file"
    CAN = "can"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of CAN. ``name`` is the login name; ``line``: of the file, or position."""

    name: str
    display: str = ""
    email: str = ""
    mobile: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class AccountsRead:
    """What a source gave. ``columns``: which heading was taken for which field; ``encoding`` of a
    file (utf-8, utf-8-sig, gb18030, utf-16); ``skipped``: lines that were left out, with a text
    code each (first hundred)."""

    source: AccountSource
    place: str
    count: int
    columns: dict[str, str]
    encoding: str = ""
    skipped: tuple[tuple[int, str], ...] = ()
    skipped_count: int = 0


class Fate(StrEnum):
    """What a sync would do. ``LOSES``: the account has no person left who may sign in."""

    CREATED = "created"
    UPDATED = "updated"
    SAME = "same"
    LOSES = "loses"
    AMBIGUOUS = "ambiguous"


REMOVALS_SHARE = 0.05
REMOVALS_COUNT = 500


@dataclass(frozen=True, slots=True)
class Comparison:
    """Accounts against people, matched by one field.

    ``no_push``: accounts whose name is no Feishu ``user_id``: CAN pushes nothing to them, whatever
    the match says. ``complete``: of the walk it rests on.
    """

    matched_by: Column
    accounts: int
    people: int
    counts: dict[str, int]
    no_push: int
    complete: bool

    @property
    def losing(self) -> int:
        """Accounts that would lose access."""
        return self.counts.get(Fate.LOSES.value, 0)

    @property
    def dangerous(self) -> bool:
        """Too many would lose access, or nobody can say how many: has to be typed away."""
        share = self.losing / self.accounts if self.accounts else 0.0
        return not self.complete or self.losing > REMOVALS_COUNT or share > REMOVALS_SHARE

    def typed_away(self, text: str) -> bool:
        """The red finding is put aside by typing the number that would lose access."""
        return text.strip() == str(self.losing)


@dataclass(frozen=True, slots=True)
class FateRow:
    """One row of the comparison: an account, a person, or both. ``changes``: fields that an
    update would change. ``no_push``: see ``Comparison``."""

    fate: Fate
    account: Account | None
    person_name: str = ""
    user_id: str = ""
    no_push: bool = False
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FatePage:
    """Rows of one page of the comparison. ``total``: of the whole list."""

    rows: tuple[FateRow, ...]
    total: int

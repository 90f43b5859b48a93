"""The accounts that CAN holds, against the people of a walk: read, matched, and the danger said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.directory import Column
from feishu_wizard.wizard.beside import Beside
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feishu_wizard.domain.accounts import AccountsRead, Comparison, Fate, FatePage
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.runner import Job
    from feishu_wizard.wizard.session import Session
    from feishu_wizard.wizard.sync import SyncFlow
    from feishu_wizard.wizard.work import Work

_RESTS_ON = frozenset({"setup_id", "app_id_text", "edition", "open_url", "can_text", "profile"})


_Kept = tuple[bool, "AccountsRead | None", "Comparison | None"]


class SyncAccounts:
    """What was read (``read``), what a sync would do with it (``comparison``), by ``matched_by``.

    ``offered``: CAN itself tells its accounts. ``error``: why the last source could not be read.
    ``typed``: what was typed to put the red finding aside. ``version`` is another number when the
    lists are others.
    """

    def __init__(self, flow: SyncFlow) -> None:
        self._flow = flow
        self.offered = False
        self.version = 0
        self._beside = Beside(flow.session)  # what belongs to the people found now
        self.forget()

    @property
    def session(self) -> Session:
        """The session of the walk."""
        return self._flow.session

    @property
    def typed_away(self) -> bool:
        """The admin typed how many would lose access."""
        return self.comparison is not None and self.comparison.typed_away(self.typed)

    @property
    def red(self) -> bool:
        """Too many would lose access, or nobody can say how many, and nobody typed it away."""
        return self.comparison is not None and self.comparison.dangerous and not self.typed_away

    def forget(self) -> None:
        """Other people are coming: what was compared with the former ones is void."""
        self._beside.drop()
        self.read: AccountsRead | None = None
        self.comparison: Comparison | None = None
        self.error: WizardError | None = None
        self.typed = ""
        self.matched_by = Column.USER_ID
        self.version += 1

    def look(self, *, compare: bool = False) -> None:
        """Read what is kept, and whether CAN offers its accounts; this calls nobody.

        ``compare``: the people are others now, so accounts that are there are compared again.
        """
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> _Kept:
            from feishu_wizard.operations import compare_accounts as operation

            read = await operation.last_accounts(place, kit)
            last = await operation.last_comparison(place, kit) if read is not None else None
            return operation.can_offers_accounts(place, kit), read, last

        def done(kept: _Kept) -> None:
            if self.session.busy is None:
                self._take(kept)
                if compare and self.comparison is None:
                    self.compare(self.matched_by)

        self._beside.also(work, done, self._unread)

    def read_file(self, path: str) -> None:
        """Read a CSV and compare."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> AccountsRead:
            from feishu_wizard.operations.compare_accounts import read_accounts_file

            return await read_accounts_file(place, kit, path, report)

        self._start(work)

    def read_from_can(self) -> None:
        """Ask CAN and compare."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> AccountsRead:
            from feishu_wizard.operations.compare_accounts import read_accounts_from_can

            return await read_accounts_from_can(place, kit, report)

        self._start(work)

    def compare(self, by: Column) -> None:
        """Match accounts and people by this field."""
        if self.read is None or self.session.busy is not None:
            return
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> Comparison:
            from feishu_wizard.operations.compare_accounts import compare

            return await compare(place, kit, by)

        def done(comparison: Comparison) -> None:
            self.comparison, self.typed = comparison, ""
            self.matched_by = comparison.matched_by
            self.version += 1

        self.matched_by = by
        matched = self._beside.unless_dropped(done)
        self.session.start("comparing_accounts", work, matched, failed=self._failed)

    def type_away(self, text: str) -> None:
        """What the admin types to say that the removals are meant."""
        if text != self.typed:
            self.typed = text
            self.session.changed()

    def export(
        self, path: str, wanted: tuple[Fate | None, str], headings: Mapping[str, str], *, bom: bool
    ) -> None:
        """Write the list as CSV; ``wanted``: which fate (None: all) and what is searched for."""
        kit, (fate, search) = self.session.keeping.kit(), wanted

        async def work(place: Workplace, report: Report) -> int:
            from feishu_wizard.operations.export_people import export_fates

            return await export_fates(
                place, kit, path, fate, search, bom=bom, headings=headings, report=report
            )

        def done(count: int) -> None:
            self.session.say(Severity.SUCCESS, "written", {"path": path})

        self.session.start("exporting_people", work, done)

    def fates_page(
        self,
        fate: Fate | None,
        search: str,
        window: tuple[int, int],
        done: Callable[[FatePage], None],
        failed: Callable[[WizardError], None],
    ) -> Job:
        """Fetch rows of the comparison, beside everything else; ``window``: offset and limit."""
        kit, (offset, limit) = self.session.keeping.kit(), window

        async def work(place: Workplace, report: Report) -> FatePage:
            from feishu_wizard.operations.compare_accounts import fates_page

            return await fates_page(place, kit, fate, search, offset, limit)

        return self.session.background(work, done, failed)

    # -- inside -----------------------------------------------------------------------

    def _start(self, work: Work[AccountsRead]) -> None:
        def done(read: AccountsRead) -> None:
            self.read, self.error, self.comparison = read, None, None
            self.compare(self.matched_by)

        there = self._beside.unless_dropped(done)
        self.session.start("reading_accounts", work, there, failed=self._failed, rests_on=_RESTS_ON)

    def _take(self, kept: _Kept) -> None:
        self.offered, self.read, self.comparison = kept
        if self.comparison is not None:
            self.matched_by = self.comparison.matched_by
        self.version += 1

    def _unread(self, error: WizardError) -> None:
        self.error = error

    def _failed(self, error: WizardError) -> bool:
        self.error = error
        return True

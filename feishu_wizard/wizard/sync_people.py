"""The people whom a walk of the address book found: shown page by page, and written as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.wizard.rehearsal import Rehearsal
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feishu_wizard.domain.directory import PeoplePage, PeopleQuery
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.runner import Job


class PeopleFound(Rehearsal):
    """Reads what the journal holds of the people; what a walk is doing does not matter to it."""

    def people_page(
        self,
        query: PeopleQuery,
        done: Callable[[PeoplePage], None],
        failed: Callable[[WizardError], None],
    ) -> Job:
        """Fetch one page of the people found so far, beside everything else."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> PeoplePage:
            from feishu_wizard.operations.rehearse_sync import people_page

            return await people_page(place, kit, query)

        return self.session.background(work, done, failed)

    def export(
        self, path: str, query: PeopleQuery, headings: Mapping[str, str], *, bom: bool
    ) -> None:
        """Write the people that ``query`` finds as CSV; ``bom``: so that Excel reads it right."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> int:
            from feishu_wizard.operations.export_people import export_people

            return await export_people(
                place, kit, path, query, bom=bom, headings=headings, report=report
            )

        def done(count: int) -> None:
            self.session.say(Severity.SUCCESS, "written", {"path": path})

        self.session.start("exporting_people", work, done)

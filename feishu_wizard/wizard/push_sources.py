"""Recipients that nobody typed: people of the walk, groups of the bot, a list in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feishu_wizard.domain.directory import PersonRow
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.recipient import Resolved
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.push import PushFlow


class PushSources:
    """Adds to the recipients; ``groups`` None: nobody asked for them yet."""

    def __init__(self, flow: PushFlow) -> None:
        self._flow = flow
        self.session = flow.session
        self.groups: tuple[Resolved, ...] | None = None

    def add_people(self, rows: Iterable[PersonRow]) -> None:
        """People by the account that CAN would use; by open_id where that is not told."""
        self._add(
            f"can:{row.person.user_id}" if row.person.user_id else row.person.open_id
            for row in rows
        )

    def add_group(self, chat_id: str) -> None:
        """One of the bot's groups."""
        self._add([chat_id])

    def load_groups(self) -> None:
        """Read which groups the bot is in."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> tuple[Resolved, ...]:
            from feishu_wizard.operations.my_groups import groups

            return await groups(place, kit, report)

        def done(found: tuple[Resolved, ...]) -> None:
            self.groups = found

        self.session.start("reading_groups", work, done)

    def read_file(self, path: str) -> None:
        """Add what a list in a file names; what it cannot be is told beside."""

        async def work(place: Workplace, report: Report) -> tuple[str, ...]:
            from feishu_wizard.operations.read_recipients import read_recipients

            found = await read_recipients(path)
            return tuple(f"{one.kind.value}:{one.value}" for one in found.recipients)

        def done(found: tuple[str, ...]) -> None:
            self._add(found)
            self.session.say(Severity.INFO, "list_read", {"count": str(len(found)), "path": path})

        self.session.start("reading_list", work, done)

    def _add(self, entries: Iterable[str]) -> None:
        typed = self.session.answers.recipients_text.strip()
        there = [typed] if typed else []
        text = ", ".join(dict.fromkeys([*there, *entries]))
        self._flow.set_recipients(text)

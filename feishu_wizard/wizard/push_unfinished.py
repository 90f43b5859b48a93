"""A sending that was cut off in an earlier sitting: taken up where it stopped, or left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.recipient import Batch
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.push import PushFlow


class Unfinished:
    """``batch`` None: nothing was cut off, or nobody has looked yet."""

    def __init__(self, flow: PushFlow) -> None:
        self._flow = flow
        self.session = flow.session
        self.batch: Batch | None = None
        self._looked = False

    def look(self) -> None:
        """Look once; this calls nobody."""
        if self._looked:
            return
        self._looked = True
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> Batch | None:
            from feishu_wizard.operations.send_test import unfinished_batch

            return await unfinished_batch(place, kit)

        def done(batch: Batch | None) -> None:
            if kit.setup.id == self.session.answers.setup_id and not self._flow.deliveries:
                self.batch = batch
                self.session.changed()

        self.session.background(work, done, self.session.say_error)

    def go_on(self) -> None:
        """Send to the rest; who got the message gets no second one."""
        begun = self.batch
        if begun is not None:
            self.session.update(template=begun.template, message_lang=begun.lang)
            self._flow.values = dict(begun.values)
            self._flow.batch = begun.id
            self._flow.start(begun.people)

    def let_go(self) -> None:
        """Leave the rest unsent."""
        begun, kit = self.batch, self.session.keeping.kit()
        if begun is None:
            return
        self.batch = None

        async def work(place: Workplace, report: Report) -> None:
            from feishu_wizard.operations.send_test import close_batch

            await close_batch(place, kit, begun.id)

        self.session.background(work, lambda _: None, self.session.say_error)
        self.session.changed()

    def over(self) -> None:
        """A sending came to its end: what is left of it is told by the deliveries."""
        self.batch, self._looked = None, True

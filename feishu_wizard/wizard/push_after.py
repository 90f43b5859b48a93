"""After a sending: take messages back, find out what became of the rest, let CAN test itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.recipient import DeliveryState

if TYPE_CHECKING:
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.finding import Finding
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.recipient import Delivery
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.push import PushFlow

_BY_CAN = frozenset({"can_text", "inputs", "profile", "app_id_text"})


class PushAfter:
    """Works on the deliveries of a ``PushFlow``.

    ``by_can``: what CAN's own test found. ``saves``: that test also stores what it is given, so
    somebody has to agree first.
    """

    def __init__(self, flow: PushFlow) -> None:
        self._flow = flow
        self.session = flow.session
        self.by_can: tuple[Finding, ...] = ()
        self.saves = False

    @property
    def unknown(self) -> tuple[Delivery, ...]:
        """Messages of which nobody knows whether they arrived."""
        return tuple(d for d in self._flow.deliveries if d.state is DeliveryState.UNKNOWN)

    @property
    def recallable(self) -> tuple[Delivery, ...]:
        """Messages that are still there."""
        sent = self._flow.deliveries
        return tuple(d for d in sent if d.state is DeliveryState.DELIVERED and d.message_id)

    def recall(self) -> None:
        """Take back every message that arrived."""
        kit, sent = self.session.keeping.kit(), self._flow.deliveries

        async def work(place: Workplace, report: Report) -> tuple[Delivery, ...]:
            from feishu_wizard.operations.recall_messages import recall

            return await recall(place, kit, sent, report)

        self.session.start("recalling", work, self._told)

    def read_back(self) -> None:
        """Find out what became of those of unknown outcome."""
        kit, sent = self.session.keeping.kit(), self._flow.deliveries

        async def work(place: Workplace, report: Report) -> tuple[Delivery, ...]:
            from feishu_wizard.operations.read_back import read_back

            return await read_back(place, kit, sent, report)

        self.session.start("finding_out", work, self._told)

    def test_by_can(self) -> None:
        """Let the CAN server try itself with what is saved there; the second time confirmed."""
        kit, flow, confirmed = self.session.keeping.kit(), self._flow, self.saves
        user = next((r.user_id for r in flow.resolved if r.user_id), "")

        async def work(place: Workplace, report: Report) -> tuple[Finding, ...]:
            from feishu_wizard.operations.can_own_test import can_own_test

            return await can_own_test(place, kit, user, confirmed=confirmed)

        def done(found: tuple[Finding, ...]) -> None:
            self.by_can, self.saves = found, False

        self.session.start("testing_by_can", work, done, failed=self._refused, rests_on=_BY_CAN)

    def _refused(self, error: WizardError) -> bool:
        """A test that saves is asked about once more; everything else is told in the strip."""
        self.saves = error.code == "can.test_saves"
        return self.saves

    def _told(self, sent: tuple[Delivery, ...]) -> None:
        self._flow.deliveries = sent
        self._flow.tell()

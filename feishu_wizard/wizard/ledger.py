"""The ledger of proofs beside the steps: shown at the start, on the last page and in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.ledger import Entry, LedgerLook
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.proofs import Standing
from feishu_wizard.domain.verdict import standing_of
from feishu_wizard.wizard.beside import Beside

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

_RESTS_ON = frozenset(
    {"app_id_text", "edition", "open_url", "accounts_url", "app_type", "tenant_key"}
    | {"can_text", "callback_text", "no_can", f"secret:{APP_SECRET}"}
)


class LedgerFlow:
    """``look`` is the ledger of one setup, as far as it was laid beside what is in force."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.look = LedgerLook()
        self._setup_id = ""  # whose ledger it is
        self._reading = Beside(session)

    # -- shown by the pages -----------------------------------------------------------

    def standing(self, capability: Capability) -> Standing:
        """What the ledger says of a capability."""
        return standing_of(self.look, capability.value)

    @property
    def proven(self) -> tuple[tuple[Capability, Entry], ...]:
        """The last proof of each capability of the setup that is open, or offered to go on."""
        if self._setup_id != self.session.keeping.shown_id:
            return ()
        stands = ((capability, self.standing(capability)) for capability in Capability)
        return tuple(
            (capability, one.proven)
            for capability, one in stands
            if one.proven is not None and one.failed is None
        )

    @property
    def may_check(self) -> bool:
        """There is something to compare with what is in force now."""
        return bool(self.look.entries) and self.session.credentials.app_id.usable

    # -- changed by the pages ---------------------------------------------------------

    def renew(self) -> None:
        """Read what is kept of the setup that is open. Calls nobody."""
        self.read(self.session.keeping.kit())

    def read(self, kit: Kit) -> None:
        """Read what is kept of a setup, in the background. Calls nobody."""
        self.session.drift.read(kit)
        setup_id = kit.setup.id

        async def work(place: Workplace, report: Report) -> LedgerLook:
            from feishu_wizard.operations import ledger

            return await ledger.look(place, kit)

        self._reading.start(work, lambda look: self._take(look, setup_id))

    def check_now(self) -> None:
        """Ask the platform what is in force, and say what changed since each proof."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> LedgerLook:
            from feishu_wizard.operations import ledger

            return await ledger.check_now(place, kit, report)

        def found(look: LedgerLook) -> None:
            self._reading.drop()  # it was begun before, and knows less
            self._take(look, kit.setup.id)

        self.session.start("reading_basis", work, found, rests_on=_RESTS_ON)

    def answers_changed(self, names: frozenset[str]) -> None:
        """Another app or another CAN: what was proven was proven with the former."""
        if names & _RESTS_ON:
            self.answers_replaced()

    def answers_replaced(self) -> None:
        """Another setup: its ledger was not read yet."""
        self._reading.drop()
        self.look, self._setup_id = LedgerLook(), ""

    # -- inside -----------------------------------------------------------------------

    def _take(self, look: LedgerLook, setup_id: str) -> None:
        self.look, self._setup_id = look, setup_id
        self.session.changed()

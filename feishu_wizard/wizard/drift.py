"""The last comparison of setup, CAN and platform, shown at the start with its age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.drift import DriftLook
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.wizard.beside import Beside

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

_RESTS_ON = frozenset(
    {"app_id_text", "edition", "open_url", "accounts_url", "can_text", "callback_text", "no_can"}
    | {"profile", "api_base", "inputs", f"secret:{APP_SECRET}"}
)


class DriftFlow:
    """``look`` is the last comparison of the setup that is open, or offered to go on with."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._look = DriftLook()
        self._setup_id = ""
        self._reading = Beside(session)

    @property
    def look(self) -> DriftLook:
        """An empty one as long as none of the setup that is shown was read."""
        return self._look if self._setup_id == self.session.keeping.shown_id else DriftLook()

    @property
    def may_check(self) -> bool:
        """The setup is open, and there is an app to ask about."""
        taken_up = self.session.keeping.offered is None
        return taken_up and bool(self.look.at) and self.session.credentials.app_id.usable

    def renew(self) -> None:
        """Read what is kept of the setup that is open. Calls nobody."""
        self.read(self.session.keeping.kit())

    def read(self, kit: Kit) -> None:
        """Read what is kept of a setup, in the background. Calls nobody."""
        setup_id = kit.setup.id

        async def work(place: Workplace, report: Report) -> DriftLook:
            from feishu_wizard.operations.drift import last_drift

            return await last_drift(place, setup_id)

        self._reading.start(work, lambda look: self._take(look, setup_id))

    def check_now(self) -> None:
        """Ask CAN and the platform, and say what differs."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> DriftLook:
            from feishu_wizard.operations.drift import compare_now

            return await compare_now(place, kit, report)

        def found(look: DriftLook) -> None:
            self._reading.drop()  # it was begun before, and knows less
            self._take(look, kit.setup.id)

        self.session.start("comparing_sides", work, found, rests_on=_RESTS_ON)

    def answers_replaced(self) -> None:
        """Another setup: its comparison was not read yet."""
        self._reading.drop()
        self._look, self._setup_id = DriftLook(), ""

    def _take(self, look: DriftLook, setup_id: str) -> None:
        self._look, self._setup_id = look, setup_id
        self.session.changed()

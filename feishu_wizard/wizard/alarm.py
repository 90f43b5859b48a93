"""A call that is due later, of which there is one at most."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feishu_wizard.wizard.runner import Timer
    from feishu_wizard.wizard.session import Session


class Alarm:
    """Calls once. Set anew, it calls at the new time only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._timer: Timer | None = None

    @property
    def is_set(self) -> bool:
        """A call is due."""
        return self._timer is not None

    def set(self, seconds: float, call: Callable[[], None]) -> None:
        """Call after a while."""

        def ring() -> None:
            self._timer = None
            call()

        self.stop()
        self._timer = self._session.later(seconds, ring)

    def stop(self) -> None:
        """Do not call any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

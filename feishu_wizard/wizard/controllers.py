"""The controllers of a session: made when first asked for, so that the first page need not wait
for the modules of the later ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

from feishu_wizard.wizard.prerequisites import PrerequisitesStep
from feishu_wizard.wizard.steps import ORDER, Aside

if TYPE_CHECKING:
    from feishu_wizard.domain.capability import Capability
    from feishu_wizard.domain.ledger import Entry
    from feishu_wizard.wizard.controller import Controller
    from feishu_wizard.wizard.credentials import CredentialsStep
    from feishu_wizard.wizard.diagnosis import DiagnosisAside
    from feishu_wizard.wizard.drift import DriftFlow
    from feishu_wizard.wizard.finish import FinishStep
    from feishu_wizard.wizard.ledger import LedgerFlow
    from feishu_wizard.wizard.permissions import PermissionsStep
    from feishu_wizard.wizard.save import SaveStep
    from feishu_wizard.wizard.session import Session
    from feishu_wizard.wizard.steps import View
    from feishu_wizard.wizard.test import TestStep


class Controllers(ABC):
    """Base of ``Session``. What was never asked for holds nothing to show and nothing to drop."""

    def __init__(self) -> None:
        self.prerequisites = PrerequisitesStep(self._session)  # step 1 is shown at once

    @property
    @abstractmethod
    def _session(self) -> Session:
        """The session that each of them gets."""

    @cached_property
    def credentials(self) -> CredentialsStep:
        """Step 2."""
        from feishu_wizard.wizard.credentials import CredentialsStep

        return CredentialsStep(self._session)

    @cached_property
    def permissions(self) -> PermissionsStep:
        """Step 3."""
        from feishu_wizard.wizard.permissions import PermissionsStep

        return PermissionsStep(self._session)

    @cached_property
    def save(self) -> SaveStep:
        """Step 4."""
        from feishu_wizard.wizard.save import SaveStep

        return SaveStep(self._session)

    @cached_property
    def test(self) -> TestStep:
        """Step 5."""
        from feishu_wizard.wizard.test import TestStep

        return TestStep(self._session)

    @cached_property
    def finish(self) -> FinishStep:
        """Step 6."""
        from feishu_wizard.wizard.finish import FinishStep

        return FinishStep(self._session)

    @cached_property
    def diagnosis(self) -> DiagnosisAside:
        """What is wrong with a setup; no step, it can be opened from each."""
        from feishu_wizard.wizard.diagnosis import DiagnosisAside

        return DiagnosisAside(self._session)

    @cached_property
    def ledger(self) -> LedgerFlow:
        """What was proven; belongs to no step."""
        from feishu_wizard.wizard.ledger import LedgerFlow

        return LedgerFlow(self._session)

    @cached_property
    def drift(self) -> DriftFlow:
        """Where setup, CAN and platform differ; belongs to no step."""
        from feishu_wizard.wizard.drift import DriftFlow

        return DriftFlow(self._session)

    def controller(self, view: View) -> Controller:
        """The controller of a step, or of what is shown instead of one."""
        found: Controller = getattr(self, view.value)
        return found

    # -- what is known without making one ---------------------------------------------

    @property
    def compared(self) -> bool:
        """A comparison of the setup that is shown is known."""
        return "drift" in vars(self) and bool(self.drift.look.at)

    @property
    def proven(self) -> tuple[tuple[Capability, Entry], ...]:
        """The last proof of each capability; nothing as long as no ledger was read."""
        return self.ledger.proven if "ledger" in vars(self) else ()

    @property
    def closing(self) -> bool:
        """Something was saved: Cancel has become Close."""
        return "save" in vars(self) and self.save.saved_anywhere

    @property
    def finished(self) -> bool:
        """The last page asked to close the window."""
        return "finish" in vars(self) and self.finish.finished

    def _made(self) -> list[Controller]:
        """The controllers that exist; one that was never asked for holds nothing to drop."""
        return [vars(self)[view.value] for view in (*ORDER, *Aside) if view.value in vars(self)]

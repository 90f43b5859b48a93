"""``setup.*``: the file, the secrets it refers to, and what this program remembers of it."""

from __future__ import annotations

import asyncio

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, not_applicable
from feishu_wizard.domain.setup import secret_refs
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell


def setup_looks(case: Case) -> tuple[Look[Case], ...]:
    """Three looks that make no call."""
    return (
        Look(("setup.file",), _file),
        Look(("setup.secrets",), _secrets),
        Look(("setup.state",), _state),
    )


async def _file(case: Case, tell: Tell) -> None:
    path = case.kit.file_path
    if not path:
        tell(not_applicable("setup.file"))
        return
    tell(Finding("setup.file", Status.PASS, "ok", {"path": path}, Proof.CONFIGURED))


async def _secrets(case: Case, tell: Tell) -> None:
    """Every reference leads to a secret; which one does not, and why, is told by name."""
    refs = secret_refs(case.kit.setup)
    if not refs:
        tell(not_applicable("setup.secrets"))
        return
    for name in refs:
        try:
            found = await case.place.secret(case.kit, name)
        except WizardError as error:
            tell(error.finding("setup.secrets"))
            return
        if found is None:
            tell((await case.place.missing(case.kit, name)).finding("setup.secrets"))
            return
    params = {"count": str(len(refs))}
    tell(Finding("setup.secrets", Status.PASS, "ok", params, Proof.CONFIGURED))


async def _state(case: Case, tell: Tell) -> None:
    """What was sent and saved is on record; a record that cannot be read is a finding."""
    journal, setup_id = case.place.journal, case.kit.setup.id
    pending = await asyncio.to_thread(journal.pending_sends, setup_id)
    saves = await asyncio.to_thread(journal.can_saves, setup_id)
    params = {"saves": str(len(saves)), "pending": str(len(pending))}
    tell(Finding("setup.state", Status.PASS, "ok", params, Proof.CONFIGURED))

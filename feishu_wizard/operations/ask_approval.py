"""Asks the Feishu administrators by a call to approve what the app declares."""

from __future__ import annotations

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.feishu.application import apply_scopes

_CHECK = "feishu.app"
# Official docs: application-v6 scope apply. Answers of another kind are failures, and raised.
_TOLD = frozenset({212001, 212002, 212003, 212004})


async def ask_approval(place: Workplace, kit: Kit) -> Finding:
    """Ask once. PASS ``approval_asked``: the administrators decide now.

    WARN: only permissions of the highest level are left (feishu.212001), nothing is left to ask
    (212002), asked too often (212003), asked already (212004).
    """
    client = await place.feishu(kit)
    try:
        answer = await apply_scopes(client)
    except FeishuError as error:
        if error.feishu_code not in _TOLD:
            raise
        return error.finding(_CHECK, Status.WARN)
    return Finding(_CHECK, Status.PASS, "approval_asked", evidence=(answer.evidence,))

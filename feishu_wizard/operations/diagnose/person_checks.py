"""``person.*``: why one person gets nothing, gate by gate.

At most three authenticated calls: the id behind an address, the person, the app's availability.
"""

from __future__ import annotations

from feishu_wizard.domain.diagnosis import PERSON
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Finding, Status, Who, blocked
from feishu_wizard.domain.recipient import RecipientKind, parse_recipient
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell
from feishu_wizard.operations.diagnose.person_delivered import delivered
from feishu_wizard.operations.diagnose.person_gates import (
    ACCOUNT,
    ACTIVE,
    AVAILABLE,
    DELIVERED,
    EXISTS,
    IN_RANGE,
    USER_ID,
    account,
    active,
    available,
    exists,
    in_range,
    user_id,
)
from feishu_wizard.operations.diagnose.person_seen import Seen, look_up
from feishu_wizard.services.feishu.application import Availability, in_availability
from feishu_wizard.services.feishu.envelope import Answer

_IDS = tuple(f"person.{gate}" for gate in PERSON)
_BEFORE = ("feishu.app",)
# What a gate cannot be looked at without. The availability list does not ask for the range.
_AFTER = {
    IN_RANGE: (EXISTS,),
    ACTIVE: (IN_RANGE,),
    USER_ID: (IN_RANGE,),
    ACCOUNT: (USER_ID,),
    AVAILABLE: (EXISTS,),
    DELIVERED: (EXISTS, ACTIVE, AVAILABLE),
}


def person_looks(case: Case) -> tuple[Look[Case], ...]:
    """All gates of the person that was asked for; nothing when nobody was."""
    if not case.question.person.strip():
        return ()
    # Also where no gate is reached: the question itself names the person.
    case.mention(parse_recipient(case.question.person).value)
    return (Look(_IDS, _gates, _BEFORE, seconds=60.0),)


async def _gates(case: Case, tell: Tell) -> None:
    known = _Known(tell)
    who = parse_recipient(case.question.person)
    if who.kind is RecipientKind.CHAT:
        known.put(Finding(EXISTS, Status.UNKNOWN, "person.is_group", who=Who.YOU))
        for gate in _IDS[1:]:
            known.put(known.rests_on(gate, EXISTS))
        return
    client = await case.signed_in()
    seen = await look_up(client, who)
    case.mention(who.value, *seen.identifiers())
    known.put(exists(case, seen))
    known.put(in_range(case, seen) if seen.hidden else known.stop(IN_RANGE) or in_range(case, seen))
    known.put(known.stop(ACTIVE) or active(seen))
    known.put(known.stop(USER_ID) or user_id(case, seen))
    known.put(known.stop(ACCOUNT) or account(seen))
    known.put(await _available(case, seen, known))
    known.put(known.failed(DELIVERED) or delivered(case, seen))


async def _available(case: Case, seen: Seen, known: _Known) -> Finding:
    """Asked also of a person whom the app may not read: messages do not need the range."""
    closed = known.failed(AVAILABLE, ACTIVE)
    if closed is not None:
        return closed
    if not seen.ids:
        return known.rests_on(AVAILABLE, EXISTS)
    id_type, value = seen.best_id
    answer: Answer[list[Availability]] | FeishuError
    try:
        answer = await in_availability(await case.signed_in(), [value], id_type)
    except FeishuError as error:
        answer = error
    return available(case, seen, answer)


class _Known:
    """The gates told so far, and what they mean for those that rest on them."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._found: dict[str, Finding] = {}

    def put(self, finding: Finding) -> None:
        """Tell a gate."""
        self._found[finding.id] = finding
        self._tell(finding)

    def failed(self, gate: str, *also: str) -> Finding | None:
        """The gate as blocked by a closed one that it rests on; what is unknown blocks nothing."""
        for before in (*_AFTER[gate], *also):
            if before in self._found and self._found[before].status is Status.FAIL:
                return blocked(gate, before)
        return None

    def stop(self, gate: str) -> Finding | None:
        """The gate as blocked by a closed one, or as unknown after an unknown one."""
        for before in _AFTER[gate]:
            found = self._found[before]
            if found.status is Status.FAIL or found.blocked_by is not None:
                return blocked(gate, found.blocked_by or before)
            if found.status is Status.UNKNOWN:
                return self.rests_on(gate, found.params.get("by", before))
        return None

    @staticmethod
    def rests_on(gate: str, by: str) -> Finding:
        """The gate as unknown, because ``by`` is."""
        return Finding(gate, Status.UNKNOWN, "diagnosis.rests_on", {"by": by})

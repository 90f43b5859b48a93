"""The setting on the CAN server: what would change, and the save that is read back."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.change import Consent, SavePlan, SaveResult, SaveState
from feishu_wizard.domain.errors import (
    CanError,
    ConflictError,
    ExitCode,
    InputError,
    NetworkError,
    WizardError,
)
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.states import Target
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.saving import notes
from feishu_wizard.operations.saving.compare import VALUES, kept, plan_of, row_of
from feishu_wizard.operations.saving.consent import demand
from feishu_wizard.operations.saving.goal import Goal, goal_of_setup
from feishu_wizard.operations.saving.look import look
from feishu_wizard.operations.saving.marks import fingerprint
from feishu_wizard.operations.saving.read_back import (
    WALL,
    Clock,
    not_saved,
    proofs,
    read_back,
)
from feishu_wizard.operations.saving.secrets import keep_for_undo
from feishu_wizard.operations.saving.write import (
    outcome_unknown,
    secret_to_send,
    switch,
    unmoved,
    write_values,
)
from feishu_wizard.services.can.client import CanClient, Setting
from feishu_wizard.services.net.clock import now

NOBODY_ASKED: frozenset[Consent] = frozenset()


async def plan_can(place: Workplace, kit: Kit) -> SavePlan:
    """Read the stored setting and compare; the read proves the profile still fits.

    Writes nothing to CAN. When what is there is what is wanted, the journal notes that it was
    seen, and with it what became of a save whose end was not known.
    """
    client = await place.can(kit)
    goal = await goal_of_setup(place, kit, client)
    current = await look(client)
    plan = plan_for(place, kit, client, goal, current)
    if plan.empty:
        notes.agree(place, kit, client, goal, current)
    return plan


async def save_can(
    place: Workplace,
    kit: Kit,
    plan: SavePlan,
    *,
    agreed: frozenset[Consent] = NOBODY_ASKED,
    clock: Clock = WALL,
) -> SaveResult:
    """Write what the plan says, then enable, and read both back.

    Raises ``ConflictError`` can.changed_meanwhile and can.conflict, ``CredentialError``
    can.weak_auth, ``CanError`` can.profile_changed, can.not_saved, can.not_enabled (the values are
    stored, the switch is not; exit 8), and what CAN and the network answer. The journal is true
    after each of them.
    """
    client = await place.can(kit)
    goal = await goal_of_setup(place, kit, client)
    return await carry_out(place, kit, client, goal, plan, agreed=agreed, clock=clock)


def plan_for(
    place: Workplace, kit: Kit, client: CanClient, goal: Goal, current: Setting
) -> SavePlan:
    """The three-way comparison of a goal with what is stored."""
    return plan_of(kit, client, goal, current, notes.known_of(place, kit, client))


async def carry_out(
    place: Workplace,
    kit: Kit,
    client: CanClient,
    goal: Goal,
    plan: SavePlan,
    *,
    agreed: frozenset[Consent],
    clock: Clock,
) -> SaveResult:
    """Bring a goal about, if what is stored is still what the plan showed."""
    demand(plan, agreed)
    if goal.wants_secret:
        raise InputError("can.undo_wants_secret", {"where": client.url})
    current = await look(client)
    now = plan_for(place, kit, client, goal, current)
    if _shown(now) != _shown(plan):
        notes.shown(place, kit, plan)
        raise ConflictError("can.changed_meanwhile", {"where": client.url})
    if now.empty and not goal.undoes:
        notes.agree(place, kit, client, goal, current)
        return _result(client, now, current, goal, written=False)
    return await _Save(place, kit, client, goal, now, current, clock).run()


def _shown(plan: SavePlan) -> tuple[object, ...]:
    """What of a plan stands for the stored setting and for what would be done to it."""
    return plan.version, *((row.field, row.before, row.after, row.act) for row in plan.rows)


class _Save:
    """One save: its row in the journal is begun before the first call and ended whatever comes."""

    def __init__(
        self,
        place: Workplace,
        kit: Kit,
        client: CanClient,
        goal: Goal,
        plan: SavePlan,
        current: Setting,
        clock: Clock,
    ) -> None:
        self._place, self._kit, self._client = place, kit, client
        self._goal, self._plan, self._clock = goal, plan, clock
        self._before = self._seen = current
        self._secret = secret_to_send(client, plan, goal, current)
        self._values_there = False  # they were written and read back
        self._stored = notes.mark_of(place, kit, client, current, goal.secret)

    async def run(self) -> SaveResult:
        if self._secret is not None and row_of(self._plan, "app_secret").changes:
            kit = self._kit
            await keep_for_undo(self._place, kit, self._before, self._stored, self._secret)
        row = notes.Row.begun(
            self._place,
            self._kit,
            self._client,
            self._goal,
            self._plan,
            kept(self._kit, self._before, self._stored),
            secret_sent=self._secret is not None,
        )
        try:
            await self._values()
            await self._enable()
        except WizardError as error:
            await self._broke_off(row, error)
            raise
        except BaseException:  # cancelled, or a fault of our own: nobody knows what arrived
            row.ended(SaveState.UNKNOWN, None)
            raise
        row.ended(SaveState.SAVED, self._seen, self._stored)
        result = _result(self._client, self._plan, self._seen, self._goal, written=True)
        return replace(result, undo=row.number)

    async def _values(self) -> None:
        if not any(row_of(self._plan, field).changes for field in VALUES):
            return
        await write_values(self._client, self._goal, self._before, self._secret)
        told = self._secret or self._goal.secret
        self._seen = await read_back(self._client, self._plan, VALUES, told, self._clock)
        if row_of(self._plan, "app_secret").changes:
            if unmoved(self._seen, self._before):
                raise not_saved(self._client, ["app_secret"], self._seen)
            self._stored = fingerprint(self._kit, self._secret)
        self._values_there = True

    async def _enable(self) -> None:
        row = row_of(self._plan, "enabled")
        if not row.changes:
            return
        each_time = self._secret or self._goal.secret or self._goal.at_hand
        try:
            await switch(self._client, row.after == "on", self._seen, each_time)
            told = self._secret or self._goal.secret
            fields = (*VALUES, "enabled")
            self._seen = await read_back(self._client, self._plan, fields, told, self._clock)
        except (NetworkError, CanError) as error:
            if not self._values_there:
                raise
            raise _not_enabled(self._client, error) from error

    async def _broke_off(self, row: notes.Row, error: WizardError) -> None:
        """Note what is there after a failure; a read that fails too leaves the outcome open."""
        try:
            self._seen = await self._client.read()
        except WizardError:
            row.ended(SaveState.UNKNOWN if _may_have_arrived(error) else SaveState.REFUSED, None)
            return
        row.ended(self._state_after(error), self._seen, self._stored_now())

    def _state_after(self, error: WizardError) -> SaveState:
        if error.code == "can.not_enabled":
            return SaveState.PARTIAL
        if error.code == "can.not_saved":
            moved = _visible(self._seen) != _visible(self._before)
            return SaveState.SETTLED if moved else SaveState.NOT_SAVED
        if not _may_have_arrived(error) or unmoved(self._seen, self._before):
            return SaveState.REFUSED
        return SaveState.SETTLED

    def _stored_now(self) -> str:
        """The fingerprint of the secret that is stored after a failure, as far as that is sure."""
        sure = self._values_there or self._secret is None or unmoved(self._seen, self._before)
        return self._stored if sure else ""


def _visible(setting: Setting) -> tuple[object, ...]:
    return setting.app_id, setting.callback_url, setting.enabled


def _may_have_arrived(error: WizardError) -> bool:
    """A refusal in CAN's own words wrote nothing; a lost or broken answer may have."""
    return isinstance(error, NetworkError | CanError) and outcome_unknown(error)


def _not_enabled(client: CanClient, error: NetworkError | CanError) -> CanError:
    params = {"where": client.url, "reason": error.code, "msg": error.params.get("msg", "")}
    return CanError(
        "not_enabled",
        {name: value for name, value in params.items() if value},
        evidence=error.evidence,
        exit_code=ExitCode.PARTIAL,
        who=error.who,
    )


def _result(
    client: CanClient, plan: SavePlan, seen: Setting, goal: Goal, *, written: bool
) -> SaveResult:
    at = now()
    fields = proofs(client, seen, goal.secret)
    return SaveResult(Target.CAN, plan.where, plan, written, fields, (seen.evidence,), saved_at=at)

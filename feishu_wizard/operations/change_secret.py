"""Changes the App Secret: test, keep, save, read back, prove, in that order and quickly.

Nobody documents whether the former secret goes on working beside the new one, so everything is
done as if it does not. The former one stays at hand until all is done, and is put back when the
platform refuses the new one after all.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from feishu_wizard.domain.change import Consent
from feishu_wizard.domain.errors import CredentialError, WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, Who, not_applicable
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET, BY_HAND, FORMER_SECRET
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.secret_change import SecretChange, Stage
from feishu_wizard.operations.check_credentials import prove_pair
from feishu_wizard.operations.check_store_app import lacks_token, prove_without_ticket
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.save_to_can import plan_can, save_can
from feishu_wizard.operations.saving.look import look
from feishu_wizard.operations.saving.marks import hint_fits
from feishu_wizard.operations.saving.write import unmoved
from feishu_wizard.operations.secret_marks import kept_now, mark
from feishu_wizard.operations.secret_rows import KEPT, PAIR, PROVEN, READ_BACK, SAVED, Rows
from feishu_wizard.services.can.client import CanClient, CanTest, Setting
from feishu_wizard.services.storage.secrets import Place

# Another secret is what was asked for, whatever CAN holds.
_AGREED = frozenset({Consent.OVERWRITE})
# The platform knows the app and refuses its secret (error table and official command line).
_WRONG_SECRET = frozenset({"10014", "10015", "99991543"})


async def change_secret(
    place: Workplace, kit: Kit, new: Secret | None, report: Report
) -> SecretChange:
    """Put ``new`` into force; None goes on with the new one that is kept already.

    Every step is told as a finding; the first failure ends it and ``in_force`` says what holds
    then. Two programs changing the same setup exclude each other (``ConflictError``). Raises
    ``CredentialError`` secret.missing when there is nothing to go on with.
    """
    with place.claims.holding(kit.setup.id):
        kept = await kept_now(place, kit)
        wanted = new or kept
        if wanted is None:
            raise CredentialError("secret.missing", {"name": APP_SECRET})
        old = kit.secrets.get(APP_SECRET) or kept
        if old is not None and old.matches(wanted):
            old = await place.store.get(kit.setup.id, FORMER_SECRET)
        return await _Change(place, kit, wanted, old, report).run()


class _Change:
    """One change under way."""

    def __init__(
        self, place: Workplace, kit: Kit, new: Secret, old: Secret | None, report: Report
    ) -> None:
        self._place, self._new, self._old = place, new, old
        self._kit = replace(kit, secrets={**kit.secrets, APP_SECRET: new})
        self._rows = Rows(report)
        self._ref = ""
        self._stage = Stage.DONE
        self._can_before: Kit | None = None  # what the save wrote, with CAN's own other values

    async def run(self) -> SecretChange:
        """All steps, or as many as go well."""
        pair = await self._tested(PAIR)
        if pair.status is not Status.PASS:
            return self._stopped(pair, "secret_change.unchanged")
        self._rows.tell(pair)
        self._mark(Stage.KEEPING)
        try:
            await self._keep()
        except WizardError as error:
            self._mark(Stage.DONE)
            return self._failed(KEPT, error, "secret_change.unchanged")
        self._mark(Stage.KEPT)
        await self._tell_kept()
        return await self._save()

    # -- test and keep ----------------------------------------------------------------

    async def _tested(self, row: str) -> Finding:
        lack = await lacks_token(self._place, self._kit)
        if lack is not None:
            found = await prove_without_ticket(self._place, self._kit, lack)
            return found[0].with_id(row)
        return (await prove_pair(await self._place.feishu(self._kit), self._kit)).with_id(row)

    async def _keep(self) -> None:
        store, setup_id = self._place.store, self._kit.setup.id
        where = Place(self._kit.place)
        if self._old is not None:
            await store.put(setup_id, FORMER_SECRET, self._old, where)
        self._ref = await store.put(setup_id, APP_SECRET, self._new, where)

    async def _tell_kept(self) -> None:
        store, setup_id = self._place.store, self._kit.setup.id
        where = Place(self._kit.place)
        info = await store.info()
        told = info.place.value if where is Place.KEYRING else where.value
        held = await store.get(setup_id, self._ref)
        proof = Proof.CONFIGURED if held is not None and held.matches(self._new) else Proof.NONE
        self._rows.passed(KEPT, "secret_change.kept", proof, {"place": told})

    # -- CAN --------------------------------------------------------------------------

    async def _save(self) -> SecretChange:
        office = self._kit.setup.office
        if not office.url or office.profile == BY_HAND:
            return await self._without_profile(has_can=bool(office.url))
        try:
            client = await self._place.can(self._kit)
            target, current = await self._target(client)
        except WizardError as error:
            return self._failed(SAVED, error, "secret_change.kept_only")
        if target is None:
            return await self._not_in_can()
        self._mark(Stage.SAVING)
        try:
            plan = await plan_can(self._place, target)
            await save_can(self._place, target, plan, agreed=_AGREED)
        except WizardError as error:
            return await self._not_saved(client, current, error)
        self._can_before = target
        self._mark(Stage.SAVED)
        self._rows.passed(SAVED, "secret_change.saved", Proof.STATED, {"where": client.url})
        return await self._check_save(client)

    async def _target(self, client: CanClient) -> tuple[Kit | None, Setting]:
        """What is written: CAN's own values and the new secret. None: CAN holds another app."""
        current = await look(client)
        if current.app_id != self._kit.setup.feishu.app_id or current.secret_set is False:
            return None, current
        return _as_stored(self._kit, current), current

    async def _not_saved(
        self, client: CanClient, before: Setting, error: WizardError
    ) -> SecretChange:
        """The write failed, or its outcome is not known; one more read may tell."""
        try:
            still = unmoved(await client.read(), before)
        except WizardError:
            still = False
        if still:
            self._mark(Stage.KEPT)
        code = "secret_change.kept_only" if still else "secret_change.can_unclear"
        return self._failed(SAVED, error, code)

    async def _check_save(self, client: CanClient) -> SecretChange:
        try:
            seen = await client.read()
        except WizardError as error:
            return self._failed(READ_BACK, error, "secret_change.saved_unproven")
        evidence = (seen.evidence,)
        if seen.secret_hint and not hint_fits(seen.secret_hint, self._new):
            params = {"where": client.url, "fields": APP_SECRET}
            found = Finding(READ_BACK, Status.FAIL, "can.not_saved", params, evidence=evidence)
            return self._stopped(found, "secret_change.can_unclear")
        code, proof = "secret_change.read_back_set", Proof.STATED
        if seen.secret_hint:
            code, proof = "secret_change.read_back_end", Proof.CONFIGURED
        self._rows.passed(READ_BACK, code, proof, evidence=evidence)
        return await self._prove(client)

    # -- proof ------------------------------------------------------------------------

    async def _prove(self, client: CanClient) -> SecretChange:
        """By CAN's own test, where it has one that changes nothing; else by a token."""
        probe = client.profile.ops.test
        if probe is None or probe.saves:
            return await self._prove_here("secret_change.done")
        try:
            test = await client.test()
        except WizardError as error:
            own = await self._tested(PROVEN)
            if _wrong(own):
                return await self._put_back(own)
            return self._failed(PROVEN, error, "secret_change.saved_unproven")
        if test.ok:
            evidence = (test.evidence,)
            code, proof = "secret_change.proven_by_can", Proof.PROVEN
            self._rows.passed(PROVEN, code, proof, evidence=evidence)
            return await self._done("secret_change.done")
        return await self._refused_by_can(test)

    async def _refused_by_can(self, test: CanTest) -> SecretChange:
        own = await self._tested(PROVEN)
        if _wrong(own):
            return await self._put_back(own)
        row = next((check for check in test.checks if check.status == "fail"), None)
        params = {"msg": row.message, "feishu_code": row.upstream_code} if row else {}
        found = Finding(PROVEN, Status.FAIL, "secret_change.can_test_failed", params)
        found = replace(found, who=Who.CAN_ADMIN, evidence=(test.evidence,))
        return self._stopped(found, "secret_change.saved_unproven")

    async def _prove_here(self, code: str, stage: Stage = Stage.DONE) -> SecretChange:
        """Without a test of CAN's: the pair once more, as it is kept now."""
        own = await self._tested(PROVEN)
        if _wrong(own):
            return await self._put_back(own)
        if own.status is not Status.PASS:
            return self._stopped(own, "secret_change.saved_unproven")
        self._rows.tell(replace(own, code="secret_change.proven_by_token"))
        if stage is not Stage.DONE:
            self._mark(stage)
            return self._result(code)
        return await self._done(code)

    async def _put_back(self, refused: Finding) -> SecretChange:
        """The platform refuses the new secret after all: the former one is in force again."""
        self._rows.tell(refused)
        if self._old is None:
            return self._result("secret_change.unclear")
        store, setup_id = self._place.store, self._kit.setup.id
        self._ref = await store.put(setup_id, APP_SECRET, self._old, Place(self._kit.place))
        former = await self._can_put_back()
        if former is not None:
            self._rows.tell(former)
            return self._result("secret_change.put_back_here")
        await store.delete(setup_id, FORMER_SECRET)
        self._mark(Stage.DONE)
        return self._result("secret_change.put_back")

    async def _can_put_back(self) -> Finding | None:
        """Write the former secret to CAN again, if it was replaced; why that failed."""
        if self._can_before is None or self._old is None:
            return None
        secrets = {**self._can_before.secrets, APP_SECRET: self._old}
        former = replace(self._can_before, secrets=secrets)
        try:
            plan = await plan_can(self._place, former)
            await save_can(self._place, former, plan, agreed=_AGREED)
        except WizardError as error:
            return error.finding(SAVED)
        return None

    # -- ends -------------------------------------------------------------------------

    async def _without_profile(self, *, has_can: bool) -> SecretChange:
        if not has_can:
            self._rows.tell(not_applicable(SAVED), not_applicable(READ_BACK))
            return await self._prove_here("secret_change.no_can")
        asked = Finding(SAVED, Status.UNKNOWN, "secret_change.enter_in_can", who=Who.CAN_ADMIN)
        self._rows.tell(asked, not_applicable(READ_BACK))
        self._mark(Stage.BY_HAND)
        return await self._prove_here("secret_change.by_hand", Stage.BY_HAND)

    async def _not_in_can(self) -> SecretChange:
        other = Finding(SAVED, Status.UNKNOWN, "secret_change.not_in_can")
        self._rows.tell(other, not_applicable(READ_BACK))
        return await self._prove_here("secret_change.no_can")

    async def _done(self, code: str) -> SecretChange:
        await self._place.store.delete(self._kit.setup.id, FORMER_SECRET)
        self._mark(Stage.DONE)
        return self._result(code)

    def _failed(self, row: str, error: WizardError, code: str) -> SecretChange:
        return self._stopped(error.finding(row), code)

    def _stopped(self, found: Finding, code: str) -> SecretChange:
        self._rows.stop(found)
        return self._result(code)

    def _result(self, code: str) -> SecretChange:
        params = {"where": self._kit.setup.office.url}
        return SecretChange(self._rows.all, code, params, self._ref, self._stage)

    def _mark(self, stage: Stage) -> None:
        self._stage = stage
        mark(self._place, self._kit, stage, self._new, self._old, self._ref)


def _as_stored(kit: Kit, stored: Setting) -> Kit:
    """The kit with everything but the secret as CAN has it: nothing else is changed on the way."""
    office = msgspec.structs.replace(kit.setup.office, callback_url=stored.callback_url)
    setup = msgspec.structs.replace(kit.setup, office=office)
    switch = kit.enable if stored.enabled is None else stored.enabled
    return replace(kit, setup=setup, enable=switch)


def _wrong(found: Finding) -> bool:
    return found.status is Status.FAIL and found.params.get("feishu_code") in _WRONG_SECRET

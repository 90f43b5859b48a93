"""What CAN is asked in a diagnosis: one read, one test of its own; refusals kept as answers."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.errors import CanError, WizardError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.outcomes import ProfileOffer
from feishu_wizard.operations.check_prerequisites import find_profile
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.services.can.client import CanClient, CanTest, Setting

# Somebody else answered at this address; CAN's API may lie at another port or path of the host.
_NOT_HERE = frozenset({"not_found", "unexpected"})


async def stored(case: Case) -> Setting | WizardError:
    """The setting that CAN has stored, or why it is not shown."""
    return await case.once.get("can.read", lambda: _stored(case))


async def tried(case: Case) -> CanTest | WizardError | None:
    """CAN's own test with what it has stored; None where there is none that changes nothing."""
    return await case.once.get("can.test", lambda: _tried(case))


async def offered(case: Case) -> tuple[ProfileOffer, Finding]:
    """Which profile this CAN speaks, asked without a key."""
    added = case.place.added_profiles
    return await case.once.get("can.offer", lambda: find_profile(case.http, case.kit, added()))


async def _stored(case: Case) -> Setting | WizardError:
    try:
        return await (await case.place.can(case.kit)).read()
    except CanError as error:
        if error.outcome not in _NOT_HERE or case.kit.api_base:
            return error
        return await _stored_elsewhere(case, error)
    except WizardError as error:
        return error


async def _stored_elsewhere(case: Case, first: CanError) -> Setting | WizardError:
    """The setup names CAN's web page; its API answers at another port or path."""
    try:
        offer, _found = await offered(case)
        if not offer.fits or offer.profile != case.kit.setup.office.profile:
            return first
        case.kit = replace(case.kit, api_base=offer.api_base)
        return await (await case.place.can(case.kit)).read()
    except WizardError as error:
        return error


async def _tried(case: Case) -> CanTest | WizardError | None:
    # The read comes first: it finds out where CAN's API lies.
    await stored(case)
    try:
        client = await case.place.can(case.kit)
        return await client.test() if _harmless(client) else None
    except WizardError as error:
        return error


def _harmless(client: CanClient) -> bool:
    test = client.profile.ops.test
    return test is not None and not test.saves

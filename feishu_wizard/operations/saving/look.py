"""The read before a plan and before a write: it must still fit the profile."""

from __future__ import annotations

from feishu_wizard.domain.errors import CanError, ExitCode
from feishu_wizard.domain.finding import Who
from feishu_wizard.services.can.client import CanClient, Recognition, Setting

# A server that once spoke the profile and now answers so was upgraded, or moved.
_ANOTHER_SHAPE = frozenset({"unexpected", "not_found"})
_TOLD = frozenset({"status", "msg", "title", "reason"})


async def look(client: CanClient) -> Setting:
    """Read what is stored, and the version where the profile knows how.

    Raises ``CanError`` can.profile_changed (profile, host, where, version, ...) when the server
    does not answer in the form of the profile, or is of a version that it is not for: nothing
    may be written to it then. Refusals and failures of the network as the client's.
    """
    found = await client.still_fits()
    if found.fits and found.setting is not None:
        return found.setting
    if found.error is not None and found.error.outcome not in _ANOTHER_SHAPE:
        raise found.error
    raise _changed(client, found)


def _changed(client: CanClient, found: Recognition) -> CanError:
    told = found.error.params if found.error is not None else {"reason": found.reason}
    host = found.evidence[0].host if found.evidence else ""
    params = {name: value for name, value in told.items() if name in _TOLD}
    params |= {"profile": client.profile.id, "where": client.url, "host": host}
    if found.version:
        params["version"] = found.version
    return CanError(
        "profile_changed",
        params,
        evidence=found.evidence,
        exit_code=ExitCode.NETWORK,
        who=Who.CAN_ADMIN,
    )

"""What a person does in the sandbox's console, for the demonstration and the tour."""

from __future__ import annotations

from typing import Any

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.net.http import Policy


async def console(
    place: Workplace, kit: Kit, origin: str, actions: tuple[tuple[str, dict[str, Any]], ...]
) -> None:
    """Carry out console actions in order: ``("grant", {"scopes": [...]})`` and the like."""
    for verb, body in actions:
        await _control(place, kit, f"{origin}/control/apps/{kit.setup.feishu.app_id}/{verb}", body)


async def phone(place: Workplace, kit: Kit, origin: str, code: str, link: str) -> None:
    """Confirm on the "phone" what the scanned link asks for; ``code``: the user code it shows."""
    await _control(place, kit, f"{origin}/control/registration/{code}/approve", {"url": link})


async def sign_in(place: Workplace, kit: Kit, origin: str, code: str) -> None:
    """Confirm on the "phone" a sign-in by ``code``, the user code that it shows."""
    await _control(place, kit, f"{origin}/control/device/{code}/approve", {})


async def outsider(place: Workplace, kit: Kit, origin: str) -> str:
    """User id of the person whom the drill ``recipient-outside`` leaves out."""
    state = await _state(place, kit, origin)
    return str(state["named"]["outside"]["user_id"])


async def people(place: Workplace, kit: Kit, origin: str, count: int) -> tuple[str, ...]:
    """User ids of the first few people of the practice company."""
    state = await _state(place, kit, origin)
    return tuple(str(person["user_id"]) for person in state["people"][:count])


async def _control(place: Workplace, kit: Kit, url: str, body: dict[str, Any]) -> None:
    http = await place.http(kit)
    reply = await http.request("POST", url, policy=Policy.CAN, json=body)
    if reply.status != 200:
        verb = url.rpartition("/")[2]
        raise WizardError("practice.refused", {"verb": verb, "status": str(reply.status)})


async def _state(place: Workplace, kit: Kit, origin: str) -> Any:
    http = await place.http(kit)
    url = f"{origin}/control/state.json"
    reply = await http.request("GET", url, policy=Policy.CAN, max_bytes=64 * 1_048_576)
    return reply.json()

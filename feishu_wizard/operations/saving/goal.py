"""What should be stored in CAN: that of the setup, or what was there before an earlier save."""

from __future__ import annotations

from dataclasses import dataclass

from feishu_wizard.domain.errors import CredentialError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.can.client import CanClient


@dataclass(frozen=True, slots=True)
class Goal:
    """``enabled`` None: the switch stays as it is. ``secret`` None: the stored one stays.

    ``at_hand``: the secret that is stored when ``secret`` is None, as far as it is known, for a
    server that wants it with every save. ``undoes``: the save that this takes back.
    ``remarks``: codes of what cannot be given back. ``wants_secret``: it cannot be done without
    a secret that is not known.
    """

    app_id: str
    callback_url: str
    enabled: bool | None
    secret: Secret | None
    at_hand: Secret | None = None
    undoes: int = 0
    remarks: tuple[str, ...] = ()
    wants_secret: bool = False


async def goal_of_setup(place: Workplace, kit: Kit, client: CanClient) -> Goal:
    """What the setup says, without the callback where this server keeps none.

    ``CredentialError`` secret.missing (name) without the App Secret.
    """
    secret = await place.secret(kit, APP_SECRET)
    if secret is None:
        raise CredentialError("secret.missing", {"name": APP_SECRET})
    feishu, office = kit.setup.feishu, kit.setup.office
    callback = office.callback_url if client.profile.fields.callback_url is not None else ""
    return Goal(feishu.app_id, callback, kit.enable, secret)

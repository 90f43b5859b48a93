"""Who a person is to the platform: one or two calls, refusals kept as answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.recipient import Recipient, RecipientKind
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import FoundUser, User, find_ids, get_user
from feishu_wizard.services.feishu.envelope import Answer

_OUT_OF_RANGE = 41050
_ID_TYPE = {
    RecipientKind.CAN_ACCOUNT: "user_id",
    RecipientKind.USER_ID: "user_id",
    RecipientKind.OPEN_ID: "open_id",
    RecipientKind.UNION_ID: "union_id",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back about one person.

    ``found``: the search by e-mail or mobile, None for a person named by id. ``user``: the
    person; None when the search gave nobody to read. ``ids``: id type to id, as far as known.
    """

    who: Recipient
    found: Answer[FoundUser | None] | FeishuError | None = None
    user: Answer[User] | FeishuError | None = None
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def hidden(self) -> bool:
        """The platform says that the app may not read this person."""
        return isinstance(self.user, FeishuError) and self.user.feishu_code == _OUT_OF_RANGE

    @property
    def best_id(self) -> tuple[str, str]:
        """An id to ask by; the open_id needs no permission."""
        id_type = "open_id" if "open_id" in self.ids else next(iter(self.ids))
        return id_type, self.ids[id_type]

    @property
    def name(self) -> str:
        """The person's name, "" when it is not told."""
        return self.user.value.name if isinstance(self.user, Answer) else ""

    def identifiers(self) -> tuple[str, ...]:
        """Everything that would tell a reader who this is."""
        if not isinstance(self.user, Answer):
            return (*self.ids.values(),)
        user = self.user.value
        told = (user.name, user.email, user.mobile, user.enterprise_email)
        return (*self.ids.values(), *told)


async def look_up(client: FeishuClient, who: Recipient) -> Seen:
    """Find and read a person. ``NetworkError`` and ``InputError`` are raised."""
    if who.kind not in (RecipientKind.EMAIL, RecipientKind.MOBILE):
        return await _read(client, who, None, _ID_TYPE[who.kind], who.value)
    by_mail = who.kind is RecipientKind.EMAIL
    emails = [who.value] if by_mail else []
    mobiles = [] if by_mail else [who.value]
    try:
        answer = await find_ids(client, emails, mobiles, "open_id")
    except FeishuError as error:
        return Seen(who, error)
    row = next((row for row in answer.value if row.id), None)
    found: Answer[FoundUser | None] = Answer(row, answer.evidence)
    return Seen(who, found) if row is None else await _read(client, who, found, "open_id", row.id)


async def _read(
    client: FeishuClient,
    who: Recipient,
    found: Answer[FoundUser | None] | None,
    id_type: str,
    value: str,
) -> Seen:
    ids = {id_type: value}
    try:
        answer = await get_user(client, value, id_type)
    except FeishuError as error:
        return Seen(who, found, error, ids)
    user = answer.value
    told = {"open_id": user.open_id, "user_id": user.user_id, "union_id": user.union_id}
    return Seen(who, found, answer, ids | {name: one for name, one in told.items() if one})

"""The app changes and publishes itself (official docs: application-v7 config, ability, publish).

Needs ``application:application:patch``, and a self-built app that was made in the developer
console: 210043, 210021 and 210001 else. 210040, 210020 and 210302: a version is under review.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from feishu_wizard.domain.errors import FeishuError, InputError, NetworkError, WizardError
from feishu_wizard.domain.finding import Who
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, nothing, of_data
from feishu_wizard.services.feishu.paths import api_path

T = TypeVar("T")
_V7 = "/open-apis/application/v7/applications/{}"
_ID_TYPES = {"user_id_type": "open_id", "department_id_type": "open_department_id"}
LIST_LIMIT = 300
TokenType = Literal["tenant", "user"]
RangeKind = Literal["equal_to_availability", "some", "all"]
Ability = Literal["", "bot", "web_app", "gadget"]
# The exchange ended before the request left: it can have done nothing.
_NEVER_SENT = (
    "net.dns",
    "net.refused",
    "net.unreachable",
    "net.proxy.",
    "net.tls.",
    "net.https_required",
    "net.ca_file_",
)
# A gateway gave up: what stands behind it may have gone on.
_GATEWAYS = frozenset({"502", "503", "504"})


@dataclass(frozen=True, slots=True)
class ScopeRef:
    """A permission with the identity that it is for."""

    name: str
    token_type: TokenType = "tenant"  # noqa: S105 - a kind of token


@dataclass(frozen=True, slots=True)
class Listed:
    """People (open_id), departments (open_department_id) and groups."""

    open_ids: tuple[str, ...] = ()
    department_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()

    def body(self) -> dict[str, object]:
        """As the platform names them; absent lists stay as they are."""
        lists = {
            "user_ids": self.open_ids,
            "department_ids": self.department_ids,
            "group_ids": self.group_ids,
        }
        return {name: list(ids) for name, ids in lists.items() if ids}


@dataclass(frozen=True, slots=True)
class Visibility:
    """Who may use the app: everybody, or those listed."""

    everybody: bool = False
    listed: Listed = Listed()

    def body(self) -> dict[str, object]:
        """As the platform takes it."""
        if self.everybody:
            return {"is_visible_to_all": True}
        return {"is_visible_to_all": False, "visible_list": self.listed.body()}


@dataclass(frozen=True, slots=True)
class ContactsRange:
    """Whom the app may read, with the next version."""

    kind: RangeKind
    listed: Listed = Listed()

    def body(self) -> dict[str, object]:
        """As the platform takes it."""
        wanted: dict[str, object] = {"contacts_range_type": self.kind}
        if self.kind == "some":
            wanted["visible_list"] = self.listed.body()
        return wanted


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """What is added, removed and set; all else stays.

    At once: review-free permissions, redirect URLs, addresses. With the next version: the rest.
    """

    add_scopes: tuple[ScopeRef, ...] = ()
    remove_scopes: tuple[ScopeRef, ...] = ()
    add_redirect_urls: tuple[str, ...] = ()
    remove_redirect_urls: tuple[str, ...] = ()
    add_ips: tuple[str, ...] = ()
    remove_ips: tuple[str, ...] = ()
    visibility: Visibility | None = None
    contacts: ContactsRange | None = None

    def body(self) -> dict[str, object]:
        """The request; empty when nothing is wanted.

        Raises ``InputError`` ``feishu.too_many`` for more than 300 entries in one list.
        """
        parts: dict[str, object] = {
            "scope": _filled(
                add_scopes=_scopes(self.add_scopes), remove_scopes=_scopes(self.remove_scopes)
            ),
            "security": _filled(
                add=_security(self.add_redirect_urls, self.add_ips),
                remove=_security(self.remove_redirect_urls, self.remove_ips),
            ),
            "visibility": self.visibility.body() if self.visibility else None,
            "contacts": self.contacts.body() if self.contacts else None,
        }
        return _filled(**parts)


@dataclass(frozen=True, slots=True)
class AbilityChange:
    """Switches the bot on or off, with the next version."""

    bot: bool

    def body(self) -> dict[str, object]:
        """As the platform takes it."""
        return {"bot": {"enable": self.bot}}


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The version that was made; ``version`` is its number as the platform gave it."""

    version_id: str = ""
    version: str = ""


async def change_config(client: FeishuClient, change: ConfigChange) -> Answer[None]:
    """Add, remove and set. Repeatable: a second time leads to the same end."""
    return await _patch(client, f"{_V7}/config", change.body())


async def change_ability(client: FeishuClient, change: AbilityChange) -> Answer[None]:
    """Switch the bot. Repeatable. Acts with the next version."""
    return await _patch(client, f"{_V7}/ability", change.body())


async def set_contacts_range(
    client: FeishuClient, kind: RangeKind, add: Listed = Listed(), remove: Listed = Listed()
) -> Answer[None]:
    """Set at once whom the app may read (``application:application.contacts_range:write``)."""
    body: dict[str, object] = {"contacts_range_type": kind}
    body |= _filled(add_visible_list=add.body(), del_visible_list=remove.body())
    template = "/open-apis/application/v6/applications/{}/contacts_range"
    return await _patch(client, template, body)


async def publish(
    client: FeishuClient, number: str, note: str, remark: str, ability: Ability = "bot"
) -> Answer[Published]:
    """Make a version and start its review. ``number``: X.X.X, rising, "" lets the platform count.

    ``note`` says what is new to everybody, ``remark`` why to the approver; ``ability`` is what
    opens first, needed as soon as bot or web app is on. Never repeated: a lost answer is
    ``net.outcome_unknown`` (params host, reason), and only the list of versions tells then.
    """
    body: dict[str, object] = {"changelog": note, "remark": remark}
    body |= _filled(version=number, mobile_default_ability=ability, pc_default_ability=ability)
    path = api_path(f"{_V7}/publish", client.app_id)
    await client.tenant_token()  # what fails before the call has an outcome
    try:
        return await client.call("POST", path, of_data(Published), params=_ID_TYPES, body=body)
    except NetworkError as error:
        if error.code.startswith(_NEVER_SENT):
            raise
        raise _outcome_unknown(error) from error
    except FeishuError as error:
        if error.params["status"] not in _GATEWAYS:
            raise
        raise _outcome_unknown(error) from error


def _outcome_unknown(error: WizardError) -> NetworkError:
    evidence = error.evidence
    host = error.params.get("host") or (evidence[0].host if evidence else "")
    params = {"host": host, "reason": error.code}
    return NetworkError("net.outcome_unknown", params, who=Who.YOU, evidence=evidence)


async def _patch(client: FeishuClient, template: str, body: dict[str, object]) -> Answer[None]:
    if not body:
        raise ValueError("an empty change")
    path = api_path(template, client.app_id)
    return await client.call("PATCH", path, nothing, params=_ID_TYPES, body=body, retry=True)


def _filled(**parts: object) -> dict[str, object]:
    return {name: value for name, value in parts.items() if value}


def _scopes(scopes: tuple[ScopeRef, ...]) -> list[dict[str, str]]:
    return [{"scope_name": one.name, "token_type": one.token_type} for one in _few(scopes)]


def _security(urls: tuple[str, ...], addresses: tuple[str, ...]) -> dict[str, object]:
    return _filled(redirect_urls=list(_few(urls)), allowed_ips=list(_few(addresses)))


def _few(values: tuple[T, ...]) -> tuple[T, ...]:
    if len(values) > LIST_LIMIT:
        raise InputError("feishu.too_many", {"limit": str(LIST_LIMIT)})
    return values

"""What a proof rests on, as the platform tells it: in few calls, and what it hides is absent."""

from __future__ import annotations

import asyncio

from feishu_wizard.domain.ledger import Basis, BasisPart
from feishu_wizard.domain.proofs import ALL, EVERYBODY, PART
from feishu_wizard.operations.permissions.reading import ROOT, SAMPLE
from feishu_wizard.operations.permissions.settings import OUTSIDE_RANGE
from feishu_wizard.operations.platform_view import (
    PlatformView,
    Read,
    described,
    kept,
    refused_with,
)
from feishu_wizard.services.feishu.application import (
    AppInfo,
    AppVersion,
    Availability,
    ScopeGrant,
    granted_scopes,
    in_availability,
    version_detail,
)
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import User, contact_range, department_members
from feishu_wizard.services.feishu.envelope import Answer

# Whom a permission was granted for: it says something else for the app and for a person.
FOR_USER = "@user"
_MORE = "+"  # the range goes on behind its first page
_SOME, _NONE = "some", "none"


async def read_basis(client: FeishuClient) -> PlatformView:
    """Read it in at most six authenticated calls: nothing is repeated.

    The list of permissions, the app, its version in force, the contacts range, the people below
    the root, and whether the app is there for these. Network failures are raised; the platform's
    refusals are kept in the view.
    """
    await client.tenant_token()
    client.spare_calls(0)
    try:
        grants, app, span, root = await asyncio.gather(
            kept(granted_scopes(client)),
            kept(described(client)),
            kept(contact_range(client)),
            kept(department_members(client, ROOT, SAMPLE)),
        )
        versions = await _version(client, app)
        seen = await _availability(client, app, root)
    finally:
        client.spare_calls(None)
    return PlatformView(grants, app, versions, None, span, (), seen, root)


def basis_of(view: PlatformView) -> Basis:
    """What a view tells of it, whoever read that view."""
    parts = {
        BasisPart.VERSION: _version_id(view),
        BasisPart.PERMISSIONS: _permissions(view),
        BasisPart.RANGE: _range(view),
        BasisPart.AVAILABILITY: _seen(view),
    }
    told = {part.value: text for part, text in parts.items() if text is not None}
    return Basis(told, view.in_force.version if view.in_force else "")


async def _version(client: FeishuClient, app: Read[AppInfo]) -> Read[list[AppVersion]]:
    if not isinstance(app, Answer) or not app.value.online_version_id:
        return None
    one = await kept(version_detail(client, app.value.online_version_id))
    return Answer([one.value], one.evidence) if isinstance(one, Answer) else one


async def _availability(
    client: FeishuClient, app: Read[AppInfo], root: Read[list[User]]
) -> Read[list[Availability]]:
    """Asked of the people below the root only: they are the same ones at every look."""
    people = root.value if isinstance(root, Answer) else []
    ids = [person.open_id for person in people if person.open_id]
    if not ids or not isinstance(app, Answer):
        return None
    return await kept(in_availability(client, ids, "open_id"))


def _version_id(view: PlatformView) -> str | None:
    return view.app.value.online_version_id if isinstance(view.app, Answer) else None


def _permissions(view: PlatformView) -> str | None:
    if not isinstance(view.grants, Answer):
        return None
    return " ".join(sorted({_named(row) for row in view.grants.value if row.granted}))


def _named(row: ScopeGrant) -> str:
    return row.name + (FOR_USER if row.token_type == "user" else "")  # noqa: S105 - a kind


def _range(view: PlatformView) -> str | None:
    """Its kind and what it lists; None where either cannot be told."""
    if isinstance(view.root, Answer):
        return ALL
    if not isinstance(view.range, Answer) or not refused_with(view.root, *OUTSIDE_RANGE):
        return None
    span = view.range.value
    listed = sorted({*span.department_ids, *span.user_ids, *span.group_ids})
    return " ".join([PART, *listed, *([_MORE] if span.has_more else [])])


def _seen(view: PlatformView) -> str | None:
    """Of the people below the root; a sample taken elsewhere cannot be compared with it."""
    if not isinstance(view.root, Answer) or not view.root.value:
        return None
    if not isinstance(view.availability, Answer) or not view.availability.value:
        return None
    inside = [person.available for person in view.availability.value]
    return EVERYBODY if all(inside) else _SOME if any(inside) else _NONE

"""Apps in a practice tenant, brought to a state by a person's hands, and checked over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import PermissionCheck
from feishu_wizard.domain.permission import Kind
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.check_permissions import check_permissions
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.services.storage.setup_file import read_setup
from tests.sandbox_process import SandboxProcess
from tests.unit.operations.permissions.matrix import SCOPES, Row

replace = msgspec.structs.replace
ALL_SCOPES = tuple(need.scope for need in needs() if need.kind is Kind.SCOPE)


def post(practice: SandboxProcess, path: str, **body: Any) -> Any:
    """A control call that belongs to no app."""
    with practice.client(base_url=practice["console"]) as client:
        reply = client.post(f"/control/{path}", json=body)
        reply.raise_for_status()
        return reply.json()


def make(practice: SandboxProcess, row: Row, need_id: str) -> Kit:
    """A new app in the state of a row; every other permission acts."""
    first, second = SCOPES[need_id]
    rest = [scope for scope in ALL_SCOPES if scope != first]
    asked = row.permission == "requested"
    reviews = dict.fromkeys([*ALL_SCOPES, second], False) | {first: asked}
    post(practice, "tenant", review=reviews)
    made = post(practice, "apps", name=str(row))
    app_id = made["app_id"]

    def do(action: str, **body: Any) -> None:
        practice.control(action, app_id, **body)

    do("grant", scopes=rest)
    do("bot", enable=row.bot)
    people = practice.state()
    owner = people["named"]["owner"]["user_id"]
    part = people["named"]["outside"]["user_id"]
    audience = {"all": {"type": "all"}, "owner": {"type": "some", "users": [owner]}}
    do("availability", **audience[row.available])
    ranges = {"all": [], "part": [part], "nobody": []}
    do("range", type="all" if row.range == "all" else "some", users=ranges[row.range])
    if row.redirect:
        do("redirect-url", add=[practice["can"] + "/user/softLogin"])
    if row.app == "old":
        do("release")
        do("approve")
    if row.acts or asked:
        do("grant", scopes=[second if row.permission == "alternative" else first])
    elif row.permission == "user_only":
        do("grant", scopes=[first], token_type="user")
    if row.app in ("review", "rejected", "released"):
        do("release")
    if row.app == "rejected":
        do("reject", reason="not now")
    elif row.app == "released":
        do("approve", **({"except": [first]} if asked else {}))
    return kit_of(practice, app_id, made["app_secret"])


def kit_of(practice: SandboxProcess, app_id: str, secret: str) -> Kit:
    """A kit for one app of the practice tenant."""
    setup = read_setup(practice.setup)
    feishu = replace(setup.feishu, app_id=app_id, app_secret="")
    return Kit(replace(setup, feishu=feishu), {"app_secret": Secret(secret)})


def known_kit(practice: SandboxProcess) -> Kit:
    """The kit of the practice app itself."""
    return kit_of(practice, practice["app_id"], practice["app_secret"])


def check_all(root: Path, kits: list[Kit]) -> list[PermissionCheck]:
    """A full check of every app in one run of the program; apps do not disturb each other."""

    async def main() -> list[PermissionCheck]:
        async with Workplace(Program(state_root=root, use_keyring=False)) as place:
            checks = [check_permissions(place, kit, frozenset(), silent) for kit in kits]
            return list(await asyncio.gather(*checks))

    return asyncio.run(main())


def counted(practice: SandboxProcess, kit: Kit) -> int:
    """Authenticated calls of one app in the sandbox's own log."""
    return sum(
        1
        for one in practice.state()["requests"]
        if one["host"] == "feishu"
        and one["authenticated"]
        and one["app_id"] == kit.setup.feishu.app_id
    )

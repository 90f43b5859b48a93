"""The smallest real calls that prove a permission, and neither send nor change anything.

The platform looks at permissions before it looks at parameters: a refusal of the parameters
proves that the permission acts.
"""

from __future__ import annotations

import msgspec

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import find_ids
from feishu_wizard.services.feishu.envelope import Answer, Body, ShapeError, of_data
from feishu_wizard.services.feishu.paths import api_path

_NO_PERMISSION = 99991672
# Refusals of receiver or content (official docs: im-v1 message create; general error codes).
_OF_THE_PARAMETERS = frozenset({99992402, 99992351, 99992361, 230001, 230034})
# RFC 2606: a domain that never exists.
_NOBODY = "nobody@example.invalid"


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department. Its ``name`` is absent without permission: see ``present``."""

    open_department_id: str = ""
    name: str = ""
    present: frozenset[str] = frozenset()


async def may_send(client: FeishuClient) -> Answer[bool]:
    """Tell whether the app may send messages. False: any of the sending permissions is missing.

    Nothing can be sent: the message names no receiver and has no content, so no answer but a
    refusal is possible. Should code 0 come all the same, it is ``net.unexpected``: nothing was
    proven by it. Refusals that are about neither permission nor parameters are raised, such as
    ``FeishuError`` 230006: the bot is off.
    """
    body = {"receive_id": "", "msg_type": "text", "content": ""}
    params = {"receive_id_type": "open_id"}
    try:
        return await client.call(
            "POST", "/open-apis/im/v1/messages", _impossible, params=params, body=body, retry=True
        )
    except FeishuError as error:
        if error.feishu_code == _NO_PERMISSION:
            return Answer(False, error.evidence[0])
        if error.feishu_code in _OF_THE_PARAMETERS:
            return Answer(True, error.evidence[0])
        raise


async def may_find_ids(client: FeishuClient) -> Answer[bool]:
    """Tell whether the app may look people up by e-mail; asks for an address nobody can have.

    Asked for open ids: any other kind of id needs a permission of its own.
    """
    try:
        answer = await find_ids(client, [_NOBODY], id_type="open_id")
    except FeishuError as error:
        if error.feishu_code == _NO_PERMISSION:
            return Answer(False, error.evidence[0])
        raise
    return Answer(True, answer.evidence)


async def first_department(client: FeishuClient, open_department_id: str) -> Answer[Department]:
    """Read one department, for example the first of the contacts range.

    ``FeishuError`` 40004: outside the range (official docs: contact-v3 department get).
    """
    path = api_path("/open-apis/contact/v3/departments/{}", open_department_id)
    params = {"user_id_type": "open_id", "department_id_type": "open_department_id"}
    return await client.call("GET", path, _department, params=params)


def _impossible(body: Body) -> bool:
    raise ShapeError("$.code")


def _department(body: Body) -> Department:
    found = of_data(Department, "department")(body)
    present = frozenset(body.get("data", {}).get("department", {}))
    return msgspec.structs.replace(found, present=present)

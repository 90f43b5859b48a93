"""Yesterday's sitting."""

from __future__ import annotations

from feishu_wizard.domain.setup import Capabilities, Feishu, Office, Setup
from feishu_wizard.domain.sitting import Sitting
from tests.unit.wizard.fakes import (
    APP_ID,
    CALLBACK,
    CAN,
)


def yesterday(**changes):
    """A sitting that stopped at the permissions, waiting for an approver."""
    setup = Setup(
        id="abc234",
        feishu=Feishu(app_id=APP_ID, app_secret="keyring:app_secret"),
        office=Office(
            url=CAN,
            profile="can-rest",
            callback_url=CALLBACK,
            inputs={"tenant_id": "7"},
            secrets={"api_key": "keyring:can_api_key"},
        ),
        capabilities=Capabilities(user_sync=False),
    )
    known = {
        "setup": setup,
        "step": "permissions",
        "visited": ["prerequisites", "credentials", "permissions"],
        "can_text": CAN + "/anymetrics/home",
        "app_id_text": APP_ID,
        "callback_text": CALLBACK,
        "colleague": True,
        "declined": ["permission.mobile"],
        "targets": ["can"],
        "api_base": CAN + "/anymetrics/api/v1",
        "refs": {"app_secret": "keyring:app_secret", "can_api_key": "keyring:can_api_key"},
        "recipients": "zhang.wei",
        "waiting_since": "2026-03-01T08:00:00+00:00",
        "updated_at": "2026-03-01T08:05:00+00:00",
    }
    return Sitting(**(known | changes))

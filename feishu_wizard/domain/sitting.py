"""What a sitting leaves behind when the program is closed: the draft's schema. No secrets."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from feishu_wizard.domain.recipient import RecipientKind
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.states import Target

StepId = Literal["prerequisites", "credentials", "permissions", "save", "test", "finish"]
DRAFT_SCHEMA: Final = "feishu-wizard/draft/1"


class Sitting(msgspec.Struct, frozen=True, kw_only=True):
    """Answers as typed, references of secrets, and where the admin was.

    ``updated_at`` and ``waiting_since`` are RFC 3339 times; results of checks are not kept, they
    are made again.
    """

    schema: Literal["feishu-wizard/draft/1"] = DRAFT_SCHEMA
    setup: Setup
    step: StepId = "prerequisites"
    visited: list[str] = []
    can_text: str = ""
    app_id_text: str = ""
    callback_text: str = ""
    no_can: bool = False
    colleague: bool = False
    declined: list[str] = []
    console_done: list[str] = []
    scanned_by: str = ""
    stated: list[str] = []
    targets: list[str] = []
    file_path: str = ""
    api_base: str = ""
    refs: dict[str, str] = {}
    recipients: str = ""
    recipient_kind: RecipientKind = RecipientKind.CAN_ACCOUNT
    template: str = "card"
    message_lang: str = ""
    enable: bool = True
    place: Literal["keyring", "session", "file"] = "keyring"
    proxy_user: str = ""
    file_plain: bool = False
    waiting_since: str = ""
    updated_at: str = ""

    def target_set(self) -> frozenset[Target]:
        """The chosen targets; names of a later version are left out."""
        known = {target.value: target for target in Target}
        return frozenset(known[name] for name in self.targets if name in known)

"""A setup together with the secrets of this run: what every operation works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup


@dataclass(frozen=True, slots=True)
class Kit:
    """``secrets``: entry name ("app_secret", "can_api_key", "proxy_password") to value.

    An entry that is missing here is looked up by the setup's reference when it is needed.
    ``api_base`` is the address under which CAN's profile answered; "" for the profile's own.
    ``place`` is where new secrets are kept: keyring, session or file.
    """

    setup: Setup
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    api_base: str = ""
    proxy_user: str = ""
    place: str = "keyring"
    enable: bool = True
    file_path: str = ""
    file_plain: bool = False

"""Marks that tell two secrets apart without telling either; salted with the setup's id."""

from __future__ import annotations

import hashlib
import hmac

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret

HINT_LENGTH = 4


def fingerprint(kit: Kit, secret: Secret | None) -> str:
    """16 hexadecimal digits of a whole secret; "" for none."""
    if secret is None:
        return ""
    return _mark(kit, secret.reveal())[:16]


def hint_mark(kit: Kit, hint: str) -> str:
    """Two hexadecimal digits of the end of a secret that a server shows; "" for none.

    So few that the end cannot be found from them, and yet another end is told apart in 255 of
    256 cases.
    """
    return _mark(kit, f"hint {hint[-HINT_LENGTH:]}")[:2] if hint else ""


def hint_fits(hint: str, secret: Secret) -> bool:
    """Whether what a server shows of its secret is the end of this one."""
    return hint[-HINT_LENGTH:] == secret.reveal()[-HINT_LENGTH:]


def _mark(kit: Kit, text: str) -> str:
    return hmac.new(kit.setup.id.encode(), text.encode(), hashlib.sha256).hexdigest()

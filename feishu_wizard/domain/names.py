"""Names that the setup file and the secret store share."""

from __future__ import annotations

import hashlib
import secrets

BY_HAND = "by-hand"
APP_SECRET = "app_secret"  # noqa: S105 - the name of an entry, not its value
PROXY_PASSWORD = "proxy_password"  # noqa: S105 - likewise
APP_TICKET = "app_ticket"  # of a store app; lives for one run only
FORMER_SECRET = "app_secret_before"  # noqa: S105 - likewise; kept while the secret is changed
# The App Secret of the last save to CAN, and that of the save before it: what undo gives back.
SAVED_SECRET = "app_secret_saved"  # noqa: S105 - likewise
UNDO_SECRET = "app_secret_undo"  # noqa: S105 - likewise


_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_LENGTH = 6


def new_id() -> str:
    """Six characters that name locks, ledger and keyring entries of one setup."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def id_of(place: str) -> str:
    """The id of a setup whose file says none: the same for everybody who opens this place."""
    digest = hashlib.sha256(place.encode(errors="surrogateescape")).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_LENGTH])

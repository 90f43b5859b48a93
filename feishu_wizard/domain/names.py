"""Names that the setup file and the secret store share."""

from __future__ import annotations

import secrets

BY_HAND = "by-hand"
APP_SECRET = "app_secret"  # noqa: S105 - the name of an entry, not its value
PROXY_PASSWORD = "proxy_password"  # noqa: S105 - likewise
APP_TICKET = "app_ticket"  # of a store app; lives for one run only
FORMER_SECRET = "app_secret_before"  # noqa: S105 - likewise; kept while the secret is changed
# The App Secret of the last save to CAN, and that of the save before it: what undo gives back.
SAVED_SECRET = "app_secret_saved"  # noqa: S105 - likewise
UNDO_SECRET = "app_secret_undo"  # noqa: S105 - likewise


def new_id() -> str:
    """Six characters that name locks, ledger and keyring entries of one setup."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _ in range(6))

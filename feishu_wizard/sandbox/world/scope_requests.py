"""Asking the tenant for permissions that the online version declares and nobody granted.

Official docs: application-v6/scope/apply. It adds nothing to the version; super-sensitive
permissions cannot be asked for this way; at most ten requests a version and tenant.
"""

from __future__ import annotations

from typing import Final

from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.app import App, ScopeKey
from feishu_wizard.sandbox.world.scope_book import SCOPES

MAX_REQUESTS: Final = 10
SUPER_SENSITIVE: Final = 3
ONLY_SUPER_SENSITIVE, NOTHING_LEFT, TOO_MANY, ASKED_ALREADY = 212001, 212002, 212003, 212004


def waiting(app: App) -> frozenset[ScopeKey]:
    """Permissions that the online version declares and the tenant has not granted."""
    online = app.online_version
    declared = online.scopes if online else frozenset()
    return frozenset(key for key in declared if app.scopes.get(key) is False)


def ask(app: App) -> frozenset[ScopeKey]:
    """Send the administrators a request for what waits; :class:`RefusedError` with its code."""
    missing = waiting(app)
    if not missing:
        raise RefusedError(NOTHING_LEFT, "no scope to apply for")
    wanted = frozenset(key for key in missing if SCOPES[key[1]].level < SUPER_SENSITIVE)
    if not wanted:
        raise RefusedError(ONLY_SUPER_SENSITIVE, "only super-sensitive scopes remain")
    if wanted <= app.asked:
        raise RefusedError(ASKED_ALREADY, "the scopes were applied for already")
    if app.approval_requests >= MAX_REQUESTS:
        raise RefusedError(TOO_MANY, f"at most {MAX_REQUESTS} requests for a version")
    app.asked = wanted
    app.approval_requests += 1
    return wanted


def approve(app: App) -> list[str]:
    """The administrator grants what was asked for; the names, each once."""
    asked = _open_request(app)
    for key in asked:
        if key in app.scopes:
            app.scopes[key] = True
    return sorted({name for _, name in asked})


def decline(app: App) -> list[str]:
    """The administrator refuses the request, after which the app may ask again."""
    return sorted({name for _, name in _open_request(app)})


def _open_request(app: App) -> frozenset[ScopeKey]:
    asked = app.asked
    if not asked:
        raise RefusedError(NOTHING_LEFT, "no request for permissions waits")
    app.asked = frozenset()
    return asked

"""What developers and administrators do to an app; the console, v7 and control calls share it.

A version under review locks the app for its developer (210040); the Feishu administrator's own
settings are not locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from feishu_wizard.sandbox.world.app import (
    APPROVED,
    IN_REVIEW,
    NOT_SUBMITTED,
    REJECTED,
    App,
    Version,
    version_key,
)
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.identifiers import new_secret
from feishu_wizard.sandbox.world.scope_book import SCOPES, TokenType

UNDER_REVIEW = 210040
STORE_APP = 210034
MAX_REDIRECT_URLS = 300


class RefusedError(Exception):
    """An action that the platform refuses; ``code`` is its error code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def ensure_unlocked(app: App) -> None:
    """Raise :class:`RefusedError` while a version is under review."""
    if app.under_review is not None:
        raise RefusedError(UNDER_REVIEW, "the app is under review")


def needs_review(app_reviews: dict[str, bool], scope: str) -> bool:
    """Whether an administrator has to approve ``scope`` in this tenant."""
    info = SCOPES.get(scope)
    return app_reviews.get(scope, info is None or info.review)


def grant(
    app: App, scopes: Iterable[str], identity: TokenType, reviews: dict[str, bool]
) -> tuple[list[str], list[str]]:
    """Switch permissions on; returns those that act at once and those the platform lacks."""
    ensure_unlocked(app)
    at_once: list[str] = []
    unknown: list[str] = []
    for scope in scopes:
        info = SCOPES.get(scope)
        if info is None or (info.user_only and identity == "tenant"):
            unknown.append(scope)
        elif not app.scopes.get((identity, scope), False):
            acts = not needs_review(reviews, scope)
            app.scopes[identity, scope] = acts
            if acts:
                at_once.append(scope)
    return at_once, unknown


def revoke(app: App, scopes: Iterable[str], identity: TokenType) -> None:
    """Switch permissions off, at once."""
    ensure_unlocked(app)
    for scope in scopes:
        app.scopes.pop((identity, scope), None)


def set_bot(app: App, enable: bool) -> None:
    """Switch the bot on or off in the draft."""
    ensure_unlocked(app)
    app.draft.bot = enable


def registered_form(url: str) -> str:
    """A redirect URL without ``?…`` and ``#…``, which do not count."""
    return url.split("#", 1)[0].split("?", 1)[0]


def add_redirect_urls(app: App, urls: Iterable[str]) -> None:
    """Register redirect URLs, effective at once; 210031 for what is no http(s) address."""
    ensure_unlocked(app)
    wanted = [registered_form(url.strip()) for url in urls]
    for url in wanted:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "*" in url:
            raise RefusedError(210031, f"invalid redirect url: {url}")
    new = [url for url in dict.fromkeys(wanted) if url not in app.redirect_urls]
    if len(app.redirect_urls) + len(new) > MAX_REDIRECT_URLS:
        raise RefusedError(210031, f"at most {MAX_REDIRECT_URLS} redirect urls")
    app.redirect_urls.extend(new)


def remove_redirect_urls(app: App, urls: Iterable[str]) -> None:
    """Remove redirect URLs, effective at once."""
    ensure_unlocked(app)
    gone = {registered_form(url.strip()) for url in urls}
    app.redirect_urls[:] = [url for url in app.redirect_urls if url not in gone]


def set_range(app: App, wanted: Audience, *, at_once: bool = False) -> None:
    """Contacts range: the developer's waits for a release, the administrator's acts at once.

    A store app's is set by the tenant's administrator only (docs: configure-app-data-permissions).
    """
    if not at_once:
        if app.kind == "store":
            raise RefusedError(STORE_APP, "the tenant's administrator sets a store app's range")
        ensure_unlocked(app)
    app.draft.contacts_range = wanted.copy()
    if at_once and app.online:
        app.online.contacts_range = wanted.copy()


def set_availability(app: App, wanted: Audience, *, at_once: bool = False) -> None:
    """Availability: the developer's waits for a release, the administrator's acts at once."""
    if not at_once:
        ensure_unlocked(app)
    app.draft.availability = wanted.copy()
    if at_once and app.online:
        app.online.availability = wanted.copy()


def release(app: App, at: int, version: str = "", note: str = "") -> Version:
    """Make a version of the draft and submit it for review."""
    if app.under_review is not None:
        raise RefusedError(210302, "a version is under review")
    number = version or app.next_version()
    try:
        rising = not app.versions or version_key(number) > version_key(app.versions[-1].version)
    except ValueError as error:
        raise RefusedError(210303, str(error)) from error
    if not rising:
        raise RefusedError(210303, f"version {number} is not higher than the last one")
    made = app.new_version(number, note, at)
    made.status = IN_REVIEW
    app.versions.append(made)
    app.releases += 1
    return made


def approve(app: App, at: int, *, withheld: Iterable[str] = (), automatic: bool = False) -> Version:
    """Approve what is under review; a second time changes nothing.

    ``withheld`` are permissions of the version that the tenant does not grant: they stay declared.
    ``automatic``: nobody had to decide.
    """
    version = app.under_review
    if version is None:
        if app.online_version is not None and app.versions[-1].status == APPROVED:
            return app.online_version
        raise RefusedError(210303, "no version is under review")
    kept_back = set(withheld)
    unknown = kept_back - {name for _, name in version.scopes}
    if unknown:
        raise ValueError(f"not in the version: {', '.join(sorted(unknown))}")
    version.status = APPROVED
    version.publish_time = at
    app.online = version.features.copy()
    for key in version.scopes:
        if key in app.scopes:
            app.scopes[key] = key[1] not in kept_back
    app.asked, app.approval_requests = frozenset(), 0  # both belong to the version before
    app.reviews += not automatic
    return version


def reject(app: App, reason: str) -> Version:
    """The administrator rejects what is under review; the draft stays as it is."""
    version = app.under_review
    if version is None:
        raise RefusedError(210303, "no version is under review")
    version.status = REJECTED
    version.reason = reason
    app.reviews += 1
    return version


def withdraw(app: App) -> Version:
    """The developer takes the version back, which unlocks the app."""
    version = app.under_review
    if version is None:
        raise RefusedError(210303, "no version is under review")
    version.status = NOT_SUBMITTED
    return version


def reset_secret(app: App) -> str:
    """A new App Secret; the old one stops at once."""
    app.secret = new_secret()
    return app.secret

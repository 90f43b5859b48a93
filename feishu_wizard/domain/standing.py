"""How the app itself stands, apart from the single needs: released, stopped, who may change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feishu_wizard.domain.states import VersionState

PATCH_SCOPE = "application:application:patch"
RANGE_SCOPE = "application:application.contacts_range:write"


@dataclass(frozen=True, slots=True)
class AppStanding:
    """``online``: a version is in force; None when nobody tells.

    ``may_patch``: the app may change and publish itself (scope ``application:application:patch``
    acts, a self-built app made in the developer console). ``may_set_range``: it may set its
    contacts range at once. ``made_elsewhere``: another tool made it, so v7 writes are refused
    (codes 210043, 210035). ``others``: text codes of what suggests that other systems use the app,
    too; ``foreign_scopes`` and ``foreign_urls`` are what such a suspicion rests on.
    """

    version: VersionState = VersionState.UNKNOWN
    online: bool | None = None
    stopped: bool = False
    may_patch: bool = False
    may_set_range: bool = False
    made_elsewhere: bool = False
    app_name: str = ""
    online_version: str = ""
    others: tuple[str, ...] = ()
    foreign_scopes: tuple[str, ...] = ()
    foreign_urls: tuple[str, ...] = ()


def signs_of_others(
    granted: Iterable[str],
    wanted: Iterable[str],
    redirect_urls: Iterable[str],
    callbacks: Iterable[str],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What suggests that the app serves other systems: codes, foreign scopes, foreign URLs.

    Permissions that neither CAN nor this program asks for, and redirect URLs of other hosts.
    """
    scopes = tuple(sorted(set(granted) - set(wanted)))
    ours = {_host(url) for url in callbacks}
    urls = tuple(url for url in redirect_urls if _host(url) not in ours)
    codes = []
    if scopes:
        codes.append("others.scopes")
    if urls:
        codes.append("others.redirect_urls")
    return tuple(codes), scopes, urls


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return url  # what is no address is nobody's of ours

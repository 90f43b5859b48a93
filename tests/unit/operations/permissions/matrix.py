"""The matrix of app states: what is set, and what must be said of it, as plain rules.

The rules below are written from the platform's behaviour, not from the program: an app is read
through its list (212100 before a version is in force), its own description, the newest version,
and calls; permissions without review act at once, everything else with an approved version.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields

SETTLED = {"granted", "proven"}
SCOPES = {
    "permission.send_message": ("im:message:send_as_bot", "im:message"),
    "permission.user_base": ("contact:user.base:readonly", "contact:contact:readonly_as_app"),
    "permission.mobile": ("contact:user.phone:readonly", ""),
}
VALUES = {
    # "old": the permission was dealt with after the version in force; "released": before it, so
    # that "requested" means declared, and not granted by whoever approved.
    "app": ("never", "review", "rejected", "old", "released"),
    "permission": ("absent", "requested", "granted", "user_only", "alternative"),
    "bot": (True, False),
    "range": ("all", "part", "nobody"),
    "redirect": (True, False),
    "available": ("all", "owner"),
}


@dataclass(frozen=True)
class Row:
    """One app. Bot, range and availability are those of the version that ``app`` speaks of, and
    before the first one those of the draft; the redirect URL acts at once."""

    app: str
    permission: str
    bot: bool
    range: str
    redirect: bool
    available: str

    def __str__(self) -> str:
        return "-".join(str(value) for value in astuple(self))

    @property
    def online(self) -> bool:
        return self.app in ("old", "released")

    @property
    def acts(self) -> bool:
        """The permission acts: nobody has to review it in these rows, or it was approved."""
        return self.permission in ("granted", "alternative")


def every_row(need_id: str) -> list[Row]:
    """The whole product; without alternatives there is none to be granted."""
    rows = [Row(*values) for values in itertools.product(*VALUES.values())]
    return [row for row in rows if SCOPES[need_id][1] or row.permission != "alternative"]


def pairwise(seed: int, rows: list[Row], least: int = 25) -> list[Row]:
    """Few rows that hold every pair of values of any two columns; at least so many."""
    chance = random.Random(seed)
    left = {pair for row in rows for pair in _pairs(row)}
    pool, chosen = list(rows), []
    while left:
        chance.shuffle(pool)
        best = max(pool, key=lambda row: len(left & set(_pairs(row))))
        chosen.append(best)
        left -= set(_pairs(best))
    more = [row for row in pool if row not in chosen]
    return chosen + more[: max(least - len(chosen), 0)]


def _pairs(row: Row) -> Iterator[tuple[str, object, str, object]]:
    named = [(one.name, getattr(row, one.name)) for one in fields(row)]
    for (a, x), (b, y) in itertools.combinations(named, 2):
        yield a, x, b, y


# -- what must be said ------------------------------------------------------------------


def said_of_permission(row: Row) -> set[str]:
    """The states that are right for the permission of this row."""
    if row.acts:
        return SETTLED
    if row.permission == "user_only":
        return {"not_requested"}
    if row.online:
        return {"not_requested" if row.permission == "absent" else "requested"}
    if row.app == "never":
        return {"unknown"}  # no list, no version: the draft is seen by nobody
    if row.permission == "absent":
        # The version under review is the whole of it; after a rejection the draft may differ.
        return {"not_requested" if row.app == "review" else "unknown"}
    return {"under_review" if row.app == "review" else "requested"}


def said_of_settings(row: Row) -> dict[str, set[str]]:
    """The states that are right for the settings."""
    versions = {"review": "under_review", "rejected": "requested"}
    bot = {versions[row.app]} if row.bot and row.app in versions else {"not_requested"}
    release = {"never": "not_requested", "review": "under_review", "rejected": "not_requested"}
    if not row.online:
        span, available = {"unknown"}, {"unknown"}
    else:
        bot = {"proven"} if row.bot else {"not_requested"}
        span = {"proven"} if row.range == "all" else {"not_requested"}
        available = SETTLED if row.available == "all" else {"not_requested"}
        if row.range == "nobody":
            available = {"unknown"}  # nobody to ask about
    return {
        "feishu.bot": bot,
        "feishu.contact_range": span,
        "feishu.availability": available,
        "feishu.redirect_url": SETTLED if row.redirect else {"not_requested"},
        "feishu.release": SETTLED if row.online else {release[row.app]},
    }


def right_action(row: Row, *, told_done: bool) -> tuple[str, str]:
    """Task and means. ``told_done``: a person says that bot, range and availability are set."""
    if row.app == "review":
        return "wait", "wait"
    permission = said_of_permission(row)
    if permission & {"not_requested", "unknown"}:
        return "add_scopes", "scan"
    if not row.redirect:
        return "register_redirect", "console"
    settings = said_of_settings(row)
    waits = not row.online or (row.app, row.permission) == ("old", "requested")
    if not told_done:
        if settings["feishu.bot"] == {"not_requested"}:
            return "switch_bot", "console"
        blind = settings["feishu.availability"] == {"unknown"} and waits
        if not row.online or row.range != "all" or row.available != "all" or blind:
            return "set_audience", "console" if waits else "admin"
    undone = {"feishu.bot", "feishu.contact_range", "feishu.availability"}
    if waits or any(settings[one] == {"not_requested"} for one in undone):
        return "release", "console"
    if (row.app, row.permission) == ("released", "requested"):
        return "ask_approval", "apply"
    return "done", "none"

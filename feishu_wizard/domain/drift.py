"""Where setup, CAN and platform say different things, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import msgspec

from feishu_wizard.domain.finding import Finding, Status


class Side(StrEnum):
    """Who says a value."""

    SETUP = "setup"
    CAN = "can"
    PLATFORM = "platform"


class Drift(msgspec.Struct, frozen=True):
    """One value that is not the same everywhere.

    ``field``: ``app_id``, ``app_secret`` (without values), ``callback_url``, ``enabled``,
    ``profile``. ``values``: side to value. ``check``: the check that told it. ``since``: RFC 3339
    of the first comparison that saw it; ``before``: of the last one that saw it equal, "" when
    there was none: it happened between the two. ``seen``: of the last one that saw it, which is
    an earlier one where a side could not be read since.
    """

    field: str
    values: tuple[tuple[Side, str], ...]
    check: str
    since: str = ""
    before: str = ""
    seen: str = ""

    @property
    def sides(self) -> frozenset[Side]:
        """Who has to be read to tell it: the setup always is."""
        return frozenset({_SIDE_OF[self.check]})


class DriftLook(msgspec.Struct, frozen=True):
    """The last comparison. ``at`` "": none was made yet. ``read``: sides that could be read."""

    at: str = ""
    drifts: tuple[Drift, ...] = ()
    read: frozenset[Side] = frozenset()

    @property
    def equal(self) -> bool:
        """Both other sides were read and nothing differs."""
        return not self.drifts and {Side.CAN, Side.PLATFORM} <= self.read


_SIDE_OF = {
    "can.profile": Side.CAN,
    "can.status": Side.CAN,
    "can.saved": Side.CAN,
    "feishu.credentials": Side.PLATFORM,
    "feishu.redirect_url": Side.PLATFORM,
}
#: The checks that a comparison consists of.
COMPARED = tuple(_SIDE_OF)
# The platform refused the pair, which another secret or App ID would have passed: feishu.md.
_PAIR_CODES = frozenset({"feishu.10003", "feishu.10014", "feishu.10015"})


def look_at(findings: Iterable[Finding], at: str) -> DriftLook:
    """What a set of findings says of the three sides, without regard to earlier ones."""
    known = {finding.id: finding for finding in findings if finding.id in _SIDE_OF}
    drifts = [drift for finding in known.values() for drift in _drifts(finding)]
    return DriftLook(at, tuple(drifts), frozenset(_read(known)))


def beside(last: DriftLook, now: DriftLook) -> DriftLook:
    """The new look with the times of the former one. What could not be looked at again stays."""
    dated = tuple(_dated(drift, last, now.at) for drift in now.drifts)
    unseen = tuple(drift for drift in last.drifts if not drift.sides <= now.read)
    told = {drift.field for drift in dated}
    return DriftLook(now.at, (*dated, *(d for d in unseen if d.field not in told)), now.read)


def _dated(drift: Drift, last: DriftLook, at: str) -> Drift:
    for former in last.drifts:
        if (former.field, former.values) == (drift.field, drift.values):
            return msgspec.structs.replace(drift, since=former.since, before=former.before, seen=at)
    before = last.at if drift.sides <= last.read else ""
    return msgspec.structs.replace(drift, since=at, before=before, seen=at)


def _drifts(finding: Finding) -> Iterable[Drift]:
    tell = _TELLERS.get(finding.code)
    if finding.status is Status.FAIL and tell is not None:
        return tell(finding)
    if finding.id == "feishu.credentials" and finding.code in _PAIR_CODES:
        return (Drift("app_secret", (), finding.id),)
    return ()


def _saved(finding: Finding) -> Iterable[Drift]:
    for name in filter(None, finding.params.get("fields", "").split(", ")):
        values = ((Side.SETUP, finding.params[f"{name}_setup"]),)
        yield Drift(name, (*values, (Side.CAN, finding.params[f"{name}_can"])), finding.id)


def _secret(finding: Finding) -> Iterable[Drift]:
    yield Drift("app_secret", (), finding.id)


def _nothing(finding: Finding) -> Iterable[Drift]:
    yield Drift("app_id", ((Side.CAN, ""),), finding.id)


def _switch(finding: Finding) -> Iterable[Drift]:
    yield Drift("enabled", ((Side.CAN, "off"),), finding.id)


def _redirect(finding: Finding) -> Iterable[Drift]:
    params = finding.params
    values = ((Side.SETUP, params.get("url", "")), (Side.PLATFORM, params.get("nearest", "")))
    yield Drift("callback_url", values, finding.id)


def _profile(finding: Finding) -> Iterable[Drift]:
    named = finding.params.get("profile", "")
    yield Drift("profile", ((Side.SETUP, named), (Side.CAN, "")), finding.id)


_TELLERS: Mapping[str, Callable[[Finding], Iterable[Drift]]] = {
    "can.saved_differs": _saved,
    "can.nothing_stored": _nothing,
    "can.secret_not_stored": _secret,
    "can.secret_differs": _secret,
    "can.secret_refused": _secret,
    "can.disabled": _switch,
    "can.profile_not_spoken": _profile,
    "redirect.page_refuses": _redirect,
    "redirect_differs": _redirect,
    "redirect_missing": _redirect,
}


def _read(known: Mapping[str, Finding]) -> Iterable[Side]:
    """A side was read when its stored values, or the pair, got an answer."""
    yield Side.SETUP
    saved, pair = known.get("can.saved"), known.get("feishu.credentials")
    if saved is not None and saved.code.startswith(_COMPARED_WITH_CAN):
        yield Side.CAN
    if pair is not None and (pair.status is Status.PASS or pair.code in _PAIR_CODES):
        yield Side.PLATFORM


_COMPARED_WITH_CAN = (
    "can.saved_",
    "can.nothing_stored",
    "can.secret_not_stored",
    "can.secret_differs",
    "can.secret_refused",
)

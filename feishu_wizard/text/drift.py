"""Where setup, CAN and platform differ, in words: one line for the start page, then each value."""

from __future__ import annotations

from datetime import datetime

from feishu_wizard.domain.drift import Drift, DriftLook, Side
from feishu_wizard.text.catalog import N_, _, ngettext
from feishu_wizard.text.ledger import age
from feishu_wizard.text.spoken import field_name

_SIDES = {
    Side.SETUP: N_("this setup"),
    Side.CAN: N_("CAN"),
    Side.PLATFORM: N_("Feishu"),
}


def compared_line(look: DriftLook, now: datetime | None = None) -> str:
    """Return when the sides were compared, which of them, and what came of it; "" for never."""
    if not look.at:
        return ""
    when = age(look.at, now)
    count = len(look.drifts)
    if count:
        text = ngettext(
            "Compared {when}: {n} value differs.", "Compared {when}: {n} values differ.", count
        )
        return text.format(when=when, n=count)
    if look.equal:
        return _("Compared {when}: this setup, CAN and Feishu agree.").format(when=when)
    sides = _(", ").join(_(_SIDES[side]) for side in Side if side in look.read)
    return _("Compared {when}: no difference. Read were only: {sides}.").format(
        when=when, sides=sides
    )


def drift_lines(look: DriftLook, now: datetime | None = None) -> tuple[str, ...]:
    """Return what differs and since when, a sentence or two each."""
    return tuple(_line(drift, look, now) for drift in look.drifts)


def _line(drift: Drift, look: DriftLook, now: datetime | None) -> str:
    parts = [_what(drift), _since(drift, now)]
    if drift.seen != look.at:
        parts.append(
            _("Not seen again since {when}: it could not be read.").format(
                when=age(drift.seen, now)
            )
        )
    told = parts[0]
    for part in parts[1:]:
        told = _("{sentence} {fix}").format(sentence=told, fix=part)
    return told


def _what(drift: Drift) -> str:
    if drift.field == "enabled":
        return _("The Feishu integration is switched off in CAN.")
    if drift.field == "profile":
        return _("CAN does not answer in the form of the deployment profile any more.")
    if drift.field == "app_secret":
        return _SECRETS[drift.sides == {Side.PLATFORM}]()
    values = [
        _("{side}: {value}").format(side=_(_SIDES[side]), value=value or _("nothing"))
        for side, value in drift.values
    ]
    return _("{field} differs ({values}).").format(
        field=field_name(drift.field), values=_("; ").join(values)
    )


_SECRETS = {
    True: lambda: _("Feishu refuses the App Secret of this setup."),
    False: lambda: _("CAN has another App Secret than this setup, or none."),
}


def _since(drift: Drift, now: datetime | None) -> str:
    if drift.before:
        return _("Last equal {before}, first different {since}.").format(
            before=age(drift.before, now), since=age(drift.since, now)
        )
    return _("First seen {since}.").format(since=age(drift.since, now))

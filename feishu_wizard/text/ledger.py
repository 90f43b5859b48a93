"""The ledger in words: what was proven, how long ago, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import BasisPart, Difference, Entry
from feishu_wizard.domain.proofs import range_grew, range_shrank, said_code
from feishu_wizard.text import book
from feishu_wizard.text.catalog import N_, _, ngettext
from feishu_wizard.text.spoken import local_time
from feishu_wizard.text.words import Words, code_words

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_FEW_SCOPES = 3
_AS_USER = "@user"
_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
_PARTS = {
    BasisPart.SETUP: N_("app or CAN"),
    BasisPart.SECRET: N_("App Secret"),
    BasisPart.VERSION: N_("version of the app"),
    BasisPart.PERMISSIONS: N_("permissions"),
    BasisPart.RANGE: N_("contacts range"),
    BasisPart.AVAILABILITY: N_("availability of the app"),
}


def entry_words(entry: Entry) -> Words:
    """Return what was done, or what was tried and did not work."""
    return code_words(said_code(entry), entry.params)


def age(at: str, now: datetime | None = None) -> str:
    """Return when it was, as people say it: "2 hours ago", "on 3 March"; "" when unreadable."""
    moment = _moment(at)
    if moment is None:
        return ""
    today = (now or datetime.now(UTC)).astimezone()
    seconds = (today - moment).total_seconds()
    if seconds < 0:  # the clock was set back: the date is all that can be said
        return _day(moment, today)
    if seconds < 2 * _MINUTE:
        return _("just now")
    if seconds < _HOUR:
        n = int(seconds // _MINUTE)
        return ngettext("{n} minute ago", "{n} minutes ago", n).format(n=n)
    if seconds < _DAY:
        n = int(seconds // _HOUR)
        return ngettext("{n} hour ago", "{n} hours ago", n).format(n=n)
    return _day(moment, today)


def proven_line(entry: Entry, now: datetime | None = None) -> str:
    """Return how it is known and since when: "Proven on 3 March"."""
    when = age(entry.at, now)
    if not entry.good:
        return _("Tried {when}, without success").format(when=when)
    if entry.proof is Proof.STATED:
        return _("Stated {when}").format(when=when)
    return _("Proven {when}").format(when=when)


def start_line(entries: Iterable[tuple[str, Entry]], now: datetime | None = None) -> str:
    """Return one calm line of pairs of a name and its proof; "" without any."""
    told = [
        _("{name} {when}").format(name=name, when=age(entry.at, now)) for name, entry in entries
    ]
    return _("Last proven: {list}.").format(list=_(", ").join(told)) if told else ""


def checked_line(at: str, unread: Iterable[str], now: datetime | None = None) -> str:
    """Return when the platform was asked what is in force, and what it did not tell."""
    if not at:
        return ""
    told = _("Compared with what is in force now: {when}.").format(when=age(at, now))
    hidden = part_names(unread)
    if not hidden:
        return told
    rest = _("Could not be read: {list}.").format(list=hidden)
    return _("{sentence} {fix}").format(sentence=told, fix=rest)


def part_names(parts: Iterable[str]) -> str:
    """Return the names of parts that a proof rests on, as a list."""
    known = {part.value for part in BasisPart}
    return _(", ").join(_(_PARTS[BasisPart(part)]) for part in parts if part in known)


def change_words(changes: Iterable[Difference]) -> tuple[str, ...]:
    """Return what changed since a proof, a sentence each."""
    return tuple(line for change in changes for line in _WORDS[change.part](change))


def fact_rows(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Return what is kept of an entry, as labelled values; "" where nothing is known."""
    seen = entry.evidence
    return (
        (_("What was done"), entry_words(entry).sentence),
        (_("When"), local_time(entry.at)),
        (_("Request"), _request(seen)),
        (_("Log id"), book.one_line(seen.log_id)),
        (_("Version of the app"), entry.basis.version),
    )


def _request(seen: Evidence) -> str:
    tried = " ".join(part for part in (seen.method, seen.host + seen.path) if part)
    code = _("code {code}").format(code=seen.feishu_code) if seen.feishu_code is not None else ""
    return " · ".join(part for part in (tried, code) if part)


def _moment(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at).astimezone()
    except ValueError:
        return None


def _day(moment: datetime, today: datetime) -> str:
    month = _(_MONTHS[moment.month - 1])
    if moment.year == today.year:
        return _("on {day} {month}").format(day=moment.day, month=month)
    return _("on {day} {month} {year}").format(day=moment.day, month=month, year=moment.year)


def _setup(change: Difference) -> list[str]:
    return [_("It was proven with another app or another CAN.")]


def _secret(change: Difference) -> list[str]:
    return [_("The App Secret is another one.")]


def _version(change: Difference) -> list[str]:
    if change.before and change.after:
        text = _("Version {after} is in force instead of {before}.")
        return [text.format(after=change.after, before=change.before)]
    return [_("Another version of the app is in force.")]


def _permissions(change: Difference) -> list[str]:
    lost = [one.removesuffix(_AS_USER) for one in change.before.split()]
    lines = [_("Permission {scope} is gone.").format(scope=one) for one in lost[:_FEW_SCOPES]]
    if len(lost) > _FEW_SCOPES:
        n = len(lost) - _FEW_SCOPES
        text = ngettext("{n} more permission is gone.", "{n} more permissions are gone.", n)
        lines.append(text.format(n=n))
    new = len(change.after.split())
    if new:
        text = ngettext("{n} permission is new.", "{n} permissions are new.", new)
        lines.append(text.format(n=new))
    return lines


def _range(change: Difference) -> list[str]:
    if range_grew(change):
        return [_("The contacts range is larger.")]
    if range_shrank(change):
        return [_("The contacts range is smaller.")]
    return [_("The contacts range is another one.")]


def _availability(change: Difference) -> list[str]:
    return [_("The app is available to other people than before.")]


_WORDS = {
    BasisPart.SETUP: _setup,
    BasisPart.SECRET: _secret,
    BasisPart.VERSION: _version,
    BasisPart.PERMISSIONS: _permissions,
    BasisPart.RANGE: _range,
    BasisPart.AVAILABILITY: _availability,
}

"""The sync rehearsal in words: fields, states, groups of people, what a sync would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from feishu_wizard.domain.accounts import Fate
from feishu_wizard.domain.directory import Column, PersonState
from feishu_wizard.text.catalog import N_, _, ngettext, pgettext

if TYPE_CHECKING:
    from feishu_wizard.domain.walk import FieldShare, KeyQuality, SyncPicture, WalkNews, WalkSummary

_COLUMNS = {
    Column.USER_ID: N_("User ID"),
    Column.MOBILE: N_("Mobile"),
    Column.EMAIL: N_("E-mail"),
    Column.ENTERPRISE_EMAIL: N_("Enterprise e-mail"),
    Column.DEPARTMENT: N_("Department"),
    Column.STATE: N_("Status"),
}
_STATES = {
    PersonState.ACTIVE: N_("Active"),
    PersonState.NOT_ACTIVATED: N_("Not activated"),
    PersonState.FROZEN: N_("Frozen"),
    PersonState.RESIGNED: N_("Resigned"),
    PersonState.EXITED: N_("Has left the company"),
    PersonState.UNKNOWN: N_("Not told"),
}
_FATES = {
    Fate.CREATED: N_("Would be created"),
    Fate.UPDATED: N_("Would be updated"),
    Fate.SAME: N_("Stay as they are"),
    Fate.LOSES: N_("Would lose access"),
    Fate.AMBIGUOUS: N_("Match several people"),
}
_ACCOUNT_FIELDS = {
    "name": N_("login name"),
    "display": N_("display name"),
    "email": N_("e-mail"),
    "mobile": N_("mobile"),
}


def number(value: float) -> str:
    """A whole number with its thousands set apart."""
    return f"{value:,.0f}"


def column_word(column: str) -> str:
    """The name of a field of a person; a wire name that we do not know stays as it is."""
    if column == Column.NAME:  # a thing's name is another word in Chinese
        return pgettext("of a person", "Name")
    return _(_COLUMNS[Column(column)]) if column in set(Column) else column


def state_word(state: str) -> str:
    """What the status flags of a person come to."""
    return _(_STATES[PersonState(state)]) if state in set(PersonState) else state


def fate_word(fate: str) -> str:
    """What a sync would do with an account."""
    return _(_FATES[Fate(fate)])


def account_field(name: str) -> str:
    """A field of an account, within a sentence."""
    return _(_ACCOUNT_FIELDS.get(name, name))


def fate_headings() -> dict[str, str]:
    """Words of a list of accounts in a file: its headings, and what stands in its cells."""
    words = {
        "fate": _("What happens"),
        "account": _("Account"),
        "display": _("Display name"),
        "email": column_word(Column.EMAIL),
        "mobile": column_word(Column.MOBILE),
        "person": _("Person"),
        "user_id": column_word(Column.USER_ID),
        "no_push": _("Messages"),
        "changes": _("Changes"),
        "no_push.yes": _("none"),
    }
    return words | {f"fate.{fate.value}": fate_word(fate) for fate in Fate}


def headline(summary: WalkSummary) -> str:
    """How many were found, and how many the tenant says there are."""
    people = ngettext("{n} person", "{n} people", summary.people)
    where = ngettext("in {n} department", "in {n} departments", summary.departments)
    found = _("{people} {where}").format(
        people=people.format(n=number(summary.people)),
        where=where.format(n=number(summary.departments)),
    )
    if summary.told_people is None:
        return found
    told = _("{found}; the tenant says {told}")
    return told.format(found=found, told=number(summary.told_people))


def news_lines(news: WalkNews) -> tuple[str, str]:
    """How far a walk is: people, and below that what it does."""
    people = number(news.people)
    if news.expected:
        first = _("{n} of about {total} people").format(n=people, total=number(news.expected))
    else:
        first = ngettext("{n} person so far", "{n} people so far", news.people).format(n=people)
    parts = [
        ngettext("{n} department", "{n} departments", news.departments).format(
            n=number(news.departments)
        ),
        ngettext("{n} call", "{n} calls", news.calls).format(n=number(news.calls)),
    ]
    if news.per_second >= 1:
        parts.append(_("{n} people a second").format(n=number(news.per_second)))
    return first, _(" · ").join(parts)


def share_words(share: FieldShare) -> str:
    """In how many people a field is filled."""
    if not share.people:
        return _("nobody was found")
    if not share.present:
        return _("not given for anybody")
    if share.filled == share.people:
        return _("filled for everybody")
    told = _("filled for {n} of {total} ({percent} %)")
    return told.format(n=number(share.filled), total=number(share.people), percent=percent(share))


def percent(share: FieldShare) -> str:
    """The share filled with one decimal; never 0 or 100 when it is not quite that."""
    value = 100 * share.filled / share.people if share.people else 0.0
    if 0 < value < 0.1:
        return _("under {n}").format(n="0.1")
    if 99.9 < value < 100:
        return _("over {n}").format(n="99.9")
    return f"{value:.1f}".removesuffix(".0")


def key_words(key: KeyQuality) -> str:
    """Whether a field would do to recognise people by."""
    if not key.people or key.blank == key.people:
        return _("cannot be used: blank for everybody")
    parts = []
    if key.blank:
        blank = ngettext("{n} person without it", "{n} people without it", key.blank)
        parts.append(blank.format(n=number(key.blank)))
    if key.duplicates:
        twice = ngettext(
            "{n} value belongs to several people",
            "{n} values belong to several people",
            key.duplicates,
        )
        parts.append(twice.format(n=number(key.duplicates)))
    return _(", ").join(parts) if parts else _("fits: everybody has one of their own")


def groups(picture: SyncPicture | None) -> tuple[tuple[str, str], ...]:
    """The groups that somebody is in, with how many: ``(name, words)``; everybody comes first."""
    rows: list[tuple[str, str, int]] = []
    if picture is not None:
        for key in picture.keys:
            field = column_word(key.column)
            rows.append(
                (f"blank:{key.column}", _("Without {field}").format(field=field), key.blank)
            )
        for key in picture.keys:
            if key.duplicates:
                words = _("Same {field} as somebody else").format(field=column_word(key.column))
                rows.append((f"duplicate:{key.column}", words, -1))
        rows += [(f"state:{s}", state_word(s), n) for s, n in picture.states.items()]
        rows += [
            ("foreign_mobile", _("Foreign mobile"), picture.foreign_mobiles),
            ("odd_name", _("Name that breaks forms"), picture.odd_names),
            ("outside", _("In no department"), picture.outside),
        ]
    told = _("{group} ({n})")
    named = [(g, told.format(group=w, n=number(n)) if n > 0 else w) for g, w, n in rows if n]
    return (("", _("Everybody")), *named)


def several(words: Sequence[str]) -> str:
    """A list within a sentence."""
    return _(", ").join(words)

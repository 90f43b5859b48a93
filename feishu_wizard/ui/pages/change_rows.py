"""A change of the app in words: the rows of before and after, and what became of each part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from feishu_wizard.domain.app_change import AppChange, ChangeResult, Part, PartChange
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.permission import Need
from feishu_wizard.text import words
from feishu_wizard.text.catalog import _, ngettext, pick
from feishu_wizard.ui.widgets.check_row import RowView
from feishu_wizard.ui.widgets.diff_table import DiffModel, DiffRow

Names = Mapping[str, str]
_SHOWN = 6
_LISTS = (Part.SCOPES, Part.REDIRECT_URLS, Part.ALLOWED_IPS)


class ChangeModel(DiffModel):
    """The columns of a change."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Names of the columns."""
        return _("What"), _("Now"), _("Afterwards"), _("Takes effect")


def scope_names(needs: Iterable[Need]) -> Names:
    """The console's wording of every permission that the program knows."""
    return {scope: pick(need.console) for need in needs for scope in need.scopes[:1]}


def diff_rows(change: AppChange) -> list[DiffRow]:
    """One row for each part."""
    return [
        DiffRow(part_word(p.part), _before(p), _after(p), _when(p, change), changes=True)
        for p in change.parts
    ]


def added_scopes(change: AppChange) -> tuple[str, ...]:
    """The permissions that the change adds."""
    return tuple(s for part in change.parts if part.part is Part.SCOPES for s in part.adds)


def verb(change: AppChange) -> str:
    """What the button does."""
    if change.version is None or change.version.if_needed:
        return _("Change the app")
    number = change.version.number
    alone = all(part.part is Part.VERSION for part in change.parts)
    if not number:
        return _("Submit a new version") if alone else _("Change the app and submit a new version")
    told = (
        _("Submit version {number}") if alone else _("Change the app and submit version {number}")
    )
    return told.format(number=number)


def several(values: Iterable[str]) -> str:
    """An enumeration that stays short."""
    rows = tuple(values)
    told = _(", ").join(rows[:_SHOWN])
    rest = len(rows) - _SHOWN
    if rest <= 0:
        return told
    more = ngettext("{names} and {n} more", "{names} and {n} more", rest)
    return more.format(names=told, n=rest)


def result_rows(
    result: ChangeResult, unread: tuple[PartChange, ...], names: Names
) -> list[tuple[str, RowView]]:
    """What was read back, what nobody can read back, and what is left."""
    rows = [_row(p, names, Status.PASS, _done_word(p), "") for p in result.done]
    taken = _("The platform accepted it; no call reads it back.")
    rows += [_row(p, names, Status.UNKNOWN, _("Accepted"), taken) for p in unread]
    rows += [_row(p, names, Status.SKIP, _("Not done"), "") for p in result.left]
    return [(f"permissions.change.result.{n}", view) for n, view in enumerate(rows)]


def part_word(part: Part) -> str:
    """The part as the console calls it."""
    return {
        Part.SCOPES: _("Permissions"),
        Part.REDIRECT_URLS: _("Redirect URLs"),
        Part.ALLOWED_IPS: _("IP allow-list"),
        Part.BOT: _("Bot"),
        Part.CONTACTS_RANGE: _("Contacts range"),
        Part.AVAILABILITY: _("Availability"),
        Part.VERSION: _("Version"),
    }[part]


def _row(part: PartChange, names: Names, status: Status, word: str, sentence: str) -> RowView:
    if part.part in _LISTS:
        note = several([*_named(part.adds, names), *_named(part.removes, names)])
    else:
        note = _value(part.part, part.after)
    return RowView(
        status=status,
        title=part_word(part.part),
        word=word,
        sentence=sentence or note,
        note=note if sentence else "",
        secondary=status is Status.SKIP,
    )


def _done_word(part: PartChange) -> str:
    if part.part is Part.VERSION:
        return _("Submitted")
    return _("Removed") if part.removes else words.proof_word(Proof.CONFIGURED)


def _before(part: PartChange) -> str:
    if part.before is None:
        return _("cannot be read")
    if part.part is Part.SCOPES:
        count = len(part.before)
        return ngettext("{n} permission", "{n} permissions", count).format(n=count)
    if part.part in _LISTS:
        return several(part.before) or _("none")
    return _value(part.part, part.before)


def _after(part: PartChange) -> str:
    if part.part is Part.SCOPES:
        count = len(part.adds)
        return ngettext("{n} permission more", "{n} permissions more", count).format(n=count)
    if part.part not in _LISTS:
        return _value(part.part, part.after)
    return "\n".join(_("+ {value}").format(value=value) for value in part.adds)


def _named(scopes: Iterable[str], names: Names) -> list[str]:
    return [names.get(scope, scope) for scope in scopes]


def _value(part: Part, values: tuple[str, ...]) -> str:
    if part is Part.VERSION:
        return values[0] if values else _("none")
    if part is Part.BOT:
        return _("on") if values == ("on",) else _("off")
    kind = values[0] if values else ""
    known = {
        "all": _("everybody in the company"),
        "equal_to_availability": _("same as the availability"),
        "some": _("some people or departments"),
    }
    return known.get(kind, kind)


def _when(part: PartChange, change: AppChange) -> str:
    if part.at_once:
        return _("at once")
    if change.version is None:
        return _("with the next version")
    if part.part is Part.VERSION and change.version.if_needed:
        return _("only when a permission needs approval")
    if part.part is Part.VERSION:
        return _("after the approval")
    return _("with the version")

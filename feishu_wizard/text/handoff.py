"""The hand-off sheet: what the app's developer or the Feishu administrator is asked to do.

``sheet`` makes it in the language in use; ``message`` is the same for a chat. Both have passed the
redactor. Markdown and HTML are made in ``report.handoff``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from feishu_wizard.domain.edition import ConsolePage, Edition
from feishu_wizard.domain.handoff import Errand, Handoff
from feishu_wizard.domain.means import BOT, REDIRECT
from feishu_wizard.domain.permission import Kind, NeedState
from feishu_wizard.domain.states import VersionState
from feishu_wizard.text.catalog import _, ngettext, pick
from feishu_wizard.text.labels import page_name
from feishu_wizard.text.sheet import Asked, Page, Paste, Remark, Sheet, Todo, cleaned, message_of
from feishu_wizard.text.spoken import local_time
from feishu_wizard.text.version_note import purpose, short_name, version_note, version_rows

SET_AT_ONCE = "feishu.contact_range", "feishu.availability"


def message(handoff: Handoff) -> str:
    """Return the message to send."""
    return message_of(sheet(handoff))


def sheet(handoff: Handoff) -> Sheet:
    """Return the sheet in its parts, without secrets."""
    from feishu_wizard.text import handoff_admin  # it uses what is defined here

    make = {
        Errand.FINISH: _finish,
        Errand.LOCKED: _locked,
        Errand.APPROVE: handoff_admin.approve,
        Errand.EXPECT: handoff_admin.expect,
        Errand.SET_AT_ONCE: handoff_admin.set_at_once,
        Errand.ENABLE: handoff_admin.enable,
    }[handoff.errand]
    made = make(handoff)
    return cleaned(made if made.todos else replace(made, todos=(_nothing(),)))


def _nothing() -> Todo:
    return Todo(_("Nothing has to be done now"), (_("As far as the last check could see."),))


# -- what both sheets say -----------------------------------------------------------------


def brand(handoff: Handoff) -> str:
    """The name of the platform, as its people call it."""
    return _("Lark") if handoff.edition is Edition.LARK else _("Feishu")


def app_words(handoff: Handoff) -> str:
    """The app by name and ID."""
    if not handoff.app_name:
        return handoff.app_id
    return _("“{name}” ({app_id})").format(name=handoff.app_name, app_id=handoff.app_id)


def facts(handoff: Handoff) -> tuple[tuple[str, str], ...]:
    """What the sheet is about."""
    rows = [
        (_("App"), app_words(handoff)),
        (_("What for"), purpose(handoff.chosen)),
        (_("Where data goes"), handoff.can_origin),
        (_("As of"), local_time(handoff.at) if handoff.at else ""),
    ]
    return tuple((name, value) for name, value in rows if value)


def link(handoff: Handoff, page: ConsolePage) -> Page:
    """A page of this app, with the way through the menus for where there is no link."""
    return Page(page_name(page), handoff.page(page))


def note_of(handoff: Handoff) -> str:
    """The version note."""
    return version_note(version_rows(handoff.plan), handoff.chosen, handoff.can_origin)


def asked_of(rows: tuple[NeedState, ...], declinable: Collection[str] = ()) -> tuple[Asked, ...]:
    """Permissions with what they give away; of those that may be declined what follows then."""
    return tuple(
        Asked(
            pick(row.need.console),
            row.need.scope,
            pick(row.need.why),
            pick(row.need.without) if row.need.id in declinable else "",
        )
        for row in rows
        if row.need.kind is Kind.SCOPE
    )


def consequences(rows: Iterable[NeedState]) -> tuple[str, ...]:
    """What does not work without each."""
    return tuple(
        _("{name}: {consequence}").format(
            name=pick(row.need.console), consequence=pick(row.need.without)
        )
        for row in rows
    )


def declined_remark(handoff: Handoff) -> tuple[Remark, ...]:
    """What is left out on purpose, so that nobody adds it; none when nothing is."""
    lines = consequences(handoff.declined)
    return (Remark(_("Left out on purpose"), lines),) if lines else ()


# -- the developer of the app -------------------------------------------------------------


def _finish(handoff: Handoff) -> Sheet:
    lock = _("Do all of this before you create the version: a review locks the app.")
    return Sheet(
        title=_("Please finish this {brand} app for Aloudata CAN").format(brand=brand(handoff)),
        facts=facts(handoff),
        todos=tuple(_todos(handoff)),
        warning=lock if handoff.plan.release_needed else "",
        asked=asked_of(handoff.scopes),
        remarks=(_back(handoff), *_may_decline(handoff), *declined_remark(handoff)),
    )


def _locked(handoff: Handoff) -> Sheet:
    """Nothing can be done, and that is all there is to say."""
    return Sheet(
        title=_("Please change nothing: a version of this app is under review"),
        facts=facts(handoff),
        todos=(
            Todo(
                _("Ask the {brand} administrator to decide").format(brand=brand(handoff)),
                (_("The app is locked until the version is approved or rejected."),),
                link(handoff, ConsolePage.AUDIT),
            ),
        ),
        remarks=(
            Remark(
                _("If something was forgotten"),
                (_("Withdraw the version, add it, and submit it again."),),
            ),
        ),
    )


def _todos(handoff: Handoff) -> Iterator[Todo]:
    if handoff.standing.stopped:
        yield Todo(
            _("Have the app enabled"),
            (_("It is stopped. Only the Feishu administrator can enable it."),),
            link(handoff, ConsolePage.MANAGE),
        )
    if handoff.plan.version is VersionState.REJECTED:
        yield Todo(
            _("Read why the last version was rejected"),
            (_("Change what is needed before you submit a new one."),),
            link(handoff, ConsolePage.VERSION),
        )
    if handoff.scopes:
        yield _scopes(handoff)
    for row in handoff.settings:
        yield _setting(handoff, row)
    if handoff.plan.release_needed:
        yield _version(handoff)


def _scopes(handoff: Handoff) -> Todo:
    count = len({row.need.scope for row in handoff.scopes})
    return Todo(
        ngettext("Add {n} permission", "Add {n} permissions", count).format(n=count),
        (_("Choose the batch import, paste this text, confirm. What the app has already stays."),),
        link(handoff, ConsolePage.PERMISSIONS),
        (Paste(_("For the batch import"), handoff.missing_json),),
    )


def _setting(handoff: Handoff, row: NeedState) -> Todo:
    page = Page(pick(row.need.console), handoff.page_of(row))
    why = (pick(row.need.why),)
    if row.need.id == REDIRECT:
        pastes = tuple(Paste(_("Redirect URL"), url) for url in handoff.redirects)
        how = (_("Exactly as it stands here, the last slash too. It takes effect at once."),)
        return Todo(_("Add the redirect URL"), how if pastes else (), page, pastes, why)
    if row.need.id == BOT:
        return Todo(_("Switch on the bot"), (_("It works with the version."),), page, (), why)
    how = (_("As far as you may: all people who are to use CAN."),)
    title = _("Set: {name}").format(name=short_name(row.need))
    return Todo(title, how if row.need.id in SET_AT_ONCE else (), page, (), why)


def _version(handoff: Handoff) -> Todo:
    return Todo(
        _("Create one version and submit it"),
        (_("Paste the note where the console asks for the update notes and the reason."),),
        link(handoff, ConsolePage.VERSION),
        (Paste(_("Version note"), note_of(handoff)),),
    )


def _may_decline(handoff: Handoff) -> tuple[Remark, ...]:
    rows = [row for row in handoff.scopes if row.need.id in handoff.declinable]
    if not rows:
        return ()
    how = _("Leave it out and say which; everything else works without it. What then is missing:")
    return (Remark(_("If something is not to be granted"), (how, *consequences(rows))),)


def _back(handoff: Handoff) -> Remark:
    lines = [_("When it is done; if a version was submitted, its number, too.")]
    if handoff.settings or handoff.scopes:
        lines.append(_("What you left out or changed."))
    lines.append(_("Nothing here needs a password or a secret, so send none."))
    return Remark(_("What to send back"), tuple(lines))

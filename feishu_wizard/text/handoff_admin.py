"""The sheets for the Feishu administrator: shorter, and about decisions instead of settings."""

from __future__ import annotations

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.handoff import Handoff
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.text.handoff import (
    app_words,
    asked_of,
    brand,
    declined_remark,
    facts,
    link,
    note_of,
)
from feishu_wizard.text.sheet import Page, Paste, Remark, Sheet, Todo
from feishu_wizard.text.version_note import short_name, version_rows


def approve(handoff: Handoff) -> Sheet:
    """A version waits."""
    decide = Todo(
        _("Approve the version of {app}").format(app=app_words(handoff)),
        (_("It waits for you; the message that you got leads there, too."),),
        link(handoff, ConsolePage.AUDIT),
        _note(handoff),
    )
    return _about_version(
        handoff, _("Please approve this {brand} app").format(brand=brand(handoff)), decide
    )


def expect(handoff: Handoff) -> Sheet:
    """A version will be submitted; what can be set at once comes first."""
    decide = Todo(
        _("Approve the version of {app} when it comes").format(app=app_words(handoff)),
        (_("You will get a message as soon as it is submitted."),),
        link(handoff, ConsolePage.AUDIT),
        _note(handoff),
    )
    title = _("A version of this {brand} app will come to you for approval")
    return _about_version(handoff, title.format(brand=brand(handoff)), decide)


def set_at_once(handoff: Handoff) -> Sheet:
    """No version is needed, only a setting on the administrator's own page."""
    rows = handoff.by_admin or handoff.settings
    return Sheet(
        title=_("Please set up this {brand} app").format(brand=brand(handoff)),
        facts=facts(handoff),
        todos=tuple(_setting(handoff, row) for row in rows),
        asked=asked_of(_decided(handoff), handoff.declinable),
        remarks=(
            _back(
                _("When it is done, or what you declined."),
            ),
            *declined_remark(handoff),
        ),
    )


def enable(handoff: Handoff) -> Sheet:
    """The app is stopped."""
    return Sheet(
        title=_("Please enable this {brand} app again").format(brand=brand(handoff)),
        facts=facts(handoff),
        todos=(
            Todo(
                _("Enable {app}").format(app=app_words(handoff)),
                (_("Open the app in the app management and switch it on. It acts at once."),),
                link(handoff, ConsolePage.MANAGE),
                (),
                (_("While it is stopped, the platform refuses every call of it."),),
            ),
        ),
        remarks=(
            Remark(
                _("If it is to stay stopped"),
                (
                    _(
                        "Then nobody signs in to CAN with {brand}, no message is sent and no "
                        "person is synchronised."
                    ).format(brand=brand(handoff)),
                ),
            ),
            _back(_("That it is enabled, or why it has to stay stopped.")),
        ),
    )


def _about_version(handoff: Handoff, title: str, decide: Todo) -> Sheet:
    return Sheet(
        title=title,
        facts=facts(handoff),
        todos=(*(_setting(handoff, row) for row in handoff.by_admin), decide),
        asked=asked_of(_decided(handoff), handoff.declinable),
        tells_asked=True,
        remarks=(*_may_decline(handoff), _back(_("Approved, or what you declined and why."))),
    )


def _decided(handoff: Handoff) -> tuple[NeedState, ...]:
    """What the administrator decides on: of a version in force, and of the one to come."""
    return handoff.plan.admin_only + version_rows(handoff.plan)


def _note(handoff: Handoff) -> tuple[Paste, ...]:
    return (Paste(_("What it is about"), note_of(handoff)),)


def _setting(handoff: Handoff, row: NeedState) -> Todo:
    """It acts at once on the administrator's page, without a version."""
    return Todo(
        _("Set: {name}").format(name=short_name(row.need)),
        (_("It acts at once, without a version."),),
        Page(short_name(row.need), handoff.page(ConsolePage.MANAGE)),
        (),
        (pick(row.need.why),),
    )


def _may_decline(handoff: Handoff) -> tuple[Remark, ...]:
    """A part cannot be declined in a version: it is rejected, and comes again without it."""
    may = any(row.need.id in handoff.declinable for row in _decided(handoff))
    left_out = declined_remark(handoff)
    if not may:
        return left_out
    lines = (
        _("What has a consequence beside it. The rest works without it."),
        _("Reject the version and say which one; it comes again without it."),
    )
    return (Remark(_("What you may decline"), lines), *left_out)


def _back(line: str) -> Remark:
    return Remark(_("What to send back"), (line,))

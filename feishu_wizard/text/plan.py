"""The release plan in words: the one thing to do next, the other ways, the steps in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feishu_wizard.domain.means import LOGIN, RELEASE, Means, NextStep, Task
from feishu_wizard.domain.permission import Kind, NeedState
from feishu_wizard.domain.release import ReleasePlan
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.text.catalog import N_, _, ngettext
from feishu_wizard.text.titles import check_title

_OPEN_STATES = (GrantState.NOT_REQUESTED, GrantState.UNKNOWN, GrantState.CONTRADICTORY)

_TITLES = {
    Task.ENABLE_APP: N_("The app is stopped: have it enabled"),
    Task.WAIT: N_("Submitted: the Feishu administrator decides now"),
    Task.REGISTER_REDIRECT: N_("Register the redirect URL"),
    Task.SWITCH_BOT: N_("Switch on the bot"),
    Task.SET_AUDIENCE: N_("Set who the app can read and reach"),
    Task.RELEASE: N_("Create one version and submit it"),
    Task.CONTRADICTION: N_("The list and the calls disagree: check again"),
    Task.ENABLE_BOT: N_("The bot is released, but not active: have it enabled"),
    Task.ALLOW_ADDRESS: N_("Let CAN's server through the app's IP allow-list"),
    Task.CHECK_AGAIN: N_("Not everything could be read: check again"),
}
_REASONS = {
    Task.ENABLE_APP: N_(
        "While it is stopped, Feishu refuses every call. Only the Feishu administrator can enable "
        "it; that takes effect at once."
    ),
    Task.WAIT: N_(
        "Nothing can be changed while the version is under review. You may close the "
        "program and go on another day."
    ),
    Task.REGISTER_REDIRECT: N_(
        "After signing in, Feishu returns people only to a registered address. It takes effect at "
        "once."
    ),
    Task.SWITCH_BOT: N_("Messages of an app are sent by its bot. It works with the next version."),
    Task.SET_AUDIENCE: N_("People outside can neither be synchronised nor sign in nor be reached."),
    Task.RELEASE: N_(
        "Everything waits for one version. A review locks the app, so submit it when all is in."
    ),
    Task.CONTRADICTION: N_(
        "The call counts, not the list. Often the list is only late; else release a version."
    ),
    Task.ASK_APPROVAL: N_(
        "The released version declares them, but the Feishu administrator has not approved them."
    ),
    Task.COMPLETE: N_(
        "This app may change itself. You see before and after first; nothing is changed before "
        "you confirm."
    ),
    Task.ENABLE_BOT: N_(
        "Only the Feishu administrator can enable it in this company; no new version is needed."
    ),
    Task.ALLOW_ADDRESS: N_(
        "This computer is on the list. The address that CAN's server goes out with has to be on "
        "it, too."
    ),
    Task.CHECK_AGAIN: N_("That says nothing about the settings themselves."),
}
_HOW = {
    Means.APPLY: N_("One call asks the administrators; they get a message."),
    Means.ADMIN: N_("Send this page to the Feishu administrator, or open it when that is you."),
    Means.HANDOFF: N_("Send the sheet to the person who can do it."),
}
_WAYS = {
    Means.SELF: N_("Let the app do it itself"),
    Means.APPLY: N_("Ask for approval from here"),
    Means.SCAN: N_("Scan with the phone"),
    Means.CONSOLE: N_("Do it in the developer console"),
    Means.ADMIN: N_("The Feishu administrator's page"),
    Means.HANDOFF: N_("Let somebody else do it"),
    Means.WAIT: N_("Wait for it here"),
    Means.CHECK: N_("Check again"),
}
_CONSOLE_HOW = {
    Task.COMPLETE: N_("Work through the points in order, in the developer console."),
    Task.ADD_SCOPES: N_("Copy the list, open the page, choose the batch import and paste."),
    Task.REGISTER_REDIRECT: N_("Copy the address, open the page and add it."),
    Task.SWITCH_BOT: N_("Open the page and add the bot."),
    Task.SET_AUDIENCE: N_("Open each page and make the setting."),
    Task.RELEASE: N_("Copy the note for the approver, open the page and create the version."),
    Task.ASK_APPROVAL: N_("Open the page and ask for approval there."),
    Task.CONTRADICTION: N_("Open the page and look whether it is in the released version."),
    Task.ENABLE_BOT: N_("Open the page and look at the bot."),
    Task.ALLOW_ADDRESS: N_("Open the page and add the address if it is missing."),
    Task.CHECK_AGAIN: N_("Or open the page and look there."),
}


@dataclass(frozen=True, slots=True)
class Headline:
    """What to do next: a short line and a sentence or two behind it. ``done``: nothing is left."""

    title: str
    text: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the plan: when it acts, what belongs to it."""

    name: str
    title: str
    text: str


# -- the next step ------------------------------------------------------------------------


def next_words(step: NextStep, plan: ReleasePlan) -> Headline:
    """Return what to do next, why now, and by which means."""
    if step.task is Task.DONE:
        return _nothing_to_do(plan)
    rejected = plan.version is VersionState.REJECTED and step.task is not Task.RELEASE
    first = _("The last version was rejected.") if rejected else ""
    told = (first, _reason(step, plan), _how(step))
    return Headline(_title(step, plan), " ".join(text for text in told if text))


def means_words(means: Means) -> str:
    """Return a way to do the next step, as a button says it."""
    return _(_WAYS[means])


def _title(step: NextStep, plan: ReleasePlan) -> str:
    count = len(step.rows)
    if step.task is Task.COMPLETE:
        return _todo_title(plan) or _("Complete the app")
    if step.task is Task.ADD_SCOPES:
        return ngettext("Add {n} permission", "Add {n} permissions", count).format(n=count)
    if step.task is Task.ASK_APPROVAL:
        words = ngettext("Have {n} permission approved", "Have {n} permissions approved", count)
        return words.format(n=count)
    if step.task is Task.RELEASE and plan.version is VersionState.REJECTED:
        return _("The last version was rejected: submit a new one")
    return _(_TITLES[step.task])


def _reason(step: NextStep, plan: ReleasePlan) -> str:
    if step.task is Task.ADD_SCOPES:
        return _("Without them CAN cannot do what you chose.")
    if step.task is Task.RELEASE and plan.version is VersionState.REJECTED:
        return _("Ask the Feishu administrator why, and change what is needed first.")
    if step.task is Task.COMPLETE and step.means is not Means.SELF:
        return ""
    return _(_REASONS[step.task])


def _how(step: NextStep) -> str:
    if step.means is Means.CONSOLE:
        return _(_CONSOLE_HOW[step.task]) if step.task in _CONSOLE_HOW else ""
    return _(_HOW[step.means]) if step.means in _HOW else ""


def _nothing_to_do(plan: ReleasePlan) -> Headline:
    if plan.unknown and not plan.complete:
        return Headline(
            _("Nothing is known to be missing"),
            ngettext(
                "{n} item cannot be told from here. The test message will show it.",
                "{n} items cannot be told from here. The test message will show it.",
                len(plan.unknown),
            ).format(n=len(plan.unknown)),
        )
    return Headline(
        _("Everything required is in place"), _("Go on to save the configuration."), done=True
    )


# -- the plan -----------------------------------------------------------------------------


def stages(plan: ReleasePlan) -> tuple[Stage, ...]:
    """Return the steps of the plan in their order; a step without anything in it is left out."""
    found = []
    now, later = names(plan.at_once), names(plan.with_version)
    if now:
        found.append(Stage("at_once", _("Takes effect at once"), now))
    if plan.release_needed and later:
        found.append(Stage("with_version", _("Goes with the next version, all in one"), later))
    admin = _admin_words(plan)
    if admin:
        found.append(Stage("admin_only", _("Only the Feishu administrator"), admin))
    return tuple(found)


def _own(rows: Sequence[NeedState]) -> tuple[NeedState, ...]:
    """ "Authorized login" is told by its parts, and the release by the step itself."""
    return tuple(row for row in rows if row.need.id not in (LOGIN, RELEASE))


def names(rows: Sequence[NeedState]) -> str:
    """What is required by name, optional ones as a number; "" when nothing is required."""
    own = _own(rows)
    needed = tuple(row for row in own if row.need.required)
    scopes = sum(1 for row in needed if row.need.kind is Kind.SCOPE)
    told = []
    if scopes:
        told.append(ngettext("{n} permission", "{n} permissions", scopes).format(n=scopes))
    told += [check_title(row.need.id) for row in needed if row.need.kind is Kind.SETTING]
    if told and len(own) > len(needed):
        told.append(_("{n} optional").format(n=len(own) - len(needed)))
    return " · ".join(told)


def _admin_words(plan: ReleasePlan) -> str:
    told = [names(plan.admin_only)]
    if plan.release_needed or plan.version is VersionState.UNDER_REVIEW:
        told.append(_("Approves the version, once, on the phone or in the admin console"))
    return " · ".join(text for text in told if text)


def scopes_to_do(plan: ReleasePlan) -> tuple[NeedState, ...]:
    """Permissions that are not added yet, as far as is known."""
    rows = plan.at_once + plan.with_version + plan.admin_only
    return tuple(r for r in rows if r.need.kind is Kind.SCOPE and r.state in _OPEN_STATES)


def settings_to_do(plan: ReleasePlan) -> tuple[NeedState, ...]:
    """Settings that are not made yet, the release apart."""
    rows = _own(plan.at_once + plan.with_version + plan.admin_only)
    return tuple(r for r in rows if r.need.kind is Kind.SETTING and r.state in _OPEN_STATES)


def _todo_title(plan: ReleasePlan) -> str:
    scopes, settings = len(scopes_to_do(plan)), len(settings_to_do(plan))
    parts = []
    if scopes:
        words = ngettext("{n} permission to add", "{n} permissions to add", scopes)
        parts.append(words.format(n=scopes))
    if settings:
        words = ngettext("{n} setting to check", "{n} settings to check", settings)
        parts.append(words.format(n=settings))
    if plan.release_needed:
        parts.append(_("then one version") if parts else _("One version to release"))
    return _(", ").join(parts)

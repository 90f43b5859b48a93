"""A save in words: what a person has to know of a plan before pressing, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from feishu_wizard.domain.change import Change, SaveNote, SavePlan
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.text.deployment import known_sentence
from feishu_wizard.text.labels import act_word, field_label
from feishu_wizard.text.spoken import local_time
from feishu_wizard.text.words import code_words

_LIVE = "live"
_HIDDEN = "••••••"
_SHOWN_FIELDS = ("app_id", "callback_url", "enabled")


def plan_remarks(plan: SavePlan) -> tuple[str, ...]:
    """Sentences about a plan, the weightiest first; none when there is nothing to say."""
    return tuple(_remarks(plan))


def unverified(known_by: str) -> str:
    """How well the profile is known; "" for one that was seen on a real server, and for none."""
    return known_sentence(known_by) if known_by not in ("", _LIVE) else ""


def conflict_sentence(plan: SavePlan) -> str:
    """What happened: somebody changed values since we last saw them; "" without a conflict."""
    count = len(plan.conflicts)
    if not count:
        return ""
    told = ngettext(
        "{n} value was changed by somebody else since it was last seen here",
        "{n} values were changed by somebody else since they were last seen here",
        count,
    ).format(n=count)
    by_whom = changed_by(plan)
    whole = _("{what} ({by_whom}).") if by_whom else _("{what}.")
    return whole.format(what=told, by_whom=by_whom)


def changed_by(plan: SavePlan) -> str:
    """Who saved last and when, as far as the server tells; "" when it does not."""
    at = local_time(plan.changed_at) if plan.changed_at else ""
    if plan.changed_by and at:
        return _("last saved by {who}, {time}").format(who=plan.changed_by, time=at)
    if plan.changed_by:
        return _("last saved by {who}").format(who=plan.changed_by)
    return _("last saved {time}").format(time=at) if at else ""


def overwrite_question(plans: Iterable[SavePlan]) -> str:
    """The label of the tick by which the conflict is decided."""
    count = sum(len(plan.conflicts) for plan in plans)
    return ngettext(
        "Replace the change that somebody else made",
        "Replace the {n} changes that somebody else made",
        count,
    ).format(n=count)


def conflict_line(row: Change) -> str:
    """One value that somebody changed, all three sides of it in a line."""
    if row.secret:
        return _("{field}: changed since it was last seen; {what}").format(
            field=field_label(row.field), what=act_word(row.act)
        )
    return _("{field}: last seen {seen}, now {now}, wanted {wanted}").format(
        field=field_label(row.field),
        seen=value_word(row, row.seen or ""),
        now=value_word(row, row.before),
        wanted=value_word(row, row.after),
    )


def value_word(row: Change, value: str) -> str:
    """A value as people read it; a secret never shows itself."""
    if row.secret:
        return "" if row.act is Act.SET and not row.conflict else _HIDDEN
    if row.field == "enabled":
        value = {"on": _("on"), "true": _("on"), "off": _("off"), "false": _("off")}.get(
            value, value
        )
    return value or _("(empty)")


def note_line(note: SaveNote) -> str:
    """An earlier save: when, and what it changed."""
    changed = [field for field in _SHOWN_FIELDS if _changed(note, field)]
    if _secret_sent(note):
        changed.insert(1 if changed[:1] == ["app_id"] else 0, "app_secret")
    what = _(", ").join(field_label(field) for field in changed)
    line = _("{time}: {what}") if what else _("{time}")
    return line.format(time=local_time(note.at), what=what)


def _changed(note: SaveNote, field: str) -> bool:
    return note.wanted.get(field, "") != note.before.get(field, "")


def _secret_sent(note: SaveNote) -> bool:
    sent = note.wanted.get("secret", "")
    return bool(sent) and sent != note.before.get("secret", "")


def _remarks(plan: SavePlan) -> Iterator[str]:
    if plan.unfinished is not None:
        yield _unfinished(plan, plan.unfinished)
    if plan.weak and not plan.empty:
        yield code_words("can.weak_auth", {"where": plan.where}).sentence
    for code in plan.remarks:
        yield code_words(code, {"where": plan.where}).sentence
    if plan.wants_secret:
        yield code_words("can.undo_wants_secret", {"where": plan.where}).sentence
    if plan.moved and not plan.conflicts and plan.target is Target.CAN:
        yield _moved(plan)


def _unfinished(plan: SavePlan, note: SaveNote) -> str:
    now = _("; ").join(
        _("{field} {value}").format(field=field_label(row.field), value=value_word(row, row.before))
        for row in plan.rows
        if row.field in _SHOWN_FIELDS
    )
    params = {"at": local_time(note.started_at), "now": now}
    return code_words("save.unfinished", params).sentence


def _moved(plan: SavePlan) -> str:
    by_whom = changed_by(plan)
    if by_whom:
        return _("The setting was saved since it was last seen here ({by_whom}).").format(
            by_whom=by_whom
        )
    return _("The setting was saved since it was last seen here.")

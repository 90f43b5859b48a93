"""Recipients and deliveries as rows: who was found, and what became of each message."""

from __future__ import annotations

from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.recipient import (
    Delivery,
    DeliveryState,
    Recipient,
    Resolved,
    Unresolved,
)
from feishu_wizard.domain.recipient_list import ListEntry
from feishu_wizard.text import labels, words
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui.widgets.check_row import Detail, RowView

MOST = 30
"""Rows of one list; the window shows what is wrong first and counts the rest."""

_STATES = {
    DeliveryState.DELIVERED: Status.PASS,
    DeliveryState.REFUSED: Status.FAIL,
    DeliveryState.UNKNOWN: Status.WARN,
    DeliveryState.LEFT_OUT: Status.SKIP,
    DeliveryState.RECALLED: Status.SKIP,
}


def key_of(recipient: Recipient) -> str:
    """The row id of a recipient."""
    return f"{recipient.kind.value}.{recipient.value}"


def _named(resolved: Resolved) -> str:
    return resolved.name or resolved.recipient.value


def _address(recipient: Recipient) -> str:
    kind = labels.recipient_kind_word(recipient.kind)
    return _("{kind}: {value}").format(kind=kind, value=recipient.value)


def person_row(resolved: Resolved) -> RowView:
    """Somebody who was found."""
    account = ""
    if resolved.user_id and not resolved.recipient.as_can:
        account = _("CAN would address this person as {user_id}.").format(user_id=resolved.user_id)
    outside = resolved.available is False
    unnamed = "" if resolved.name else _("Feishu does not tell the name; the message can be sent.")
    told = words.code_words("feishu.230013").sentence if outside else ""
    lines = (_address(resolved.recipient), resolved.department, account, unnamed, told)
    return RowView(
        status=Status.WARN if outside else Status.PASS if resolved.name else Status.UNKNOWN,
        title=_named(resolved),
        word=_("Not available") if outside else _("Found") if resolved.name else _("Not looked up"),
        sentence="\n".join(line for line in lines if line),
        icon="user",
    )


def nobody_row(unresolved: Unresolved) -> RowView:
    """Somebody who was not."""
    told = words.code_words(unresolved.code, unresolved.params)
    return RowView(
        status=Status.FAIL,
        title=unresolved.recipient.value,
        word=_("Not found"),
        sentence=told.sentence,
        details=_details(told, "\n".join(map(words.evidence_words, unresolved.evidence))),
    )


def misread_row(entry: ListEntry) -> RowView:
    """An entry of a list that nobody can be sent to."""
    told = words.code_words(entry.problem, {"line": str(entry.line), "text": entry.text})
    return RowView(
        status=Status.FAIL,
        title=entry.text[:60],
        word=_("Not understood"),
        sentence=told.sentence,
        details=_details(told, ""),
    )


def shortened(
    good: list[tuple[str, RowView]], bad: list[tuple[str, RowView]]
) -> tuple[list[tuple[str, RowView]], str]:
    """The rows to show, what went wrong first, and how many are not shown, in words."""
    rows = [*bad, *good] if len(bad) + len(good) > MOST else [*good, *bad]
    rest = len(rows) - MOST
    more = ngettext("{n} more is not shown.", "{n} more are not shown.", max(rest, 0))
    return rows[:MOST], more.format(n=rest) if rest > 0 else ""


def delivery_row(delivery: Delivery) -> RowView:
    """What became of one message."""
    told = words.code_words(delivery.code, delivery.params)
    done = delivery.state is DeliveryState.DELIVERED
    message = _("Message id {id}").format(id=delivery.message_id)
    tried = "\n".join(map(words.evidence_words, delivery.evidence))
    return RowView(
        status=_STATES[delivery.state],
        title=_named(delivery.resolved),
        word=labels.delivery_word(delivery.state),
        sentence=message if done else told.sentence,
        details=_details(None if done else told, tried),
    )


def _details(told: words.Words | None, tried: str) -> tuple[Detail, ...]:
    details = (
        Detail(_("Likely cause"), told.cause if told else ""),
        Detail(_("What helps"), told.fix if told else ""),
        Detail(_("Who can fix it"), told.who if told else ""),
        Detail(_("What was tried"), tried),
    )
    return tuple(detail for detail in details if detail.text)

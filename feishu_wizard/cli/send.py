"""``send``: one test message to each recipient, resolved to a person first."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from feishu_wizard.cli.output import data, note, progress_printer
from feishu_wizard.cli.tree import DASH
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.recipient import Delivery, DeliveryState, Resolved, Unresolved
from feishu_wizard.domain.recipient_list import LIMIT, ListEntry, RecipientList, parse_list
from feishu_wizard.domain.sample_message import SETTABLE, TEMPLATES
from feishu_wizard.text.catalog import _, current
from feishu_wizard.text.labels import delivery_word
from feishu_wizard.text.notes import message_warnings
from feishu_wizard.text.words import code_words, evidence_words

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.recipient import Recipient
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.operations.send_test import Sending

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of ``send``."""

    to: tuple[str, ...] = ()
    to_file: str = ""
    template: str = "card"
    values: tuple[str, ...] = ()
    recall: bool = False
    as_json: bool = False


async def send(place: Workplace, file: str, asked: Asked) -> int:
    """Resolve, send, tell per recipient. Returns the exit code."""
    from feishu_wizard.cli.opening import load_setup
    from feishu_wizard.operations.claim_setup import hold_for
    from feishu_wizard.operations.resolve_recipients import resolve_recipients
    from feishu_wizard.operations.send_test import send_test

    if asked.template not in TEMPLATES:
        raise InputError("send.no_template", {"template": asked.template})
    kit = await load_setup(place, file)
    await hold_for(place, kit, "send")
    report = progress_printer()
    if asked.recall:
        return await _recall(place, kit, asked, report)
    values = _values(asked)
    for line in message_warnings(asked.template, current(), values):
        note(f"! {line}")
    wanted, problems = await _wanted(asked)
    people, unknown = await resolve_recipients(place, kit, wanted, report)
    sending = await _sending(place, kit, people, asked, values)
    sent = await send_test(place, kit, people, sending, report)
    _tell(sent, unknown, problems, as_json=asked.as_json)
    return _exit_code(sent, len(unknown) + len(problems))


async def _wanted(asked: Asked) -> tuple[tuple[Recipient, ...], tuple[ListEntry, ...]]:
    """The recipients that were named, and the entries that name none."""
    from feishu_wizard.operations.read_recipients import parse_recipient_bytes, read_recipients

    lists = [parse_list(one) for one in asked.to]
    if asked.to_file == _STDIN:
        lists.append(parse_recipient_bytes(sys.stdin.buffer.read(), _STDIN))
    elif asked.to_file:
        lists.append(await read_recipients(asked.to_file))
    wanted = tuple(dict.fromkeys(one for found in lists for one in found.recipients))
    problems = tuple(entry for found in lists for entry in found.problems)
    if not wanted and not problems:
        raise InputError("list.empty")
    if len(wanted) > LIMIT:
        raise InputError("send.too_many", {"count": str(len(wanted)), "limit": str(LIMIT)})
    for found in lists:
        _tell_repeated(found)
    return wanted, problems


def _tell_repeated(found: RecipientList) -> None:
    for entry in found.repeated:
        line = _("Line {line} repeats line {first}: {text}")
        note(line.format(line=entry.line, first=entry.same_as, text=entry.text))


def _values(asked: Asked) -> dict[str, str]:
    """``NAME=TEXT`` in pairs; ``InputError`` send.no_variable for another name."""
    made = {}
    for given in asked.values:
        name, sign, text = given.partition("=")
        if not sign or name not in SETTABLE:
            known = ", ".join(SETTABLE)
            raise InputError("send.no_variable", {"name": name, "known": known})
        made[name] = text
    return made


async def _sending(
    place: Workplace,
    kit: Kit,
    people: Sequence[Resolved],
    asked: Asked,
    values: dict[str, str],
) -> Sending:
    """A new sending, or the one that was broken off with the same message for the same people."""
    from feishu_wizard.operations.send_test import Sending, unfinished_batch

    begun = await unfinished_batch(place, kit)
    new = Sending(asked.template, current(), values=values)
    same = (asked.template, current(), values)
    if begun is None or (begun.template, begun.lang, dict(begun.values)) != same:
        return new
    if {p.receive_id for p in begun.people} != {p.receive_id for p in people}:
        return new
    line = _("Going on with the sending of {at}: {reached} of {total} were reached.")
    total = len(begun.people)
    note(line.format(at=begun.started_at, reached=begun.reached, total=total))
    return Sending(begun.template, begun.lang, batch=begun.id, values=begun.values)


async def _recall(place: Workplace, kit: Kit, asked: Asked, report: Report) -> int:
    """Take back the latest sending, or that part of it that went to the named recipients."""
    from feishu_wizard.operations.recall_messages import last_sent, recall

    sent = await last_sent(place, kit)
    if asked.to or asked.to_file:
        wanted, _problems = await _wanted(asked)
        named = {one.value for one in wanted}
        sent = tuple(d for d in sent if d.resolved.receive_id in named)
    told = await recall(place, kit, sent, report)
    _tell(told, (), (), as_json=asked.as_json)
    gone = sum(one.state is DeliveryState.RECALLED for one in told)
    if gone == len(told):
        return int(ExitCode.OK)
    return int(ExitCode.PARTIAL if gone else ExitCode.ERROR)


def _tell(
    sent: Sequence[Delivery],
    unknown: Sequence[Unresolved],
    problems: Sequence[ListEntry],
    *,
    as_json: bool,
) -> None:
    if as_json:
        rows = [*map(_of_delivery, sent), *map(_of_unknown, unknown), *map(_of_problem, problems)]
        document = {"schema": "feishu-wizard/send/1", "deliveries": rows}
        data(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for one in sent:
        _say(one)
    for other in unknown:
        _say_not(other.recipient.value, other.code, other.params)
    for entry in problems:
        _say_not(entry.text, entry.problem, {})


def _of_delivery(one: Delivery) -> dict[str, Any]:
    who = one.resolved
    return {
        **_row(who.recipient.value, who.recipient.kind.value, one.state.value, one.code),
        "name": who.name,
        "department": who.department if who.department_named else "",
        "message_id": one.message_id,
        "proves_push": who.recipient.as_can and one.state is DeliveryState.DELIVERED,
        "evidence": [asdict(e) for e in one.evidence],
    }


def _of_unknown(one: Unresolved) -> dict[str, Any]:
    row = _row(one.recipient.value, one.recipient.kind.value, "not_found", one.code)
    return {**row, "evidence": [asdict(e) for e in one.evidence]}


def _of_problem(entry: ListEntry) -> dict[str, Any]:
    return _row(entry.text, "", "not_understood", entry.problem)


def _row(recipient: str, kind: str, state: str, code: str) -> dict[str, Any]:
    return {
        "recipient": recipient,
        "kind": kind,
        "name": "",
        "department": "",
        "state": state,
        "message_id": "",
        "code": code,
        "proves_push": False,
        "evidence": [],
    }


def _say(one: Delivery) -> None:
    who = one.resolved.name or one.resolved.recipient.value
    if one.resolved.department and one.resolved.department_named:
        who = _("{name} ({department})").format(name=who, department=one.resolved.department)
    if one.state is DeliveryState.DELIVERED and one.code == "ok":
        line = _("{who}: accepted by Feishu, {message_id}")
        data("✓ " + line.format(who=who, message_id=one.message_id))
    elif one.state is DeliveryState.RECALLED:
        data(f"✓ {who}{DASH}{delivery_word(one.state)}")
    else:
        _say_not(who, one.code, one.params or {}, one)


def _say_not(who: str, code: str, params: dict[str, str], one: Delivery | None = None) -> None:
    words = code_words(code, params)
    data("✗ " + _("{who}: {sentence}").format(who=who, sentence=words.sentence))
    tried = map(evidence_words, one.evidence) if one else ()
    for line in (words.cause if one else "", words.fix, *tried):
        if line:
            note(f"    {line}")


def _exit_code(sent: Sequence[Delivery], not_sent: int) -> int:
    good = sum(1 for d in sent if d.reached)
    if good == len(sent) + not_sent:
        return int(ExitCode.OK)
    if good:
        return int(ExitCode.PARTIAL)
    silent = bool(sent) and all(d.code.startswith("net.") for d in sent)
    return int(ExitCode.NETWORK if silent else ExitCode.CREDENTIALS)

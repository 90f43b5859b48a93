"""``send``: one test message to each recipient, resolved to a person first."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from feishu_wizard.cli.output import data, note, progress_printer
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.recipient import (
    Delivery,
    DeliveryState,
    Unresolved,
    parse_recipient,
)
from feishu_wizard.domain.sample_message import TEMPLATES
from feishu_wizard.text.catalog import _, current
from feishu_wizard.text.words import code_words, evidence_words

if TYPE_CHECKING:
    from feishu_wizard.operations.context import Workplace


async def send(
    place: Workplace, file: str, *, to: tuple[str, ...], template: str, as_json: bool
) -> int:
    """Resolve, send, tell per recipient. Returns the exit code."""
    from feishu_wizard.operations.load_setup import load_setup
    from feishu_wizard.operations.resolve_recipients import resolve_recipients
    from feishu_wizard.operations.send_test import Sending, send_test

    if template not in TEMPLATES:
        raise InputError("send.no_template", {"template": template})
    kit = await load_setup(place, file)
    report = progress_printer()
    wanted = tuple(dict.fromkeys(parse_recipient(one) for one in to))
    people, unknown = await resolve_recipients(place, kit, wanted, report)
    sent = await send_test(place, kit, people, Sending(template, current()), report)
    if as_json:
        data(json.dumps(_as_json(sent, unknown), ensure_ascii=False, indent=2))
    else:
        _as_text(sent, unknown)
    return _exit_code(sent, unknown)


def _as_json(sent: tuple[Delivery, ...], unknown: tuple[Unresolved, ...]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "recipient": d.resolved.recipient.value,
            "kind": d.resolved.recipient.kind.value,
            "name": d.resolved.name,
            "state": d.state.value,
            "message_id": d.message_id,
            "code": d.code,
            "proves_push": d.resolved.recipient.as_can and d.state is DeliveryState.DELIVERED,
            "evidence": [asdict(e) for e in d.evidence],
        }
        for d in sent
    ]
    rows += [
        {
            "recipient": u.recipient.value,
            "kind": u.recipient.kind.value,
            "name": "",
            "state": "not_found",
            "message_id": "",
            "code": u.code,
            "proves_push": False,
            "evidence": [asdict(e) for e in u.evidence],
        }
        for u in unknown
    ]
    return {"schema": "feishu-wizard/send/1", "deliveries": rows}


def _as_text(sent: tuple[Delivery, ...], unknown: tuple[Unresolved, ...]) -> None:
    for one in sent:
        who = one.resolved.name or one.resolved.recipient.value
        if one.state is DeliveryState.DELIVERED:
            line = _("{who}: accepted by Feishu, {message_id}")
            data("✓ " + line.format(who=who, message_id=one.message_id))
            continue
        words = code_words(one.code, one.params or {})
        data("✗ " + _("{who}: {sentence}").format(who=who, sentence=words.sentence))
        for line in (words.cause, words.fix, *(evidence_words(e) for e in one.evidence)):
            if line:
                note(f"    {line}")
    for other in unknown:
        words = code_words(other.code, other.params)
        line = _("{who}: {sentence}")
        data("✗ " + line.format(who=other.recipient.value, sentence=words.sentence))
        if words.fix:
            note(f"    {words.fix}")


def _exit_code(sent: tuple[Delivery, ...], unknown: tuple[Unresolved, ...]) -> int:
    good = sum(1 for d in sent if d.state is DeliveryState.DELIVERED)
    if good == len(sent) + len(unknown):
        return int(ExitCode.OK)
    return int(ExitCode.PARTIAL if good else ExitCode.CREDENTIALS)

"""Commands copied as cURL hold no answers: the read call is made once, and its answer is taken
into the recording, as if the browser had recorded it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.recording.model import Derived, RecordedCall, Recording
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.can.envelope import Opened
from feishu_wizard.services.can.profile import Profile, checked

_SHAPING = ("envelope", "errors", "select", "json_strings", "concurrency", "state", "verify")


async def learn_answer(
    place: Workplace, kit: Kit, recording: Recording, found: Derived
) -> Recording:
    """The recording with the answer that CAN gives now; one read-only call is made.

    ``found`` is the complete profile that was derived without answers: its way of signing in and
    its read call are used, what it only guesses of the answer is not. The secrets of ``kit`` go
    where that profile says. Raises ``CanError`` when CAN refuses, ``CredentialError`` and
    ``NetworkError`` as every call.
    """
    used = _bare(found)
    client = await place.client(kit, used)
    opened = await client.answer()
    read = _read_call(recording, found, used)
    calls = tuple(_answered(call, opened) if call is read else call for call in recording.calls)
    return replace(recording, calls=calls)


def _bare(found: Derived) -> Profile:
    """The profile without a word about answers: the HTTP status alone decides."""
    document: dict[str, Any] = {k: v for k, v in found.document.items() if k not in _SHAPING}
    ops = {"get": found.document["ops"]["get"]}  # type: ignore[index]
    return checked({**document, "ops": ops, "verify": {"after_save": []}}, "")


def _read_call(recording: Recording, found: Derived, used: Profile) -> RecordedCall:
    path = used.base.prefix + used.ops.get.path.partition("?")[0]
    return next(
        call
        for call in recording.calls
        if call.method == "GET" and call.origin == found.origin and call.path == path
    )


def _answered(call: RecordedCall, opened: Opened) -> RecordedCall:
    headers = {"etag": opened.etag} if opened.etag else {}
    status = opened.evidence.http_status or 200
    return replace(call, answered=True, status=status, answer=opened.data, answer_headers=headers)

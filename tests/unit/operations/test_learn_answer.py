"""The one read that completes a recording without answers: of CAN's own call, and of no other."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.recording.model import Derived, Form, RecordedCall, Recording
from feishu_wizard.operations.learn_answer import learn_answer
from feishu_wizard.services.can.envelope import Opened

CAN, ELSEWHERE = "https://can.example.com", "https://elsewhere.example.com"
WORDS = {"en": "a", "zh_Hans": "b"}
DOCUMENT = {
    "schema": "can-profile/1",
    "id": "can-a",
    "name": WORDS,
    "evidence": "proposed",
    "base": {"prefix": "/api"},
    "envelope": {"ok": [{"at": "/guessed", "in": [True]}]},
    "fields": {"app_id": "/appId", "app_secret": "/appSecret"},
    "ops": {"get": {"path": "/s"}, "save": {"method": "PUT", "path": "/s", "send": ["app_id"]}},
}


def test_the_answer_is_laid_into_the_call_that_was_made():
    made = (
        RecordedCall("GET", ELSEWHERE, "/api/s", at=0),
        RecordedCall("PUT", CAN, "/api/s", at=1),
        RecordedCall("GET", CAN, "/api/s", at=2),
    )
    recording = Recording(Form.CURL_BASH, made)
    used = []

    class Client:
        async def answer(self):
            return Opened({"appId": "cli_x"}, '"v7"', Evidence("GET", "can.example.com", "/api/s"))

    async def client(kit, profile):
        used.append(profile)
        return Client()

    place, found = SimpleNamespace(client=client), Derived(DOCUMENT, CAN, (), ())
    learned = asyncio.run(learn_answer(place, None, recording, found))
    assert [call.answered for call in learned.calls] == [False, False, True]
    assert learned.calls[2].answer == {"appId": "cli_x"}
    assert learned.calls[2].answer_headers == {"etag": '"v7"'}
    assert learned.calls[2].status == 200
    [profile] = used
    assert profile.envelope.ok == []  # what was only guessed of answers is not used
    assert profile.ops.save is None

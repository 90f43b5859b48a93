"""From a recording to a profile file: what it is, what it holds, and what it must not hold."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.progress import Progress, silent
from feishu_wizard.domain.recording.model import Choice, Derived, Form, Question, Typed
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.deployments import profile_look
from feishu_wizard.operations.import_profile import (
    answered,
    checked_bytes,
    derived,
    keep,
    kind_of,
    kind_of_file,
    profile_bytes,
    proposed_id,
    read_recording,
)
from feishu_wizard.services.can.profile import parse_profile
from tests.unit.deployments.made import SESSION, ours

pytestmark = pytest.mark.anyio

SECRET = "Kx7wTq29ZbLm4VnPc8RsJd5HgYf3AeU6"
CURL = """\
curl 'https://can.example.com/api/lark/info' -H 'Cookie: sid=SESSION-canary-31d7'
curl 'https://can.example.com/api/lark/save' -X POST -H 'Cookie: sid=SESSION-canary-31d7' \\
  -H 'content-type: application/json' --data-raw \
'{"appId":"cli_a8c029e757e6500b","appSecret":"Kx7wTq29ZbLm4VnPc8RsJd5HgYf3AeU6",\
"callBack":"https://can.example.com/user/softLogin","enable":true}'
"""


def made(**changes: object) -> Derived:
    """A complete profile, with values that YAML could take for something else."""
    document = yaml.safe_load(SESSION)
    shared = ["200", 200, None, True, "true", "on", "1e3", "2026-01-01", "～"]
    document["envelope"]["ok"] = [{"at": "/code", "in": shared}, {"at": "/ok", "in": shared}]
    document["id"] = "made-can"
    document["name"] = {"en": "Ü: a #name", "zh_Hans": "名称：一"}
    return Derived(document | changes, "https://can.example.com")


@pytest.mark.parametrize(
    ("text", "source", "kind"),
    [
        (SESSION, "", "profile"),
        ("# a comment\n\n" + SESSION, "", "profile"),
        ('{"schema": "can-profile/1", "id": "x"}', "", "profile"),
        ("id: x\n", "mine.YAML", "profile"),
        ('\ufeff {"log": {"entries": []}}', "", "har"),
        ("not json", "x.har", "har"),
        ('\ufffd\ufffd{\0"\0l\0', "", "har"),
        ("curl 'https://can.example.com'", "", "curl"),
        ('curl.exe ^"https://can.example.com^"', "", "curl"),
        ("anything else", "x.txt", "curl"),
    ],
)
def test_what_a_text_is(text, source, kind):
    assert kind_of(text, source) == kind


async def test_a_file_is_recognised_without_being_read(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b'{"log": {' + b" " * 300_000)
    assert await kind_of_file(str(path)) == "har"
    with pytest.raises(InputError) as caught:
        await kind_of_file(str(tmp_path))
    assert caught.value.code == "profile.not_a_file"
    with pytest.raises(InputError) as caught:
        await kind_of_file(str(tmp_path / "none"))
    assert caught.value.code == "profile.missing"


def test_the_file_says_what_was_derived_and_the_same_is_read_back():
    found = made()
    data = profile_bytes(found, Form.HAR)
    head, *rest = data.decode().splitlines()
    assert re.fullmatch(
        r"# can-profile/1, derived from a recording \(har\) on \d{4}-\d\d-\d\d", head
    )
    assert yaml.safe_load(data) == found.document
    assert not any(re.search(r"[&*]id\d", line) for line in rest)  # an alias would be refused
    assert not any(line.endswith(("{}", "[]")) for line in rest)
    profile = parse_profile(data, "made")
    assert profile.name["zh_Hans"] == "名称：一"
    assert profile.envelope.ok[0].values == ["200", 200, None, True, "true", "on", "1e3",
                                             "2026-01-01", "～"]  # fmt: skip
    keys = [line.partition(":")[0] for line in rest if line[0] not in " -"]
    assert keys[:4] == ["schema", "id", "name", "evidence"]
    assert keys.index("fields") < keys.index("ops")
    assert profile_bytes(found, Form.HAR) == data


async def test_open_questions_and_a_secret_in_the_document_are_not_kept(place):
    question = Question("keep", (Choice("omit", ""),))
    asking = Derived(made().document, "", (question,))
    with pytest.raises(InputError) as caught:
        await keep(place, asking, Typed())
    assert (caught.value.code, caught.value.params) == (
        "profile.questions_open",
        {"questions": "keep"},
    )
    leaking = made(note={"en": f"It is {SECRET}.", "zh_Hans": "-"})
    with pytest.raises(InputError) as caught:
        await keep(place, leaking, Typed(app_secret=Secret(SECRET)))
    assert caught.value.code == "profile.holds_secret"
    assert not place.shelf.folder.exists()


async def test_a_kept_one_is_trusted_and_may_become_live(place):
    look = await keep(place, made(), Typed(), Form.CURL_BASH)
    assert (look.trusted, look.known_by) == (True, "source")
    assert place.shelf.remarks()["made-can"].derived == look.digest
    place.shelf.fitted("made-can", look.digest)
    assert (await profile_look(place, "made-can")).known_by == "live"


async def test_a_paste_is_read_and_its_profile_holds_no_secret(place):
    recording = await read_recording(place, text=CURL, report=silent)
    assert (recording.form, len(recording.calls)) == (Form.CURL_BASH, 2)
    typed = Typed("cli_a8c029e757e6500b", "https://can.example.com/user/softLogin", Secret(SECRET))
    found = derived(recording, typed, {})
    assert found.document["id"] == "can-can-example-com"
    assert found.document["name"] == {"en": "can.example.com", "zh_Hans": "can.example.com"}
    answers: dict[str, str] = {}
    while found.questions:
        question = found.questions[0]
        answers[question.id] = question.proposed
        found = answered(recording, typed, answers, profile_id="my-can", name="Mine")
    data = checked_bytes(found, typed, recording.form)
    profile = parse_profile(data, "x")
    assert (profile.id, profile.evidence) == ("my-can", "proposed")
    assert profile.ops.save is not None
    assert profile.base.prefix + profile.ops.save.path == "/api/lark/save"
    for canary in (SECRET, "SESSION-canary", "sid=", "cli_a8c029e757e6500b"):
        assert canary not in data.decode()


async def test_a_paste_of_a_har_and_one_that_is_too_long(place, monkeypatch):
    body = {"method": "GET", "url": "https://can.example.com/api/lark/info", "headers": []}
    har = {"log": {"entries": [{"request": body, "response": {"status": 200}}]}}
    recording = await read_recording(place, text=json.dumps(har), report=silent)
    assert recording.form is Form.HAR
    from feishu_wizard.operations import import_profile

    monkeypatch.setattr(import_profile, "LARGEST_TEXT", 50)
    with pytest.raises(InputError) as caught:
        await read_recording(place, text=json.dumps(har), report=silent)
    assert caught.value.code == "profile.paste_too_large"


async def test_a_long_file_tells_how_far_it_is(place, tmp_path):
    path = tmp_path / "long.har"
    picture = {
        "request": {"method": "GET", "url": "https://can.example.com/p.png", "headers": []},
        "response": {"status": 200, "content": {"mimeType": "image/png", "text": "A" * 100_000}},
    }
    call = {
        "request": {"method": "GET", "url": "https://can.example.com/api/x", "headers": []},
        "response": {"status": 200, "content": {"mimeType": "application/json", "text": "{}"}},
    }
    path.write_text(json.dumps({"log": {"entries": [*[picture] * 40, call]}}))
    told: list[Progress] = []
    recording = await read_recording(place, path=str(path), report=told.append)
    assert (len(recording.calls), recording.skipped) == (1, 40)
    assert {one.code for one in told} == {"reading_recording"}
    shares = [one.share for one in told if one.share is not None]
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("can.example.com", "can-can-example-com"),
        ("[::1]", "can-1"),
        ("中文", "can-recorded"),
        ("x" * 90, f"can-{'x' * 50}"),
    ],
)
def test_a_host_gives_an_id(host, expected):
    assert proposed_id(host) == expected


async def test_an_id_that_cannot_be_a_file_is_refused(place):
    recording = await read_recording(place, text=CURL, report=silent)
    with pytest.raises(InputError) as caught:
        derived(recording, Typed(), {}, profile_id="../x", name="x")
    assert caught.value.code == "profile.id_reserved"


def test_one_of_ours_survives_being_written_so():
    document = yaml.safe_load(ours("acme-can"))
    again = yaml.safe_load(profile_bytes(Derived(document, "")))
    assert again == document

"""The query of a recorded address: what opens a door is refused, what is of one call goes."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.address import path_of
from feishu_wizard.domain.recording.model import RecordedCall

TOKEN = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"


def path(query: str) -> tuple[str, list[str]]:
    """The path that is made of an address, and the inputs that it asks for."""
    inputs: list[str] = []

    def add(name: str, value: object) -> str:
        inputs.append(name)
        return name

    return path_of(RecordedCall("GET", "https://can.example.com", "/api/s", query), add), inputs


@pytest.mark.parametrize(
    "query",
    [
        "token=abcd1234",
        "access_token=abcd1234&type=feishu",
        f"a={TOKEN}",
        f"expire_time={TOKEN}",
        "user=li.na",
        "by=li.na%40example.com",
        "sid=abcd",
    ],
)
def test_what_opens_a_door_or_names_a_person_is_refused(query):
    with pytest.raises(InputError) as caught:
        path(query)
    assert caught.value.code == "recording.token_in_address"
    assert caught.value.params == {}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=feishu", ("/api/s?type=feishu", [])),
        ("_t=1763798400000&type=feishu", ("/api/s?type=feishu", [])),
        ("lastTime=1763798400000", ("/api/s", [])),
        ("spaceId=123456789", ("/api/s?spaceId=${input.spaceId}", ["spaceId"])),
        ("a[]=x", ("/api/s?a%5B%5D=x", [])),
    ],
)
def test_constants_stay_ids_are_asked_for_and_times_go(query, expected):
    assert path(query) == expected

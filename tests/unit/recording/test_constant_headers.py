"""Headers that every recorded call carries: repeated for ever only where they are constants."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.recording.asking import Asking
from feishu_wizard.domain.recording.auth import SignIn
from feishu_wizard.domain.recording.model import RecordedCall

CALLS = ("GET", "PUT")


def decided(**headers: str):
    """What is made of headers that both calls carry: the parts of the document, and the notes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    calls = [RecordedCall(m, "https://can.example.com", "/s", headers=named) for m in CALLS]
    asking = Asking({"sign_in": "cookie"})
    sign_in = SignIn(calls, asking, sanitised=True)
    return sign_in.decide().get("headers", {}), sign_in.inputs, dict(asking.notes)


@pytest.mark.parametrize(
    "value",
    [
        "li.na@example.com",
        "13812345678",
        "8f14e45f-ceea-467f-a9a5-2d3b1c0e9f87",
        "1763798400000",
        "2026-11-22T08:00:00Z",
        "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E",
    ],
    ids=["mail", "phone", "id", "milliseconds", "day", "token"],
)
def test_what_belongs_to_a_person_a_day_or_a_session_is_left_out_and_told(value):
    headers, inputs, notes = decided(x_client=value)
    assert (headers, inputs) == ({}, {})
    assert notes == {"header_left_out": {"name": "x-client"}}


def test_a_constant_is_kept_and_the_tenant_is_asked_for():
    headers, inputs, notes = decided(x_requested_with="XMLHttpRequest", tenant_id="7")
    assert headers == {"x-requested-with": "XMLHttpRequest", "tenant-id": "${input.tenant_id}"}
    assert inputs["tenant_id"]["default"] == "7"
    assert notes == {"constant_header": {"name": "x-requested-with"}}


def test_what_only_one_call_carries_is_no_header_of_all():
    one = RecordedCall("GET", "https://can.example.com", "/s", headers={"x-client": "web"})
    other = RecordedCall("PUT", "https://can.example.com", "/s", headers={"x-client": "app"})
    assert SignIn([one, other], Asking({"sign_in": "cookie"}), sanitised=True).decide() == {
        "cookies": {"source": "secret", "secret": "session_cookie"}
    }

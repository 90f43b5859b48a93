"""``rehearse-login`` in a terminal: what is printed where."""

from __future__ import annotations

import json
import sys

import jsonschema

from feishu_wizard.cli import rehearse_login as command
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.sign_in import SignedIn, SignInOffer, SignInProgress, SignInWay
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text.catalog import use

SCHEMA = json.loads(resource_bytes("schemas/sign-in-1.json"))
FINDING = Finding(
    "person.account", Status.FAIL, "sign_in.no_account", {"name": "张三", "user_id": "5d9"}
)
RESULT = SignedIn(
    SignInWay.DEVICE,
    open_id="ou_1",
    name="张三\x1b[31m",
    user_id="5d9",
    email="",
    fields=frozenset({"open_id", "name", "user_id", "email"}),
    matches=False,
    findings=(FINDING,),
)


def test_the_result_is_data_and_the_remark_is_not(capsys):
    use("en")
    command._as_text(RESULT)
    out, error = capsys.readouterr()
    assert "✓ 张三[31m signed in." in out  # no escape sequence reaches the terminal
    assert "email: (blank)" in out
    assert "mobile: (did not come)" in out
    assert "no CAN account is called 5d9" in out
    assert "Whether CAN does shows at its own page" in error


def test_the_document_keeps_its_schema():
    jsonschema.validate(command.document(RESULT), SCHEMA)


def test_what_to_open_goes_to_standard_error_as_it_is(capsys, monkeypatch):
    """Also where its state is known to the redactor, and as a picture on a terminal."""
    use("en")
    state = Secret("state-that-the-redactor-knows-0123456789").reveal()
    url = f"https://accounts.example.com/page/device?user_code=ABCD-EFGH&state={state}"
    opened = []
    monkeypatch.setattr(command.click, "launch", opened.append)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    offer = SignInOffer(SignInWay.DEVICE, url, 240, "ABCD-EFGH", Secret("device-code-0123456789"))
    command._teller(open_it=True)(SignInProgress("sign_in_waiting", offer=offer))
    out, error = capsys.readouterr()
    assert out == ""
    assert url in error.splitlines()
    assert "Code: ABCD-EFGH" in error
    assert "4 minutes" in error
    assert "█" in error
    assert "device-code" not in error
    assert opened == [url]

"""What the options of ``diagnose`` make of a setup."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feishu_wizard.cli.given import Given, kit_of
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.operations.context import Program, Workplace

APP, OTHER = "cli_a8c029e757e6500b", "cli_a8c029e757e6500c"
SECRET = "k7Qw2ZxP9sLd4VbN8mTc5RyH3gFj6aEu"
FILE = f"""schema = "feishu-wizard/1"
id = "abc123"
[feishu]
app_id = "{APP}"
app_secret = "file:/nowhere/app_secret"
[office]
url = "https://can.example.com"
callback_url = "https://can.example.com/user/softLogin"
"""
Build = Callable[..., Kit]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def make(**options: object) -> Kit:
        async def inside() -> Kit:
            async with Workplace(Program(tmp_path / "state", use_keyring=False)) as place:
                return await kit_of(place, Given(**options))  # type: ignore[arg-type]

        return asyncio.run(inside())

    return make


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "setup.toml"
    path.write_text(FILE)
    return str(path)


def typed(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


def test_the_file_as_it_is(build: Build, file: str) -> None:
    kit = build(file=file)
    assert (kit.setup.feishu.app_id, kit.setup.office.url) == (APP, "https://can.example.com")
    assert kit.file_path == file
    assert kit.secrets == {}


def test_another_app_never_gets_the_secret_of_the_file(
    build: Build, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kit = build(file=file, app_id=OTHER)
    assert (kit.setup.feishu.app_id, kit.setup.feishu.app_secret) == (OTHER, "")
    assert "not used" in capsys.readouterr().err


def test_another_brand_is_told_where_the_secret_goes(
    build: Build, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kit = build(file=file, edition="lark")
    assert kit.setup.feishu.hosts.open == "https://open.larksuite.com"
    assert "open.larksuite.com" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [SECRET, f"{SECRET}\n", f"\ufeff  {SECRET}\r\n", f'"{SECRET}"', f"App Secret：{SECRET}"],
)
def test_a_secret_is_cleaned(
    text: str, build: Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, text.encode())
    kit = build(app_id=APP, secret_stdin=True)
    assert kit.secrets[APP_SECRET].reveal() == SECRET
    told = capsys.readouterr().err
    assert SECRET not in told
    assert "https://open.feishu.cn" in told


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "paste.empty"),
        (b" \n", "paste.empty"),
        (b"\xff\xfe\x00", "paste."),
        (b"x" * 70_000, "paste.too_long"),
    ],
)
def test_a_secret_that_is_none(
    text: bytes, code: str, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, text)
    with pytest.raises(InputError) as refused:
        build(app_id=APP, secret_stdin=True)
    assert refused.value.code.startswith(code)


def test_a_secret_needs_its_app(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, SECRET.encode())
    with pytest.raises(InputError) as refused:
        build(secret_stdin=True)
    assert refused.value.code == "diagnose.secret_without_app"
    typed(monkeypatch, f"{APP}\n{SECRET}\n".encode())
    assert build(secret_stdin=True).setup.feishu.app_id == APP


def test_any_page_of_can(build: Build) -> None:
    office = build(can="https://can.example.com:8443/anymetrics/home?x=1").setup.office
    assert (office.url, office.callback_url) == ("https://can.example.com:8443", "")
    below = build(can="https://example.com/can/user/softLogin").setup.office
    assert below.callback_url == "https://example.com/can/user/softLogin"


def test_the_callback_of_the_file_stays(build: Build, file: str) -> None:
    office = build(file=file, can="https://other.example.com/").setup.office
    assert office.url == "https://other.example.com"
    assert office.callback_url == "https://can.example.com/user/softLogin"


def test_hosts_of_ones_own_make_it_private(build: Build) -> None:
    feishu = build(open_url="https://open.example.com/", app_id=APP).setup.feishu
    assert (feishu.edition, feishu.open_url) == (Edition.PRIVATE, "https://open.example.com")


def test_network(build: Build, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("anything")
    network = build(app_id=APP, ca_file=str(ca), proxy="http://proxy.example.com:3128")
    assert network.setup.network.ca_file == str(ca)
    assert network.setup.network.proxy == "http://proxy.example.com:3128"
    assert build(app_id=APP, proxy="none").setup.network.proxy == "none"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"app_id": "not an id!"}, "paste.blank"),
        ({"can": "ttp://can.example.com"}, "address.scheme_typo"),
        ({"can": "https://open.feishu.cn"}, "address.feishu"),
        ({"callback": "can.example.com"}, "address.no_scheme"),
        ({"open_url": "nowhere"}, "address.no_scheme"),
        ({"app_id": APP, "edition": "private"}, "diagnose.no_open_url"),
        ({"app_id": APP, "ca_file": "/nowhere/ca.pem"}, "net.ca_file_missing"),
        ({"app_id": APP, "proxy": "http://me:word@proxy.example.com"}, "address.userinfo"),
        ({"file": "/nowhere/setup.toml"}, "setup.missing"),
    ],
)
def test_what_cannot_be_used(options: dict[str, str], code: str, build: Build) -> None:
    with pytest.raises(InputError) as refused:
        build(**options)
    assert refused.value.code == code

"""The link behind a registration code, against the official SDK's own encoder."""

from __future__ import annotations

import base64
import contextlib
import gzip
import importlib.util
import json
import sys
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.launch import MAX_ADDONS, decode_addons, encode_addons, launch_url
from feishu_wizard.domain.scan import ScanWish

URI = "https://open.feishu.cn/page/launcher?user_code=ABCD-EFGH"
APP_ID = "cli_a8c029e757e6500b"
SCOPES = ("im:message:send_as_bot", "contact:user.email:readonly")
texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
names = st.lists(texts, max_size=8)


@pytest.fixture(scope="module")
def sdk():
    """The SDK's registration, without the thousands of modules beside it."""
    package = importlib.util.find_spec("lark_oapi")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "scene" / "registration"
    spec = importlib.util.spec_from_file_location(
        "sdk_registration", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        for name in [name for name in sys.modules if name.startswith("sdk_registration")]:
            del sys.modules[name]


def query(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@given(tenant=names, user=names, preset=st.booleans())
def test_addons_are_those_of_the_sdk(sdk, tenant, user, preset):
    lists = {key: value for key, value in (("tenant", tenant), ("user", user)) if value}
    wanted = {"preset": preset} | ({"scopes": lists} if lists else {})
    if preset and not lists:
        with pytest.raises(ValueError, match="permission"):
            encode_addons(tenant, user, preset)
        with pytest.raises(ValueError, match="at least one"):
            sdk._encode_addons(wanted)
        return
    ours, theirs = encode_addons(tenant, user, preset), sdk._encode_addons(wanted)
    assert decode_addons(ours) == decode_addons(theirs) == wanted
    assert "=" not in ours


def flow(sdk, **options):
    """The SDK's flow, as far as its link."""
    base = {"on_qr_code": None, "on_status_change": None, "source": "feishu-wizard"}
    hosts = {"domain": "https://a.example.com", "lark_domain": "https://b.example.com"}
    return sdk._RegistrationFlow(**base, **hosts, **options)


@given(scopes=names, name=texts, description=texts)
def test_the_link_of_a_new_app_is_that_of_the_sdk(sdk, scopes, name, description):
    addons = {"preset": False} | ({"scopes": {"tenant": scopes}} if scopes else {})
    preset = {"name": name, "desc": description}
    made = flow(sdk, addons=addons, create_only=True, app_preset=preset)
    theirs = query(made._build_qr_url(URI))
    ours = query(launch_url(URI, ScanWish(tuple(scopes), name=name, description=description)))
    assert decode_addons(ours.pop("addons")) == decode_addons(theirs.pop("addons"))
    assert ours == theirs


@given(scopes=st.lists(texts, min_size=1, max_size=8))
def test_the_link_of_an_existing_app_is_that_of_the_sdk(sdk, scopes):
    addons = {"preset": False, "scopes": {"tenant": scopes}}
    theirs = query(flow(sdk, addons=addons, app_id=APP_ID)._build_qr_url(URI))
    ours = query(launch_url(URI, ScanWish(tuple(scopes), app_id=APP_ID)))
    assert decode_addons(ours.pop("addons")) == decode_addons(theirs.pop("addons"))
    assert ours == theirs
    assert "createOnly" not in ours


def test_a_new_app_touches_no_existing_one():
    asked = query(launch_url(URI, ScanWish(SCOPES)))
    assert asked["createOnly"] == "true"
    assert not {"clientID", "name", "desc"} & asked.keys()
    assert asked["user_code"] == "ABCD-EFGH"
    assert asked["source"] == "python-sdk/feishu-wizard"


@pytest.mark.parametrize("app_id", ["", APP_ID])
def test_never_both_whatever_the_platform_put_into_its_link(app_id):
    uri = f"{URI}&createOnly=true&clientID=cli_other&name=theirs&from=x#part"
    url = launch_url(uri, ScanWish(SCOPES, app_id=app_id))
    asked = query(url)
    assert ("createOnly" in asked, asked.get("clientID", "")) == (not app_id, app_id)
    assert asked["from"] == "sdk"
    assert urlsplit(url).fragment == "part"
    assert urlsplit(url).netloc == "open.feishu.cn"


def test_what_the_platform_put_into_its_link_is_kept():
    url = launch_url(f"{URI}&ticket=a%2Bb%26c&empty=", ScanWish(SCOPES, name="CAN 集成 & co"))
    asked = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert asked["ticket"] == ["a+b&c"]
    assert asked["empty"] == [""]
    assert asked["name"] == ["CAN 集成 & co"]


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(gzip.compress(raw, mtime=0)).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!!",
        "AAAA",
        packed(b"[1]"),
        packed(b"not json"),
        packed(b"\xff\xfe"),
        packed(b"[" * 20_000),
        encode_addons(SCOPES)[:-8],
        encode_addons(SCOPES) + "=====",
    ],
)
def test_what_are_no_addons_are_refused(text):
    with pytest.raises(ValueError, match="decoded"):
        decode_addons(text)


def test_a_small_text_does_not_grow_without_a_bound():
    bomb = packed(json.dumps({"scopes": "x" * 40 * MAX_ADDONS}).encode())
    assert len(bomb) < MAX_ADDONS
    with pytest.raises(ValueError, match="decoded"):
        decode_addons(bomb)


@given(st.text(max_size=60))
def test_any_text_is_addons_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert isinstance(decode_addons(text), dict)

"""What follows from any page of CAN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.address import (
    callback_candidates,
    normal_origin,
    read_can_address,
)
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.web_address import parse_web_address

ORIGIN = "https://can.example.com"
API = "/anymetrics/api/v1"


@pytest.mark.parametrize(
    "page",
    [
        ORIGIN,
        f"{ORIGIN}/",
        f" {ORIGIN}/metric/list?page=2\n",
        f"{ORIGIN}/user/login?redirect=https%3A%2F%2Fother.example.com%2Fx",
        f"{ORIGIN}/#/system/office?tab=feishu",
        f"{ORIGIN}/user/softLogin",
        f"{ORIGIN}:443/anymetrics/api/v1/token/create",
        "HTTPS://CAN.Example.com./",
    ],
)
def test_any_page_gives_origin_bases_and_callback(page):
    address = read_can_address(page)
    assert address.origin == ORIGIN
    assert address.api_bases == (f"{ORIGIN}{API}", f"{ORIGIN}:8083{API}")
    assert address.callback == f"{ORIGIN}/user/softLogin"
    assert address.derived_from == page
    assert callback_candidates(address) == (address.callback,)


@pytest.mark.parametrize(
    "page",
    [
        f"{ORIGIN}/can/user/login",
        f"{ORIGIN}/can/#/x",
        f"{ORIGIN}/can/anymetrics/x",
        f"{ORIGIN}/can/index.html#/x",
    ],
)
def test_a_context_path_is_kept_as_an_alternative(page):
    address = read_can_address(page)
    assert address.prefix == "/can"
    assert address.api_bases[:2] == (f"{ORIGIN}{API}", f"{ORIGIN}/can{API}")
    assert callback_candidates(address) == (
        f"{ORIGIN}/user/softLogin",
        f"{ORIGIN}/can/user/softLogin",
    )


def test_a_callback_below_a_context_path_stands_as_it_was_given():
    address = read_can_address(f"{ORIGIN}/can/user/softLogin")
    assert address.callback == f"{ORIGIN}/can/user/softLogin"
    assert callback_candidates(address)[1] == f"{ORIGIN}/user/softLogin"


@pytest.mark.parametrize(
    ("url", "bases"),
    [
        ("http://10.0.0.3:8080/x", ["http://10.0.0.3:8080", "http://10.0.0.3:8083"]),
        ("http://10.0.0.3:8085/x", ["http://10.0.0.3:8085", "http://10.0.0.3:8083"]),
        ("http://10.0.0.3:8083/x", ["http://10.0.0.3:8083"]),
        ("http://10.0.0.3:9999/x", ["http://10.0.0.3:9999"]),
        ("http://[2001:DB8:0::1]/x", ["http://[2001:db8::1]", "http://[2001:db8::1]:8083"]),
    ],
)
def test_the_product_layer_is_tried_at_its_usual_port(url, bases):
    assert read_can_address(url).api_bases == tuple(base + API for base in bases)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "address.empty"),
        ("can.example.com", "address.no_scheme"),
        ("can.example.com:8080/x", "address.no_scheme"),
        ("ttp://can.example.com", "address.scheme"),
        ("javascript:alert(1)", "address.scheme"),
        ("https:/can.example.com", "address.no_scheme"),
        ("https://", "address.no_host"),
        ("https://:8080", "address.no_host"),
        ("https://u@can.example.com", "address.userinfo"),
        ("https://can.example.com:", "address.port"),
        ("https://can.example.com:0", "address.port"),
        ("https://can.example.com:65536", "address.port"),
        ("https://can.example.com:٣", "address.port"),
        ("https://can_.example-.com", "address.host"),
        ("https://[::1]x", "address.host"),
        ("https://1.2.3.4.5", "address.host"),
        ("https://can.example.com\\x", "address.backslash"),
        ("https://can.example.com/a b", "address.blank"),
        ("https://can.example.com/\x07", "address.control"),
        ("https://can.example.com/\u202e", "address.control"),
        ("https://can.example.com/\ud800", "address.not_text"),
        ("https://can.example.com/%0A", "address.escaped_control"),
        ("\\\\server\\share", "address.not_web"),
        ("C:\\can", "address.not_web"),
        ("https://can.example.com/" + "a" * 2048, "address.too_long"),
        ("https://open.feishu.cn/app", "address.feishu"),
        ("https://a.larksuite.com", "address.feishu"),
    ],
)
def test_what_is_no_address_is_named(url, code):
    with pytest.raises(InputError) as caught:
        read_can_address(url)
    assert caught.value.code == code


def test_a_password_is_not_repeated_by_the_failure():
    with pytest.raises(InputError) as caught:
        parse_web_address("https://user:hunter22/x@can.example.com")
    assert "hunter22" not in str(caught.value.params)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTP://CAN.example.com:80/x", "http://can.example.com"),
        ("https://can.example.com:443", "https://can.example.com"),
        ("https://can.example.com:80", "https://can.example.com:80"),
        ("https://can.example.com.", "https://can.example.com"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[0:0::1]:8083/", "http://[::1]:8083"),
    ],
)
def test_origins_are_written_as_a_browser_writes_them(url, origin):
    assert normal_origin(url) == origin
    assert normal_origin(origin) == origin


@given(st.text())
def test_any_text_is_an_address_or_a_named_failure(text):
    for url in (text, f"https://{text}", f"https://can.example.com{text}"):
        read = _code_or_origin(url)
        assert read.startswith("address.") or _code_or_origin(read) == read


def _code_or_origin(url):
    try:
        return normal_origin(url)
    except InputError as error:
        return error.code

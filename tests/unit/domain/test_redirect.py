"""Whether the platform would accept a redirect URL, and in what the nearest one differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.redirect import (
    RedirectMatch,
    RedirectState,
    compare_redirect,
    missing_redirects,
    needed_redirects,
    registered_form,
)

WANTED = "https://can.example.com/user/softLogin"
BELOW = "https://can.example.com/can/user/softLogin"
SAME, DIFFERS, MISSING = RedirectState.REGISTERED, RedirectState.DIFFERS, RedirectState.MISSING
# wanted, registered, the code whose words are shown
TABLE = [
    (WANTED, "http://can.example.com/user/softLogin", "redirect_differs.http_registered"),
    (WANTED, "http://can.example.com:80/user/softLogin", "redirect_differs.http_registered"),
    (WANTED, "http://can.example.com:8080/x", "redirect_differs.http_registered"),
    ("http://can.example.com/user/softLogin", WANTED, "redirect_differs.https_registered"),
    ("http://localhost:8080/cb", "http://127.0.0.1:8080/cb", "redirect_differs.loopback"),
    ("http://127.0.0.1:8080/cb", "http://[::1]:8080/cb", "redirect_differs.loopback"),
    ("http://localhost:8080/cb", "http://127.0.0.1:8081/cb", "redirect_differs.loopback"),
    ("https://例え.example/cb", "https://xn--r8jz45g.example/cb", "redirect_differs.idn"),
    ("https://xn--r8jz45g.example/cb", "https://例え.example/cb", "redirect_differs.idn"),
    (WANTED, "https://can2.example.com/user/softLogin", "redirect_differs.host"),
    (WANTED, "https://can.example.com./user/softLogin", "redirect_differs.host"),
    (WANTED, "https://can.example.com:443/user/softLogin", "redirect_differs.default_port"),
    ("http://can.example.com:80/cb", "http://can.example.com/cb", "redirect_differs.default_port"),
    (WANTED, "https://can.example.com:8443/user/softLogin", "redirect_differs.port"),
    (WANTED, WANTED + "/", "redirect_differs.trailing_slash"),
    (WANTED + "/", WANTED, "redirect_differs.trailing_slash"),
    (WANTED, "https://can.example.com/user/soft%4Cogin", "redirect_differs.percent_encoding"),
    (WANTED + "/a%2Fb", WANTED + "/a%2fb", "redirect_differs.percent_encoding"),
    (WANTED, "https://can.example.com/user/softlogin", "redirect_differs.case"),
    (WANTED, WANTED + "/user/softLogin", "redirect_differs.doubled_registered"),
    (WANTED, WANTED + "/user/softLogin/", "redirect_differs.doubled_registered"),
    (WANTED + "/user/softLogin", WANTED, "redirect_differs.doubled_wanted"),
    (BELOW, BELOW + "/user/softLogin", "redirect_differs.doubled_registered"),
    (BELOW, "https://can.example.com/can" + BELOW[23:], "redirect_differs.doubled_registered"),
    (WANTED, BELOW, "redirect_differs.path"),
    (WANTED, "https://can.example.com/user/login", "redirect_differs.path"),
    (WANTED, "https://can.example.com", "redirect_differs.path"),
]


@pytest.mark.parametrize(("wanted", "registered", "words"), TABLE)
def test_every_difference_has_a_code_of_its_own(wanted, registered, words):
    match = compare_redirect(wanted, [registered])
    assert (match.state, match.nearest) == (DIFFERS, registered)
    assert f"redirect_differs.{match.difference}" == words


@pytest.mark.parametrize(
    ("wanted", "registered", "told"),
    [
        (WANTED, WANTED, ""),
        (WANTED, f"{WANTED}?a=1#x", ""),
        (f"{WANTED}?to=/x#/y", WANTED, "query"),
        (WANTED, "https://CAN.example.com/user/softLogin", "host_case"),
        # Source: official docs, http://www.example.com/#/index registers as its origin.
        ("http://www.example.com/#/index", "http://www.example.com", "query"),
        ("http://www.example.com/", "http://www.example.com", ""),
        ("https://例え.example/cb", "https://例え.example/cb", ""),
    ],
)
def test_what_the_platform_ignores_is_registered(wanted, registered, told):
    assert compare_redirect(wanted, [registered]) == RedirectMatch(SAME, registered, told)


@pytest.mark.parametrize(
    "registered",
    [
        "https://*.example.com/user/softLogin",
        "https://other.example.com/x",
        "can.example.com/user/softLogin",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_another_place_or_no_address_is_not_near(registered):
    assert compare_redirect(WANTED, [registered]) == RedirectMatch(MISSING)


def test_the_nearest_of_several_is_named():
    far = "http://can.example.com:8080/user/softLogin"
    near = "http://can.example.com/user/softLogin"
    other = "https://can.example.com/other"
    assert compare_redirect(WANTED, [other, far, near]) == RedirectMatch(
        DIFFERS, near, "http_registered"
    )
    assert compare_redirect(WANTED, [far, near, WANTED]).state is SAME
    assert compare_redirect(WANTED, []).state is MISSING


def test_a_wanted_url_that_is_no_address_is_refused():
    with pytest.raises(InputError, match=r"address\.no_scheme"):
        compare_redirect("can.example.com", [WANTED])


def test_every_address_of_can_needs_its_own_once():
    other = "http://10.0.0.7:8080/user/softLogin"
    assert needed_redirects(f" {WANTED}?a=1 ", other, WANTED, "") == (WANTED, other)
    assert needed_redirects("") == ()
    assert missing_redirects((WANTED, other), [WANTED]) == ((other, RedirectMatch(MISSING)),)


_HOSTS = st.sampled_from(["can.example.com", "CAN.Example.com", "localhost", "127.0.0.1", "[::1]"])
_PATHS = st.lists(
    st.sampled_from(["user", "softLogin", "softlogin", "can", "%4c", "%4C", "L"]), max_size=5
)
_URLS = st.builds(
    lambda scheme, host, port, path, slash, rest: (
        f"{scheme}://{host}{port}" + "".join(f"/{part}" for part in path) + slash + rest
    ),
    st.sampled_from(["http", "https"]),
    _HOSTS,
    st.sampled_from(["", ":80", ":443", ":8083"]),
    _PATHS,
    st.sampled_from(["", "/"]),
    st.sampled_from(["", "?a=b", "#/x", "?a=b#/x"]),
)


@given(wanted=_URLS, registered=st.lists(_URLS, max_size=4))
def test_what_is_equal_letter_by_letter_is_always_registered(wanted, registered):
    """The one rule that is published: equal up to ``?`` or ``#`` is accepted."""
    match = compare_redirect(wanted, [*registered, registered_form(wanted)])
    assert match.state is SAME


@given(wanted=_URLS, registered=_URLS)
def test_registered_means_equal_but_for_the_case_of_the_host_and_an_empty_path(wanted, registered):
    match = compare_redirect(wanted, [registered])
    ours, theirs = registered_form(wanted), registered_form(registered)
    if match.state is SAME:
        assert _plain(ours) == _plain(theirs)
    else:
        assert ours != theirs
        assert bool(match.difference) is (match.state is DIFFERS)


@given(wanted=_URLS, registered=_URLS)
def test_which_side_is_which_does_not_change_the_verdict(wanted, registered):
    one, other = compare_redirect(wanted, [registered]), compare_redirect(registered, [wanted])
    assert one.state is other.state


def _plain(url):
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return scheme, host.lower(), slash + path if path else ""

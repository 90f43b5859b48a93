"""What a session takes of the cookies that later answers set."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.cookies import Jar
from feishu_wizard.services.can.model import Cookies, Csrf

ALL = Cookies(source="login")
ONE = Cookies(source="login", names=["sid"], csrf=Csrf(cookie="csrf", header="X-CSRF"))
PASTED = Cookies(source="secret", secret="cookie")


def sent(jar: Jar) -> str:
    """The Cookie header of a read."""
    return jar.headers(write=False)["Cookie"]


@pytest.mark.parametrize(
    ("jar", "first"),
    [
        (Jar.of_answer(ALL, ["sid=a1; Path=/"]), "sid=a1"),
        (Jar.of_answer(ONE, ["sid=a1", "csrf=c1"]), "sid=a1; csrf=c1"),
        (Jar.of_text(PASTED, Secret("sid=a1")), "sid=a1"),
    ],
    ids=["all of a login", "named", "pasted"],
)
def test_what_the_session_has_is_renewed_and_nothing_else_is_taken(jar, first):
    assert sent(jar) == first
    jar.see(["track=1; Path=/", "sid=a2; HttpOnly"])
    assert sent(jar) == first.replace("a1", "a2")
    jar.see(["sid=; Max-Age=0", "sid=x; max-age=0", "no cookie", ""])
    assert sent(jar) == first.replace("a1", "a2")


def test_a_csrf_cookie_that_comes_with_the_read_is_taken():
    jar = Jar.of_answer(ONE, ["sid=a1"])
    jar.see(["csrf=c1"])
    assert jar.headers(write=True) == {"Cookie": "sid=a1; csrf=c1", "X-CSRF": "c1"}

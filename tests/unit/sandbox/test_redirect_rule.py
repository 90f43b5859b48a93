"""Our comparison of redirect URLs and the rule of the authorize page, side by side.

Where the platform's rule is not published, the two are allowed to differ, each case by name: the
sandbox compares every letter before ``?`` and ``#``.
"""

from __future__ import annotations

import pytest

from feishu_wizard.domain.redirect import RedirectState, compare_redirect

pytestmark = pytest.mark.anyio

AUTHORIZE = "/open-apis/authen/v1/authorize"
REGISTERED = "https://sso.example.com/can/user/softLogin"
HOST_IN_CAPITALS = "https://SSO.example.com/can/user/softLogin"
NOTHING_PUBLISHED = {HOST_IN_CAPITALS}
SENT = [
    REGISTERED,
    REGISTERED + "?from=%2Fmetric#/x",
    REGISTERED + "/",
    REGISTERED + "/user/softLogin",
    HOST_IN_CAPITALS,
    "http://sso.example.com/can/user/softLogin",
    "https://sso.example.com:443/can/user/softLogin",
    "https://sso.example.com:8443/can/user/softLogin",
    "https://sso.example.com/can/user/softlogin",
    "https://sso.example.com/can/user/soft%4Cogin",
    "https://sso.example.com/user/softLogin",
    "https://sso2.example.com/can/user/softLogin",
    "https://sso.example.com./can/user/softLogin",
]


@pytest.mark.parametrize("sent", SENT)
async def test_what_the_authorize_page_takes_is_called_registered(sandbox, sent):
    await sandbox.control("redirect-url", add=[REGISTERED])
    query = {"client_id": sandbox.app_id, "response_type": "code", "redirect_uri": sent}
    reply = await sandbox.accounts.get(AUTHORIZE, params=query)
    assert reply.status_code == 200 or "20029" in reply.text
    ours = compare_redirect(sent, sandbox.world.app.redirect_urls).state
    taken = reply.status_code == 200
    if sent in NOTHING_PUBLISHED:
        assert (taken, ours) == (False, RedirectState.REGISTERED)
    else:
        assert taken is (ours is RedirectState.REGISTERED)

"""``feishu.redirect_url`` as the outside shows it: the sign-in page and CAN's own pages.

Used where the app may not read its own settings, or nobody gave its secret.
"""

from __future__ import annotations

import asyncio
import html
import re
import secrets
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urljoin, urlsplit

from feishu_wizard.domain.address import callback_candidates, read_can_address
from feishu_wizard.domain.edition import ConsolePage, console_link
from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.finding import Finding, Link, Proof, Status, Who, not_done
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.services.net.http import Policy, Reply

REDIRECT = "feishu.redirect_url"
AUTHORIZE_PATH = "/open-apis/authen/v1/authorize"
LOGIN_PATH = "/user/login"  # CAN's own sign-in page, beside the callback
# Codes that the sign-in page is known to show (facts: login; error tables).
_NOT_REGISTERED = frozenset({20029, 4401})
_OF_THE_APP = frozenset({20024, 20028, 20042, 20046, 20048, 20069, 10003})
_KNOWN = _NOT_REGISTERED | _OF_THE_APP
_NUMBER = re.compile(rb"(?<![\w.#&/-])\d{4,5}(?![\w-])")
_IN_ADDRESS = re.compile(r"[?&#](?:code|error_code|err_code|errno)=(\d{4,9})(?!\d)")
# Programs on a page carry tables of all codes there are.
_SCRIPT = re.compile(rb"<(script|style)\b.*?</\1", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(
    r"https?://[^\s\"'<>]+/open-apis/authen/v1/(?:authorize|index)\?[^\s\"'<>]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _SignIn:
    """What the sign-in page is asked with; ``by`` says who named it: setup or can."""

    app_id: str
    url: str
    by: str


async def authorize_page(case: Case) -> Finding:
    """What the sign-in page says of the callback URL before anybody signs in.

    An error code on it is an answer. A page without one proves nothing: what the live page
    looks at before the sign-in is not documented.
    """
    served, asked = await asyncio.gather(callback(case), _sign_in_of(case))
    if asked is None:
        if served is None:
            return not_done(REDIRECT, "redirect.no_address")
        if served.status is Status.WARN:
            return served
        code = "redirect.app_id_needed"
        return Finding(REDIRECT, Status.UNKNOWN, code, served.params, evidence=served.evidence)
    page = await _asked(case, asked)
    if served is None:
        return page
    evidence = (*served.evidence, *page.evidence)
    first = served if served.status is Status.WARN and page.status is not Status.FAIL else page
    return replace(first, evidence=evidence)


async def _asked(case: Case, asked: _SignIn) -> Finding:
    query = {
        "client_id": asked.app_id,
        "response_type": "code",
        "redirect_uri": asked.url,
        "state": secrets.token_urlsafe(12),
    }
    address = case.kit.setup.feishu.hosts.accounts + AUTHORIZE_PATH
    reply = await case.http.request("GET", address, policy=Policy.FEISHU, params=query)
    shown = _code_of(reply, asked.url)
    params = {"url": asked.url, "app_id": asked.app_id, "named_by": asked.by}
    if shown is None:
        code = "redirect.page_silent"
        return Finding(REDIRECT, Status.UNKNOWN, code, params, evidence=(reply.evidence(),))
    params["feishu_code"] = str(shown)
    refused = shown in _NOT_REGISTERED
    page = ConsolePage.SECURITY if refused else ConsolePage.BASE_INFO
    url = console_link(case.kit.setup.feishu.hosts, page, asked.app_id)
    link = Link("console_safe" if refused else "console_baseinfo", url)
    code = "redirect.page_refuses" if refused else "redirect.page_app"
    found = Finding(REDIRECT, Status.FAIL, code, params, Proof.PROVEN, Who.DEVELOPER)
    return replace(found, evidence=(reply.evidence(feishu_code=shown),), links=(link,))


def _code_of(reply: Reply, url: str) -> int | None:
    """The known error code in the answer: where it leads to, or what its page shows."""
    if 300 <= reply.status < 400:
        found = _IN_ADDRESS.search(reply.headers.get("location", ""))
        code = int(found[1]) if found else 0
        return code if code in _KNOWN else None
    body = _SCRIPT.sub(b" ", reply.body)
    for echoed in (url, html.escape(url)):  # its port may look like a code
        body = body.replace(echoed.encode(), b" ")
    codes = (int(match[0]) for match in _NUMBER.finditer(body))
    return next((code for code in codes if code in _KNOWN), None)


async def callback(case: Case) -> Finding | None:
    """Whether CAN serves the callback URL; None when there is no address to ask.

    Opened without a code it may answer with anything but "not found" and a fault of the server.
    """
    wanted, proposed = _callback_of(case)
    if not wanted:
        return None
    params = {"url": wanted, "proposed": ", ".join(proposed)}
    try:
        reply = await case.http.request("GET", wanted, policy=Policy.CAN)
    except WizardError as error:
        return error.finding(REDIRECT, Status.UNKNOWN)
    params["status"] = str(reply.status)
    evidence = (reply.evidence(),)
    if reply.status != 404 and reply.status < 500:
        code = "redirect.callback_served"
        return Finding(REDIRECT, Status.PASS, code, params, Proof.PROVEN, evidence=evidence)
    code = "redirect.callback_missing" if reply.status == 404 else "redirect.callback_broken"
    found = Finding(REDIRECT, Status.WARN, code, params, Proof.PROVEN, Who.CAN_ADMIN)
    return replace(found, evidence=evidence)


def _callback_of(case: Case) -> tuple[str, tuple[str, ...]]:
    """The callback URL of the setup, or the first of those that follow from CAN's address."""
    office = case.kit.setup.office
    if office.callback_url or not office.url:
        return office.callback_url, ()
    try:
        proposed = callback_candidates(read_can_address(office.url))
    except InputError:  # the address itself is told by net.can.dns
        return "", ()
    return proposed[0], proposed


async def _sign_in_of(case: Case) -> _SignIn | None:
    """App ID and callback URL of the setup, or those of the Feishu button on CAN's page."""
    app_id = case.kit.setup.feishu.app_id
    url, proposed = _callback_of(case)
    if app_id and url and not proposed:
        return _SignIn(app_id, url, "setup")
    shown = await _on_login_page(case) if case.kit.setup.office.url else None
    if shown is not None and app_id in ("", shown.app_id):
        return shown
    return _SignIn(app_id, url, "setup") if app_id and url else None


async def _on_login_page(case: Case) -> _SignIn | None:
    """The link of the Feishu button, when CAN's sign-in page carries it as plain HTML."""
    hosts = case.kit.setup.feishu.hosts
    for page in _pages(case.kit.setup.office.url):
        try:
            reply = await case.http.request("GET", page, policy=Policy.CAN)
        except WizardError:  # told by net.can
            return None
        for match in _LINK.finditer(html.unescape(reply.body.decode("utf-8", "replace"))):
            query = parse_qs(urlsplit(match[0]).query)
            app_id = (query.get("client_id") or query.get("app_id") or [""])[0]
            url = query.get("redirect_uri", [""])[0]
            if app_id and url and match[0].startswith((hosts.accounts + "/", hosts.open + "/")):
                return _SignIn(app_id, url, "can")
    return None


def _pages(url: str) -> tuple[str, ...]:
    try:
        address = read_can_address(url)
    except InputError:
        return ()
    login = urljoin(address.origin, address.prefix + LOGIN_PATH)
    return tuple(dict.fromkeys((login, url)))

"""One real sign-in, to see what a sign-in brings: by a code, or in the admin's browser.

It proves that this app signs people in. Whether CAN does is another question: see ``login_seen``.
No scope is asked for: who it is needs none, and one that the app lacks makes the page show 20027.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import CredentialError, FeishuError, NetworkError, WizardError
from feishu_wizard.domain.finding import Evidence, Finding, Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.domain.pkce import new_proof_key
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.sign_in import (
    LISTENER_PATH,
    LISTENER_PORT,
    SignedIn,
    SignInOffer,
    SignInProgress,
    SignInWay,
)
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import sign_in_pages
from feishu_wizard.operations.sign_in.seen import SSO, note_seen, what_was_seen
from feishu_wizard.operations.sign_in.urls import (
    can_authorize_url,
    check_urls,
    not_registered,
    register_listener,
    remove_listener,
)
from feishu_wizard.services.feishu import oauth
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.oauth import Pair, UserInfo, UserToken
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.net.http import Http
from feishu_wizard.services.net.loopback import Listener

__all__ = [
    "can_authorize_url",
    "check_urls",
    "note_seen",
    "register_listener",
    "remove_listener",
    "sign_in",
    "what_was_seen",
]

# The page has no published lifetime; longer than this nobody is looking for their phone.
BROWSER_SECONDS = 600.0
SLOWER = 5.0  # RFC 8628, section 3.5: "slow_down" adds five seconds to the interval
WAITING, READING = "sign_in_waiting", "sign_in_reading"
_ENDS = {"denied": "sign_in.denied", "expired": "sign_in.expired"}


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one sign-in works with."""

    place: Workplace
    kit: Kit
    http: Http
    hosts: Hosts
    pair: Pair
    report: Report


async def sign_in(
    place: Workplace,
    kit: Kit,
    way: SignInWay | None = None,
    port: int = LISTENER_PORT,
    report: Report = lambda progress: None,
    *,
    lang: str = "",
    scopes: Sequence[str] = (),
) -> SignedIn:
    """Have somebody sign in; what to open comes as ``SignInProgress``.

    ``way`` None: by a code where the platform offers that for this app, else in the browser.
    ``lang`` is that of the page at the end, "": every language there is. ``scopes`` are asked for
    as they are, in the browser only. Ends with the offer's time at the latest: whether a browser
    was closed, or shows an error page of the platform, cannot be seen from here. Raises
    sign_in.denied, .expired, .not_offered, .listener_missing, .port_busy, .port_unusable,
    .bad_port, .flooded, oauth.* and feishu.* for what the platform refused, and network failures.
    """
    pair = Pair(*await place.pair(kit))
    desk = _Desk(place, kit, await place.http(kit), kit.setup.feishu.hosts, pair, report)
    report(SignInProgress("sign_in_starting"))
    try:
        offer = await _device_offer(desk, way)
        if offer is not None:
            token = await _by_device(desk, offer)
        else:
            way = SignInWay.BROWSER
            token = await _by_browser(desk, port, lang, scopes)
        report(SignInProgress(READING))
        info = await oauth.user_info(desk.http, desk.hosts, token.value)
    except FeishuError as error:
        await _noted(desk, error.evidence[0], good=False)
        raise
    result = await _result(desk, way or SignInWay.DEVICE, token, info)
    await _noted(desk, info.evidence, good=True)
    return result


async def _device_offer(desk: _Desk, way: SignInWay | None) -> SignInOffer | None:
    """A code to confirm; None when the browser is to be taken."""
    if way is SignInWay.BROWSER:
        return None
    try:
        return await oauth.begin_device(desk.http, desk.hosts, desk.pair)
    except WizardError as error:
        if way is SignInWay.DEVICE or error.code != "sign_in.not_offered":
            raise
    return None


# -- by a code ----------------------------------------------------------------------------


async def _by_device(desk: _Desk, offer: SignInOffer) -> Answer[UserToken]:
    """Poll until somebody decided. A poll without an answer is told and survived; the last one is
    made when the time is up: somebody may have confirmed in the last second."""
    assert offer.device_code is not None
    desk.report(SignInProgress(WAITING, offer=offer))
    end, interval = time.monotonic() + offer.seconds, offer.interval
    trouble: tuple[Evidence, ...] = ()
    while (rest := end - time.monotonic()) > 0:
        await asyncio.sleep(min(interval, rest))
        try:
            polled = await oauth.poll_device(desk.http, desk.hosts, desk.pair, offer.device_code)
        except NetworkError as error:
            trouble = error.evidence
            desk.report(SignInProgress(WAITING, finding=error.finding(SSO, Status.WARN)))
            continue
        if polled.token is not None:
            return polled.token
        if polled.state in _ENDS:
            raise WizardError(_ENDS[polled.state])
        interval += SLOWER if polled.state == "slow_down" else 0
    raise WizardError("sign_in.expired", evidence=trouble)


# -- in the browser -----------------------------------------------------------------------


async def _by_browser(
    desk: _Desk, port: int, lang: str, scopes: Sequence[str]
) -> Answer[UserToken]:
    """Listen, have the page opened, redeem the code. The listener is closed before this returns;
    meanwhile the browser fetches its page at the end."""
    await _ensure_registered(desk, port)
    key, pages = new_proof_key(), sign_in_pages(lang)
    async with Listener(port, LISTENER_PATH, key.state, pages) as listener:
        url = oauth.authorize_url(
            desk.hosts,
            desk.pair.app_id,
            listener.url,
            key.state,
            challenge=key.challenge,
            scopes=scopes,
        )
        offer = SignInOffer(SignInWay.BROWSER, url, BROWSER_SECONDS)
        desk.report(SignInProgress(WAITING, offer=offer))
        try:
            answered = await asyncio.wait_for(listener.answer(), BROWSER_SECONDS)
        except TimeoutError as error:
            raise WizardError("sign_in.browser_silent") from error
        if answered.code is None:
            raise _declined(answered.error)
        desk.report(SignInProgress(READING))
        return await oauth.exchange_code(
            desk.http, desk.hosts, desk.pair, answered.code, listener.url, key
        )


async def _ensure_registered(desk: _Desk, port: int) -> None:
    """A page that would only show 20029 is not opened. What nobody can read is tried."""
    try:
        check = await check_urls(desk.place, desk.kit, port)
    except CredentialError as error:
        if not error.code.startswith("store."):
            raise
        return  # without its ticket a store app cannot read its settings; people sign in to it
    if check.listener_registered is False:
        raise not_registered(check)


def _declined(word: str) -> WizardError:
    if word == "access_denied":
        return WizardError("sign_in.denied")
    return WizardError(f"oauth.{word}", {"error": word})


# -- what it brought ----------------------------------------------------------------------


async def _result(
    desk: _Desk, way: SignInWay, token: Answer[UserToken], info: Answer[UserInfo]
) -> SignedIn:
    values = info.value.values
    account, matches = await _account(desk, values["user_id"])
    return SignedIn(
        way,
        **values,
        fields=info.value.present,
        scopes=token.value.scopes,
        account=account,
        matches=matches,
        evidence=(token.evidence, info.evidence),
        findings=_findings(info, matches),
    )


async def _account(desk: _Desk, user_id: str) -> tuple[str, bool | None]:
    """The CAN account of that name; None when CAN's accounts are not known here."""
    from feishu_wizard.operations.compare_accounts import account_of_person, accounts_known

    if not user_id or not await accounts_known(desk.place, desk.kit):
        return "", None
    account = await account_of_person(desk.place, desk.kit, user_id)
    return (account.name, True) if account is not None else ("", False)


def _findings(info: Answer[UserInfo], matches: bool | None) -> tuple[Finding, ...]:
    """What stands in the way of CAN although somebody signed in."""
    values, seen = info.value.values, (info.evidence,)
    params = {"user_id": values["user_id"], "name": values["name"]}
    if not values["user_id"]:
        absent = "user_id" not in info.value.present
        code = "sign_in.no_user_id" if absent else "sign_in.blank_user_id"
        return (
            Finding(
                "permission.user_id", Status.FAIL, code, params, who=Who.DEVELOPER, evidence=seen
            ),
        )
    if matches is False:
        code = "sign_in.no_account"
        return (
            Finding("person.account", Status.FAIL, code, params, who=Who.CAN_ADMIN, evidence=seen),
        )
    return ()


async def _noted(desk: _Desk, evidence: Evidence, *, good: bool) -> None:
    """Into the ledger: that people can sign in to this app, or that the platform refused it."""
    from feishu_wizard.operations.ledger import note

    at = now()
    what = "ledger.signed_in" if good else "ledger.signed_in_not"
    entry = Entry(SSO, what, at, good=good, evidence=evidence)
    await asyncio.to_thread(note, desk.place, desk.kit, entry)

"""The redirect URLs of a sign-in: CAN's own, and that of this program's listener.

The listener's URL is only needed for a rehearsal in the browser. Where the app may change itself
it registers and removes that URL; elsewhere a person does both in the console.
"""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.app_change import AppChange, Part, PartChange
from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import FeishuError, InputError, WizardError
from feishu_wizard.domain.finding import Evidence, Finding, Link, Proof, Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.means import REDIRECT
from feishu_wizard.domain.pkce import new_state
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.redirect import (
    RedirectMatch,
    RedirectState,
    compare_redirect,
    registered_form,
)
from feishu_wizard.domain.sign_in import UrlsCheck, listener_url
from feishu_wizard.operations.app_change.plan import added
from feishu_wizard.operations.app_change.read import read_app
from feishu_wizard.operations.change_app import carry_out
from feishu_wizard.operations.console import app_page
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.platform_view import NO_SCOPE, kept
from feishu_wizard.services.feishu.application import AppInfo, describe_app
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.oauth import authorize_url


async def check_urls(place: Workplace, kit: Kit, port: int) -> UrlsCheck:
    """Compare the registered redirect URLs with CAN's callback and the listener's, in one call.

    ``finding`` is about CAN's callback, ``findings`` about the listener's URL. Both are unknown
    where the platform does not tell; a refused App ID or secret and network failures are raised.
    """
    callback = kit.setup.office.callback_url
    listener = listener_url(port)
    client = await place.feishu(kit)
    await client.tenant_token()
    app = await kept(describe_app(client))
    urls = _registered(app)
    match = compare_redirect(listener, urls) if urls is not None else None
    there = match.state is RedirectState.REGISTERED if match is not None else None
    return UrlsCheck(
        needed=registered_form(callback),
        registered=urls,
        listener=listener,
        finding=_of_callback(kit, app, urls),
        listener_registered=there,
        findings=(_of_listener(kit, app, listener, match),),
    )


async def register_listener(place: Workplace, kit: Kit, port: int) -> None:
    """Add the listener's URL to the app's redirect URLs; acts at once. The caller has asked.

    Nothing is done when it is there. Raises what the platform refuses it with (feishu.99991672
    without the permission to change itself), change.forbidden, change.stale and change.not_seen.
    """
    client = await place.feishu(kit)
    there = (await read_app(client)).redirect_urls
    parts = added(Part.REDIRECT_URLS, there, (listener_url(port),), at_once=True)
    await _changed(place, kit, tuple(parts))


async def remove_listener(place: Workplace, kit: Kit, port: int) -> None:
    """Take the listener's URL away again; raises as ``register_listener``."""
    client = await place.feishu(kit)
    there, url = (await read_app(client)).redirect_urls, listener_url(port)
    if there is not None and url not in there:
        return
    rest = tuple(one for one in there or () if one != url)
    part = PartChange(Part.REDIRECT_URLS, there, rest, removes=(url,), at_once=True)
    await _changed(place, kit, (part,))


def can_authorize_url(kit: Kit) -> str:
    """The page that CAN's own sign-in begins with: with CAN's callback, and a state that CAN did
    not make, which a careful server refuses afterwards.

    Raises ``InputError`` setup.no_app_id and sign_in.no_callback.
    """
    feishu, callback = kit.setup.feishu, kit.setup.office.callback_url
    if not feishu.app_id:
        raise InputError("setup.no_app_id")
    if not callback:
        raise InputError("sign_in.no_callback")
    return authorize_url(feishu.hosts, feishu.app_id, callback, new_state())


def not_registered(check: UrlsCheck) -> WizardError:
    """Why a sign-in in the browser is not begun: the page would only show 20029."""
    found = check.findings[0]
    return WizardError(
        found.code, found.params, who=found.who, evidence=found.evidence, links=found.links
    )


async def _changed(place: Workplace, kit: Kit, parts: tuple[PartChange, ...]) -> None:
    if not parts:
        return
    result = await carry_out(place, kit, AppChange(parts), silent)
    found = result.refused
    if found is not None:
        links = found.links or (app_page(kit, ConsolePage.SECURITY),)
        raise WizardError(
            found.code, found.params, who=found.who, evidence=found.evidence, links=links
        )


def _registered(app: Answer[AppInfo] | FeishuError) -> tuple[str, ...] | None:
    """What is registered; None when nobody tells."""
    if isinstance(app, FeishuError) or "redirect_urls" not in app.value.present:
        return None
    return tuple(app.value.redirect_urls)


def _of_callback(
    kit: Kit, app: Answer[AppInfo] | FeishuError, urls: tuple[str, ...] | None
) -> Finding:
    wanted, seen = kit.setup.office.callback_url, _evidence(app)
    if urls is None:
        return Finding(REDIRECT, Status.UNKNOWN, _silent(app), evidence=seen)
    if not wanted:
        return Finding(REDIRECT, Status.UNKNOWN, "no_callback", evidence=seen)
    match = compare_redirect(wanted, urls)
    params = {"url": wanted}
    if match.state is RedirectState.REGISTERED:
        return Finding(REDIRECT, Status.PASS, "ok", params, Proof.GRANTED, evidence=seen)
    params |= {"nearest": match.nearest, "difference": match.difference}
    code = "redirect_differs" if match.nearest else "redirect_missing"
    found = Finding(REDIRECT, Status.FAIL, code, params, Proof.GRANTED, Who.DEVELOPER)
    return replace(found, evidence=seen, links=(_security(kit),))


def _silent(app: Answer[AppInfo] | FeishuError) -> str:
    """Why the registered URLs are not known."""
    if not isinstance(app, FeishuError):
        return "redirect_not_told"
    return "needs_self_manage" if app.feishu_code == NO_SCOPE else "app_not_described"


def _of_listener(
    kit: Kit, app: Answer[AppInfo] | FeishuError, url: str, match: RedirectMatch | None
) -> Finding:
    """Registered it is a reminder: nothing but a rehearsal needs it."""
    params, links, seen = {"url": url}, (_security(kit),), _evidence(app)
    if match is None:
        code = "sign_in.listener_unknown"
        return Finding(REDIRECT, Status.UNKNOWN, code, params, evidence=seen, links=links)
    if match.state is RedirectState.REGISTERED:
        code = "sign_in.listener_there"
        found = Finding(REDIRECT, Status.PASS, code, params, Proof.GRANTED)
    else:
        code = "sign_in.listener_missing"
        params["nearest"] = match.nearest
        found = Finding(REDIRECT, Status.WARN, code, params, Proof.GRANTED, Who.DEVELOPER)
    return replace(found, evidence=seen, links=links)


def _evidence(app: Answer[AppInfo] | FeishuError) -> tuple[Evidence, ...]:
    return app.evidence if isinstance(app, FeishuError) else (app.evidence,)


def _security(kit: Kit) -> Link:
    return app_page(kit, ConsolePage.SECURITY)

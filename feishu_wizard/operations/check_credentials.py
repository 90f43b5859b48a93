"""Tests App ID and secret, and reads what the platform is willing to tell about app and tenant."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.edition import AppType, ConsolePage, Edition
from feishu_wizard.domain.errors import CredentialError, FeishuError, WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, Who, blocked, not_done
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import CredentialCheck
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.operations import find_brand
from feishu_wizard.operations.check_store_app import (
    lacks_token,
    prove_without_ticket,
    told_at_its_field,
)
from feishu_wizard.operations.console import app_page
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.platform_view import NO_BOT, NO_SCOPE, NOT_INSTALLED
from feishu_wizard.services.feishu.application import describe_app
from feishu_wizard.services.feishu.bot import bot_info
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.tenant import tenant_info

# bot/v3/info before the bot is switched on and released (community evidence, many).
_UNKNOWN_APP = frozenset({10003, 99991543, 20048})
_ACTIVE = 2  # activate_status (official docs: bot-v3/info)


async def check_credentials(place: Workplace, kit: Kit, report: Report) -> CredentialCheck:
    """Get a token with the pair; then names of app and tenant, where they are told.

    Not telling a name before a release is normal and never a failure. A store app without a
    ticket gets no token: then the pair is checked as far as it can be.
    """
    lack = await lacks_token(place, kit)
    if lack is not None:
        return await _without_token(place, kit, lack, report)
    client = await place.feishu(kit)
    credentials = await prove_pair(client, kit)
    report(Progress("", finding=credentials))
    if credentials.status is not Status.PASS:
        rest = tuple(
            blocked(i, credentials.id) for i in ("feishu.app", "feishu.bot", "feishu.tenant")
        )
        other = await other_brand(place, kit, credentials)
        return CredentialCheck((credentials, *rest), other_edition=other)
    app, app_name = await _app(client, kit)
    report(Progress("", finding=app))
    bot, bot_name = await _bot(client, kit)
    report(Progress("", finding=bot))
    tenant, tenant_name = await _tenant(client)
    report(Progress("", finding=tenant))
    return CredentialCheck((credentials, app, bot, tenant), app_name or bot_name, tenant_name)


async def _without_token(
    place: Workplace, kit: Kit, lack: CredentialError, report: Report
) -> CredentialCheck:
    findings = await prove_without_ticket(place, kit, lack)
    for finding in findings:
        report(Progress("", finding=finding))
    return CredentialCheck(findings, other_edition=await other_brand(place, kit, findings[0]))


async def prove_pair(client: FeishuClient, kit: Kit) -> Finding:
    """The check ``feishu.credentials``: the pair gives a token, or what the platform said."""
    try:
        answer = await client.new_token()
    except WizardError as error:
        found = error.finding("feishu.credentials")
        if kit.setup.feishu.app_type is AppType.STORE:
            found = told_at_its_field(found)
        if not isinstance(error, FeishuError):
            return found
        return replace(found, links=(*found.links, app_page(kit, ConsolePage.BASE_INFO)))
    return Finding(
        "feishu.credentials",
        Status.PASS,
        "credentials_ok",
        {"host": answer.evidence.host},
        Proof.PROVEN,
        evidence=(answer.evidence,),
    )


async def _app(client: FeishuClient, kit: Kit) -> tuple[Finding, str]:
    try:
        answer = await describe_app(client)
    except FeishuError as error:
        if error.feishu_code in (NO_SCOPE, NOT_INSTALLED):
            # Reading itself needs a permission that CAN does not: silence says nothing.
            return not_done("feishu.app", "app_not_told"), ""
        return error.finding("feishu.app"), ""
    except WizardError as error:
        return error.finding("feishu.app"), ""
    info = answer.value
    name = info.app_name
    params = {"name": name}
    if info.status == 0:
        link = app_page(kit, ConsolePage.VERSION)
        return (
            Finding(
                "feishu.app",
                Status.FAIL,
                "app_stopped",
                params,
                Proof.GRANTED,
                Who.FEISHU_ADMIN,
                (answer.evidence,),
                (link,),
            ),
            name,
        )
    code = "app_released" if info.online_version_id else "app_not_released"
    status = Status.PASS if info.online_version_id else Status.WARN
    return Finding(
        "feishu.app", status, code, params, Proof.GRANTED, evidence=(answer.evidence,)
    ), name


async def _bot(client: FeishuClient, kit: Kit) -> tuple[Finding, str]:
    link = app_page(kit, ConsolePage.BOT)
    try:
        answer = await bot_info(client)
    except FeishuError as error:
        if error.feishu_code == NO_BOT:
            found = Finding(
                "feishu.bot",
                Status.WARN,
                "bot_not_released",
                {},
                evidence=error.evidence,
                links=(link,),
            )
            return found, ""
        return error.finding("feishu.bot"), ""
    except WizardError as error:
        return error.finding("feishu.bot"), ""
    info = answer.value
    params = {"name": info.app_name, "status": str(info.activate_status)}
    if info.activate_status != _ACTIVE:
        code = f"bot_status.{info.activate_status}"
        return Finding(
            "feishu.bot",
            Status.WARN,
            code,
            params,
            Proof.GRANTED,
            Who.FEISHU_ADMIN,
            (answer.evidence,),
            (link,),
        ), info.app_name
    found = Finding(
        "feishu.bot", Status.PASS, "bot_ok", params, Proof.PROVEN, evidence=(answer.evidence,)
    )
    return found, info.app_name


async def _tenant(client: FeishuClient) -> tuple[Finding, str]:
    try:
        answer = await tenant_info(client)
    except FeishuError as error:
        if error.feishu_code in (NO_SCOPE, NOT_INSTALLED):
            return not_done("feishu.tenant", "tenant_not_told"), ""
        return error.finding("feishu.tenant", Status.WARN), ""
    except WizardError as error:
        return error.finding("feishu.tenant", Status.WARN), ""
    name = answer.value.name
    finding = Finding(
        "feishu.tenant",
        Status.PASS,
        "tenant_named",
        {"name": name},
        Proof.GRANTED,
        evidence=(answer.evidence,),
    )
    return finding, name


async def other_brand(place: Workplace, kit: Kit, credentials: Finding) -> Edition | None:
    """The other brand when this one does not know the app and that one does."""
    code = credentials.params.get("feishu_code", "")
    if not code.isdigit() or int(code) not in _UNKNOWN_APP:
        return None
    return await find_brand.other_brand(await place.http(kit), kit.setup.feishu)

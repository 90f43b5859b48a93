"""``feishu.*``: what the platform says of credentials, app, bot and company.

Nothing is decided from one source: a token proves the pair only; whether this computer's address
is let in, whether calls are left and whether the app works shows with the first real call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import FeishuError, WizardError
from feishu_wizard.domain.finding import (
    Evidence,
    Finding,
    Proof,
    Status,
    Who,
    blocked,
    not_applicable,
    not_done,
)
from feishu_wizard.domain.states import VersionState
from feishu_wizard.operations.check_credentials import other_brand, prove_pair
from feishu_wizard.operations.check_store_app import lacks_token
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell
from feishu_wizard.operations.diagnose.reads import Reads
from feishu_wizard.operations.diagnose.unsigned_checks import brand
from feishu_wizard.operations.permissions.standing import named_address
from feishu_wizard.operations.platform_view import (
    BUSY,
    IP_DENIED,
    NO_BOT,
    NO_SCOPE,
    QUOTA_SPENT,
    STOPPED,
    PlatformView,
    Read,
)
from feishu_wizard.services.feishu.application import AppInfo, AppVersion, ScopeGrant
from feishu_wizard.services.feishu.bot import BotInfo
from feishu_wizard.services.feishu.envelope import Answer

CREDENTIALS, APP, QUOTA, ADDRESS = (
    "feishu.credentials",
    "feishu.app",
    "feishu.quota",
    "feishu.ip_allowlist",
)
_TENANT_SCOPE = "tenant:tenant:readonly"


def platform_looks(case: Case) -> tuple[Look[Case], ...]:
    """Credentials first; the three gates of every real call; then app, bot and company."""
    return (
        Look((CREDENTIALS,), _credentials, ("feishu.fingerprint",)),
        Look((ADDRESS, QUOTA, APP), _gates, (CREDENTIALS,)),
        Look(("feishu.tenant",), _tenant, (APP,)),
        Look(("feishu.bot",), _bot, (APP,)),
    )


def slowed_down(case: Case, known: Mapping[str, Finding]) -> Finding | None:
    """The quota check once more when calls had to wait: slower is no fault, but is said."""
    found = known.get(QUOTA)
    throttled = case.client.throttled - case.throttled_before if case.client else 0
    if found is None or found.status is not Status.PASS or not throttled:
        return None
    return replace(found, code="quota_slowed", params={"count": str(throttled)})


async def _credentials(case: Case, tell: Tell) -> None:
    feishu = case.kit.setup.feishu
    if await lacks_token(case.place, case.kit) is not None:
        tell(not_done(CREDENTIALS, "store_app"))
        return
    try:
        has_secret = await case.has_secret()
    except WizardError:  # told by the check of the secrets itself
        tell(blocked(CREDENTIALS, "setup.secrets"))
        return
    if not has_secret and feishu.app_secret:
        tell(blocked(CREDENTIALS, "setup.secrets"))
        return
    if not feishu.app_id or not has_secret:
        tell(await brand(case))
        return
    found = await prove_pair(await case.signed_in(), case.kit)
    if found.status is Status.FAIL and (other := await other_brand(case.place, case.kit, found)):
        params = {**found.params, "edition": other.value, "app_id": feishu.app_id}
        found = replace(found, code="credentials.other_brand", params=params)
    tell(found)


async def _gates(case: Case, tell: Tell) -> None:
    """The call that needs no permission passes three gates, one after the other."""
    reads = await case.reads()
    first = await reads.grants()
    if isinstance(first, FeishuError) and first.feishu_code == IP_DENIED:
        tell(_ip_denied(case, first))
        tell(blocked(QUOTA, ADDRESS))
        tell(blocked(APP, ADDRESS))
        return
    tell(await _let_in(reads, first))
    if isinstance(first, FeishuError) and first.feishu_code == QUOTA_SPENT:
        tell(first.finding(QUOTA))
        tell(blocked(APP, QUOTA))
        return
    if isinstance(first, FeishuError) and first.feishu_code == BUSY:
        tell(first.finding(QUOTA, Status.WARN))
    else:
        tell(Finding(QUOTA, Status.PASS, "ok", {}, Proof.PROVEN, evidence=_evidence(first)))
    tell(await _app(case, reads, first))


def _ip_denied(case: Case, error: FeishuError) -> Finding:
    finding = error.finding(ADDRESS)
    params = {**finding.params, "ip": named_address(error.params.get("msg", ""))}
    link = case.link(ConsolePage.SECURITY)
    return replace(finding, params=params, links=(*finding.links, link))


async def _let_in(reads: Reads, first: Answer[list[ScopeGrant]] | FeishuError) -> Finding:
    """This computer is let in; whether a list exists matters for the address of CAN's server."""
    bot = await reads.bot()
    listed = bot.value.ip_white_list if isinstance(bot, Answer) else []
    params = {"count": str(len(listed)), "addresses": ", ".join(listed[:8])}
    code = "ip_list_used" if listed else "ok"
    return Finding(ADDRESS, Status.PASS, code, params, Proof.PROVEN, evidence=_evidence(first))


async def _app(case: Case, reads: Reads, grants: Answer[list[ScopeGrant]] | FeishuError) -> Finding:
    app, bot = await reads.app(), await reads.bot()
    for read in (grants, app, bot):
        if isinstance(read, FeishuError) and read.feishu_code in STOPPED:
            found = Finding(APP, Status.FAIL, "app_stopped", _app_params(app), Proof.NONE)
            return replace(found, who=Who.FEISHU_ADMIN, evidence=read.evidence)
    if isinstance(app, Answer) and app.value.status == 0:
        found = Finding(APP, Status.FAIL, "app_stopped", _app_params(app), Proof.GRANTED)
        return replace(found, who=Who.FEISHU_ADMIN, evidence=(app.evidence,))
    versions = await reads.versions()
    version = PlatformView(grants, app, versions, None, None, (), None).version
    evidence = tuple(e for read in (grants, app) for e in _evidence(read))
    return _released(case, version, app, evidence, grants)


def _released(
    case: Case,
    version: VersionState,
    app: Answer[AppInfo] | FeishuError,
    evidence: tuple[Evidence, ...],
    grants: Answer[list[ScopeGrant]] | FeishuError,
) -> Finding:
    params = _app_params(app)
    online = isinstance(app, Answer) and bool(app.value.online_version_id)
    if online or version is VersionState.RELEASED:
        review = version is VersionState.UNDER_REVIEW
        code = "app_update_in_review" if review else "ok" if online else "app_installed"
        return Finding(APP, Status.PASS, code, params, Proof.GRANTED, evidence=evidence)
    codes = {
        VersionState.NEVER_RELEASED: "app_unreleased",
        VersionState.UNDER_REVIEW: "app_in_review",
        VersionState.REJECTED: "app_rejected",
    }
    if version in codes:
        who = Who.FEISHU_ADMIN if version is VersionState.UNDER_REVIEW else Who.DEVELOPER
        page = ConsolePage.AUDIT if who is Who.FEISHU_ADMIN else ConsolePage.VERSION
        link = case.link(page)
        found = Finding(APP, Status.FAIL, codes[version], params, Proof.GRANTED, who)
        return replace(found, evidence=evidence, links=(link,))
    if isinstance(grants, FeishuError) and grants.feishu_code != BUSY:
        return grants.finding(APP)
    return Finding(APP, Status.UNKNOWN, "app_not_told", params, evidence=evidence)


def _app_params(app: Answer[AppInfo] | FeishuError) -> dict[str, str]:
    return {"name": app.value.app_name if isinstance(app, Answer) else ""}


async def _tenant(case: Case, tell: Tell) -> None:
    """Nothing needs the company's name: it is asked only where the permission is there."""
    reads = await case.reads()
    grants = await reads.grants()
    rows = grants.value if isinstance(grants, Answer) else []
    if not any(row.name == _TENANT_SCOPE and row.granted for row in rows):
        tell(not_applicable("feishu.tenant"))
        return
    tenant = await reads.tenant()
    if isinstance(tenant, FeishuError):
        silent = tenant.feishu_code in (NO_SCOPE, BUSY)
        status = Status.UNKNOWN if silent else Status.WARN
        tell(tenant.finding("feishu.tenant", status))
        return
    params = {"name": tenant.value.name}
    evidence = (tenant.evidence,)
    tell(Finding("feishu.tenant", Status.PASS, "ok", params, Proof.GRANTED, evidence=evidence))


async def _bot(case: Case, tell: Tell) -> None:
    if Capability.PUSH not in case.kit.setup.capabilities.chosen():
        tell(not_applicable("feishu.bot"))
        return
    reads = await case.reads()
    bot = await reads.bot()
    if isinstance(bot, Answer):
        tell(_bot_state(case, bot))
        return
    found = bot.finding("feishu.bot", refused(bot))
    if bot.feishu_code == NO_BOT:
        found = _no_bot(case, found, await reads.versions())
    tell(found)


def _no_bot(case: Case, found: Finding, versions: Read[list[AppVersion]]) -> Finding:
    """The bot is off, or it comes with a version that waits for approval."""
    waiting = versions.value[:1] if isinstance(versions, Answer) else []
    if waiting and waiting[0].in_review and waiting[0].ability_bot:
        link = case.link(ConsolePage.AUDIT)
        return replace(found, code="bot_in_review", who=Who.FEISHU_ADMIN, links=(link,))
    link = case.link(ConsolePage.BOT)
    return replace(found, code="bot_missing", who=Who.DEVELOPER, links=(link,))


def refused(error: FeishuError) -> Status:
    """A refusal is a fault, but for "come again later", which says nothing of the matter."""
    return Status.UNKNOWN if error.feishu_code == BUSY else Status.FAIL


def _bot_state(case: Case, bot: Answer[BotInfo]) -> Finding:
    status = bot.value.activate_status
    params = {"name": bot.value.app_name, "status": str(status)}
    if bot.value.active:
        found = Finding("feishu.bot", Status.PASS, "ok", params, Proof.PROVEN)
        return replace(found, evidence=(bot.evidence,))
    found = Finding("feishu.bot", Status.FAIL, f"bot_status.{status}", params, Proof.GRANTED)
    link = case.link(ConsolePage.BOT)
    return replace(found, who=Who.FEISHU_ADMIN, evidence=(bot.evidence,), links=(link,))


def _evidence(read: object) -> tuple[Evidence, ...]:
    if isinstance(read, Answer):
        return (read.evidence,)
    return read.evidence if isinstance(read, FeishuError) else ()

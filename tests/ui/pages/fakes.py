"""A session whose work a test ends by hand, and results made of domain values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from feishu_wizard.domain.capability import ALL
from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.domain.finding import (
    Evidence,
    Finding,
    Proof,
    Status,
    blocked,
    not_done,
)
from feishu_wizard.domain.outcomes import (
    CredentialCheck,
    Declared,
    PermissionCheck,
    PrerequisiteCheck,
    ProfileOffer,
)
from feishu_wizard.domain.permission import Need, NeedState, parse_needs
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.recipient import (
    Delivery,
    DeliveryState,
    Recipient,
    RecipientKind,
    Resolved,
    Unresolved,
)
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.states import Act, GrantState, Target, VersionState
from feishu_wizard.resources import resource_bytes
from feishu_wizard.wizard.session import Session

APP_ID = "cli_a8c029e757e6500b"
SECRET = "Kq3Zt7Lw9Xv2Bn5Mp8Rs4Hd6Jf1Gc0Ya"
CAN = "https://can.example.com"
AT = "2026-11-22T09:30:00+00:00"


@dataclass
class FakeJob:
    """Work that was started; the test decides how it ends."""

    work: Callable[[Report], Awaitable[Any]]
    progress: Callable[[Progress], None]
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]
    cancelled: Callable[[], None]
    asked_to_cancel: bool = False

    def cancel(self) -> None:
        """Remember that somebody asked."""
        self.asked_to_cancel = True


@dataclass
class FakeTimer:
    """A call that the test makes."""

    seconds: float
    call: Callable[[], None]
    stopped: bool = False

    def cancel(self) -> None:
        """Do not call any more."""
        self.stopped = True


@dataclass
class FakeRunner:
    """Starts nothing by itself."""

    jobs: list[FakeJob] = field(default_factory=list)
    timers: list[FakeTimer] = field(default_factory=list)

    def run(
        self,
        work: Callable[[Report], Awaitable[Any]],
        *,
        progress: Callable[[Progress], None],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        cancelled: Callable[[], None],
    ) -> FakeJob:
        """Remember the work."""
        job = FakeJob(work, progress, done, failed, cancelled)
        self.jobs.append(job)
        return job

    def later(self, seconds: float, call: Callable[[], None]) -> FakeTimer:
        """Remember the call."""
        timer = FakeTimer(seconds, call)
        self.timers.append(timer)
        return timer


async def no_workplace() -> Any:
    """No operation runs in these tests."""
    raise AssertionError("the work of a fake runner must not run")


def make_session(lang: str = "en") -> tuple[Session, FakeRunner]:
    """Return a session with the real controllers and the packaged needs."""
    runner = FakeRunner()
    session = Session(runner, no_workplace, lang)
    session.permissions.needs = needs()
    return session, runner


def needs() -> tuple[Need, ...]:
    """The packaged needs."""
    return parse_needs(resource_bytes("knowledge/needs.toml"))


def seen(path: str = "/open-apis/bot/v3/info", **more: Any) -> Evidence:
    """An exchange with the platform."""
    values: dict[str, Any] = {
        "method": "GET",
        "host": "open.feishu.cn",
        "path": path,
        "http_status": 200,
        "feishu_code": 0,
        "ms": 84,
        "at": AT,
        "log_id": "202611220930001A2B3C4D5E6F708192A3",
    }
    return Evidence(**(values | more))


# -- prerequisites --------------------------------------------------------------------------


def layers(place: str, host: str) -> list[Finding]:
    """All layers of a host that works."""
    params = {"host": host, "status": "200", "seconds": "0", "address": "10.0.0.7", "ms": "12"}
    names = ("dns", "tcp", "tls", "http", "clock")
    return [
        Finding(f"net.{place}.{name}", Status.PASS, "ok", params, Proof.PROVEN) for name in names
    ]


def network_ok(*, profile: bool = True) -> PrerequisiteCheck:
    """Everything is reachable; CAN speaks a profile or not."""
    found = [
        *layers("open", "open.feishu.cn"),
        *layers("accounts", "accounts.feishu.cn"),
        Finding(
            "feishu.fingerprint",
            Status.PASS,
            "fingerprint_ok",
            {"host": "open.feishu.cn"},
            Proof.PROVEN,
            evidence=(seen(),),
        ),
        *layers("can", "can.example.com"),
    ]
    base = CAN + "/anymetrics/api/v1"
    if profile:
        found.append(
            Finding(
                "can.profile",
                Status.PASS,
                "profile_fits",
                {"profile": "can-rest", "base": base},
                Proof.PROVEN,
            )
        )
        return PrerequisiteCheck(tuple(found), offer(base))
    found.append(Finding("can.profile", Status.WARN, "by_hand.html", {"tried": base}))
    return PrerequisiteCheck(tuple(found), ProfileOffer(False, "html"))


def offer(base: str) -> ProfileOffer:
    """What the reference profile declares."""
    return ProfileOffer(
        True,
        "asks_for_key",
        "can-rest",
        "proposed",
        base,
        (
            Declared(
                "tenant_id",
                {"en": "Tenant ID", "zh_Hans": "租户 ID"},
                False,
                "1",
                {
                    "en": "Shown under Metric Application > API Integration.",
                    "zh_Hans": "可在“指标应用 > API 集成”中查看。",
                },
            ),
            Declared(
                "api_key",
                {"en": "API key", "zh_Hans": "API Key"},
                True,
                "",
                {"en": "A key of an administrator.", "zh_Hans": "管理员的密钥。"},
            ),
        ),
    )


def network_failed() -> PrerequisiteCheck:
    """The open host works, the login host is not found, CAN's certificate is not trusted."""
    host = {"host": "accounts.feishu.cn", "port": "443"}
    sha256 = "3f7a" * 16
    return PrerequisiteCheck(
        (
            *layers("open", "open.feishu.cn"),
            Finding(
                "feishu.fingerprint",
                Status.PASS,
                "fingerprint_ok",
                {"host": "open.feishu.cn"},
                Proof.PROVEN,
                evidence=(seen(),),
            ),
            Finding(
                "net.accounts.dns",
                Status.FAIL,
                "net.dns",
                host,
                evidence=(
                    seen(
                        "/",
                        host="accounts.feishu.cn",
                        http_status=None,
                        feishu_code=None,
                        log_id="",
                    ),
                ),
            ),
            *(blocked(f"net.accounts.{n}", "net.accounts.dns") for n in ("tcp", "tls", "http")),
            *layers("can", "can.example.com")[:2],
            Finding(
                "net.can.tls",
                Status.FAIL,
                "net.tls.untrusted",
                {
                    "host": "can.example.com",
                    "issuer": "CN=Example Internal CA",
                    "sha256": sha256,
                    "port": "443",
                },
            ),
            blocked("net.can.http", "net.can.tls"),
            blocked("can.profile", "net.can.tls"),
        ),
        ProfileOffer(False, "unreachable"),
    )


def prepare(session: Session, result: PrerequisiteCheck | None = None) -> None:
    """A CAN address, and what was found there."""
    session.update(can_text=CAN + "/user/login?from=%2F")
    if result is not None:
        session.prerequisites.result = result
        known = result.offer
        session.update(
            profile=known.profile if known and known.fits else "by-hand",
            api_base=known.api_base if known else "",
        )


# -- credentials ----------------------------------------------------------------------------


def pair_ok(*, named: bool = False) -> CredentialCheck:
    """The pair passed; names are told or, as usual before a release, not."""
    good = Finding(
        "feishu.credentials",
        Status.PASS,
        "credentials_ok",
        {"host": "open.feishu.cn"},
        Proof.PROVEN,
        evidence=(seen(),),
    )
    if not named:
        return CredentialCheck(
            (
                good,
                not_done("feishu.app", "app_not_told"),
                Finding("feishu.bot", Status.WARN, "bot_not_released"),
                not_done("feishu.tenant", "tenant_not_told"),
            )
        )
    return CredentialCheck(
        (
            good,
            Finding(
                "feishu.app", Status.PASS, "app_released", {"name": "Aloudata CAN"}, Proof.GRANTED
            ),
            Finding("feishu.bot", Status.PASS, "bot_ok", {"name": "Aloudata CAN"}, Proof.PROVEN),
            Finding(
                "feishu.tenant",
                Status.PASS,
                "tenant_named",
                {"name": "Example Trading Co."},
                Proof.GRANTED,
            ),
        ),
        "Aloudata CAN",
        "Example Trading Co.",
    )


def pair_failed() -> CredentialCheck:
    """The secret is not the app's."""
    failed = Finding(
        "feishu.credentials",
        Status.FAIL,
        "feishu.10014",
        {"feishu_code": "10014", "msg": "app secret invalid", "host": "open.feishu.cn"},
        evidence=(
            seen(
                "/open-apis/auth/v3/tenant_access_token/internal",
                method="POST",
                feishu_code=10014,
                msg="app secret invalid",
            ),
        ),
    )
    rest = ("feishu.app", "feishu.bot", "feishu.tenant")
    return CredentialCheck((failed, *(blocked(i, failed.id) for i in rest)))


def enter(session: Session) -> None:
    """App ID, secret and callback are typed."""
    session.credentials.set_app_id(APP_ID)
    session.credentials.set_secret(SECRET)
    session.credentials.set_callback(CAN + "/user/softLogin")


# -- permissions ----------------------------------------------------------------------------


def permissions(states: dict[str, GrantState], version: VersionState) -> PermissionCheck:
    """Every need in the state given, the others unknown."""
    reasons = {
        GrantState.UNKNOWN: "never_released"
        if version is VersionState.NEVER_RELEASED
        else "needs_self_manage",
    }
    rows = tuple(
        NeedState(
            need,
            states.get(need.id, GrantState.UNKNOWN),
            reasons.get(states.get(need.id, GrantState.UNKNOWN), ""),
            evidence=(seen("/open-apis/application/v6/scopes"),),
        )
        for need in needs()
        if ALL & frozenset(need.capabilities)
    )
    return PermissionCheck(rows, plan_release(rows, version), at=AT)


def never_released() -> PermissionCheck:
    """As an admin first meets it: nothing is told, nothing is released."""
    return permissions(
        {"feishu.release": GrantState.NOT_REQUESTED, "feishu.bot": GrantState.NOT_REQUESTED},
        VersionState.NEVER_RELEASED,
    )


def half_done() -> PermissionCheck:
    """Some granted, some requested, some missing."""
    return permissions(
        {
            "permission.user_id": GrantState.PROVEN,
            "permission.mobile": GrantState.NOT_REQUESTED,
            "permission.email": GrantState.GRANTED,
            "permission.send_message": GrantState.NOT_REQUESTED,
            "permission.contact_base": GrantState.PROVEN,
            "permission.user_base": GrantState.PROVEN,
            "permission.department": GrantState.REQUESTED,
            "permission.urgent": GrantState.NOT_REQUESTED,
            "permission.find_ids": GrantState.NOT_REQUESTED,
            "permission.self_manage": GrantState.GRANTED,
            "feishu.redirect_url": GrantState.NOT_REQUESTED,
            "permission.login": GrantState.NOT_REQUESTED,
            "feishu.bot": GrantState.NOT_REQUESTED,
            "feishu.contact_range": GrantState.PROVEN,
            "feishu.release": GrantState.GRANTED,
        },
        VersionState.RELEASED,
    )


def all_granted() -> PermissionCheck:
    """Nothing is left to do."""
    return permissions({need.id: GrantState.GRANTED for need in needs()}, VersionState.RELEASED)


def under_review() -> PermissionCheck:
    """A version was submitted."""
    states = {need.id: GrantState.UNDER_REVIEW for need in needs()}
    states["feishu.redirect_url"] = GrantState.GRANTED
    return permissions(states, VersionState.UNDER_REVIEW)


# -- save -----------------------------------------------------------------------------------


def can_plan() -> SavePlan:
    """The difference on the server."""
    return SavePlan(
        Target.CAN,
        CAN + "/anymetrics/api/v1",
        (
            Change("app_id", "cli_9f1e0d2c3b4a5968", APP_ID, Act.REPLACE),
            Change("app_secret", "", "", Act.REPLACE, secret=True),
            Change("callback_url", CAN + "/user/softLogin", CAN + "/user/softLogin", Act.KEEP),
            Change("enabled", "off", "on", Act.REPLACE),
        ),
        "7",
    )


def can_saved() -> SaveResult:
    """Saved and read back."""
    proofs = {
        "app_id": Proof.CONFIGURED,
        "callback_url": Proof.CONFIGURED,
        "app_secret": Proof.STATED,
        "enabled": Proof.CONFIGURED,
    }
    return SaveResult(Target.CAN, can_plan().where, can_plan(), True, proofs, saved_at=AT)


# -- test -----------------------------------------------------------------------------------

ADA = Resolved(
    Recipient(RecipientKind.CAN_ACCOUNT, "g8f2b71a"), "user_id", "g8f2b71a", "王小明", "g8f2b71a"
)
BO = Resolved(
    Recipient(RecipientKind.EMAIL, "bo@example.com"),
    "open_id",
    "ou_7d8a",
    "Bo Lindqvist",
    "4e9d0c55",
)
NOBODY = Unresolved(
    Recipient(RecipientKind.CAN_ACCOUNT, "nobody"),
    "feishu.41012",
    {"feishu_code": "41012"},
    (seen("/open-apis/contact/v3/users/nobody"),),
)


def delivered(person: Resolved = ADA) -> Delivery:
    """Accepted by the platform."""
    return Delivery(
        person,
        "card",
        DeliveryState.DELIVERED,
        "u1",
        message_id="om_5ce6d572455d361153b7cb51da133945",
        evidence=(seen("/open-apis/im/v1/messages", method="POST"),),
    )


def refused(person: Resolved = BO) -> Delivery:
    """Outside the availability."""
    return Delivery(
        person,
        "card",
        DeliveryState.REFUSED,
        "u2",
        code="feishu.230013",
        params={"feishu_code": "230013", "msg": "Bot has NO availability to this user."},
        evidence=(
            seen(
                "/open-apis/im/v1/messages",
                method="POST",
                http_status=400,
                feishu_code=230013,
                msg="Bot has NO availability to this user.",
            ),
        ),
    )

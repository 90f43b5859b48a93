"""A runner without Qt, and operations that answer what a test told them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.domain.drift import DriftLook
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Finding, Proof, Status, blocked
from feishu_wizard.domain.instance import Claim
from feishu_wizard.domain.ledger import LedgerLook
from feishu_wizard.domain.outcomes import (
    CredentialCheck,
    Declared,
    PermissionCheck,
    PrerequisiteCheck,
    ProfileOffer,
    SecretPlace,
)
from feishu_wizard.domain.permission import Need, NeedState, needs_of
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
from feishu_wizard.operations.knowledge import declared, needs
from feishu_wizard.operations.watch_approval import Look
from feishu_wizard.wizard.session import Session

APP_ID = "cli_a8c029e757e6500b"
SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
KEY = "sk-5f3a9c1e7b2d4860"
CAN = "https://can.example.com"
CALLBACK = CAN + "/user/softLogin"
Call = Callable[[], None]


class LoopJob:
    """Work under way on the test's own loop."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task

    def cancel(self) -> None:
        self.task.cancel()


class HandTimer:
    """A call that is due when the test says so."""

    def __init__(self, seconds: float, call: Call) -> None:
        self.seconds = seconds
        self.call = call
        self.waiting = True

    def cancel(self) -> None:
        self.waiting = False


class LoopRunner:
    """Fulfils ``wizard.runner.Runner`` on one thread: work moves only while a test waits for it.

    Callbacks come in the order in which the work settled, never from within ``run``.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.timers: list[HandTimer] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._calls: deque[Call] = deque()

    def run(
        self,
        work: Callable[[Report], Awaitable[Any]],
        *,
        progress: Callable[[Progress], None],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        cancelled: Callable[[], None],
    ) -> LoopJob:
        def settle(task: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            if task.cancelled():
                self._calls.append(cancelled)
            elif (error := task.exception()) is not None:
                self._calls.append(lambda: failed(error))
            else:
                self._calls.append(lambda: done(task.result()))

        async def body() -> Any:
            return await work(lambda news: self._calls.append(lambda: progress(news)))

        task = self.loop.create_task(body())
        self._tasks.add(task)
        task.add_done_callback(settle)
        return LoopJob(task)

    def later(self, seconds: float, call: Call) -> HandTimer:
        timer = HandTimer(seconds, call)
        self.timers.append(timer)
        return timer

    @property
    def due(self) -> list[HandTimer]:
        """Timers that were neither fired nor cancelled."""
        return [timer for timer in self.timers if timer.waiting]

    def fire(self, seconds: float) -> int:
        """Fire every waiting timer of that length once; how many there were."""
        ripe = [timer for timer in self.due if timer.seconds == seconds]
        for timer in ripe:
            timer.waiting = False
            timer.call()
        return len(ripe)

    def work_on(self) -> None:
        """Let the work run to its end without telling anybody yet."""
        while self._tasks:
            self.loop.run_until_complete(asyncio.wait(set(self._tasks)))
            self.loop.run_until_complete(asyncio.sleep(0))

    def turn(self) -> None:
        """Let the loop turn a few times: work that waits for something goes on waiting."""
        for _ in range(5):
            self.loop.run_until_complete(asyncio.sleep(0))
        self.tell()

    def tell(self) -> None:
        """Make the calls that are due on the window's thread."""
        while self._calls:
            self._calls.popleft()()

    def settle(self) -> None:
        """Run all work to its end and tell of it, and what follows from that."""
        while self._tasks or self._calls:
            self.work_on()
            self.tell()

    def close(self) -> None:
        for task in set(self._tasks):
            task.cancel()
        self.work_on()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class Hang:
    """An answer that never comes."""


HANG = Hang()
_ROOM = "feishu_wizard.operations."
_NAMES = {
    "check_prerequisites": "check_prerequisites",
    "check_credentials": "check_credentials",
    "check_permissions": "check_permissions",
    "look": "watch_approval",
    "scan": "create_app",
    "plan_saves": "save_setup",
    "save_all": "save_setup",
    "last_save": "undo_save",
    "plan_undo": "undo_save",
    "undo_save": "undo_save",
    "resolve_recipients": "resolve_recipients",
    "send_test": "send_test",
    "last_walk": "rehearse_sync",
    "unfinished_batch": "send_test",
    "keep_draft": "keep_draft",
    "last_draft": "keep_draft",
    "claim_setup": "claim_setup",
    "who_holds": "claim_setup",
    "look_at_state": "mend_state",
    "put_journal_aside": "mend_state",
    "keep_secret": "keep_secret",
    "kept_secret": "keep_secret",
    "secret_place": "keep_secret",
    "forget_setup": "forget_setup",
    "change_secret": "change_secret",
    "check_now": "ledger",
    "last_drift": "drift",
    "compare_now": "drift",
    "look_back": "secret_marks",
    "close_change": "secret_marks",
    "export_report": "export_report",
    "load_setup": "load_setup",
}


@dataclass
class Operations:
    """Every operation, answering ``results[name]``: a value, an error, a function, or HANG."""

    results: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    news: dict[str, list[Progress]] = field(default_factory=dict)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, module in _NAMES.items():
            monkeypatch.setattr(f"{_ROOM}{module}.{name}", self._fake(name))
        # Another operation is called "look", too.
        monkeypatch.setattr(f"{_ROOM}ledger.look", self._fake("ledger_look"))

    def _fake(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def fake(*arguments: Any, **named: Any) -> Any:
            self.calls.append((name, (*arguments[1:], *named.values())))
            report = next((a for a in (*arguments, *named.values()) if callable(a)), None)
            for news in self.news.get(name, []):
                assert report is not None
                report(news)
            result = self.results[name]
            if callable(result):
                result = result(*arguments, **named)
            if isinstance(result, Hang):
                await asyncio.Event().wait()
            if isinstance(result, BaseException):
                raise result
            return result

        return fake

    def made(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of an operation."""
        return [arguments for called, arguments in self.calls if called == name]


# -- what operations bring ------------------------------------------------------------


def no_network(host: str = "open.feishu.cn") -> NetworkError:
    return NetworkError("net.timeout", {"host": host})


def offer(fits: bool = True, reason: str = "fits") -> ProfileOffer:
    asked: tuple[Declared, ...] = declared("can-rest") if fits else ()
    base = CAN + "/anymetrics/api/v1" if fits else ""
    return ProfileOffer(fits, reason, "can-rest" if fits else "", "proposed", base, asked)


def network(
    *, failed: str = "", warned: str = "", offered: ProfileOffer | None = None
) -> PrerequisiteCheck:
    found = [Finding("net.open.http", Status.PASS, "http_ok", {}, Proof.PROVEN)]
    if failed:
        found.append(Finding(failed, Status.FAIL, "net.timeout", {"host": "open.feishu.cn"}))
    if warned:
        found.append(Finding(warned, Status.WARN, "by_hand.not_found", {}))
    return PrerequisiteCheck(tuple(found), offer() if offered is None else offered)


def pair(*, passed: bool = True, other: Edition | None = None) -> CredentialCheck:
    if passed:
        good = Finding("feishu.credentials", Status.PASS, "credentials_ok", {}, Proof.PROVEN)
        return CredentialCheck((good,), "Numbers", "Example Ltd")
    bad = Finding("feishu.credentials", Status.FAIL, "feishu.10014", {"feishu_code": "10014"})
    return CredentialCheck((bad, blocked("feishu.app", bad.id)), other_edition=other)


def grants(
    states: dict[str, GrantState] | None = None,
    *,
    rest: GrantState = GrantState.GRANTED,
    version: VersionState = VersionState.RELEASED,
    chosen: frozenset[Capability] = ALL,
) -> PermissionCheck:
    told = states or {}
    rows = tuple(NeedState(n, told.get(n.id, rest)) for n in needs_of(needs(), chosen))
    return PermissionCheck(rows, plan_release(rows, version), at="2026-03-01T08:00:00+00:00")


def can_plan(*, empty: bool = False) -> SavePlan:
    act = Act.KEEP if empty else Act.SET
    before = APP_ID if empty else ""
    rows = (
        Change("app_id", before, APP_ID, act),
        Change("app_secret", "", "", act, secret=True),
        Change("callback_url", CALLBACK if empty else "", CALLBACK, act),
        Change("enabled", "on" if empty else "off", "on", Act.KEEP if empty else Act.REPLACE),
    )
    return SavePlan(Target.CAN, CAN, rows, "v1")


def file_plan(path: str = "/tmp/setup.toml", *, empty: bool = False) -> SavePlan:
    act = Act.KEEP if empty else Act.SET
    return SavePlan(Target.FILE, path, (Change("feishu.app_id", "", APP_ID, act),))


def saved(*plans: SavePlan) -> tuple[SaveResult, ...]:
    full = {
        "app_id": Proof.CONFIGURED,
        "callback_url": Proof.CONFIGURED,
        "app_secret": Proof.STATED,
        "enabled": Proof.CONFIGURED,
    }
    return tuple(
        SaveResult(p.target, p.where, p, True, full if p.target is Target.CAN else {})
        for p in plans
    )


def person(value: str = "zhang.wei", kind: RecipientKind = RecipientKind.CAN_ACCOUNT) -> Resolved:
    return Resolved(Recipient(kind, value), "user_id", value, "Zhang Wei", value)


def nobody(value: str) -> Unresolved:
    return Unresolved(Recipient(RecipientKind.CAN_ACCOUNT, value), "feishu.41012", {})


def delivery(
    who: Resolved, state: DeliveryState = DeliveryState.DELIVERED, mark: str = "u-1"
) -> Delivery:
    return Delivery(who, "card", state, mark, code="ok" if state == "delivered" else "feishu.1")


def all_well() -> dict[str, Any]:
    """Everything goes well, and nothing was kept before."""
    return {
        "check_prerequisites": network(),
        "check_credentials": pair(),
        "check_permissions": lambda place, kit, declined, report: grants(
            chosen=kit.setup.capabilities.chosen()
        ),
        "look": Look(VersionState.UNDER_REVIEW),
        "plan_saves": lambda place, kit, targets, report: tuple(
            can_plan() if t is Target.CAN else file_plan() for t in targets
        ),
        "save_all": lambda place, kit, plans, report, agreed: saved(*plans),
        "last_save": None,
        "plan_undo": lambda place, kit, report, secret: can_plan(),
        "undo_save": lambda place, kit, plan, report, **given: saved(plan)[0],
        "resolve_recipients": lambda place, kit, wanted, report: (
            tuple(person(r.value, r.kind) for r in wanted),
            (),
        ),
        "send_test": lambda place, kit, people, *rest: tuple(delivery(p) for p in people),
        "unfinished_batch": None,
        "last_walk": None,
        "ledger_look": LedgerLook(),
        "check_now": LedgerLook(),
        "last_drift": DriftLook(),
        "compare_now": DriftLook(),
        "keep_draft": None,
        "last_draft": None,
        "claim_setup": lambda place, setup_id, **how: Claim(setup_id, f"bell-{setup_id}"),
        "who_holds": None,
        "look_at_state": None,
        "put_journal_aside": "/state/journal.sqlite3.damaged-1",
        "keep_secret": lambda place, kit, name, secret: f"keyring:{name}",
        "kept_secret": None,
        "secret_place": SecretPlace("keyring", "Secret Service"),
        "forget_setup": None,
        "look_back": None,
        "close_change": None,
        "export_report": lambda place, kit, path, *rest: path,
    }


def needs_by_id() -> dict[str, Need]:
    return {need.id: need for need in needs()}


def fill_prerequisites(session: Session, can: str = CAN) -> None:
    session.prerequisites.set_can_text(can)


def fill_credentials(session: Session, secret: str = SECRET) -> None:
    session.credentials.set_app_id(APP_ID)
    session.credentials.set_secret(secret)
    session.credentials.set_callback(CALLBACK)


def fill_save(session: Session) -> None:
    session.save.set_secret("api_key", KEY)

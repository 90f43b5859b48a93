"""Every network operation of the product: how it is started, and where it tells what it met."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.errors import CanError, WizardError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.recipient import Recipient, RecipientKind, Resolved
from feishu_wizard.operations.check_credentials import check_credentials
from feishu_wizard.operations.check_permissions import check_permissions
from feishu_wizard.operations.check_prerequisites import check_prerequisites, find_profile
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.diagnose import diagnose
from feishu_wizard.operations.resolve_recipients import resolve_recipients
from feishu_wizard.operations.save_to_can import plan_can, save_can
from feishu_wizard.operations.send_test import Sending, send_test
from feishu_wizard.operations.watch_approval import version_state
from feishu_wizard.services.feishu.auth import fingerprint, knows_app
from feishu_wizard.services.net.http import Policy
from feishu_wizard.services.net.probe import probe


@dataclass(frozen=True)
class People:
    """Who is there in the sandbox, and the name of this cell."""

    open_id: str
    email: str
    chat: str
    cell: str


Start = Callable[[Workplace, Kit, Report, People], Awaitable[Any]]
ALL = frozenset({"connect", "tls", "proxy", "transport", "status", "content"})


@dataclass(frozen=True)
class Operation:
    """One operation.

    ``aim``: the host and the requests (``METHOD /path``) that faults of an answer hit.
    ``dialect`` groups operations that name the same fault alike. ``told`` reads the codes of what
    went wrong out of a result; an error has its own. ``writes``: the requests that leave something
    behind at the server.
    """

    name: str
    host: str
    aim: str
    dialect: str
    start: Start
    told: Callable[[Any], list[str]] = field(default=lambda result: [])
    writes: str = ""
    groups: frozenset[str] = ALL

    def codes(self, settled: str, value: Any) -> list[str]:
        """What the operation says went wrong, the first cause first; [] for success."""
        if settled == "failed":
            return [code_of(value)]
        return self.told(value)


def code_of(error: BaseException) -> str:
    """The code of an expected failure; the class of any other."""
    if isinstance(error, CanError):
        reason = error.params.get("reason", "")
        return f"{error.code}/{reason}" if reason else error.code
    return error.code if isinstance(error, WizardError) else f"crash {type(error).__name__}"


def failing(findings: tuple[Finding, ...] | list[Finding]) -> list[str]:
    """Codes of findings that need somebody, without those that were blocked by another."""
    bad = [f.code for f in findings if f.status is Status.FAIL]
    return bad or [f.code for f in findings if f.status is Status.WARN]


async def _request(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    http = await place.http(kit)
    url = kit.setup.feishu.hosts.open + "/open-apis/bot/v3/info"
    return (await http.request("GET", url, policy=Policy.FEISHU)).json()


async def _probe_open(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    url = kit.setup.feishu.hosts.open
    return await probe(await place.http(kit), url, name="open", policy=Policy.FEISHU, report=report)


async def _probe_can(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    http = await place.http(kit)
    return await probe(http, kit.setup.office.url, name="can", policy=Policy.CAN, report=report)


async def _fingerprint(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await fingerprint(await place.http(kit), kit.setup.feishu.hosts)


async def _knows(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    feishu = kit.setup.feishu
    return await knows_app(await place.http(kit), feishu.hosts, feishu.app_id)


async def _prerequisites(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await check_prerequisites(place, kit, report)


async def _credentials(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await check_credentials(place, kit, report)


async def _permissions(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await check_permissions(place, kit, frozenset(), report)


async def _approval(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await version_state(place, kit)


async def _person(place: Workplace, kit: Kit, report: Report, people: People) -> Any:
    who = Recipient(RecipientKind.EMAIL, people.email)
    return await resolve_recipients(place, kit, (who,), report)


async def _chat(place: Workplace, kit: Kit, report: Report, people: People) -> Any:
    who = Recipient(RecipientKind.CHAT, people.chat)
    return await resolve_recipients(place, kit, (who,), report)


async def _send(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    who = Resolved(Recipient(RecipientKind.OPEN_ID, people.open_id), "open_id", people.open_id)
    sending = Sending("text", "en", batch=people.cell)
    return await send_test(place, kit, (who,), sending, report)


async def _plan(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await plan_can(place, kit)


async def _save(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await save_can(place, kit, await plan_can(place, kit))


async def _recognise(place: Workplace, kit: Kit, report: Report, people: People) -> Any:
    return await find_profile(await place.http(kit), kit)


async def _diagnose(place: Workplace, kit: Kit, report: Report, people: People) -> object:
    return await diagnose(place, kit, Question(), report)


def _of_the_way(result: Any) -> list[str]:
    """What the diagnosis says of network and platform: what CAN stores, other cells change."""
    return failing([f for f in result.findings if f.group in ("net", "feishu")])


def _unknown_states(result: Any) -> list[str]:
    return sorted({f"state-{row.state.value}/{row.reason}" for row in result.states if row.open})


_SETTING = r"/office-software/feishu$"
_WIRE = frozenset({"connect", "tls", "proxy", "transport"})

OPERATIONS = (
    Operation("request", "open", "", "feishu", _request),
    Operation("probe-open", "open", "", "probe", _probe_open, failing),
    Operation("probe-can", "can", "", "probe", _probe_can, failing, groups=_WIRE),
    Operation("fingerprint", "open", "", "fingerprint", _fingerprint),
    Operation(
        "knows-app", "open", "", "feishu", _knows, lambda known: [] if known else ["not-told"],
    ),
    Operation("prerequisites", "open", "", "probe", _prerequisites, lambda r: failing(r.findings)),
    Operation("diagnose", "open", "", "probe", _diagnose, _of_the_way),
    Operation("recognise-can", "can", "", "recognise", _recognise, lambda r: failing([r[1]])),
    Operation("credentials", "open", "", "feishu", _credentials, lambda r: failing(r.findings)),
    Operation(
        "app-name", "open", "/applications/me$", "feishu", _credentials,
        lambda r: failing(r.findings),
    ),
    Operation(
        "permissions", "open", "/application/v6/scopes$", "permissions", _permissions,
        _unknown_states,
    ),
    Operation("approval", "open", "/application/v6/", "feishu", _approval),
    Operation(
        "resolve-person", "open", "/contact/v3/", "feishu", _person,
        lambda r: [row.code for row in r[1]],
    ),
    Operation(
        "resolve-chat", "open", "/im/v1/chats$", "feishu", _chat,
        lambda r: [row.code for row in r[1]],
    ),
    Operation(
        "send", "open", "/im/v1/messages$", "feishu", _send,
        lambda r: [d.code for d in r if d.code != "ok"], writes="/im/v1/messages$",
    ),
    Operation("can-read", "can", f"GET .*{_SETTING}", "can", _plan),
    Operation("can-save", "can", f"PUT .*{_SETTING}", "save", _save, writes=f"PUT .*{_SETTING}"),
    Operation(
        "can-enable", "can", r"PUT .*/enabled$", "save", _save, writes=r"PUT .*/enabled$"
    ),
)  # fmt: skip

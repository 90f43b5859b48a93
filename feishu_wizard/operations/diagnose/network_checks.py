"""``net.*`` and the platform's fingerprint: the way to every host, layer by layer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from feishu_wizard.domain.diagnosis import LAYERS
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Finding, blocked, not_applicable, not_done
from feishu_wizard.domain.progress import Progress
from feishu_wizard.operations.check_prerequisites import platform_mark
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell
from feishu_wizard.services.net.http import Policy
from feishu_wizard.services.net.probe import probe, probe_proxies

PROXY = "net.proxy"


def network_looks(case: Case) -> tuple[Look[Case], ...]:
    """The proxy, three hosts side by side, and who answers at the first of them."""
    return (
        Look((PROXY,), _proxy),
        Look(layer_ids("open"), _host("open", Policy.FEISHU)),
        Look(("feishu.fingerprint",), _fingerprint, ("net.open.http",)),
        Look(layer_ids("accounts"), _host("accounts", Policy.FEISHU)),
        Look(layer_ids("can"), _host("can", Policy.CAN)),
    )


def layer_ids(name: str) -> tuple[str, ...]:
    """The checks of one host, from the bottom up."""
    return tuple(f"net.{name}.{layer}" for layer in LAYERS)


def url_of(case: Case, name: str) -> str:
    """The address that is looked at; "" when it is not known."""
    setup = case.kit.setup
    hosts = setup.feishu.hosts
    return {"open": hosts.open, "accounts": hosts.accounts, "can": setup.office.url}[name]


async def _proxy(case: Case, tell: Tell) -> None:
    urls = {name: url_of(case, name) for name in ("open", "accounts", "can")}
    tell(await probe_proxies(case.http, {name: url for name, url in urls.items() if url}))


def _host(name: str, policy: Policy) -> Callable[[Case, Tell], Awaitable[None]]:
    async def look(case: Case, tell: Tell) -> None:
        url = url_of(case, name)
        if not url:
            for check_id in layer_ids(name):
                tell(_without_address(check_id, name))
            return
        try:
            await case.http.route(url)
        except NetworkError as error:
            if error.code.startswith(PROXY):  # told by the check of the proxy itself
                for check_id in layer_ids(name):
                    tell(blocked(check_id, PROXY))
                return

        def pass_on(progress: Progress) -> None:
            if progress.finding is not None:
                tell(progress.finding)

        await probe(case.http, url, name=name, policy=policy, report=pass_on)

    return look


def _without_address(check_id: str, name: str) -> Finding:
    return not_applicable(check_id) if name == "can" else not_done(check_id, "setup.no_host")


async def _fingerprint(case: Case, tell: Tell) -> None:
    tell(await platform_mark(case.http, case.kit))

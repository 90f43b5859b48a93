"""Exchanges into findings, with the ids and codes of the probe of this computer.

The order of the layers and what counts as passed are those of ``services.net.probe``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from feishu_wizard.domain.diagnosis import LAYERS
from feishu_wizard.domain.finding import (
    Finding,
    Proof,
    Status,
    Who,
    blocked,
    not_applicable,
    not_done,
)
from feishu_wizard.domain.server_check.exchange import Exchange, Failure

_CLOCK_SECONDS = 60
_THROTTLED = 99991400


def layers(place: str, exchange: Exchange | None) -> list[Finding]:
    """One finding per layer, ``net.<place>.<layer>``; None: that address was not asked."""
    if exchange is None:
        return [not_applicable(f"net.{place}.{layer}") for layer in LAYERS]
    made = {layer: _layer(place, layer, exchange) for layer in LAYERS}
    failure = exchange.failure
    if failure is None and place == "open" and made["http"].status is Status.PASS:
        failure = _portal(exchange)
    if failure is not None:
        position = LAYERS.index(failure.layer)
        failed = f"net.{place}.{failure.layer}"
        made[failure.layer] = _failed(failed, failure, exchange)
        made |= {layer: blocked(f"net.{place}.{layer}", failed) for layer in LAYERS[position + 1 :]}
    return list(made.values())


def _layer(place: str, layer: str, exchange: Exchange) -> Finding:
    """A layer as it is when nothing below it failed."""
    check_id = f"net.{place}.{layer}"
    if layer in ("dns", "tcp") and exchange.proxy:
        return not_applicable(check_id)
    if layer == "dns":
        return _dns(check_id, exchange)
    if layer == "tcp":
        return _tcp(check_id, exchange)
    if layer == "tls":
        return _tls(check_id, exchange)
    if exchange.unread:
        return not_done(check_id, exchange.unread)
    return _http(check_id, exchange) if layer == "http" else _clock(check_id, exchange)


def _dns(check_id: str, exchange: Exchange) -> Finding:
    if _is_ip(exchange.name):
        return not_applicable(check_id)
    reached = exchange.connected or _beyond(exchange, "dns")
    known = exchange.check.values("address ")
    if not (reached or known):
        return not_done(check_id, exchange.unread or "server.untold")
    found = list(dict.fromkeys([*known, *([exchange.address] if exchange.address else [])]))
    return _passed(check_id, exchange, {"addresses": ", ".join(found[:8])})


def _tcp(check_id: str, exchange: Exchange) -> Finding:
    if not (exchange.connected or _beyond(exchange, "tcp", "http")):
        return not_done(check_id, exchange.unread or "server.untold")
    return _passed(check_id, exchange, {"address": exchange.address})


def _beyond(exchange: Exchange, *layers_below: str) -> bool:
    """The failure shows that this layer worked; a late one of a terse tool does not."""
    failure = exchange.failure
    return failure is not None and failure.layer not in layers_below


def _tls(check_id: str, exchange: Exchange) -> Finding:
    if exchange.scheme == "http" or (exchange.failure and exchange.failure.code in _PROXY):
        return not_applicable(check_id)
    if exchange.unread:
        return not_done(check_id, exchange.unread)
    if not exchange.trusted:
        return not_done(check_id, "server.tls_unchecked")
    params = {"version": exchange.version, "issuer": exchange.issuer}
    return _passed(check_id, exchange, params)


_PROXY = frozenset(
    f"net.proxy.{kind}"
    for kind in ("dns", "refused", "timeout", "auth", "status", "protocol", "invalid")
)


def _http(check_id: str, exchange: Exchange) -> Finding:
    if exchange.hidden and check_id == "net.open.http":
        return not_done(check_id, "server.body_hidden")
    params = {"status": str(exchange.status or "")}
    return _passed(check_id, exchange, params)


def _portal(exchange: Exchange) -> Failure | None:
    if exchange.feishu_code is not None:
        return None
    params = {"status": str(exchange.status or ""), "title": exchange.title}
    return Failure("http", "net.portal", params)


def _clock(check_id: str, exchange: Exchange) -> Finding:
    try:
        server = parsedate_to_datetime(exchange.date).timestamp()
    except (ValueError, OverflowError):
        server = None
    if server is None or exchange.began is None:
        return Finding(check_id, Status.UNKNOWN, "net.no_date", {"host": exchange.host})
    ahead = round(exchange.began + exchange.seconds / 2 - server)
    params = {"host": exchange.host, "seconds": str(ahead)}
    if abs(ahead) > _CLOCK_SECONDS:
        seen = (exchange.evidence(),)
        return Finding(check_id, Status.WARN, "net.clock", params, Proof.PROVEN, evidence=seen)
    return Finding(check_id, Status.PASS, "ok", params, Proof.PROVEN)


def fingerprint(opened: Exchange | None, token: Exchange | None, failed: str) -> Finding:
    """``feishu.fingerprint``: two refusals in the platform's own JSON; ``failed``: a check that
    failed before it."""
    check_id = "feishu.fingerprint"
    if failed:
        return blocked(check_id, failed)
    if opened is None or token is None:
        return not_done(check_id)
    if token.failure is not None:
        return _failed(check_id, token.failure, token)
    unread = opened.unread or token.unread
    if unread or opened.hidden or token.hidden:
        return not_done(check_id, unread or "server.body_hidden")
    for exchange, good in ((token, _refuses_token(token)), (opened, _refuses_call(opened))):
        if not good:
            params = {"status": str(exchange.status or ""), "title": exchange.title}
            return _failed(check_id, Failure("http", "net.not_feishu", params), exchange)
    return _passed(check_id, opened, {}, code="fingerprint_ok")


def _refuses_token(exchange: Exchange) -> bool:
    code = exchange.feishu_code
    return code is not None and (10000 <= code < 10100 or code == _THROTTLED)


def _refuses_call(exchange: Exchange) -> bool:
    code = exchange.feishu_code
    return code is not None and (code // 10 == 9999166 or code == _THROTTLED)


def proxy(exchange: Exchange | None, *, setting: str, system: bool) -> Finding:
    """``net.proxy``: which way the open platform was asked. ``setting``: the proxy that the
    variables name; ``system``: the tool asks the operating system instead."""
    check_id = "net.proxy"
    if exchange is None:
        return not_done(check_id)
    if exchange.unread and not exchange.connected:
        return not_done(check_id, exchange.unread)
    if exchange.failure and exchange.failure.code == "net.proxy.invalid":
        return _failed(check_id, exchange.failure, exchange)
    why = "system" if system else "environment"
    if not exchange.proxy and setting:
        why = "no_proxy"
    code = "net.proxy.used" if exchange.proxy else "net.proxy.direct"
    params = {"proxy": exchange.proxy, "why": why}
    return Finding(check_id, Status.PASS, code, params, Proof.CONFIGURED)


def _passed(
    check_id: str, exchange: Exchange, params: Mapping[str, str], code: str = "ok"
) -> Finding:
    known = {"host": exchange.name, **params}
    seen = (exchange.evidence(),)
    return Finding(check_id, Status.PASS, code, known, Proof.PROVEN, evidence=seen)


def _failed(check_id: str, failure: Failure, exchange: Exchange) -> Finding:
    port = {"port": exchange.host.rpartition(":")[2]} if failure.layer == "tcp" else {}
    params = {"host": exchange.host, **port, **failure.params}
    return Finding(
        check_id,
        Status.FAIL,
        failure.code,
        params,
        who=Who.NETWORK,
        evidence=(exchange.evidence(),),
    )


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

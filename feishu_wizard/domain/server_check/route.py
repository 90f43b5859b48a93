"""Which way a call went on the other machine: its proxy variables, and what the tool says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feishu_wizard.domain.server_check.exchange import host_and_port
from feishu_wizard.domain.server_check.wire import Check


def variables(environment: Sequence[str]) -> dict[str, str]:
    """The proxy variables by name, as they were written."""
    pairs = (line.partition("=") for line in environment if "=" in line)
    return {name: value.strip() for name, _, value in pairs}


def proxy_setting(environment: Sequence[str], url: str, tool: str) -> str:
    """The proxy ("host:port") that the variables name for an address; "" for none.

    curl reads both cases, except HTTP_PROXY; wget reads small letters only (their manuals), and
    BusyBox's takes http_proxy for https, too (networking/wget.c).
    """
    found = variables(environment)
    scheme = "http" if tool == "busybox" else url.partition(":")[0]
    names = [f"{scheme}_proxy"]
    if tool == "curl":
        names += ["HTTPS_PROXY"] if scheme == "https" else []
        names += ["all_proxy", "ALL_PROXY"]
    value = next((found[name] for name in names if found.get(name)), "")
    return _host_port(value)


def used(check: Check, proxy: str, words: str) -> bool:
    """Tell whether the tool's words show that it went to ``proxy``."""
    if not proxy:
        return False
    host, port = host_and_port(f"http://{proxy}")
    if (host, port) == host_and_port(check.url):
        return False
    shape = rf"(?<![\w.]){re.escape(host)}(?![\w.])[^\n]*?(?:port |:){port}\b"
    return re.search(shape, words) is not None


def _host_port(value: str) -> str:
    if not value:
        return ""
    full = value if "://" in value else f"http://{value}"
    host, port = host_and_port(full)
    if not host:
        return value[:100]
    name = f"[{host}]" if ":" in host else host
    default = 1080 if full.startswith("socks") else port
    written = re.search(r":[0-9]{1,5}/?$", full)
    return f"{name}:{port if written else default}"

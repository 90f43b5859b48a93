"""The exceptions list of a proxy setting (``NO_PROXY``), as people really write it.

Understood: ``*``; names with their sub-domains, with or without a leading dot; ``*`` inside;
IP addresses, also in brackets; CIDR blocks; a port after each; ``<local>`` for names without a
dot; separated by commas, semicolons or blanks.
"""

from __future__ import annotations

import ipaddress
import re
from fnmatch import fnmatchcase

from feishu_wizard.services.net.address import ascii_host, ip_of

_BRACKETED = re.compile(r"^\[([^\]]+)\](?::(\d+))?$")
_WITH_PORT = re.compile(r"^([^:]+):(\d+)$")


def bypasses(rules: str, host: str, port: int) -> bool:
    """Tell whether ``host:port`` is excepted from the proxy by ``rules``."""
    return bool(excepting(rules, host, port))


def excepting(rules: str, host: str, port: int) -> str:
    """The first of ``rules`` that excepts ``host:port`` from the proxy; "" when none does."""
    name = ascii_host(host)
    written = (rule for rule in re.split(r"[\s,;]+", rules) if rule)
    return next((rule for rule in written if _matches(rule, name, port)), "")


def _matches(rule: str, host: str, port: int) -> bool:
    pattern, wanted_port = _split(rule.rpartition("://")[2].lower())
    if wanted_port and wanted_port != port:
        return False
    if pattern == "<local>":
        return "." not in host and ip_of(host) is None
    ip = ip_of(host)
    block = _network(pattern)
    if block is not None:
        return ip is not None and ip.version == block.version and ip in block
    if "*" in pattern or "?" in pattern:
        return fnmatchcase(host, pattern)
    try:
        name = ascii_host(pattern.lstrip("."))
    except ValueError:
        return False
    return bool(name) and (host == name or (ip is None and host.endswith(f".{name}")))


def _split(rule: str) -> tuple[str, int]:
    """Pattern and port (0: any) of a rule."""
    match = _BRACKETED.match(rule) or _WITH_PORT.match(rule)
    if match is None:
        return rule, 0
    return match[1], int(match[2] or 0)


def _network(pattern: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The block of addresses that a pattern names; one address is a block of one."""
    try:
        return ipaddress.ip_network(pattern.strip("[]"), strict=False)
    except ValueError:
        return None

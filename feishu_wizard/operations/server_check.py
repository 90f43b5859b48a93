"""The network as the CAN server sees it: the script to run there, and reading its answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

from feishu_wizard.domain.diagnosis import ServerCheck
from feishu_wizard.domain.edition import Hosts
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.server_check import decode, parse_server_check
from feishu_wizard.domain.server_check.extract import LARGEST
from feishu_wizard.domain.web_address import parse_web_address
from feishu_wizard.resources import resource_text

SHELLS = {"sh": "server-check/check.sh", "powershell": "server-check/check.ps1"}
_SAFE = "/%:!$&*+,;=~-._"  # nothing that ends a quoted word of sh or PowerShell


def script_for(hosts: Hosts, can_url: str = "", shell: str = "sh") -> str:
    """The script for these hosts; ``shell``: "sh" or "powershell", ``can_url`` may be "".

    Holds no secret: queries and fragments are cut off, and an address with a password is refused
    (``InputError``: the codes of ``parse_web_address``).
    """
    values = {
        "OPEN_URL": _quoted(hosts.open).rstrip("/"),
        "ACCOUNTS_URL": _quoted(hosts.accounts).rstrip("/"),
        "CAN_URL": _quoted(can_url) if can_url else "",
    }
    script = resource_text(SHELLS[shell])
    for name, value in values.items():
        script = script.replace(f"@{name}@", f"'{value}'")
    return script


def _quoted(url: str) -> str:
    """Origin and path of an address, in ASCII without quotes, blanks and brackets."""
    address = parse_web_address(url.strip())
    return address.origin + quote(address.path, safe=_SAFE)


async def read_server_check(path_or_text: str) -> ServerCheck:
    """Read the script's answer: pasted text (it has a brace or a line break), or a file's name.

    ``InputError`` (exit 2): the codes of ``parse_server_check``, and server_check.unreadable
    (path, detail).
    """
    if "{" in path_or_text or "\n" in path_or_text or not path_or_text.strip():
        return await asyncio.to_thread(parse_server_check, path_or_text)
    return await asyncio.to_thread(_from_file, path_or_text.strip())


async def read_server_check_bytes(data: bytes) -> ServerCheck:
    """Read the script's answer as it came through a pipe, in whatever encoding."""
    return await asyncio.to_thread(lambda: parse_server_check(decode(data)))


def _from_file(path: str) -> ServerCheck:
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(2 * LARGEST + 4)  # UTF-16 takes two bytes for a character
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise InputError("server_check.unreadable", {"path": path, "detail": detail}) from None
    return parse_server_check(decode(data))

"""The scripts as text: readable, complete, without secrets; the PowerShell one is not run."""

from __future__ import annotations

import re

import pytest

from feishu_wizard.domain.edition import Edition, Hosts, hosts_of
from feishu_wizard.domain.errors import InputError
from feishu_wizard.operations.server_check import SHELLS, script_for

HOSTS = hosts_of(Edition.FEISHU)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("edition", [Edition.FEISHU, Edition.LARK])
def test_hosts_stand_at_the_top(shell, edition):
    hosts = hosts_of(edition)
    script = script_for(hosts, "https://can.example.com/a?ticket=s3cret#frag", shell)
    head = "\n".join(script.splitlines()[:25])
    for url in (hosts.open, hosts.accounts, "https://can.example.com/a"):
        assert f"'{url}'" in head
    assert "s3cret" not in script
    assert not re.search(r"@[A-Z_]+@", script)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_header_says_what_a_suspicious_reader_asks(shell):
    script = script_for(HOSTS, "", shell)
    head = re.sub(r"\s*\n#\s*", " ", script[:1500])
    for part in ("What it does", "it writes no file", "no secret", "No other host", "needs no"):
        assert part in head
    assert len(script.splitlines()) < 190
    assert max(len(line) for line in script.splitlines()) <= 130


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "path", ["/it's", "/$(id)", "/`id`", '/"x"', "/a\\b", "/’; id", "/a b", "/\u4e2d", "/{a}[b]"]
)
def test_no_address_leaves_its_quotes(shell, path):
    """PowerShell takes typographic quotes as quotes, too."""
    try:
        script = script_for(HOSTS, f"https://can.example.com{path}", shell)
    except InputError:
        return  # refused as an address
    line = next(one for one in script.splitlines() if "can.example.com" in one)
    quoted = re.search(r"'(https://can\.example\.com[^']*)'", line)
    assert quoted is not None
    assert re.fullmatch(r"[A-Za-z0-9/%:!$&*+,;=~._-]+", quoted[1])


@pytest.mark.parametrize("url", ["https://u:p@open.example.com", "ftp://x", "", "https://x\n.y"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(InputError, match=r"address\."):
        script_for(Hosts(url, "https://a.example.com"))


def tokens(script: str) -> tuple[str, int]:
    """Brackets of a PowerShell text outside quotes and comments, and the number of strings."""
    pattern = re.compile(
        r"'(?:[^']|'')*'|\"(?:[^\"`]|`.|\"\")*\"|#[^\n]*|[(){}\[\]]|['\"]", re.DOTALL
    )
    found = pattern.findall(script)
    assert "'" not in found
    assert '"' not in found
    strings = [one for one in found if one[0] in "'\""]
    return "".join(one for one in found if one in "(){}[]"), len(strings)


def test_the_powershell_script_is_whole_and_says_that_it_is_unverified():
    """No PowerShell is at hand: brackets and quotes are balanced, and 5.1 knows every operator."""
    script = script_for(HOSTS, "https://can.example.com", "powershell")
    brackets, strings = tokens(script)
    assert strings > 40
    while True:
        fewer = re.sub(r"\(\)|\{\}|\[\]", "", brackets)
        if fewer == brackets:
            break
        brackets = fewer
    assert brackets == ""
    code = re.sub(r"'(?:[^']|'')*'|#[^\n]*", "", script)
    assert not re.search(r"\?\?|&&|\|\||\?\.|\s\?\s", code), "newer than PowerShell 5.1"
    assert "NOT YET TRIED" in script
    assert script.isascii()


def test_the_bracket_check_can_fail():
    with pytest.raises(AssertionError):
        tokens("Write-Output 'open")
    assert tokens("f ('(' ) # )")[0] == "()"

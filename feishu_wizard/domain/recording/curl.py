"""Reads what *Copy as cURL* of a browser put on the clipboard. Nothing is ever run.

The quoting is undone by ``bash_words`` and ``cmd_words``; here the options are read. Libraries for
this exist (uncurl, curlconverter and others on PyPI): they build on ``shlex``, so know neither
``$'...'`` nor cmd.exe, and the best known has had no release since 2021.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.bash_words import commands_of_bash
from feishu_wizard.domain.recording.cmd_words import commands_of_cmd, written_for_cmd
from feishu_wizard.domain.recording.model import Form, RecordedCall, Recording
from feishu_wizard.domain.recording.request import MULTIPART, Parts, call_from

MAX_TEXT = 4_000_000  # characters of a paste
MAX_COMMANDS = 2_000
_POWERSHELL = re.compile(r"\b(?:Invoke-(?:WebRequest|RestMethod)|New-Object\s+Microsoft)", re.I)
_FETCH = re.compile(r"^\s*(?:await\s+)?fetch\s*\(")
_CURL = re.compile(r"^(?:.*[/\\])?curl(?:\.exe)?$", re.IGNORECASE)
_SHORT = {
    "X": "--request", "H": "--header", "b": "--cookie", "d": "--data", "A": "--user-agent",
    "e": "--referer", "u": "--user", "F": "--form", "T": "--upload-file", "o": "--output",
    "x": "--proxy", "m": "--max-time", "K": "--config", "E": "--cert", "c": "--cookie-jar",
    "w": "--write-out", "G": "--get", "I": "--head", "g": "--globoff",
}  # fmt: skip
_WITH_VALUE = frozenset((
    "--request", "--header", "--cookie", "--data", "--data-raw", "--data-binary",
    "--data-ascii", "--data-urlencode", "--json", "--url", "--user-agent", "--referer",
    "--user", "--form", "--form-string", "--upload-file", "--output", "--proxy",
    "--max-time", "--connect-timeout", "--resolve", "--connect-to", "--cacert", "--capath",
    "--cert", "--key", "--config", "--cookie-jar", "--write-out", "--oauth2-bearer",
    "--proxy-user", "--retry", "--tls-max", "--ciphers", "--interface", "--limit-rate",
    "--max-redirs", "--noproxy", "--range", "--unix-socket", "--url-query",
))  # fmt: skip
_FLAGS = frozenset((
    "--compressed", "--insecure", "--globoff", "--head", "--get", "--location", "--silent",
    "--show-error", "--include", "--verbose", "--http1.0", "--http1.1", "--http2",
    "--http2-prior-knowledge", "--http3", "--http3-only", "--ipv4", "--ipv6", "--fail",
    "--fail-with-body", "--no-buffer", "--path-as-is", "--tlsv1.2", "--tlsv1.3",
    "--ssl-no-revoke", "--next", "--progress-bar", "--no-keepalive", "--location-trusted",
    "--remote-name",
))  # fmt: skip
_SHORT_FLAGS = frozenset("kLsSivf46NOaGIg012#q")
_FILES = {"--config", "--upload-file"}
_OPTION = re.compile(r"^--?[a-z][a-z0-9.-]{0,23}$", re.IGNORECASE)


def read_curl(text: str) -> tuple[RecordedCall, ...]:
    """The calls of a paste, in their order.

    Raises ``InputError`` recording.empty, recording.too_long (limit, MB), recording.powershell,
    recording.fetch, recording.not_curl, recording.broken_quote (line), recording.expansion (line),
    recording.file_body, recording.curl_option (option), recording.bad_address.
    """
    return recording_of(text).calls


def recording_of(text: str) -> Recording:
    """The calls of a paste, and in which shell's quoting they came. Raises as ``read_curl``."""
    _refuse_others(text)
    for_cmd = written_for_cmd(text)
    commands = commands_of_cmd(text) if for_cmd else commands_of_bash(text)
    wanted = [words for words in map(_without_prompt, commands) if words]
    if not wanted or not all(_CURL.match(words[0]) for words in wanted):
        raise InputError("recording.not_curl", {})
    requests = [one for words in wanted[:MAX_COMMANDS] for one in _requests(words[1:])]
    calls = tuple(call_from(parts, at) for at, parts in enumerate(requests))
    return Recording(Form.CURL_CMD if for_cmd else Form.CURL_BASH, calls)


def _refuse_others(text: str) -> None:
    if not text.strip():
        raise InputError("recording.empty", {})
    if len(text) > MAX_TEXT:
        raise InputError("recording.too_long", {"limit": str(MAX_TEXT // 10**6)})
    if _POWERSHELL.search(text[:20_000]):
        raise InputError("recording.powershell", {})
    if _FETCH.match(text):
        raise InputError("recording.fetch", {})
    if "curl" not in text[:20_000].lower() or text.lstrip()[0] in "{[<":
        raise InputError("recording.not_curl", {})


def _without_prompt(words: list[str]) -> list[str]:
    return words[1:] if words[0] in ("$", "#", ">", "%") else words


@dataclass(slots=True)
class _Asked:
    """What the options of one request say so far."""

    method: str = ""
    url: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list, repr=False)
    cookies: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list, repr=False)
    content_type: str = ""
    as_query: bool = False
    globbing: bool = True
    multipart: bool = False


def _requests(words: list[str]) -> Iterator[Parts]:
    asked = _Asked()
    for option, value in _options(words):
        if option == "--next":
            yield _parts(asked)
            asked = _Asked()
        else:
            _take(asked, option, value)
    yield _parts(asked)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Option and value; "--url" for a bare word."""
    rest = iter(words)
    for word in rest:
        if word.startswith("--") and len(word) > 2:
            name, equals, value = word.partition("=")
            if name not in _WITH_VALUE | _FLAGS:
                raise _unknown(name)
            if name in _WITH_VALUE and not equals:
                value = _following(rest, name)
            yield name, value
        elif word.startswith("-") and len(word) > 1:
            yield from _short(word[1:], rest)
        elif word.strip():
            yield "--url", word


def _short(letters: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    for index, letter in enumerate(letters):
        name = _SHORT.get(letter, "")
        if name in _WITH_VALUE:
            yield name, letters[index + 1 :] or _following(rest, name)
            return
        if letter not in _SHORT_FLAGS:
            raise _unknown(f"-{letter}")
        yield name or f"-{letter}", ""


def _following(rest: Iterator[str], name: str) -> str:
    value = next(rest, None)
    if value is None:
        raise _unknown(name)
    return value


def _unknown(name: str) -> InputError:
    return InputError("recording.curl_option", {"option": name if _OPTION.match(name) else "-"})


def _take(asked: _Asked, option: str, value: str) -> None:
    if option in _FILES:
        raise InputError("recording.file_body", {})
    if option == "--header":
        _take_header(asked, value)
    elif option.startswith("--data") or option == "--json":
        _take_data(asked, option, value)
    elif option == "--request":
        asked.method = value.upper()
    elif option == "--url":
        asked.url = asked.url or value
    elif option == "--cookie":
        asked.headers.append(("cookie", value if "=" in value else ""))
    elif option in ("--user", "--oauth2-bearer"):
        asked.headers.append(("authorization", value))
    elif option in ("--form", "--form-string"):
        asked.multipart = True
    else:
        _take_flag(asked, option)


def _take_flag(asked: _Asked, option: str) -> None:
    if option == "--get":
        asked.as_query = True
    elif option == "--head":
        asked.method = asked.method or "HEAD"
    elif option == "--globoff":
        asked.globbing = False


def _take_header(asked: _Asked, text: str) -> None:
    """``name: value``; ``name;`` sends an empty one, ``name:`` takes one away, ``@`` is a file."""
    if text.startswith("@"):
        raise InputError("recording.file_body", {})
    name, colon, value = text.lstrip(":").partition(":")
    if colon and value.strip():
        asked.headers.append((name, value.strip()))
    elif name.endswith(";"):
        asked.headers.append((name[:-1], ""))


def _take_data(asked: _Asked, option: str, value: str) -> None:
    if value.startswith("@") and option not in ("--data-raw",):
        raise InputError("recording.file_body", {})
    if option == "--data-urlencode":
        name, equals, content = value.partition("=")
        if not equals and "@" in value:
            raise InputError("recording.file_body", {})
        value = f"{name}={quote_plus(content)}" if name and equals else quote_plus(content or name)
    if option == "--json":
        asked.content_type = "application/json"
    asked.data.append(value)


def _parts(asked: _Asked) -> Parts:
    if not asked.url:
        raise InputError("recording.bad_address", {})
    headers = list(asked.headers)
    named = {name.strip().lower() for name, _ in headers}
    body = "&".join(asked.data) if asked.data and not asked.as_query else None
    if asked.multipart:
        headers.append(("content-type", "multipart/form-data"))
        body = MULTIPART
    elif body is not None and "content-type" not in named:
        default = "application/x-www-form-urlencoded"
        headers.append(("content-type", asked.content_type or default))
    method = asked.method or ("POST" if body is not None else "GET")
    return Parts(method, _url(asked), tuple(headers), body=body)


def _url(asked: _Asked) -> str:
    """The address as it was; curl wants brackets and braces escaped, and takes http for granted."""
    url = re.sub(r"\\([\[\]{}])", r"\1", asked.url) if asked.globbing else asked.url
    if "://" not in url.partition("?")[0]:
        url = f"http://{url}"
    if asked.as_query and asked.data:
        url += ("&" if "?" in url else "?") + "&".join(asked.data)
    return url

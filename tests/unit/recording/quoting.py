"""Quoting as browsers do it, made from their description: what the readers have to undo."""

from __future__ import annotations

import re
from collections.abc import Callable

Quote = Callable[[str], str]


def units(text: str) -> list[str]:
    """The UTF-16 units of a text, as JavaScript sees it."""
    data = text.encode("utf-16-le", "surrogatepass")
    return [chr(int.from_bytes(data[i : i + 2], "little")) for i in range(0, len(data), 2)]


_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f!]")


def chromium_bash(text: str) -> str:
    if not _CONTROL.search(text) and "'" not in text:
        return f"'{text}'"
    out = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"$'{_CONTROL.sub(_escaped, out)}'"


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def firefox_bash(text: str) -> str:
    if not re.search(r"[^\x20-\x7e]|!|'", text):
        return f"'{text}'"
    out = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    out = out.replace("!", "\\041")
    codes = [(u, ord(u)) for u in units(out)]
    return "$'" + "".join(u if 0x20 <= c <= 0x7E else _firefox(c) for u, c in codes) + "'"


def _firefox(code: int) -> str:
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def chromium_cmd(text: str) -> str:
    return f'^"{_careted(text, "&")}^"'


def chromium_cmd_2021(text: str) -> str:
    quote = '^"' if re.search(r"[\r\n]", text) else '"'
    return f"{quote}{_careted(text, '')}{quote}"


def _careted(text: str, also: str) -> str:
    out = text.replace("\\", "\\\\").replace('"', '\\"')
    safe = r"a-zA-Z0-9\s_\-:=+~'/.,?;()*`" + ("" if also else "&")
    out = re.sub(f"[^{safe}]", lambda m: f"^{m[0]}", out)
    out = re.sub(r"%(?=[a-zA-Z0-9_])", "%^", out)
    return re.sub(r"\r?\n", "^\n\n", out)


def firefox_cmd(text: str) -> str:
    out = re.sub(r"[^a-zA-Z0-9\s_\-:=+~/.',?;()*`]", lambda m: f"^{m[0]}", text.replace('"', '\\"'))
    out = re.sub(r"%(?=[a-zA-Z0-9_])", "%^", out)
    return f'^"{out}^"'


def old_cmd(text: str) -> str:
    out = text.replace('"', '""').replace("%", '"%"').replace("\\", "\\\\")
    return f'"{out}"'


def command(quote: Quote, method: str, url: str, headers: dict[str, str], body: str | None) -> str:
    """A whole command, laid out as browsers lay it out."""
    for_cmd = "cmd" in quote.__name__
    name = "curl.exe" if quote is firefox_cmd else "curl"
    parts = [quote(url), f"-X {quote(method)}"]
    parts += [f"-H {quote(f'{n}: {v}')}" for n, v in headers.items()]
    parts += [f"--data-raw {quote(body)}"] if body is not None else []
    parts.append("--compressed")
    return f"{name} " + (" ^\n  " if for_cmd else " \\\n  ").join(parts)

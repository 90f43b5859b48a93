"""Words of a bash command line, as *Copy as cURL (bash)* quotes them; nothing is run.

Chromium (DevTools ``NetworkLogView.ts``, generateCurlCommand, escapeStringPosix) writes ``'...'``,
or ``$'...'`` with ``\\\\``, ``\\'``, ``\\n``, ``\\r`` and ``\\uXXXX`` when there is a quote, an
exclamation mark or a control character; Firefox (``devtools/client/shared/curl.js``) also
``\\xXX`` and ``\\041``. ``shlex`` knows neither ``$'...'`` nor where a command ends.
"""

from __future__ import annotations

import re

from feishu_wizard.domain.errors import InputError

_SIMPLE = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r"} | {
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "?": "?",
}
_ANSI = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<byte>[0-9a-fA-F]{1,2})|u(?P<short>[0-9a-fA-F]{1,4})"
    r"|U(?P<long>[0-9a-fA-F]{1,8})|c(?P<control>.)|(?P<simple>.))",
    re.DOTALL,
)
_ANSI_END = re.compile(r"(?:[^'\\]|\\.)*'", re.DOTALL)
_DOUBLE = re.compile(r"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_DOUBLE_ESCAPE = re.compile(r"\\(?:(\n)|([$`\"\\]))")
_EXPANSION = re.compile(r"(?:^|[^\\])(?:\\\\)*(?:`|\$[A-Za-z_({?*@#0-9!$-])")
_PLAIN = re.compile(r"[^\s'\"\\$`;&|<>()]+")
_ENDS = ";&|\n"


def commands_of_bash(text: str) -> list[list[str]]:
    """The words of every command of a paste.

    Raises ``InputError`` recording.broken_quote (line), recording.expansion (line: a variable or
    a command stands where only bash itself knows the value).
    """
    return _Lexer(text.replace("\r\n", "\n")).commands()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._commands: list[list[str]] = [[]]
        self._word: list[str] | None = None  # None: between two words

    def commands(self) -> list[list[str]]:
        while self._at < len(self._text):
            self._step(self._text[self._at])
        self._end_word()
        return [words for words in self._commands if words]

    def _step(self, char: str) -> None:
        if char in _ENDS:
            self._end_word()
            self._commands.append([])
            self._at += 1
        elif char.isspace():
            self._end_word()
            self._at += 1
        elif char == "#" and self._word is None:
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
        elif char == "\\":
            self._backslash()
        elif char == "'":
            self._single()
        elif char == '"':
            self._double(self._at + 1)
        elif char == "$":
            self._dollar()
        elif char in "`<>()":
            raise self._error("recording.expansion")
        else:
            self._plain()

    def _plain(self) -> None:
        found = _PLAIN.match(self._text, self._at)
        assert found is not None
        self._add(found[0])
        self._at = found.end()

    def _backslash(self) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        if following != "\n":
            self._add(following or "\\")
        self._at += 2

    def _single(self) -> None:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise self._error("recording.broken_quote")
        self._add(self._text[self._at + 1 : end])
        self._at = end + 1

    def _double(self, start: int) -> None:
        found = _DOUBLE.match(self._text, start)
        if found is None:
            raise self._error("recording.broken_quote")
        inner = found[0][:-1]
        if _EXPANSION.search(inner):
            raise self._error("recording.expansion")
        self._add(_DOUBLE_ESCAPE.sub(lambda m: m[2] or "", inner))
        self._at = found.end()

    def _dollar(self) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        if following == "'":
            found = _ANSI_END.match(self._text, self._at + 2)
            if found is None:
                raise self._error("recording.broken_quote")
            self._add(ansi_c(found[0][:-1]))
            self._at = found.end()
        elif following == '"':
            self._double(self._at + 2)
        elif following and not following.isspace() and following not in ";&|%=,.:/+]}":
            raise self._error("recording.expansion")
        else:
            self._add("$")
            self._at += 1

    def _add(self, text: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(text)

    def _end_word(self) -> None:
        if self._word is not None:
            self._commands[-1].append("".join(self._word))
        self._word = None

    def _error(self, code: str) -> InputError:
        return InputError(code, {"line": str(self._text.count("\n", 0, self._at) + 1)})


def ansi_c(inner: str) -> str:
    """What stands between ``$'`` and ``'``. Surrogate pairs, which JavaScript writes as two
    ``\\u``, become one character; ``\\x`` bytes that are no UTF-8 become Latin-1."""
    parts: list[str] = []
    data = bytearray()
    end = 0
    for match in _ANSI.finditer(inner):
        if match.start() != end or not _number(match):
            parts.append(_bytes_as_text(data))
        parts.append(inner[end : match.start()])
        if _number(match):
            data.append(_number_of(match))
        else:
            parts.append(_character(match))
        end = match.end()
    parts += [_bytes_as_text(data), inner[end:]]
    joined = "".join(parts)
    return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(match: re.Match[str]) -> bool:
    return match["octal"] is not None or match["byte"] is not None


def _number_of(match: re.Match[str]) -> int:
    octal = match["octal"]
    return (int(octal, 8) if octal is not None else int(match["byte"], 16)) & 0xFF


def _bytes_as_text(data: bytearray) -> str:
    """Empties ``data``."""
    raw = bytes(data)
    data.clear()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _character(match: re.Match[str]) -> str:
    point = match["short"] or match["long"]
    if point is not None:
        number = int(point, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    if match["control"] is not None:
        return chr(ord(match["control"].upper()) & 0x1F)
    simple = match["simple"]
    return _SIMPLE.get(simple, f"\\{simple}")

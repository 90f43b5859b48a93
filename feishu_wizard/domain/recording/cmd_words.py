"""Words of a cmd.exe command line, as *Copy as cURL (cmd)* quotes them; nothing is run.

Two readers stand one behind the other: cmd.exe takes ``^`` away, the C runtime of curl.exe takes
``"`` and ``\\`` away. Browsers escape for both (Chromium DevTools ``NetworkLogView.ts``,
generateCurlCommand, escapeStringWin; Firefox ``devtools/client/shared/curl.js``), and have done
so in four ways, which are told apart here so that what was meant is read:

* Chromium since 2023: ``^"`` round every text, ``\\`` doubled, ``\\^"`` for a quote, ``^`` before
  every other character, ``^`` and two line breaks for one.
* Chromium 2020 to 2023: the same between plain quotes, which cmd.exe itself misreads.
* Firefox (``curl.exe``): ``^"`` round every text, ``\\`` not doubled.
* older ones: plain quotes, ``""`` for a quote, ``"%"``, ``\\`` doubled.
"""

from __future__ import annotations

import re

from feishu_wizard.domain.errors import InputError

_SAFE = r"A-Za-z0-9\s_\-:=+~'/.,?;()*`&"  # what no browser puts a caret before
_MIDDLE = re.compile(rf'"((?:[{_SAFE}]|\^\r?\n\r?\n|\^\\[\[\]{{}}]|\^[^\r\n])*)"(?=\s|$)')
_CARET = re.compile(r"\^(?:\r?\n(\r?\n)|\r?\n(?!\n)|(.))", re.DOTALL)
_FIREFOX_BREAK = re.compile(r'"\^\r?\n\r?\n"')
_SPACE = re.compile(r"[ \t]+|\^\r?\n[ \t]*")
_FIRST_QUOTE = re.compile(r"\^\"|\^\r?\n|['\"]")
_PLAIN_FOR_CMD = re.compile(r'"%"|\^\r?\n|[^\\]""[^\s"]|\^\^|[\\^]\^"')
_OLD = re.compile(r'"([^"]*(?:""[^"]*)*)"(?!")')
_CRT = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_BARE = re.compile(r'(?:[^\s"^&]|\^.)+')
_ANY = re.compile(r"(.)", re.DOTALL)


def written_for_cmd(text: str) -> bool:
    """Whether a paste is in the quoting of cmd.exe. The first quote tells; plain ones without
    anything that only cmd.exe needs read the same in both."""
    first = _FIRST_QUOTE.search(text)
    if first is None or first[0] == "'":
        return text.lstrip().lower().startswith("curl.exe")
    return first[0] != '"' or _PLAIN_FOR_CMD.search(text) is not None


def commands_of_cmd(text: str) -> list[list[str]]:
    """The words of every command of a paste.

    Raises ``InputError`` recording.broken_quote (line).
    """
    return _Lexer(text).commands()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._commands: list[list[str]] = [[]]
        # With backslashes doubled, a quote that has one before it is of the newer kind.
        self._old = '""' in text and '\\"' not in text.replace("\\\\", "")
        self._glued = False  # the next piece belongs to the word before it

    def commands(self) -> list[list[str]]:
        while self._at < len(self._text):
            self._step()
        return [words for words in self._commands if words]

    def _step(self) -> None:
        space = _SPACE.match(self._text, self._at)
        char = self._text[self._at]
        if space:
            self._at, self._glued = space.end(), False
        elif char in "&\r\n":
            self._commands.append([])
            self._at, self._glued = self._at + 1, False
        elif self._text.startswith('^"', self._at):
            self._careted()
        elif char == '"':
            self._quoted()
        else:
            self._bare()

    def _bare(self) -> None:
        found = _BARE.match(self._text, self._at) or _ANY.match(self._text, self._at)
        assert found is not None
        self._add(_without_carets(found[0]))
        self._at = found.end()

    def _careted(self) -> None:
        """A text between ``^"`` and ``^"``: a quote inside has a backslash before it."""
        start = self._at + 2
        end = self._end_of_careted(start)
        inner = _FIREFOX_BREAK.sub("^\n\n", self._text[start:end])
        text = _without_carets(inner)
        self._add(text.replace('\\"', '"') if self._is_firefox() else _undoubled(text))
        self._at = end + 2

    def _end_of_careted(self, start: int) -> int:
        at, backslashes = start, 0
        while at < len(self._text):
            caret = self._text[at] == "^"
            char = self._text[at + 1 : at + 2] if caret else self._text[at]
            if char == "\\":
                backslashes += 1
            elif caret and char == '"' and not self._is_inner(backslashes):
                return at
            else:
                backslashes = 0
            at += 2 if caret else 1
        raise self._error()

    def _is_inner(self, backslashes: int) -> bool:
        """Whether a quote behind so many backslashes belongs to the text."""
        return backslashes > 0 if self._is_firefox() else backslashes % 2 == 1

    def _is_firefox(self) -> bool:
        return bool(self._commands[-1]) and self._commands[-1][0].lower() == "curl.exe"

    def _quoted(self) -> None:
        middle = _MIDDLE.match(self._text, self._at)
        if middle and "^" in middle[1]:
            self._add(_undoubled(_without_carets(middle[1])))
            self._at = middle.end()
            return
        found = (_OLD if self._old else _CRT).match(self._text, self._at)
        if found is None:
            raise self._error()
        old = self._old
        self._add(_undoubled(found[1].replace('""', '"')) if old else _crt(found[1]))
        self._at = found.end()

    def _add(self, text: str) -> None:
        words = self._commands[-1]
        if self._glued:
            words[-1] += text
        else:
            words.append(text)
        self._glued = True

    def _error(self) -> InputError:
        line = self._text.count("\n", 0, self._at) + 1
        return InputError("recording.broken_quote", {"line": str(line)})


def _without_carets(text: str) -> str:
    return _CARET.sub(lambda m: "\n" if m[1] else m[2] or "", text)


def _undoubled(text: str) -> str:
    return re.sub(r"\\([\\\"])", r"\1", text)


def _crt(text: str) -> str:
    """The C runtime's rule: backslashes count only before a quote, also the one at the end."""
    text = re.sub(r"(\\\\)+$", lambda m: "\\" * (len(m[0]) // 2), text)
    return re.sub(r'(\\+)"', lambda m: "\\" * (len(m[1]) // 2) + '"', text)

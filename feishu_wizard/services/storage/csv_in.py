"""Reads the accounts of a CSV file row by row: memory stays the same however large the file is.

What one row has wrong costs that row, which is named by its line; what makes the whole file
doubtful refuses it. Nothing is repaired silently: values are kept as they stand.
"""

from __future__ import annotations

import csv
import io
import re
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from feishu_wizard.domain import account_columns
from feishu_wizard.domain.account_columns import FIELDS, Columns
from feishu_wizard.domain.accounts import Account
from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage.csv_encoding import encoding_of

MAX_BYTES = 500_000_000
MAX_ROWS = 2_000_000
MAX_FIELD = 10_000  # characters
_MAX_RECORD = 1_000_000  # characters of one row, all its lines together
_MAX_SWALLOWED = 100  # rows whose quotation mark ran away over several lines
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 200
_DELIMITERS = (",", ";", "\t")
_ENDS = ("\n", "\r")
_CUT = "a line without an end"  # known by its identity
_SEP = re.compile(r"sep=(.)\r?\n?")  # how Excel notes the delimiter in a first line of its own


class _TooLongError(csv.Error):
    """A row goes on for ever."""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was left out. ``code``: accounts.row_*."""

    line: int
    code: str


class AccountsFile:
    """A file that was looked at: its encoding, delimiter and columns are known.

    Raises ``InputError`` (params path and): accounts.unreadable (detail), accounts.too_large
    (limit, size in MB), accounts.is_workbook, accounts.is_binary, accounts.encoding (byte, line),
    accounts.empty, accounts.no_account_column (headings), accounts.heading_twice (heading),
    accounts.which_column (columns).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = _size(path)
        self._file: TextIO | None = None
        try:
            self.encoding = encoding_of(path)
            self._skip, self._delimiter, sample = self._look()
        except OSError as error:
            raise _unreadable(path, error) from error
        self.columns: Columns = account_columns.recognise(sample, str(path))
        self._places = [self.columns.places.get(field, -1) for field in FIELDS]

    def rows(self) -> Iterator[Account | SkippedRow]:
        """Every row in order, as an account or as what is wrong with it.

        Raises ``InputError`` accounts.too_many_rows (limit), accounts.quotes (line: where rows
        began to swallow others), accounts.unreadable.
        """
        try:
            with self._open() as self._file:
                yield from self._rows(self._file)
        except OSError as error:
            raise _unreadable(self.path, error) from error

    @property
    def share(self) -> float:
        """How much of the file was read, 0 to 1."""
        if self._file is None or self._file.closed or not self.size:
            return 0.0
        return min(self._file.buffer.tell() / self.size, 1.0)

    def _rows(self, file: TextIO) -> Iterator[Account | SkippedRow]:
        lines = _Lines(file)
        for _ in range(self._skip):
            next(lines, "")
        headings, count = not self.columns.first_is_data, 0
        for line, record in self._checked(lines):
            if not record:
                continue  # an empty line is no row
            if headings:
                headings = False
                if self.columns.guessed:
                    yield SkippedRow(line, "accounts.row_heading")
                continue
            count += 1
            if count > MAX_ROWS:
                raise self._refused("accounts.too_many_rows", limit=f"{MAX_ROWS:,}")
            yield self._account(line, record)

    def _checked(self, lines: _Lines) -> Iterator[tuple[int, list[str] | str]]:
        """Records; refuses a file in which quotation marks swallow one row after another."""
        swallowed = first = 0
        for line, record in _records(lines, self._delimiter):
            if lines.taken_back:
                swallowed += 1
                first = first or line
                if swallowed > _MAX_SWALLOWED:
                    raise self._refused("accounts.quotes", line=str(first))
            yield line, record

    def _account(self, line: int, record: list[str] | str) -> Account | SkippedRow:
        if isinstance(record, str):
            return SkippedRow(line, record)
        width = self.columns.width
        if len(record) > width and not any(record[width:]):
            del record[width:]  # delimiters at the end of a line, as spreadsheets leave them
        name, display, email, mobile = self._places
        code = _fault(record, width, name)
        if code:
            return SkippedRow(line, code)
        record.append("")  # stands for the columns that the file has not: place -1
        return Account(record[name], record[display], record[email], record[mobile], line)

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, errors="strict", newline="")

    def _look(self) -> tuple[int, str, list[list[str]]]:
        """Lines to skip, the delimiter, and the first rows."""
        with self._open() as file:
            text = file.read(_SAMPLE)
            more = file.read(1)
        if more:  # the last line may be cut
            text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
        told = _SEP.match(text)
        if told:
            return 1, told[1], _first_rows(text[told.end() :], told[1])
        samples = {delimiter: _first_rows(text, delimiter) for delimiter in _DELIMITERS}
        best = max(_DELIMITERS, key=lambda delimiter: _merit(samples[delimiter]))
        return 0, best, samples[best]

    def _refused(self, code: str, **params: str) -> InputError:
        return InputError(code, {"path": str(self.path), **params})


class _Lines:
    """Lines with their numbers; those of a broken row, but its first, can be given back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._length = 0
        self._number = 0
        self.first = 0
        self.taken_back = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self._number += 1
        self._row.append(line)
        self._length += len(line)
        if line is _CUT or self._length > _MAX_RECORD:
            raise _TooLongError
        return line

    def begin(self) -> None:
        """A row begins at the next line."""
        self._row, self._length = [], 0
        self.first = self._number + 1
        self.taken_back = False

    def take_back(self) -> str:
        """Give the lines of a broken row but its first back, as rows of their own; its code."""
        rest = self._row[1:]
        self.taken_back = bool(rest)
        self._again.extendleft(reversed(rest))
        self._number = self.first
        endless = self._row[0] is _CUT or (not rest and self._length > MAX_FIELD)
        return "accounts.row_too_long" if endless else "accounts.row_quotes"

    def _read(self) -> str:
        """The next line of the file; of one without an end nothing is kept."""
        line = self._file.readline(_MAX_RECORD)
        if len(line) < _MAX_RECORD or line.endswith(_ENDS):
            return line
        while line and not line.endswith(_ENDS):
            line = self._file.readline(_MAX_RECORD)
        return _CUT


def _records(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Line number and cells of every row, or the code of what is wrong with it."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            code = lines.take_back()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield lines.first, code
        else:
            yield lines.first, row


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    for _line, record in _records(_Lines(io.StringIO(text, newline="")), delimiter):
        if isinstance(record, list) and any(cell.strip() for cell in record):
            rows.append(record)
        if len(rows) == _SAMPLE_ROWS:
            break
    return rows


def _merit(rows: list[list[str]]) -> tuple[int, float, int]:
    """How well a delimiter fits: headings it brings out, rows as wide as the first, width."""
    if not rows or len(rows[0]) == 1:
        return (account_columns.known(rows[0]) if rows else 0, 0.0, 0)
    agree = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
    return account_columns.known(rows[0]), agree, len(rows[0])


def _fault(record: list[str], width: int, name: int) -> str:
    """The code of what is wrong with a row; "" for a good one."""
    text = "".join(record)
    code = ""
    if not text.strip():
        code = "accounts.row_empty"
    elif len(record) != width:
        code = "accounts.row_ragged"
    elif len(text) > MAX_FIELD and max(map(len, record)) > MAX_FIELD:
        code = "accounts.row_too_long"
    elif "\0" in text:
        code = "accounts.row_nul"
    elif not record[name].strip():
        code = "accounts.row_no_name"
    return code


def _size(path: Path) -> int:
    try:
        known = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(known.st_mode):
        raise InputError("accounts.unreadable", {"path": str(path), "detail": "not a file"})
    if known.st_size > MAX_BYTES:
        params = {"limit": f"{MAX_BYTES // 10**6}", "size": f"{known.st_size / 10**6:.1f}"}
        raise InputError("accounts.too_large", {"path": str(path), **params})
    return known.st_size


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    detail = getattr(error, "strerror", None) or type(error).__name__
    return InputError("accounts.unreadable", {"path": str(path), "detail": detail})

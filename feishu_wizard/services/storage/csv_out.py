"""Writes tables as CSV files: row by row, whole or not at all, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from feishu_wizard.domain.csv_cells import cell
from feishu_wizard.services.storage.atomic import open_atomic

_SLICE = 500  # rows that are put together before they are written


def write_table(path: Path, rows: Iterable[Sequence[str]], *, bom: bool) -> int:
    """Write every row of texts, the headings first; how many rows there were after them.

    UTF-8, lines end with CR LF, every cell is quoted (so that no other delimiter makes a cell of
    its own of what is inside) and goes through ``csv_cells``. ``bom``: a mark in front by which
    Excel recognises UTF-8. Raises ``InputError`` as ``write_atomic``.
    """
    count = -1
    with open_atomic(path) as file:
        if bom:
            file.write(b"\xef\xbb\xbf")
        for part, lines in _encoded(rows):
            file.write(lines)
            count += part
    return max(count, 0)


def _encoded(rows: Iterable[Sequence[str]]) -> Iterator[tuple[int, bytes]]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    count = 0
    for row in rows:
        writer.writerow([cell(text) for text in row])
        count += 1
        if count == _SLICE:
            yield count, buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
            count = 0
    yield count, buffer.getvalue().encode()

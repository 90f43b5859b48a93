"""Rows of a list of any length: pages of it are asked for when they come into sight, and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import theme

Index = QModelIndex | QPersistentModelIndex

PAGE = 100
"""Rows fetched at a time."""
KEPT = 60
"""Pages kept; a page in sight is never among those dropped, as it was used last."""
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Ask:
    """What to list, and which rows of it. ``group``: "" for everything."""

    search: str = ""
    sort: str = ""
    descending: bool = False
    group: str = ""
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows of one page; ``total``: of the whole list."""

    rows: Sequence[Any]
    total: int


class Fetching(Protocol):
    """A page on its way."""

    def cancel(self) -> None:
        """It is not wanted any more."""


Fetch = Callable[[Ask, Callable[[Fetched], None], Callable[[WizardError], None]], Fetching]
"""Ask for a page; exactly one of the two calls follows later, on the window's thread."""


@dataclass(frozen=True, slots=True)
class BigColumn:
    """One column. ``chars``: its usual width in characters; ``sorts``: its header can be pressed.

    ``cell`` makes the words of a row; ``title`` those of the header, in the language in use.
    """

    key: str
    title: Callable[[], str]
    cell: Callable[[Any], str]
    chars: int = 16
    sorts: bool = True


class BigModel(QAbstractTableModel):
    """The list that was asked for last. Rows that are not there yet show as an ellipsis.

    While another list is being fetched, the former one stays in sight. ``settled`` follows when
    its first page is there, ``failed`` when it cannot be.
    """

    settled = Signal()
    failed = Signal(object)

    def __init__(self, columns: Sequence[BigColumn], fetch: Fetch) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.ask = Ask()
        self.total = 0
        self.waiting = False  # the first page of another list is on its way
        self._fetch = fetch
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()
        self._coming: dict[int, Fetching] = {}
        self._turn = 0  # number of the list: pages of a former one are late

    # -- asking -----------------------------------------------------------------------

    def show(self, ask: Ask) -> None:
        """List something else, or the same anew."""
        self._drop()
        self.ask = replace(ask, offset=0, limit=PAGE)
        self.waiting = True
        self._get(0)

    def empty(self) -> None:
        """List nothing."""
        self._drop()
        self.waiting = False
        self._reset(0)

    def need(self, first: int, last: int) -> None:
        """Rows ``first`` to ``last`` are in sight: fetch what is missing of them, drop the rest."""
        if self.waiting or self.total == 0:
            return
        wanted = range(first // PAGE, min(last, self.total - 1) // PAGE + 1)
        for page in [page for page in self._coming if page not in wanted]:
            self._coming.pop(page).cancel()
        for page in wanted:
            if page in self._pages:
                self._pages.move_to_end(page)
            elif page not in self._coming:
                self._get(page)

    def load(self, first: int, last: int) -> None:
        """Fetch what is missing of these rows, wherever they are."""
        for page in range(first // PAGE, last // PAGE + 1):
            if page not in self._pages and page not in self._coming:
                self._get(page)

    def row_at(self, row: int) -> Any | None:
        """What is in a row; None while it is not there."""
        rows = self._pages.get(row // PAGE, ())
        return rows[row % PAGE] if row % PAGE < len(rows) else None

    # -- Qt ---------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows of the whole list."""
        return 0 if parent.isValid() else self.total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words of a cell: plain, on one line, of bounded length."""
        if not index.isValid() or role not in _ROLES:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT
        row = self.row_at(index.row())
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.color("muted") if row is None else None
        if row is None:
            return _("not loaded yet") if role == Qt.ItemDataRole.AccessibleTextRole else "…"
        text = plain_cell(self.columns[index.column()].cell(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return text or _("empty")
        if role == Qt.ItemDataRole.ToolTipRole:  # Qt would take markup in a name for markup
            return f"<span>{escape(text)}</span>" if text else ""
        return text or "—"

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT
        return self.columns[section].title() if role == Qt.ItemDataRole.DisplayRole else None

    # -- inside -----------------------------------------------------------------------

    def _drop(self) -> None:
        self._turn += 1
        for fetching in self._coming.values():
            fetching.cancel()
        self._coming.clear()

    def _get(self, page: int) -> None:
        turn = self._turn
        self._coming[page] = self._fetch(
            replace(self.ask, offset=page * PAGE),
            lambda fetched: self._came(turn, page, fetched),
            lambda error: self._failed(turn, page, error),
        )

    def _came(self, turn: int, page: int, fetched: Fetched) -> None:
        if turn != self._turn or self._coming.pop(page, None) is None:
            return
        if self.waiting:
            self.waiting = False
            self._reset(fetched.total, fetched.rows)
            self.settled.emit()
            return
        self._pages[page] = fetched.rows
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        first = page * PAGE
        last = min(first + PAGE, self.total) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _failed(self, turn: int, page: int, error: WizardError) -> None:
        if turn != self._turn or self._coming.pop(page, None) is None:
            return
        self.waiting = False
        self.failed.emit(error)

    def _reset(self, total: int, first: Sequence[Any] = ()) -> None:
        self.beginResetModel()
        self._pages.clear()
        self.total = total
        if first:
            self._pages[0] = first
        self.endResetModel()


_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ROLES = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.TextAlignmentRole,
    }
)


def plain_cell(text: str) -> str:
    """Return ``text`` on one line; what could change the line (controls, directions) is shown."""
    if text.isascii() and text.isprintable() and len(text) <= _LONGEST:
        return text
    told = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"

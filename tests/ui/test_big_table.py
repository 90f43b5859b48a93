"""A table over a list that lies elsewhere: what it asks for, when, and what it shows meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.ui.widgets import big_model
from feishu_wizard.ui.widgets.big_table import Ask, BigColumn, BigTable, Fetched

TOTAL = 100_000
BIDI, ESC = "\u202e", "\x1b"


@dataclass
class Shelf:
    """A list somewhere else; pages come when the test hands them over."""

    total: int = TOTAL
    asked: list = field(default_factory=list)
    cancelled: list = field(default_factory=list)
    at_once: bool = True
    names: dict = field(default_factory=dict)

    def fetch(self, ask, done, failed):
        entry = (ask, done, failed)
        self.asked.append(entry)
        return Way(self, entry)

    def hand_over(self, number=-1):
        ask, done, _failed = self.asked[number]
        rows = [
            self.names.get(i, f"{ask.search or ask.group or ask.sort} {i}")
            for i in range(ask.offset, min(ask.offset + ask.limit, self.total))
        ]
        done(Fetched(rows, self.total))

    def offsets(self):
        return [ask.offset for ask, _done, _failed in self.asked]


@dataclass
class Way:
    shelf: Shelf
    entry: tuple

    def cancel(self):
        self.shelf.cancelled.append(self.entry[0].offset)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def table(app, keep, qtbot, shelf):
    columns = (
        BigColumn("name", lambda: "Name", str),
        BigColumn("size", lambda: "Size", lambda row: str(len(row)), 8),
        BigColumn("note", lambda: "Note", lambda row: "", 8, sorts=False),
    )
    made = keep(BigTable("x.table", columns, shelf.fetch, several=True))
    made.resize(500, 330)
    made.show()
    qtbot.waitExposed(made)
    return made


def text(table, row, column=0, role=Qt.ItemDataRole.DisplayRole):
    return table.model().data(table.model().index(row, column), role)


def quiet(qtbot):
    """What is due in the timers of the table has happened."""
    qtbot.wait(80)


def test_nothing_is_fetched_before_somebody_asks(table, shelf, qtbot):
    quiet(qtbot)
    assert shelf.asked == []
    assert table.model().rowCount() == 0


def test_one_page_is_fetched_and_the_whole_list_can_be_scrolled(table, shelf, qtbot):
    table.reload()
    assert [a.limit for a, *_ in shelf.asked] == [100]
    shelf.hand_over()
    quiet(qtbot)
    assert table.model().rowCount() == TOTAL
    assert text(table, 0) == "name 0"
    assert shelf.offsets() == [0]


def test_what_comes_into_sight_is_fetched_and_an_ellipsis_stands_for_it(table, shelf, qtbot):
    table.reload()
    shelf.hand_over()
    table.scrollToBottom()
    assert text(table, TOTAL - 1) == "…"
    assert text(table, TOTAL - 1, role=Qt.ItemDataRole.AccessibleTextRole) == "not loaded yet"
    qtbot.waitUntil(lambda: len(shelf.asked) == 2)
    assert shelf.offsets() == [0, TOTAL - 100]
    shelf.hand_over()
    assert text(table, TOTAL - 1) == f"name {TOTAL - 1}"


def test_pages_that_only_pass_by_are_not_fetched(table, shelf, qtbot):
    table.reload()
    shelf.hand_over()
    bar = table.verticalScrollBar()
    for step in range(1, 400):
        bar.setValue(bar.maximum() * step // 400)
    quiet(qtbot)
    assert len(shelf.asked) <= 3


def test_a_page_scrolled_away_from_is_cancelled(table, shelf, qtbot):
    table.reload()
    shelf.hand_over()
    table.scrollToBottom()
    qtbot.waitUntil(lambda: len(shelf.asked) == 2)
    table.verticalScrollBar().setValue(50_000)
    qtbot.waitUntil(lambda: TOTAL - 100 in shelf.cancelled)
    shelf.hand_over(1)  # it comes all the same, and too late
    assert text(table, TOTAL - 1) == "…"


def test_pages_are_kept_but_not_without_end(table, shelf, monkeypatch):
    monkeypatch.setattr(big_model, "KEPT", 2)
    table.reload()
    shelf.hand_over()
    model = table.model()
    for first in (0, 100, 200, 200):
        model.need(first, first + 10)
        if model.row_at(first) is None:
            shelf.hand_over()
    assert shelf.offsets() == [0, 100, 200]
    assert (model.row_at(0), model.row_at(100)) == (None, "name 100")


def test_a_search_begins_at_once_and_only_the_last_word_follows(table, shelf, qtbot):
    table.reload()
    shelf.hand_over()
    for typed in ("w", "wa", "wan", "wang"):
        table.search(typed)
    assert [a.search for a, *_ in shelf.asked[1:]] == ["w"]
    assert text(table, 0) == "name 0"  # what was there stays until the new list has come
    with qtbot.assertNotEmitted(table.settled):
        shelf.hand_over()
    assert [a.search for a, *_ in shelf.asked[1:]] == ["w", "wang"]
    assert shelf.asked[-1][0] == Ask(search="wang", sort="name")
    shelf.total = 7
    with qtbot.waitSignal(table.settled):
        shelf.hand_over()
    assert (table.total, text(table, 0), table.waiting) == (7, "wang 0", False)


def test_what_was_typed_meanwhile_follows_a_search_that_failed(table, shelf, qtbot):
    table.search("w")
    table.search("wa")
    with qtbot.assertNotEmitted(table.failed):
        shelf.asked[0][2](WizardError("journal.unusable"))
    assert [a.search for a, *_ in shelf.asked] == ["w", "wa"]


def test_an_answer_to_an_earlier_question_is_dropped(table, shelf):
    table.set_group("a")
    table.set_group("b")
    shelf.hand_over(0)
    assert table.total == 0
    shelf.hand_over(1)
    assert text(table, 0) == "b 0"
    assert shelf.cancelled == [0]


def header_click(table, section):
    header = table.horizontalHeader()
    left = header.sectionViewportPosition(section) + header.sectionSize(section) // 2
    spot = QPoint(left, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_a_header_sorts_and_once_more_the_other_way_round(table, shelf):
    table.reload()
    shelf.hand_over()
    header_click(table, 1)
    header_click(table, 1)
    orders = [(a.sort, a.descending) for a, *_ in shelf.asked]
    assert orders == [("name", False), ("size", False), ("size", True)]
    header = table.horizontalHeader()
    assert header.sortIndicatorSection() == 1
    assert header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder


def test_a_column_that_cannot_be_sorted_by_changes_nothing(table, shelf):
    table.reload()
    shelf.hand_over()
    header_click(table, 2)
    assert len(shelf.asked) == 1
    assert table.horizontalHeader().sortIndicatorSection() == 0


def test_sorting_is_possible_by_keyboard(table, shelf):
    table.reload()
    shelf.hand_over()
    table.setCurrentIndex(table.model().index(0, 1))
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert (table.ask.sort, table.ask.descending) == ("size", True)


def test_letters_do_not_go_through_every_row(table, shelf):
    table.reload()
    shelf.hand_over()
    table.setFocus()
    QTest.keyClicks(table, "z")
    assert len(shelf.asked) == 1


def test_enter_takes_the_row_and_goes_no_further(table, shelf, qtbot):
    table.reload()
    shelf.hand_over()
    table.select_row(3)
    with qtbot.waitSignal(table.taken) as taken:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert taken.args == ["name 3"]


def test_rows_that_are_not_loaded_cannot_be_taken(table, shelf, qtbot):
    table.reload()
    shelf.hand_over()
    with qtbot.assertNotEmitted(table.taken):
        table.select_row(TOTAL - 1)
        QTest.keyClick(table, Qt.Key.Key_Return)


def test_what_is_selected_is_loaded_wherever_it_is(table, shelf):
    table.reload()
    shelf.hand_over()
    table.select_row(90)
    table.setCurrentIndex(table.model().index(90, 0))
    for _ in range(20):
        QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert table.chosen_count() == 21
    assert len(table.chosen()) == 10
    table.load_chosen()
    shelf.hand_over()
    assert table.chosen() == [f"name {i}" for i in range(90, 111)]


def test_everything_selected_is_counted_without_asking_for_each(table, shelf):
    table.reload()
    shelf.hand_over()
    table.selectAll()
    assert table.chosen_count() == TOTAL


def test_why_there_is_no_list_is_told(table, shelf, qtbot):
    table.reload()
    with qtbot.waitSignal(table.failed) as failed:
        shelf.asked[-1][2](WizardError("journal.unusable"))
    assert failed.args[0].code == "journal.unusable"
    assert not table.waiting


def test_names_cannot_reach_out_of_their_cell(table, shelf):
    shelf.names = {
        0: f"Li{BIDI}gnaW{ESC}[31m\n<b>x</b>",
        1: "<img src=x>",
        2: "王" * 5_000,
        3: "",
    }
    table.reload()
    shelf.hand_over()
    shown = text(table, 0)
    assert BIDI not in shown
    assert ESC not in shown
    assert "\n" not in shown
    assert "<b>x</b>" in shown
    assert text(table, 1, role=Qt.ItemDataRole.ToolTipRole) == "<span>&lt;img src=x&gt;</span>"
    assert len(text(table, 2)) <= 160
    assert text(table, 3) == "—"
    assert text(table, 3, role=Qt.ItemDataRole.AccessibleTextRole) == "empty"


def test_a_new_language_names_the_columns_again(table, shelf, qapp):
    from feishu_wizard.ui import language

    told = []
    table.model().headerDataChanged.connect(lambda *_: told.append(1))
    language.use(qapp, "zh_Hans")
    assert told

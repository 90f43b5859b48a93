"""The step list: model, words, reachability, keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap

from feishu_wizard.ui import theme
from feishu_wizard.ui.step_list import StepList, StepModel
from feishu_wizard.wizard.steps import Step, StepRow, StepState
from tests.ui.fakes import FakeSession


@pytest.fixture
def rows():
    fake = FakeSession(Step.PERMISSIONS)
    fake.step = Step.CREDENTIALS
    fake.open_items = {Step.PERMISSIONS: 3}
    return fake.rows()


@pytest.fixture
def steps(keep, qtbot, rows):
    view = keep(StepList())
    view.show_rows(rows, Step.CREDENTIALS)
    view.resize(240, 480)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_the_model_keeps_qts_rules(app, qtmodeltester, rows):
    model = StepModel()
    model.set_rows(rows)
    qtmodeltester.check(model, force_py=True)
    model.set_rows(rows[:3])
    qtmodeltester.check(model, force_py=True)


def test_every_row_says_number_title_and_state(app, rows):
    model = StepModel()
    model.set_rows(rows)
    words = [model.data(model.index(n), Qt.ItemDataRole.AccessibleTextRole) for n in range(6)]
    assert words[0] == "1. Prerequisites: Done"
    assert words[1] == "2. Credentials: Current step"
    assert words[2] == "3. Permissions and release: 3 items open"
    assert words[3] == "4. Save: Not yet"
    assert words == [model.data(model.index(n)) for n in range(6)]


def test_a_step_that_cannot_be_reached_cannot_be_chosen(steps, qtbot):
    model = steps.model()
    assert model.flags(model.index(4)) == Qt.ItemFlag.NoItemFlags
    centre = steps.visualRect(model.index(4)).center()
    with qtbot.assertNotEmitted(steps.chosen):
        qtbot.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, pos=centre)


def test_a_click_opens(steps, qtbot):
    centre = steps.visualRect(steps.model().index(0)).center()
    with qtbot.waitSignal(steps.chosen) as got:
        qtbot.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert got.args == [Step.PREREQUISITES]


def test_arrows_only_look_and_enter_opens(steps, qtbot):
    steps.setFocus()
    with qtbot.assertNotEmitted(steps.chosen):
        qtbot.keyClick(steps, Qt.Key.Key_Down)
    assert steps.currentIndex().row() == 2
    with qtbot.waitSignal(steps.chosen) as got:
        qtbot.keyClick(steps, Qt.Key.Key_Return)
    assert got.args == [Step.PERMISSIONS]
    qtbot.keyClick(steps, Qt.Key.Key_Down)  # the next one is not reachable
    assert steps.currentIndex().row() == 2


def test_looking_around_does_not_move_the_current_step(steps, qtbot):
    steps.setFocus()
    qtbot.keyClick(steps, Qt.Key.Key_Up)
    steps.clearFocus()
    assert steps.currentIndex().row() == 1


def test_only_what_differs_is_painted_again(app, rows):
    model, changed = StepModel(), []
    model.set_rows(rows)
    model.dataChanged.connect(lambda first, _last, _roles: changed.append(first.row()))
    model.set_rows(rows)
    assert changed == []
    model.set_rows([*rows[:2], StepRow(Step.PERMISSIONS, StepState.DONE, 0, True), *rows[3:]])
    assert changed == [2]


def test_the_look_under_the_mouse_comes_and_goes(steps, qtbot):
    centre = steps.visualRect(steps.model().index(0)).center()
    qtbot.mouseMove(steps.viewport(), centre)
    qtbot.waitUntil(lambda: steps.pointed_at() == 0)
    qtbot.mouseMove(steps.viewport(), QPoint(centre.x(), steps.viewport().height() - 4))
    qtbot.waitUntil(lambda: steps.pointed_at() == -1)


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_states_differ_by_more_than_colour(steps, app, look):
    """In shades of grey no two of the four states paint the same sign."""
    theme.apply(app, look)
    picture = QPixmap(steps.size())
    steps.render(picture)
    image = picture.toImage()
    signs = []
    for row in (0, 1, 2, 3):
        area = steps.visualRect(steps.model().index(row))
        signs.append(
            image.copy(area.left() + 8, area.top() + 8, 30, 30).convertToFormat(
                image.Format.Format_Mono
            )
        )
    assert all(a != b for n, a in enumerate(signs) for b in signs[n + 1 :])

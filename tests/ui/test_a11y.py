"""What a screen reader finds: every focusable thing named, no two alike, nothing unreachable."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from feishu_wizard.domain.finding import Status
from feishu_wizard.ui import a11y
from feishu_wizard.ui.shell import Shell
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import Detail, PageLink, RowView
from feishu_wizard.ui.widgets.choices import ChoiceGroup, DropDown, Option, TickRow
from feishu_wizard.ui.widgets.copy_row import CopyRow
from feishu_wizard.ui.widgets.diff_table import DiffRow, DiffTable
from feishu_wizard.wizard.message import Message
from feishu_wizard.wizard.steps import Severity
from tests.ui.fakes import FakePage, FakeSession

DETAILS = (Detail("Log id", "1"),)
LINKS = (PageLink("Open the page", "https://open.feishu.cn/app"),)


class FullPage(FakePage):
    """One of every brick."""

    def __init__(self, step):
        super().__init__(step)
        rows = CheckList()
        rows.show_rows(
            [
                ("a", RowView(Status.FAIL, "Bot", "Problem", "No.", details=DETAILS, links=LINKS)),
                ("b", RowView(Status.PASS, "Quota", "OK", "Yes.", details=DETAILS)),
            ]
        )
        who = ChoiceGroup("who", "Who?")
        who.set_options([Option("me", "I do"), Option("you", "A colleague")])
        box = DropDown("template", "Template")
        box.set_options([Option("text", "Text"), Option("card", "Card")])
        table = DiffTable("diff", "Changes")
        table.set_rows([DiffRow("App ID", "", "cli_1", "will be set", True)])
        for widget in (
            rows,
            who,
            box,
            table,
            TickRow("sync", "Sync", "Names."),
            CopyRow("copy", "Name", "CAN"),
            CopyRow("note", "Note", "two\nlines", multiline=True),
        ):
            self.add(widget)
        self.app_id.set_proposal("cli_a8c029e757e6500b")


@pytest.fixture
def window(keep, qtbot):
    session = FakeSession()
    session.message = Message(Severity.WARNING, "cancelled", actions=("resume",))
    shell = keep(Shell(session, FullPage))
    shell.show()
    qtbot.waitExposed(shell)
    return shell


def interface(widget):
    return QAccessible.queryAccessibleInterface(widget)


def name(widget):
    return interface(widget).text(QAccessible.Text.Name)


def focusable(window):
    """Everything that Tab can reach or a click can focus, but parts of another widget."""
    widgets = [w for w in window.findChildren(QWidget) if w.isVisibleTo(window)]
    return [
        w
        for w in widgets
        if w.focusPolicy() != Qt.FocusPolicy.NoFocus
        and w.focusProxy() is None
        and not isinstance(w.parentWidget(), QAbstractScrollArea)
    ]


def test_everything_focusable_has_a_name(window):
    found = focusable(window)
    assert len(found) > 15
    nameless = [(type(w).__name__, w.objectName()) for w in found if not name(w).strip()]
    assert nameless == []


def test_no_two_things_with_the_focus_share_a_name(window):
    names = [name(w) for w in focusable(window)]
    assert sorted({n for n in names if names.count(n) > 1}) == []


def test_names_carry_no_mnemonic_signs(window):
    assert [name(w) for w in focusable(window) if "&" in name(w)] == []


def test_everything_that_is_acted_on_has_an_identifier(window):
    anonymous = [
        (type(w).__name__, name(w))
        for w in focusable(window)
        if not w.accessibleIdentifier() and w.metaObject().className() not in ("WrapLabel",)
    ]
    # Expanders are reached by their name: they belong to the row around them.
    assert [one for one in anonymous if "Details" not in one[1]] == []
    identifiers = [w.accessibleIdentifier() for w in focusable(window)]
    given = [i for i in identifiers if i]
    assert len(given) == len(set(given))
    assert all(
        w.objectName() == w.accessibleIdentifier()
        for w in focusable(window)
        if w.accessibleIdentifier()
    )


def test_roles_and_states_are_true(window):
    role = QAccessible.Role
    assert interface(window.footer.next).role() == role.Button
    assert interface(window.sidebar.steps).role() == role.List
    assert name(window.sidebar.steps) == "Steps"
    secret = interface(window.page().secret.edit)
    assert secret.role() == role.EditableText
    assert secret.state().passwordEdit
    assert interface(window.findChild(QWidget, "who.me")).role() == role.RadioButton
    assert interface(window.findChild(QWidget, "sync")).role() == role.CheckBox
    assert interface(window.findChild(QWidget, "diff")).role() == role.Table


def test_the_steps_are_read_with_their_state_and_only_reachable_ones_can_be_selected(window):
    steps = interface(window.sidebar.steps)
    words = [steps.child(n).text(QAccessible.Text.Name) for n in range(steps.childCount())]
    assert words[1] == "2. Credentials: Current step"
    assert words[5] == "6. Finish: Not yet"
    selectable = [bool(steps.child(n).state().selectable) for n in range(6)]
    assert selectable == [True] * 2 + [False] * 4


def test_a_masked_secret_is_not_told(window):
    window.page().secret.edit.setText("s3cret-value")
    told = interface(window.page().secret.edit)
    texts = [
        told.text(kind)
        for kind in (QAccessible.Text.Value, QAccessible.Text.Name, QAccessible.Text.Description)
    ]
    assert all("s3cret" not in text for text in texts)


def test_tab_reaches_everything_and_comes_round(window, qtbot):
    window.activateWindow()
    start = window.focusWidget()
    seen = []
    for _ in range(80):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        widget = window.focusWidget()
        if widget is start:
            break
        seen.append(widget)
    assert window.focusWidget() is start
    for wanted in (window.footer.next, window.footer.cancel, window.sidebar.steps):
        assert wanted in seen


def test_targets_are_large_enough(window):
    """WCAG 2.5.8: at least 24 by 24."""
    small = [
        (w.objectName(), w.width(), w.height())
        for w in focusable(window)
        if min(w.width(), w.height()) < 24
        and w is not window.header.heading
        and type(w).__name__ != "WrapLabel"
    ]
    assert small == []


def test_announcements_have_words_and_urgency(keep, monkeypatch):
    sent = []
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(sent.append))
    widget = keep(QWidget())
    a11y.announce(widget, "Saved")
    a11y.announce(widget, "Refused", assertive=True)
    a11y.announce(widget, "")
    politeness = QAccessible.AnnouncementPoliteness
    assert [(e.message(), e.politeness()) for e in sent] == [
        ("Saved", politeness.Polite),
        ("Refused", politeness.Assertive),
    ]
    assert all(isinstance(event, QAccessibleAnnouncementEvent) for event in sent)


def test_a_label_without_its_sign():
    assert a11y.plain("App &ID && more") == "App ID & more"

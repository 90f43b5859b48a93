"""The bricks: what they show, say, copy and keep to themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from feishu_wizard.domain.finding import Evidence, Finding, Link, Proof, Status
from feishu_wizard.ui import desktop, language, theme
from feishu_wizard.ui.widgets import copy_row, secret_field
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import (
    CheckRow,
    Detail,
    PageLink,
    RowView,
    finding_view,
)
from feishu_wizard.ui.widgets.choices import ChoiceGroup, DropDown, Option, TickRow
from feishu_wizard.ui.widgets.copy_row import CopyButton, CopyRow
from feishu_wizard.ui.widgets.diff_table import DiffRow, DiffTable
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.labels import ElapsedLabel, Pill, WrapLabel, elapsed_words
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.steps import Severity

ROW = RowView(
    Status.FAIL,
    "Bot",
    "Problem",
    "The app has no bot.",
    details=(Detail("Log id", "20261122AAEF"),),
    links=(PageLink("Open the bot page", "https://open.feishu.cn/app/x/bot"),),
)


@pytest.fixture
def show(keep, qtbot):
    """Put a widget into a shown window."""

    def put(widget):
        holder = keep(QWidget())
        column(holder).addWidget(widget)
        holder.resize(500, 400)
        holder.show()
        qtbot.waitExposed(holder)
        widget.holder = holder
        return widget

    return put


def test_nothing_becomes_a_window_of_its_own(app):
    """A text set before the widget has a parent must not flash as a window."""
    loose = [WrapLabel("x"), Pill("x"), LinkButton("x", "https://x.example"), Card("t", "x")]
    loose += [CheckRow("r", ROW), Field("f", "x"), CopyRow("c", "l", "v"), Banner()]
    loose[0].set_text("")
    loose[0].set_text("again")
    assert [widget for widget in loose if widget.isVisible()] == []
    assert not loose[0].testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)


def test_show_if_hides_and_shows(show):
    label = show(WrapLabel("x"))
    show_if(label, False)
    assert label.isHidden()
    show_if(label, True)
    assert label.isVisible()


# -- field -------------------------------------------------------------------------------


def test_a_field_is_named_by_its_label_and_described_by_what_is_said(show):
    field = show(Field("credentials.app_id", "App &ID"))
    field.set_hint("Begins with cli_")
    field.set_problem("This looks like a secret.", Severity.WARNING)
    assert field.edit.accessibleIdentifier() == field.edit.objectName() == "credentials.app_id"
    assert field.edit.accessibleName() == "App ID"
    assert "This looks like a secret." in field.edit.accessibleDescription()
    assert "Begins with cli_" in field.edit.accessibleDescription()
    assert field.findChild(QLabel).buddy() is field.edit
    field.set_problem("")
    assert "secret" not in field.edit.accessibleDescription()
    assert field.problem() == ""


def test_text_from_assistive_technology_is_heard_and_our_own_is_not(show):
    field, heard = show(Field("f", "Label")), []
    field.changed.connect(heard.append)
    field.edit.setText("typed")
    field.set_text("ours")
    assert heard == ["typed"]
    assert field.text() == "ours"


def test_setting_the_same_text_keeps_cursor_and_undo(show):
    field = show(Field("f", "Label"))
    field.edit.insert("abcdef")
    field.edit.setCursorPosition(2)
    field.set_text("abcdef")
    assert field.edit.cursorPosition() == 2
    assert field.edit.isUndoAvailable()


def test_a_proposal_is_offered_and_never_taken_alone(show, qtbot):
    field = show(Field("f", "Callback"))
    field.set_text("ttp://can.example.com?a=1&b=2")
    field.set_proposal("http://can.example.com?a=1&b=2")
    button = field.findChild(Button, "f.proposal")
    assert button.isVisible()
    assert button.accessibleName() == "Use http://can.example.com?a=1&b=2"
    assert field.text().startswith("ttp://")
    with qtbot.waitSignal(field.proposal_taken) as got:
        button.click()
    assert got.args == ["http://can.example.com?a=1&b=2"]
    field.set_proposal("")
    assert not button.isVisible()


# -- secrets -----------------------------------------------------------------------------


def test_a_masked_secret_cannot_be_copied_out(show):
    field = show(SecretField("f", "App &Secret"))
    desktop.copy("before")
    field.edit.setText("s3cret")
    field.edit.selectAll()
    field.edit.copy()
    assert QApplication.clipboard().text() == "before"
    assert field.text() == "s3cret"
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password


def test_a_secret_can_be_pasted(show):
    field = show(SecretField("f", "App &Secret"))
    desktop.copy("s3cret")
    field.edit.paste()
    assert field.text() == "s3cret"


def test_a_revealed_secret_hides_itself(show, qtbot):
    field = show(SecretField("f", "App &Secret"))
    assert field._timer.interval() == secret_field.SHOWN_SECONDS * 1000
    field._timer.setInterval(10)
    button = field.findChild(Button, "f.reveal")
    assert button.accessibleName() == "App Secret: Show the value for 30 seconds"
    button.click()
    assert field.revealed()
    assert button.accessibleName() == "App Secret: Hide the value"
    qtbot.waitUntil(lambda: not field.revealed())
    button.click()
    field.hide()
    assert not field.revealed()


# -- copying -----------------------------------------------------------------------------


def test_copying_says_so_and_does_not_jump(show, qtbot):
    row = show(CopyRow("row", "App name", "Aloudata CAN"))
    button = row.findChild(CopyButton, "row")
    assert button.accessibleName() == "Copy App name"
    width = button.sizeHint().width()
    button._timer.setInterval(10)
    button.click()
    assert QApplication.clipboard().text() == "Aloudata CAN"
    assert button.text() == "Copied"
    assert button.sizeHint().width() == width
    qtbot.waitUntil(lambda: button.text() == "Copy")


def test_a_secret_row_shows_dots_and_copies_concealed(show, monkeypatch):
    copied = []
    monkeypatch.setattr(desktop, "copy_secret", copied.append)
    row = show(CopyRow("row", "App Secret"))
    row.set_secret(lambda: "s3cret-value")
    box = row.findChild(QLineEdit, "row.value")
    assert box.text() == copy_row.MASK
    assert "s3cret" not in box.toolTip()
    row.findChild(CopyButton, "row").click()
    assert copied == ["s3cret-value"]


def test_a_long_text_is_shown_in_full_height(show, qtbot):
    row = show(CopyRow("row", "Note", "one\ntwo\nthree", multiline=True))
    box = row.findChild(copy_row._ReadOnlyText)
    assert box.height() >= 3 * box.fontMetrics().lineSpacing()
    qtbot.waitUntil(lambda: not box.verticalScrollBar().isVisible())


# -- check rows --------------------------------------------------------------------------


def test_a_row_says_its_outcome_in_words(show):
    row = show(CheckRow("feishu.bot", ROW))
    assert row.accessibleName() == "Problem: Bot"
    assert row.accessibleIdentifier() == "feishu.bot"
    assert row.findChild(LinkButton).url() == "https://open.feishu.cn/app/x/bot"


def test_details_open_and_are_copied_as_plain_text(show):
    row = show(CheckRow("feishu.bot", ROW))
    row.set_expanded(True)
    row.findChild(CopyButton, "feishu.bot.copy").click()
    assert QApplication.clipboard().text() == (
        "Problem: Bot\nThe app has no bot.\nLog id: 20261122AAEF\n"
        "Open the bot page: https://open.feishu.cn/app/x/bot"
    )


COMPACT = replace(ROW, sentence="", note="im:message", compact=True)


def test_a_compact_row_is_one_line_and_opens_by_a_click_on_it(show, qtbot):
    row = show(CheckRow("feishu.bot", COMPACT))
    link = row.findChild(LinkButton)
    assert (link.text(), link.accessibleName()) == ("", "Open the bot page")
    assert row.heightForWidth(480) < 2 * theme.space(3) + row.fontMetrics().height()
    assert not row.is_expanded()
    qtbot.mouseClick(row._title.title, Qt.MouseButton.LeftButton)
    assert row.is_expanded()
    assert row.view().text.startswith("Problem: Bot\nim:message\nLog id: 20261122AAEF")


def test_the_note_goes_below_a_title_that_leaves_no_room(show):
    row = show(
        CheckRow("x", replace(COMPACT, title="Obtain something", note="contact:" + "x" * 30))
    )
    title, note = row._title.title, row._title.note
    row._title.resize(600, 40)
    assert note.x() > title.geometry().right()
    row._title.resize(200, 60)
    assert note.x() == title.x()
    assert note.y() >= title.geometry().bottom()


def test_the_ampersand_of_a_page_is_no_mnemonic():
    finding = Finding(
        "feishu.bot", Status.FAIL, "x", links=(Link("console_baseinfo", "https://x"),)
    )
    view = finding_view(finding)
    assert view.links[0].label == "Open Credentials && Basic Info"
    assert "Open Credentials & Basic Info: https://x" in view.text


def test_rows_that_stay_are_not_rebuilt(show):
    rows = show(CheckList())
    other = RowView(Status.PASS, "Quota", "OK", "Fine.")
    rows.show_rows([("a", ROW), ("b", other)])
    kept = rows.row("a")
    kept.set_expanded(True)
    button = kept.findChild(LinkButton)
    rows.show_rows([("c", other), ("a", ROW)])
    assert rows.row("a") is kept
    assert kept.findChild(LinkButton) is button
    assert kept.is_expanded()
    assert rows.row_ids() == ["c", "a"]
    assert rows._layout.indexOf(rows.row("c")) == 0


def test_a_finding_keeps_its_evidence_and_links(app):
    finding = Finding(
        "feishu.bot",
        Status.FAIL,
        "feishu.11205",
        proof=Proof.PROVEN,
        evidence=(Evidence("GET", "open.feishu.cn", "/x", 200, 11205, "no bot", "LOG1"),),
        links=(Link("bot", "https://open.feishu.cn/app/x/bot"),),
    )
    view = finding_view(finding, links=(PageLink("Help", "https://help.example"),))
    assert view.word == "Problem"
    assert view.badge == "Proven"
    assert "LOG1" in view.text
    assert [link.url for link in view.links] == [
        "https://help.example",
        "https://open.feishu.cn/app/x/bot",
    ]


def test_markup_from_outside_stays_text(show):
    row = show(CheckRow("x", RowView(Status.WARN, "<b>bold</b>", "Note", "<img src=x>")))
    formats = {label.textFormat() for label in row.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


# -- choices -----------------------------------------------------------------------------


def test_a_choice_is_told_only_when_a_person_makes_it(show, qtbot):
    group, heard = show(ChoiceGroup("who", "Who?")), []
    group.changed.connect(heard.append)
    group.set_options([Option("me", "I do", "Links."), Option("you", "A colleague", "One text.")])
    group.set_value("me")
    assert (group.value(), heard) == ("me", [])
    group.button("you").click()
    assert (group.value(), heard) == ("you", ["you"])
    assert group.button("you").accessibleIdentifier() == "who.you"
    assert group.button("you").accessibleDescription() == "One text."
    kept = group.button("you")
    group.set_options([Option("me", "Ich", "Links."), Option("you", "Kollege", "Text.")])
    assert group.button("you") is kept
    assert (kept.text(), group.value()) == ("Kollege", "you")


def test_a_click_on_the_consequence_is_a_click_on_the_choice(show, qtbot):
    row, heard = show(TickRow("t", "Sync", "CAN reads names.")), []
    row.toggled.connect(heard.append)
    qtbot.mouseClick(row._consequence, Qt.MouseButton.LeftButton)
    assert heard == [True]
    row.set_checked(False)
    assert heard == [True]
    qtbot.keyClick(row.tick, Qt.Key.Key_Space)
    assert heard == [True, True]


def test_a_drop_down_keeps_its_value_when_renamed(show):
    box, heard = show(DropDown("template", "Template")), []
    box.picked.connect(heard.append)
    box.set_options([Option("text", "Text"), Option("card", "Card")])
    box.set_value("card")
    box.set_options([Option("text", "文本"), Option("card", "卡片")])
    assert (box.value(), box.currentText(), heard) == ("card", "卡片", [])
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert heard == ["text"]


def test_a_banner_takes_no_more_room_than_its_words(keep, qtbot):
    holder = keep(QWidget())
    layout = column(holder)
    layout.setAlignment(Qt.AlignmentFlag.AlignTop)
    banner = Banner(Severity.INFO, "Only a few words.")
    layout.addWidget(banner)
    holder.resize(600, 400)
    holder.show()
    qtbot.waitExposed(holder)
    assert banner.height() <= 3 * banner.fontMetrics().height()


# -- table, labels, buttons --------------------------------------------------------------


def test_the_table_is_as_high_as_its_rows_and_keeps_qts_rules(show, qtmodeltester):
    table = show(DiffTable("save.diff", "Changes"))
    rows = [DiffRow(f"Field {n}", "", "value " * 12, "will be set", True) for n in range(4)]
    table.set_rows(rows)
    qtmodeltester.check(table.model(), force_py=True)
    QApplication.processEvents()
    bottom = table.rowViewportPosition(3) + table.rowHeight(3)
    assert bottom <= table.viewport().height()
    assert table.model().headerData(1, Qt.Orientation.Horizontal) == "Now"


def test_an_address_in_the_table_is_never_cut_off(show):
    table = show(DiffTable("save.diff", "Changes"))
    url = "https://a-rather-long-name.can.example.com:8443/user/softLogin"
    table.set_rows([DiffRow("Callback URL", url, url + "2", "will be replaced", True)])
    widths = [table.columnWidth(column) for column in range(4)]
    assert sum(widths) == table.viewport().width()
    assert max(widths) < table.fontMetrics().horizontalAdvance(url)
    lines = -(-table.fontMetrics().horizontalAdvance(url) // (widths[1] - 2 * theme.space(1.5)))
    assert table.rowHeight(0) >= lines * table.fontMetrics().height()
    assert table.model().index(0, 1).data() == url  # the model keeps it as it is


def test_one_line_to_copy_needs_no_scroll_bar(show):
    row = show(CopyRow("note", "Note", "one line", multiline=True))
    QApplication.processEvents()
    assert row._box.verticalScrollBar().maximum() == 0
    assert not row._box.verticalScrollBar().isVisible()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, ""), (1.0, "1 s"), (59.9, "59 s"), (125, "2 min 5 s")]
)
def test_elapsed_time_in_words(app, seconds, words):
    assert elapsed_words(seconds) == words


def test_elapsed_time_stands_still_when_stopped(show):
    label = show(ElapsedLabel())
    label.start(0.0, "Checking…")
    assert label.text().startswith("Checking… ")
    assert label.accessibleName() == "Checking…"
    label.stop()
    assert (label.text(), label._timer.isActive()) == ("", False)


def test_enter_presses_the_button_that_has_the_focus(show, qtbot):
    button, heard = show(Button("Back")), []
    button.clicked.connect(lambda: heard.append(1))
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert heard == [1]


def test_a_link_that_nothing_opens_is_copied(show, monkeypatch):
    monkeypatch.setattr(desktop, "open_url", lambda _address: False)
    link = show(LinkButton("Open", "https://open.feishu.cn/app"))
    link.click()
    assert QApplication.clipboard().text() == "https://open.feishu.cn/app"
    assert "copied" in link.text()


def test_an_expander_tells_its_state(show, qtbot):
    more = show(Disclosure())
    more.set_words("Details", "Hide details")
    with qtbot.waitSignal(more.toggled) as got:
        more.button.click()
    assert got.args == [True]
    assert more.button.text() == "Hide details"
    more.button.click()
    assert not more.is_open()


@pytest.mark.parametrize("factor", [1.0, 1.5, 2.0])
def test_no_text_is_cut_when_letters_grow(app, show, factor):
    large, usual = app.font(), app.font()
    large.setPointSizeF(usual.pointSizeF() * factor)
    app.setFont(large)
    try:
        for words, kind in (("Check and continue", "primary"), ("&Back", "secondary")):
            button = show(Button(words, kind))
            text = button.fontMetrics().horizontalAdvance(words.replace("&", ""))
            assert button.width() >= text + 16
            assert button.height() >= max(24, button.fontMetrics().height())
        label = show(WrapLabel("A sentence that is long enough to wrap at least once. " * 3))
        label.holder.resize(260, 400)
        QApplication.processEvents()
        assert label.height() >= label.heightForWidth(label.width())
    finally:
        app.setFont(usual)


# -- language and look -------------------------------------------------------------------


def test_bricks_follow_language_and_look_by_themselves(app, show):
    row = show(CopyRow("row", "App name", "x"))
    button = row.findChild(CopyButton, "row")
    language.use(app, "zh_Hans")
    chinese = button.text()
    language.use(app, "en")
    assert button.text() == "Copy"
    assert chinese == "复制"
    theme.apply(app, "dark")
    picture = button.grab().toImage()
    middle = picture.pixelColor(button.width() // 2, 4)
    assert middle.name() == theme.DARK.tokens["surface"]


def test_a_brick_hears_of_a_new_language_once(app, show, monkeypatch):
    field = show(Field("f", "Label"))
    heard = []
    monkeypatch.setattr(Field, "retranslate", lambda self: heard.append(1))
    QApplication.sendEvent(field.holder, QEvent(QEvent.Type.LanguageChange))
    assert heard == [1]

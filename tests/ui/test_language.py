"""Switching the language while the window is open."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from feishu_wizard.text import catalog
from feishu_wizard.ui import language, theme
from feishu_wizard.ui.language import LanguageMenu, LookMenu


def entries(menu):
    return [(action.text(), action.isChecked()) for action in menu.menu().actions()]


def test_qts_own_words_follow(app):
    def cancel():
        return QCoreApplication.translate("QPlatformTheme", "Cancel")

    assert language.use(app, "zh_Hans") == "zh_Hans"
    assert cancel() == "取消"
    assert QLocale().language() is QLocale.Language.Chinese
    assert language.use(app, "en") == "en"
    assert cancel() == "Cancel"
    language.use(app, "zh_Hans")
    language.use(app, "zh_Hans")
    named = [t for t in app.findChildren(QTranslator) if t.objectName()]
    assert len(named) == 1


def test_quotes_are_narrow_in_english_and_wide_in_chinese(app):
    tag = QFont.Tag("pwid")
    language.use(app, "zh_Hans")
    assert not app.font().isFeatureSet(tag)
    language.use(app, "en")
    assert app.font().isFeatureSet(tag)


def test_the_menu_names_each_language_by_its_own_name(keep):
    told = []
    menu = keep(LanguageMenu(told.append))
    assert entries(menu) == [("English", True), ("简体中文", False)]
    assert menu.accessibleName() == "Language: English"
    menu.menu().actions()[1].trigger()
    assert told == ["zh_Hans"]
    assert catalog.current() == "zh_Hans"
    menu.retranslate()
    assert menu.text() == "简体中文"
    assert [checked for _, checked in entries(menu)] == [False, True]


def test_the_look_can_be_chosen(keep):
    menu = keep(LookMenu())
    menu.menu().actions()[2].trigger()
    assert theme.current() is theme.DARK
    assert menu.text() == "Dark"
    menu.menu().actions()[0].trigger()
    assert theme.choice() is theme.Choice.SYSTEM


def test_the_whole_window_changes_its_language(shell, app, session, qtbot):
    assert shell.windowTitle() == "Credentials – Connect CAN to Feishu"
    english = {shell.footer.back.text(), shell.header.place.text(), shell.windowTitle()}
    language.use(app, "zh_Hans")
    qtbot.waitUntil(lambda: "Credentials" not in shell.windowTitle())
    chinese = {shell.footer.back.text(), shell.header.place.text(), shell.windowTitle()}
    assert english.isdisjoint(chinese)
    assert shell.footer.back.text() == "上一步(&B)"
    words = shell.sidebar.steps.model().index(1).data()
    assert "当前步骤" in words
    language.use(app, "en")
    qtbot.waitUntil(lambda: shell.windowTitle() == "Credentials – Connect CAN to Feishu")
    assert QApplication.focusWidget() is shell.page().app_id.edit or not shell.isActiveWindow()

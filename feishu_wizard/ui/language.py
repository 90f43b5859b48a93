"""Language and look at run time: the switch itself, and the two discreet menus in the header."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QTranslator
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from feishu_wizard.text import catalog
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.buttons import Button

_QT_CATALOGUES = {catalog.CHINESE: "qtbase_zh_CN"}
_LOCALES = {catalog.CHINESE: QLocale(QLocale.Language.Chinese, QLocale.Country.China)}
_TRANSLATOR = "feishu-wizard-qtbase"


def use(app: QApplication, language: str) -> str:
    """Switch all texts to ``en``, ``zh_Hans`` or ``system``; return the language now in use.

    Qt's own buttons and menus follow. Every window is told by a ``LanguageChange`` event.
    """
    catalog.use(language)
    code = catalog.current()
    QLocale.setDefault(_LOCALES.get(code, QLocale(QLocale.Language.English)))
    theme.speak(app, code)
    _use_qt_catalogue(app, code)
    for window in app.topLevelWidgets():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
    return code


def _use_qt_catalogue(app: QApplication, code: str) -> None:
    old = app.findChild(QTranslator, _TRANSLATOR)
    if old is not None:
        app.removeTranslator(old)
        old.deleteLater()
        old.setObjectName("")
    if code not in _QT_CATALOGUES:
        return
    from PySide6.QtCore import QLibraryInfo

    translator = QTranslator(app)
    translator.setObjectName(_TRANSLATOR)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(_QT_CATALOGUES[code], folder):
        app.installTranslator(translator)


class PickMenu(Button):
    """A quiet button with a menu of which one entry is chosen."""

    def __init__(
        self,
        button_id: str,
        icon: str,
        choose: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "quiet", icon, parent)
        a11y.identify(self, button_id)
        self._choose = choose
        self._menu = QMenu(self)
        self._group = QActionGroup(self._menu)
        self._group.triggered.connect(self._triggered)
        self.set_menu(self._menu)

    def show_entries(self, name: str, entries: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer ``entries`` (value, words) under ``name``; the chosen one is the button's text."""
        for action in self._group.actions():
            self._group.removeAction(action)
            self._menu.removeAction(action)
            action.deleteLater()
        for value, words in entries:
            action = QAction(self._menu)
            action.setText(words)  # with a text, the constructor has PySide build QIcon (6 ms)
            action.setData(value)
            action.setCheckable(True)
            action.setChecked(value == chosen)
            self._group.addAction(action)
            self._menu.addAction(action)
        words = dict(entries).get(chosen, "")
        self.setText(words)
        self.setToolTip(name)
        a11y.describe(self, _("{name}: {value}").format(name=name, value=words))
        self._menu.setAccessibleName(name)

    def _triggered(self, action: QAction) -> None:
        self._choose(str(action.data()))


class LanguageMenu(PickMenu):
    """The languages, each by its own name; ``chosen`` is called after the switch."""

    def __init__(self, chosen: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__("language", "globe", self._switch, parent)
        self._told = chosen
        self.retranslate()

    def retranslate(self) -> None:
        """Show the language in use."""
        self.show_entries(_("Language"), catalog.languages(), catalog.current())

    def _switch(self, code: str) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            self._told(use(app, code))


class LookMenu(PickMenu):
    """System, light, dark, high contrast."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("look", "sun-moon", self._switch, parent)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the look in use."""
        entries = [
            (theme.Choice.SYSTEM.value, _("System look")),
            (theme.Choice.LIGHT.value, _("Light")),
            (theme.Choice.DARK.value, _("Dark")),
            (theme.Choice.CONTRAST.value, _("High contrast")),
        ]
        self.show_entries(_("Look"), entries, theme.choice().value)

    def _switch(self, value: str) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, value)
            self.retranslate()

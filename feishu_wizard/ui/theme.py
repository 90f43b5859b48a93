"""Colours, fonts and distances: named tokens for a light, a dark and a high-contrast look.

Fusion is the style everywhere but on macOS. The tokens fill both the palette and the style sheet
(resources/ui/style.qss), because ``setColorScheme`` does nothing on a bare X11 or Wayland session.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from feishu_wizard.resources import resource_text

STYLE_SHEET = "ui/style.qss"
UNIT = 8
"""Distances are multiples of this many device-independent pixels; text never is."""


class Choice(StrEnum):
    """What the admin may choose; ``SYSTEM`` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Theme:
    """Named colours. ``*_soft`` lie under text of the same name, ``*_line`` frame it."""

    # No dataclass: with this many fields, making one takes 13 ms before the first paint.
    def __init__(self, name: str, **tokens: str) -> None:
        self.name = name
        self.tokens: Mapping[str, str] = tokens

    def color(self, token: str) -> QColor:
        """Return the colour of a token by its name; ``KeyError`` when there is none."""
        return QColor(self.tokens[token])


LIGHT = Theme(
    name="light",
    window="#f6f7f9",
    sidebar="#eceff4",
    surface="#ffffff",
    hover="#eef1f6",
    pressed="#e2e7ef",
    text="#1a2029",
    muted="#586273",
    border="#dfe3ea",
    control="#87909f",
    accent="#2a5fd8",
    accent_hover="#2353c2",
    accent_pressed="#1d46a6",
    accent_soft="#dfe8fb",
    on_accent="#ffffff",
    link="#2156c9",
    focus="#12233f",
    success="#17733f",
    success_soft="#e8f6ed",
    success_line="#b5dfc4",
    warning="#8a5200",
    warning_soft="#fff5e0",
    warning_line="#f0d49b",
    danger="#b3261e",
    danger_soft="#fdeeed",
    danger_line="#f2c2be",
    info="#2156c9",
    info_soft="#edf3ff",
    info_line="#c5d7fa",
    neutral_soft="#edf0f4",
)
DARK = Theme(
    name="dark",
    window="#16191f",
    sidebar="#111419",
    surface="#1e2229",
    hover="#282d36",
    pressed="#313742",
    text="#e9ecf1",
    muted="#a5aebc",
    border="#30363f",
    control="#727c8c",
    accent="#3a6ee8",
    accent_hover="#3164dc",
    accent_pressed="#2a58c4",
    accent_soft="#22304d",
    on_accent="#ffffff",
    link="#8fb3ff",
    focus="#dbe6ff",
    success="#63cf93",
    success_soft="#17291f",
    success_line="#2c5a40",
    warning="#f2ba62",
    warning_soft="#2c2416",
    warning_line="#66502a",
    danger="#ff938c",
    danger_soft="#321d1d",
    danger_line="#733936",
    info="#8fb3ff",
    info_soft="#1a2438",
    info_line="#31486f",
    neutral_soft="#2a2f38",
)
CONTRAST = Theme(
    name="contrast",
    window="#000000",
    sidebar="#000000",
    surface="#000000",
    hover="#1f2a3d",
    pressed="#33435f",
    text="#ffffff",
    muted="#f0f0f0",
    border="#ffffff",
    control="#ffffff",
    accent="#ffe14d",
    accent_hover="#fff0a0",
    accent_pressed="#e6c520",
    accent_soft="#24304a",
    on_accent="#000000",
    link="#8fd8ff",
    focus="#00e5ff",
    success="#7dff9e",
    success_soft="#000000",
    success_line="#7dff9e",
    warning="#ffd24a",
    warning_soft="#000000",
    warning_line="#ffd24a",
    danger="#ffaaa5",
    danger_soft="#000000",
    danger_line="#ffaaa5",
    info="#8fd8ff",
    info_soft="#000000",
    info_line="#8fd8ff",
    neutral_soft="#000000",
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST)}

# Families with even weights that also suit a screen; a bare system answers "Sans Serif", which
# fontconfig then makes DejaVu or, for Chinese, glyphs in their Japanese form.
_PREFERRED = ("Inter", "Cantarell", "Ubuntu", "Noto Sans", "Noto Sans CJK SC", "Source Han Sans SC")
_CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei")
_BARE = ("sans serif", "sans-serif", "sans", "dejavu sans", "")
_SMALLEST = 10.0


class _State:
    """The look in use. Widgets learn of a new one by their ``PaletteChange`` event."""

    def __init__(self) -> None:
        self.theme = LIGHT
        self.choice = Choice.SYSTEM
        self.follows = False


_state = _State()


def current() -> Theme:
    """Return the look in use."""
    return _state.theme


def choice() -> Choice:
    """Return what the admin chose."""
    return _state.choice


def color(token: str) -> QColor:
    """Return the colour of ``token`` in the look in use."""
    return _state.theme.color(token)


def space(units: float = 1) -> int:
    """Return a distance in device-independent pixels."""
    return round(UNIT * units)


def arguments() -> list[str]:
    """Return the arguments for QApplication that choose the style.

    Asking for it later is ``app.setStyle``, which costs 25 ms before the first paint: PySide then
    builds the whole of QStyle.
    """
    return [] if sys.platform == "darwin" else ["-style", "fusion"]


def apply(app: QApplication, wanted: Choice | str = Choice.SYSTEM) -> Theme:
    """Give ``app`` the look ``wanted`` and follow the desktop while it is ``system``."""
    _state.choice = Choice(wanted)
    _follow(app)
    _dress(app, resolve(app, _state.choice))
    return _state.theme


def resolve(app: QApplication, wanted: Choice) -> Theme:
    """Return the tokens for ``wanted``; ``system`` asks the desktop."""
    if wanted is not Choice.SYSTEM:
        return THEMES[wanted.value]
    hints = app.styleHints()
    if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
        return CONTRAST
    return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT


def _follow(app: QApplication) -> None:
    if _state.follows:
        return
    _state.follows = True
    app.setFont(base_font(app.font()))
    app.styleHints().colorSchemeChanged.connect(_on_system_change)
    app.styleHints().accessibility().contrastPreferenceChanged.connect(_on_system_change)
    app.aboutToQuit.connect(_forget)


def _forget() -> None:
    _state.follows = False


def _on_system_change() -> None:
    app = QApplication.instance()
    if _state.choice is Choice.SYSTEM and isinstance(app, QApplication):
        _dress(app, resolve(app, Choice.SYSTEM))


def _dress(app: QApplication, theme: Theme) -> None:
    _state.theme = theme  # first: widgets ask for it while the palette changes
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))


def style_sheet(theme: Theme) -> str:
    """Fill the tokens (``@name``) into the packaged style sheet; an unknown one is a fault."""
    return re.sub(r"@(\w+)", lambda match: theme.tokens[match[1]], resource_text(STYLE_SHEET))


def palette(theme: Theme) -> QPalette:
    """Return the palette of ``theme``, with its disabled colours."""
    role = QPalette.ColorRole
    filled = QPalette()
    for target, token in (
        (role.Window, "window"),
        (role.WindowText, "text"),
        (role.Base, "surface"),
        (role.AlternateBase, "hover"),
        (role.Text, "text"),
        (role.PlaceholderText, "muted"),
        (role.Button, "surface"),
        (role.ButtonText, "text"),
        (role.BrightText, "danger"),
        (role.ToolTipBase, "surface"),
        (role.ToolTipText, "text"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "on_accent"),
        (role.Accent, "accent"),
        (role.Link, "link"),
        (role.LinkVisited, "link"),
        (role.Light, "surface"),
        (role.Midlight, "hover"),
        (role.Mid, "border"),
        (role.Dark, "control"),
        (role.Shadow, "control"),
    ):
        filled.setColor(target, theme.color(token))
    for target in (role.WindowText, role.Text, role.ButtonText):
        filled.setColor(QPalette.ColorGroup.Disabled, target, theme.color("muted"))
    return filled


def speak(app: QApplication, language: str) -> None:
    """Choose the letter forms of a language: curly quotes are narrow in English, wide in Chinese.

    Fonts made for Chinese draw them wide in English texts too; the OpenType feature ``pwid``
    (proportional widths) undoes that, other fonts ignore it.
    """
    font, tag = QFont(app.font()), QFont.Tag("pwid")
    if language.startswith("zh"):
        font.unsetFeature(tag)
    else:
        font.setFeature(tag, 1)
    if font != app.font():
        app.setFont(font)


def base_font(system: QFont) -> QFont:
    """Return the desktop's own font; where there is no desktop, a fitting one of good size."""
    if sys.platform in ("win32", "darwin"):
        return system
    font = QFont(system)
    families = list(QFontDatabase.families())
    if system.family().lower() in _BARE or QFontInfo(system).family().lower() in _BARE:
        chosen = [name for name in _PREFERRED if name in families][:1]
    else:
        chosen = [system.family()]
    chosen += [name for name in _CHINESE if name in families and name not in chosen]
    if chosen:
        font.setFamilies(chosen)
    if 0 < font.pointSizeF() < _SMALLEST:
        font.setPointSizeF(_SMALLEST)
    return font


# Sizes relative to the base font: (factor, weight).
_ROLES = {
    "heading": (1.6, QFont.Weight.DemiBold),
    "title": (1.12, QFont.Weight.DemiBold),
    "strong": (1.0, QFont.Weight.DemiBold),
    "body": (1.0, QFont.Weight.Normal),
    "muted": (1.0, QFont.Weight.Normal),
    "small": (0.92, QFont.Weight.Normal),
}


def font(role: str = "body") -> QFont:
    """Return the font of a text role, relative to the application's font."""
    if role == "mono":
        return _mono()
    factor, weight = _ROLES[role]
    made = QFont(QApplication.font())
    made.setPointSizeF(made.pointSizeF() * factor)
    made.setWeight(weight)
    return made


def _mono() -> QFont:
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    base = QApplication.font()
    # Asked for by name: in a list of families, fontconfig's alias "monospace" is passed over.
    named = QFontInfo(system).family()
    made = QFont(base)
    made.setFamilies([named, *(name for name in base.families() if name != named)])
    made.setStyleHint(QFont.StyleHint.Monospace)
    return made

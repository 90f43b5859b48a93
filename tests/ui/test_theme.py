"""The looks: readable, complete, and taken over everywhere."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette

from feishu_wizard.resources import resource_text
from feishu_wizard.ui import icons, theme

LOOKS = list(theme.THEMES.values())
GROUNDS = ("window", "sidebar", "surface", "hover")
TONES = ("success", "warning", "danger", "info")


def luminance(color: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(look: theme.Theme, ink: str, ground: str) -> float:
    """Ratio as WCAG 2 defines it."""
    one, two = luminance(look.color(ink)), luminance(look.color(ground))
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_text_can_be_read_on_every_ground(look):
    needed = 7.0 if look is theme.CONTRAST else 4.5
    pairs = [(ink, ground) for ink in ("text", "muted", "link") for ground in GROUNDS]
    pairs += [(tone, ground) for tone in TONES for ground in ("window", "surface", f"{tone}_soft")]
    pairs += [("text", f"{tone}_soft") for tone in TONES] + [("text", "accent_soft")]
    pairs += [("on_accent", f"accent{state}") for state in ("", "_hover", "_pressed")]
    pairs += [("muted", "neutral_soft"), ("link", "accent_soft"), ("warning", "sidebar")]
    pairs += [("success", "sidebar")]
    weak = {pair: round(contrast(look, *pair), 2) for pair in pairs}
    # WCAG asks 4.5 of ordinary text, 7 at its higher level.
    assert {pair: ratio for pair, ratio in weak.items() if ratio < needed} == {}


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_controls_and_focus_can_be_seen(look):
    pairs = [("control", ground) for ground in ("surface", "window")]
    pairs += [("accent", "surface"), ("focus", "surface"), ("focus", "window")]
    assert {pair for pair in pairs if contrast(look, *pair) < 3.0} == set()


def test_all_looks_have_the_same_tokens_and_the_style_sheet_knows_no_other():
    names = [set(look.tokens) for look in LOOKS]
    assert names[0] == names[1] == names[2]
    used = set(re.findall(r"@(\w+)", resource_text(theme.STYLE_SHEET)))
    assert used
    assert used <= names[0]
    for look in LOOKS:
        assert all(QColor(value).isValid() for value in look.tokens.values())
        assert "@" not in theme.style_sheet(look)


def test_a_look_changes_palette_sheet_and_tokens_together(app):
    theme.apply(app, "dark")
    assert theme.current() is theme.DARK
    assert theme.choice() is theme.Choice.DARK
    window = QPalette.ColorRole.Window
    assert app.palette().color(window).name() == theme.DARK.tokens["window"]
    assert theme.DARK.tokens["surface"] in app.styleSheet()
    theme.apply(app, "contrast")
    assert theme.color("text").name() == "#ffffff"


class Hints:
    """What a desktop says about colours."""

    def __init__(self, scheme, preference):
        self.colorScheme = lambda: scheme
        self.contrastPreference = lambda: preference
        self.accessibility = lambda: self


@pytest.mark.parametrize(
    ("scheme", "preference", "look"),
    [
        (Qt.ColorScheme.Unknown, Qt.ContrastPreference.NoPreference, theme.LIGHT),
        (Qt.ColorScheme.Light, Qt.ContrastPreference.NoPreference, theme.LIGHT),
        (Qt.ColorScheme.Dark, Qt.ContrastPreference.NoPreference, theme.DARK),
        (Qt.ColorScheme.Dark, Qt.ContrastPreference.HighContrast, theme.CONTRAST),
    ],
)
def test_system_follows_the_desktop(scheme, preference, look):
    class Desktop:
        def styleHints(self):
            return Hints(scheme, preference)

    assert theme.resolve(Desktop(), theme.Choice.SYSTEM) is look
    assert theme.resolve(Desktop(), theme.Choice.DARK) is theme.DARK


def test_a_change_of_the_desktop_arrives_only_while_it_is_followed(app):
    theme.apply(app, "dark")
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.current() is theme.DARK
    theme.apply(app, "system")
    assert theme.current() is theme.LIGHT


def test_texts_grow_with_the_application_font(app):
    before = QFont(app.font())
    small = theme.font("heading").pointSizeF()
    large = QFont(before)
    large.setPointSizeF(before.pointSizeF() * 1.5)
    app.setFont(large)
    try:
        assert theme.font("heading").pointSizeF() == pytest.approx(small * 1.5)
        assert theme.font("body").pointSizeF() >= 10
    finally:
        app.setFont(before)


def test_an_icon_has_only_the_colour_it_is_asked_in(app):
    image = icons.pixmap("check-circle", QColor("#12ab34"), 24, 2.0)
    assert image.devicePixelRatio() == 2.0
    assert image.width() == 48
    picture = image.toImage()
    solid = {
        picture.pixelColor(x, y).name()
        for x in range(48)
        for y in range(48)
        if picture.pixelColor(x, y).alpha() == 255
    }
    assert solid == {"#12ab34"}

"""What screen readers, password managers and tests through assistive technology rely on."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def identify(widget: QWidget, identifier: str) -> None:
    """Give ``widget`` the identifier that other programs call it by (DESIGN section 3)."""
    widget.setObjectName(identifier)
    widget.setAccessibleIdentifier(identifier)


def describe(widget: QWidget, name: str, description: str = "") -> None:
    """Set what is read aloud for ``widget``; mnemonic signs are left out."""
    widget.setAccessibleName(plain(name))
    widget.setAccessibleDescription(description)


def plain(label: str) -> str:
    """Return a label without the ``&`` of its mnemonic."""
    return label.replace("&&", "\0").replace("&", "").replace("\0", "&")


def announce(widget: QWidget, text: str, *, assertive: bool = False) -> None:
    """Have ``text`` read aloud now; ``assertive`` interrupts what is being read."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if not text or not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if assertive else politeness.Polite)
    QAccessible.updateAccessibility(event)

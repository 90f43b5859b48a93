"""A profile before it is trusted: who knows it, what it calls, where each secret goes."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.deployment import ProfileLook
from feishu_wizard.text import deployment as told
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.deployment import DeploymentFlow


class ProfileBlock(QWidget):
    """Shows ``flow.look``; its positive button trusts it, then tries it by reading."""

    def __init__(self, flow: DeploymentFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        a11y.identify(self, "save.deployment.look")
        outer = column(self, spacing=1)
        self._name, self._known = WrapLabel(role="strong"), WrapLabel(role="muted")
        self._facts = WrapLabel(selectable=True)
        self._calls = Disclosure()
        a11y.identify(self._calls.button, "save.deployment.calls")
        self._call_lines = WrapLabel(role="mono", selectable=True)
        self._calls.body.addWidget(self._call_lines)
        self._standing = WrapLabel(role="muted")
        self._tried = WrapLabel(selectable=True)
        a11y.identify(self._tried, "save.deployment.tried")
        for widget in (self._name, self._known, self._facts, self._calls, self._standing):
            outer.addWidget(widget)
        buttons = QWidget()
        row = FlowLayout(buttons)
        self._trust, self._try = Button(icon="shield"), Button(icon="server")
        a11y.identify(self._trust, "save.deployment.trust")
        a11y.identify(self._try, "save.deployment.try")
        self._trust.clicked.connect(flow.trust)
        self._try.clicked.connect(flow.try_it)
        row.addWidget(self._trust)
        row.addWidget(self._try)
        outer.addWidget(buttons)
        outer.addWidget(self._tried)

    def refresh(self) -> None:
        """Show the profile that waits, or that is in use."""
        look, flow = self._flow.look, self._flow
        show_if(self, look is not None)
        if look is None:
            return
        host = urlsplit(flow.origin).netloc
        self._name.set_text(
            _("{name} ({word})").format(
                name=told.profile_name(look), word=told.known_word(look.known_by)
            )
        )
        self._known.set_text(told.known_sentence(look.known_by))
        self._facts.set_text("\n".join(_facts(look, host)))
        self._call_lines.set_text("\n".join(told.call_line(call) for call in look.calls))
        self._standing.set_text(told.trust_sentence(look))
        show_if(self._trust, not flow.in_use)
        show_if(self._try, flow.in_use)
        idle = flow.session.busy is None
        self._trust.setEnabled(idle)
        self._try.setEnabled(idle)
        self._try.setText(
            _("Ask CAN once (reads only)") if flow.learns else _("Try it (reads only)")
        )
        tried = flow.tried
        self._tried.set_text(told.try_sentence(tried) if tried is not None else "")

    def retranslate(self) -> None:
        """Set all texts again."""
        self._calls.set_words(_("Every call it makes"))
        self._trust.setText(_("Trust it and save through it"))
        self.refresh()


def _facts(look: ProfileLook, host: str) -> tuple[str, ...]:
    replaced = told.replacement_sentence(look)
    changes = (told.difference_line(one) for one in look.differences)
    return (*told.look_sentences(look, host), *((replaced,) if replaced else ()), *changes)

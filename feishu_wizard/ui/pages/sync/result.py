"""What a walk came to: numbers, findings, fields, match keys."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import ConsolePage, console_link
from feishu_wizard.domain.walk import FieldShare, KeyQuality, SyncPicture
from feishu_wizard.text import sync as told
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.ui.pages.parts import Facts
from feishu_wizard.ui.pages.sync.fields import FieldTable
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.sync import SyncFlow

_EXAMPLES = 3


class ResultCard(Card):
    """Shows the picture of a ``SyncFlow``."""

    def __init__(self, flow: SyncFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow = flow
        self._shown: SyncPicture | None = None
        self._findings = CheckList()
        self._fields_title, self._fields = (
            WrapLabel(role="strong"),
            FieldTable("test.sync.fields", self._reveal),
        )
        self._keys_title, self._keys = WrapLabel(role="strong"), Facts("test.sync.keys")
        self._states_title, self._states = WrapLabel(role="strong"), Facts("test.sync.states")
        self.add(self._findings)
        for title, content in (
            (self._fields_title, self._fields),
            (self._keys_title, self._keys),
            (self._states_title, self._states),
        ):
            group = QWidget()
            body = column(group, spacing=0.75)
            body.addWidget(title)
            body.addWidget(content)
            self.add(group)
        self.retranslate()

    def refresh(self) -> None:
        """Show the picture; nothing is rebuilt while it is the same."""
        flow, picture = self._flow, self._flow.picture
        unread = flow.picture_error
        show_if(self, not flow.running and (picture is not None or unread is not None))
        if unread is not None and picture is None:
            self._findings.show_rows([("test.sync.unread", finding_view(unread.finding("sync")))])
            return
        if picture is None or picture is self._shown:
            return
        self._shown = picture
        summary = picture.summary
        calls = _("{n} calls to Feishu").format(n=told.number(summary.calls))
        slowed = _("{calls}; {n} times it asked for fewer").format(calls=calls, n=summary.throttled)
        self.set_title(told.headline(summary), slowed if summary.throttled else calls)
        self._findings.show_findings(picture.findings, "test.sync.row.")
        show_if(self._findings, bool(picture.findings))
        self._fields.show_fields(picture.fields)
        self._keys.show_facts([(told.column_word(k.column), _key(k)) for k in picture.keys])
        states = [(told.state_word(s), told.number(n)) for s, n in picture.states.items() if n]
        self._states.show_facts(states + self._oddities(picture))

    def _oddities(self, picture: SyncPicture) -> list[tuple[str, str]]:
        rows = (
            (_("Foreign mobile"), picture.foreign_mobiles),
            (_("Mobile written with +86"), picture.prefixed_mobiles),
            (_("Name that breaks forms"), picture.odd_names),
            (_("In no department"), picture.outside),
        )
        return [(label, told.number(count)) for label, count in rows if count]

    def _reveal(self, share: FieldShare) -> tuple[str, str]:
        """Where the permission is added that would reveal a field."""
        session = self._flow.session
        need = next((n for n in session.permissions.needs if n.id == share.reveals), None)
        if need is None or not session.credentials.app_id.value:
            return "", ""
        answers = session.answers
        app_id = session.credentials.app_id.value
        url = console_link(answers.hosts, ConsolePage.PERMISSIONS, app_id, need.scope)
        return _("Add the permission “{name}”").format(name=pick(need.console)), url

    def retranslate(self) -> None:
        """Set all texts again."""
        self._fields_title.set_text(_("What comes with each person"))
        self._keys_title.set_text(_("By what people can be recognised"))
        self._states_title.set_text(_("Who they are"))
        self._shown = None
        self.refresh()


def _key(key: KeyQuality) -> str:
    words = told.key_words(key)
    if not key.examples:
        return words
    listed = told.several(
        [_("{value} ({n} times)").format(value=v, n=n) for v, n in key.examples[:_EXAMPLES]]
    )
    return _("{words}, such as {examples}").format(words=words, examples=listed)

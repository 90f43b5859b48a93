"""What this CAN asks for: the inputs and secrets of its profile, and how well that is known."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.text import labels, saving
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.save import SaveStep


class AskedCard(Card):
    """Fields as the profile declares them; the App Secret where a save needs it once more."""

    def __init__(self, page: StepPage, controller: SaveStep) -> None:
        super().__init__()
        self._page, self._controller = page, controller
        self._session = page.session
        self._doubt, self._goes = HintLine("info"), HintLine("lock")
        self.add(self._doubt)
        self.add(self._goes)
        fields = QWidget()
        self._rows = column(fields, spacing=2)
        self.add(fields)
        self._secret = SecretField("save.app_secret")
        self._secret.changed.connect(controller.set_app_secret)
        page.keep_field(self._secret)
        self.add(self._secret)
        self._declared: dict[str, tuple[Declared, Field]] = {}

    def refresh(self) -> None:
        """Show the fields, where their secrets go, and how well the profile is known."""
        controller = self._controller
        declared = {d.name: d for d in controller.declares}
        if list(declared.values()) != [d for d, _field in self._declared.values()]:
            self._rebuild(tuple(declared.values()))
        for name, (asked, field) in self._declared.items():
            self._fill(name, asked, field)
        self._goes.set_text(self._where())
        doubt = saving.unverified(controller.known_by)
        self._doubt.set_text(doubt)
        show_if(self._secret, controller.wants_app_secret)
        show_if(self, bool(declared) or bool(doubt) or controller.wants_app_secret)

    def _fill(self, name: str, asked: Declared, field: Field) -> None:
        answers = self._session.answers
        if asked.secret:
            known = bool(answers.ref(f"can_{name}")) and not field.text()
            stored = _("Stored. Leave empty to use the stored one.")
            field.set_placeholder(stored if known else "")
            return
        value = dict(answers.inputs).get(name, "")
        if field.text().strip() != value:
            field.set_text(value)

    def _where(self) -> str:
        secrets = [d for d, _field in self._declared.values() if d.secret]
        if not secrets:
            return ""
        host = urlsplit(self._session.answers.api_base or self._origin).netloc
        if all(one.keep == "run" for one in secrets):
            return _(
                "It is sent to {host}, to no other host, and kept in the memory of this run only."
            ).format(host=host)
        return _(
            "The key is sent to {host}, to no other host. It is kept where the App Secret is."
        ).format(host=host)

    @property
    def _origin(self) -> str:
        return self._session.prerequisites.can_origin

    def _rebuild(self, declared: tuple[Declared, ...]) -> None:
        for _asked, field in self._declared.values():
            self._page.forget_field(field.field_id)
        clear(self._rows)
        self._declared = {}
        for asked in declared:
            field = self._field(asked)
            self._rows.addWidget(field)
            self._declared[asked.name] = (asked, field)

    def _field(self, asked: Declared) -> Field:
        label = (pick(asked.label) or labels.field_label(asked.name)).replace("&", "&&")
        kind = SecretField if asked.secret else Field
        prefix = "secret" if asked.secret else "input"
        field = kind(f"save.{prefix}.{asked.name}", label)
        controller = self._controller
        change = controller.set_secret if asked.secret else controller.set_input
        field.changed.connect(lambda text: change(asked.name, text))
        field.set_hint(pick(asked.help))
        if asked.default:
            field.set_placeholder(_("{value} (when left empty)").format(value=asked.default))
        self._page.keep_field(field)
        return field

    def retranslate(self) -> None:
        """Set all texts again."""
        profile = self._session.answers.profile
        told = "" if profile == BY_HAND else _("Deployment profile {profile}.")
        self.set_title(_("What this CAN asks for"), told.format(profile=profile))
        self._secret.set_label(labels.field_label("app_secret"))
        self._secret.set_hint(_("It is kept where it was before."))
        self._declared = {}
        clear(self._rows)

"""Step 4: choose where, read the difference, press the verb."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.change import SaveResult
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.domain.states import Target
from feishu_wizard.text import labels, words
from feishu_wizard.text.catalog import _, ngettext, pick
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.by_hand import ByHand
from feishu_wizard.ui.pages.difference import Differences
from feishu_wizard.ui.pages.parts import HintLine, choose_file, hold_at_top
from feishu_wizard.ui.pages.wait_block import local_time
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import RowView
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.field import Field, MessageLine
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Step

_IDS = {Target.CAN: "to_can", Target.BY_HAND: "by_hand", Target.FILE: "to_file"}


class SavePage(StepPage):
    """To CAN, by hand, to a file, or several."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.SAVE, parent)
        self.controller = session.save
        self._build_targets()
        self._build_asked()
        self._build_file()
        self._hand = ByHand(session)
        self.add(self._hand)
        self._build_difference()
        self._build_results()
        hold_at_top(self)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_targets(self) -> None:
        self._where = Card()
        self._targets = {target: TickRow(f"save.{name}") for target, name in _IDS.items()}
        for target, row in self._targets.items():
            row.toggled.connect(lambda on, which=target: self.controller.choose(which, on))
            self._where.add(row)
            self.keep_still(row)
        self.add(self._where)

    def _build_asked(self) -> None:
        self._asked = Card()
        self._goes = HintLine("lock")
        self._asked.add(self._goes)
        self._asked_fields = QWidget()
        self._asked_rows = column(self._asked_fields, spacing=2)
        self._asked.add(self._asked_fields)
        self._declared: dict[str, tuple[Declared, Field]] = {}
        self.add(self._asked)

    def _build_file(self) -> None:
        self._file_card = Card()
        self._path = self.keep_field(Field("save.file_path"))
        self._path.changed.connect(self.controller.set_file_path)
        self._choose = Button(icon="file")
        a11y.identify(self._choose, "save.file_path.choose")
        self._choose.clicked.connect(self._choose_path)
        self._path.row.addWidget(self._choose)
        self._plain = TickRow("save.file_plain")
        self._plain.toggled.connect(self.controller.set_file_plain)
        self.keep_still(self._choose, self._plain)
        self._file_card.add(self._path)
        self._file_card.add(self._plain)
        self.add(self._file_card)

    def _build_difference(self) -> None:
        self._changes = Card()
        self._compare = Button(icon="refresh")
        a11y.identify(self._compare, "save.compare")
        self._compare.clicked.connect(self.controller.compare)
        self._changes.header.addWidget(self._compare)
        self._differences = Differences(self.controller)
        self._enable = TickRow("save.enable")
        self._enable.toggled.connect(self.controller.set_enable)
        self._enable_open = TickRow("save.enable_open")
        self._enable_open.toggled.connect(self.controller.set_enable_open)
        self._enable_problem = MessageLine()
        self.keep_still(self._compare, self._enable, self._enable_open)
        for widget in (self._enable, self._enable_open, self._enable_problem, self._differences):
            self._changes.add(widget)
        self.add(self._changes)

    def _build_results(self) -> None:
        self._saved = Card()
        self._saved_rows = CheckList(ruled=True)
        self._saved.add(self._saved_rows)
        self.add(self._saved)

    def _choose_path(self) -> None:
        start = self.session.answers.file_path or "feishu-setup.toml"
        choose_file(
            self,
            _("Save the setup file"),
            start,
            self.controller.set_file_path,
            save=True,
            kinds=_("Setup files (*.toml);;All files (*)"),
        )

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show targets, what they need, and what would change."""
        controller, answers = self.controller, self.session.answers
        chosen = controller.chosen
        for target, row in self._targets.items():
            row.set_checked(target in chosen)
            show_if(row, target in controller.offered)
        self._show_declared()
        if self._path.text().strip() != answers.file_path:
            self._path.set_text(answers.file_path)
        self._plain.set_checked(answers.file_plain)
        show_some((self._file_card, Target.FILE in chosen), (self._hand, Target.BY_HAND in chosen))
        self._hand.refresh()
        self._show_difference()
        self._show_results()
        super().refresh()

    def _show_declared(self) -> None:
        declared = {d.name: d for d in self.controller.declares}
        if list(declared.values()) != [d for d, _field in self._declared.values()]:
            self._rebuild_declared(tuple(declared.values()))
        inputs = dict(self.session.answers.inputs)
        for name, (asked, field) in self._declared.items():
            if asked.secret:
                known = bool(self.session.answers.ref(f"can_{name}")) and not field.text()
                stored = _("Stored. Leave empty to use the stored one.")
                field.set_placeholder(stored if known else "")
            elif field.text().strip() != inputs.get(name, ""):
                field.set_text(inputs.get(name, ""))
        answers = self.session.answers
        base = answers.api_base or self.session.prerequisites.can_origin
        self._goes.set_text(
            _(
                "The key is sent to {host}, to no other host. It is kept where the App Secret is."
            ).format(host=urlsplit(base).netloc)
            if any(d.secret for d in declared.values())
            else ""
        )
        show_if(self._asked, bool(declared))

    def _rebuild_declared(self, declared: tuple[Declared, ...]) -> None:
        for _asked, field in self._declared.values():
            self.forget_field(field.field_id)
        clear(self._asked_rows)
        self._declared = {}
        for asked in declared:
            field = self._declared_field(asked)
            self._asked_rows.addWidget(field)
            self._declared[asked.name] = (asked, field)

    def _declared_field(self, asked: Declared) -> Field:
        label = (pick(asked.label) or labels.field_label(asked.name)).replace("&", "&&")
        kind = SecretField if asked.secret else Field
        prefix = "secret" if asked.secret else "input"
        field = kind(f"save.{prefix}.{asked.name}", label)
        change = self.controller.set_secret if asked.secret else self.controller.set_input
        field.changed.connect(lambda text: change(asked.name, text))
        field.set_hint(pick(asked.help))
        if asked.default:
            field.set_placeholder(_("{value} (when left empty)").format(value=asked.default))
        self.keep_field(field)
        return field

    def _show_difference(self) -> None:
        controller, answers = self.controller, self.session.answers
        to_can = Target.CAN in controller.chosen
        written = to_can or Target.FILE in controller.chosen
        self._enable.set_checked(answers.enable)
        left = controller.open_elsewhere
        self._enable_open.set_text(
            ngettext(
                "Switch it on although {n} item is open",
                "Switch it on although {n} items are open",
                left,
            ).format(n=left),
            _("People may meet errors until the Feishu side is finished."),
        )
        self._enable_open.set_checked(answers.enable_open)
        self._enable_problem.show_text(*self.problem_text("save.enable_open"))
        self._differences.refresh()
        read = bool(controller.plans)
        self._compare.setText(_("Read again") if read else _("Show what changes"))
        self._changes.set_title(
            _("What changes"),
            "" if read else _("Nothing is written before you have seen it."),
        )
        show_some(
            (self._changes, written),
            (self._enable, to_can),
            (self._enable_open, to_can and answers.enable and bool(left)),
        )
        self.bring_up(self._differences, self._differences.any())

    def _show_results(self) -> None:
        results = self.controller.results
        rows = [row for result in results for row in _result_rows(result)]
        self._saved_rows.show_rows(rows)
        if results:
            written = any(result.written for result in results)
            where = _(", ").join(result.where for result in results)
            at = local_time(results[0].saved_at)
            self._saved.set_title(
                _("Saved") if written else _("Everything was there already"),
                _("{where}, {time}").format(where=where, time=at) if at else where,
            )
        self.bring_up(self._saved, bool(results))

    def retranslate(self) -> None:
        """Set all texts again."""
        self._where.set_title(_("Where should it be saved?"))
        self._targets[Target.CAN].set_text(
            _("To CAN, by this program"),
            _("Reads what is stored, shows the difference, saves, and reads it back."),
        )
        self._targets[Target.BY_HAND].set_text(
            _("By hand, on CAN's page"),
            _(
                "Copy each value into Management Settings > Office Software > Feishu and tick it "
                "off here. It counts as stated."
            ),
        )
        self._targets[Target.FILE].set_text(
            _("To a setup file"),
            _("For handing over and for the command “apply”. No CAN server reads this file."),
        )
        self._asked.set_title(_("What this CAN asks for"), self._profile_words())
        self._declared = {}
        clear(self._asked_rows)
        self._file_card.set_title(_("Setup file"))
        self._path.set_label(_("&File"))
        self._path.set_placeholder("feishu-setup.toml")
        self._choose.setText(_("Choose…"))
        self._plain.set_text(
            _("Write the secrets into the file in plain text"),
            _(
                "Whoever reads the file has them. Without the tick the file refers to this "
                "computer's password store and works on this computer only."
            ),
        )
        self._enable.set_text(
            _("Switch Feishu on in CAN"),
            _("As the switch under Available Integration Apps; done after the values are saved."),
        )
        self._hand.retranslate()
        self._differences.retranslate()
        self.refresh()

    def _profile_words(self) -> str:
        profile = self.session.answers.profile
        if profile == BY_HAND:
            return ""
        return _("Deployment profile {profile}.").format(profile=profile)


def _result_rows(result: SaveResult) -> list[tuple[str, RowView]]:
    """One row per field: what is known of it, in one of the four words."""
    rows = []
    secrets = {row.field for row in result.plan.rows if row.secret}
    for name, proof in result.fields.items():
        known = proof in (Proof.CONFIGURED, Proof.PROVEN)
        secret = name in secrets and proof is Proof.STATED
        view = RowView(
            status=Status.PASS if known else Status.UNKNOWN,
            title=labels.field_label(name),
            word=words.proof_word(proof),
            note=_secret_words() if secret else words.proof_sentence(proof),
            compact=True,
            icon="lock" if secret else "",
        )
        rows.append((f"save.result.{result.target.value}.{name}", view))
    return rows if result.target is Target.CAN else []


def _secret_words() -> str:
    return _("Sent with the save. CAN never shows it, so it cannot be compared.")

"""What was saved: one row per field, with one of the four words, and how it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from feishu_wizard.domain.change import SaveResult
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.states import Target
from feishu_wizard.text import labels, words
from feishu_wizard.text.catalog import _
from feishu_wizard.ui.pages.wait_block import local_time
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import RowView


class Results(Card):
    """Shown once something was saved, or was there already."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = CheckList(ruled=True)
        self.add(self._rows)

    def show_results(self, results: Sequence[SaveResult]) -> None:
        """Show what is known per field; the page decides whether the card is seen."""
        self._rows.show_rows([row for result in results for row in _result_rows(result)])
        if not results:
            return
        written = any(result.written for result in results)
        where = _(", ").join(result.where for result in results)
        at = local_time(results[0].saved_at)
        self.set_title(
            _("Saved") if written else _("Everything was there already"),
            _("{where}, {time}").format(where=where, time=at) if at else where,
        )


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

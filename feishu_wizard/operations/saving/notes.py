"""The journal's side of a save: what is known before, the row of it, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feishu_wizard.domain.change import SaveNote, SavePlan, SaveState
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.saving.compare import Known, kept, row_of, stored_fingerprint
from feishu_wizard.operations.saving.goal import Goal
from feishu_wizard.operations.saving.marks import fingerprint
from feishu_wizard.services.can.client import CanClient, Setting

_VISIBLE = ("app_id", "callback_url", "enabled")


def known_of(place: Workplace, kit: Kit, client: CanClient) -> Known:
    """What the journal knows of this server's setting."""
    at, seen = place.journal.seen(kit.setup.id, client.url)
    saves = (n for n in place.journal.can_saves(kit.setup.id) if n.where == client.url)
    unfinished = next((n for n in saves if n.state.unclear), None)
    return Known(at, seen or None, unfinished)


def mark_of(
    place: Workplace, kit: Kit, client: CanClient, current: Setting, secret: Secret | None
) -> str:
    """The fingerprint of the secret that is stored now; "" when nobody here knows it. ``secret``:
    one that it may be, by its end."""
    return stored_fingerprint(kit, current, known_of(place, kit, client), secret)


def agree(place: Workplace, kit: Kit, client: CanClient, goal: Goal, current: Setting) -> None:
    """Nothing is to be written: what is there is what is wanted, and that was seen."""
    mark = mark_of(place, kit, client, current, goal.secret)
    place.journal.saw(kit.setup.id, client.url, kept(kit, current, mark))


def shown(place: Workplace, kit: Kit, plan: SavePlan) -> None:
    """A person was shown this plan and pressed: that is what they take to be stored."""
    seen = place.journal.seen(kit.setup.id, plan.where)[1]
    told = {name: row_of(plan, name).before for name in _VISIBLE}
    place.journal.expect(kit.setup.id, plan.where, {**seen, **told, "version": plan.version})


@dataclass
class Row:
    """One save while it is made. Every end of it is noted, whatever the end is."""

    place: Workplace
    kit: Kit
    number: int
    where: str

    @classmethod
    def begun(
        cls,
        place: Workplace,
        kit: Kit,
        client: CanClient,
        goal: Goal,
        plan: SavePlan,
        before: Mapping[str, str],
        *,
        secret_sent: bool,
    ) -> Row:
        """On disk before the first call that writes. ``before``: what is stored, as ``kept``."""
        wanted = {name: row_of(plan, name).after for name in _VISIBLE}
        if secret_sent:
            wanted["secret"] = fingerprint(kit, goal.secret)
        journal, setup_id = place.journal, kit.setup.id
        place.journal.expect(setup_id, client.url, before)
        number = journal.begin_save(setup_id, client.url, before, wanted, goal.undoes)
        return cls(place, kit, number, client.url)

    def ended(self, state: SaveState, seen: Setting | None, secret: str = "") -> None:
        """Note the end. ``seen``: what was read then; ``secret``: the fingerprint stored then.

        After a refusal what was read is somebody else's doing: the next plan has to show it as
        such, so it does not count as seen.
        """
        after = None if seen is None else kept(self.kit, seen, secret)
        self.place.journal.finish_save(self.number, state, after)
        if after is not None and state in (SaveState.SAVED, SaveState.PARTIAL):
            self.place.journal.saw(self.kit.setup.id, self.where, after)


def undoable(notes: list[SaveNote]) -> SaveNote | None:
    """The latest save that wrote something and was not taken back; undo goes further back."""
    back = {note.undoes for note in notes if note.undoes and note.state is SaveState.SAVED}
    own = (n for n in notes if not n.undoes and n.id not in back and n.state.wrote)
    return next(own, None)

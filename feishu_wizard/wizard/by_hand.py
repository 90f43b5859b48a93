"""CAN's own page, filled in by a person: the values to copy and the ticks for what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.shown_back import ShownBack, compare_shown

if TYPE_CHECKING:
    from feishu_wizard.domain.secret import Secret
    from feishu_wizard.wizard.session import Session

# What CAN's page asks for, in its own order (the manual's words are made in ``text``).
HAND_FIELDS = ("enable", "app_id", "app_secret", "callback_url", "save")
# A tick says that a value was entered by hand: with another value it is no longer true.
# What CAN's page shows again after a save; it never shows the secret.
SHOWN_FIELDS = ("app_id", "callback_url")
_COMPARED = ".compared"  # added to a field's name among what is stated: pasted back, and equal
_TICKS = {
    "app_id_text": {"app_id", "save", f"app_id{_COMPARED}"},
    f"secret:{APP_SECRET}": {"app_secret", "save"},
    "callback_text": {"callback_url", "save", f"callback_url{_COMPARED}"},
    "can_text": {*HAND_FIELDS, *(f"{name}{_COMPARED}" for name in SHOWN_FIELDS)},
}


class HandTarget:
    """Values to copy into CAN's page, and a tick for each: stated, not read back."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shown: dict[str, str] = {}

    @property
    def current(self) -> str:
        """The point that comes next: the first without a tick, "" when all are set."""
        stated = self._session.answers.stated
        return next((name for name in HAND_FIELDS if name not in stated), "")

    @property
    def complete(self) -> bool:
        """Every tick of the guided page is set."""
        return not self.left

    @property
    def left(self) -> int:
        """How many ticks are missing."""
        return len(set(HAND_FIELDS) - self._session.answers.stated)

    @property
    def proofs(self) -> dict[str, Proof]:
        """What a person said is done."""
        stated = self._session.answers.stated
        return {field: Proof.STATED for field in HAND_FIELDS if field in stated}

    def value(self, name: str) -> str:
        """The value to copy into CAN's page; "" for the secret and for things to press."""
        credentials = self._session.credentials
        return {"app_id": credentials.app_id.value, "callback_url": credentials.callback.value}.get(
            name, ""
        )

    def shown(self, name: str) -> str:
        """What was pasted of CAN's page, as it was pasted."""
        return self._shown.get(name, "")

    def compared(self, name: str) -> bool:
        """What CAN's page shows was pasted here, and every character was the same."""
        return f"{name}{_COMPARED}" in self._session.answers.stated

    def look(self, name: str) -> ShownBack | None:
        """How what was pasted stands to what belongs there; None while one of them is missing."""
        wanted, shown = self.value(name), self.shown(name)
        return compare_shown(wanted, shown) if wanted and shown else None

    def set_shown(self, name: str, text: str) -> None:
        """A value as CAN's page shows it. Still only stated: a person brought it here."""
        self._shown[name] = text
        found, stated = self.look(name), self._session.answers.stated
        mark = f"{name}{_COMPARED}"
        if found is not None and found.equal:
            stated |= {name, mark}
        else:
            stated -= {mark}
            if found is not None:
                stated -= {name}  # the tick said that it stands there; it does not
        self._session.update(stated=stated)
        self._session.changed()

    def forget(self) -> None:
        """The setup is another one."""
        self._shown.clear()

    def reveal_secret(self) -> Secret | None:
        """The App Secret, for the copy button of the guided page."""
        return self._session.answers.secret(APP_SECRET)

    def fetch_secret(self) -> None:
        """Bring the App Secret from where it is kept, so that it can be copied."""
        self._session.keeping.secrets.fetch(APP_SECRET)

    def set_stated(self, name: str, done: bool) -> None:
        """A tick of the guided page: stated by a person, not read back."""
        now = self._session.answers.stated
        self._session.update(stated=now | {name} if done else now - {name})

    def answers_changed(self, names: frozenset[str]) -> None:
        """Take the ticks away that stood for a value which is another now."""
        gone = {tick for name in names & _TICKS.keys() for tick in _TICKS[name]}
        stated = self._session.answers.stated
        if stated & gone:
            self._session.update(stated=stated - gone)

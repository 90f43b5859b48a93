"""Hand-over files in the window: writing one for a colleague, and opening one that came.

Passphrases live in these objects for as long as the page needs them: never in the answers, and
so in no draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.passphrase import cleaned, new_passphrase, weakness
from feishu_wizard.domain.secret import Secret
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.controller import Asking
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.operations.open_sealed import Opened
    from feishu_wizard.operations.seal_setup import Sealed
    from feishu_wizard.wizard.session import Session

# Codes that belong to the passphrase's field, not to the strip.
_AT_PASSPHRASE = frozenset({"sealed.passphrase", "passphrase.empty"})


class SealFile(Asking):
    """Writes the setup and its secrets into a file that opens with a passphrase."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.path = ""
        self.passphrase = Secret("")
        self.again = Secret("")
        self.written: Sealed | None = None

    @property
    def weak(self) -> str:
        """The code of what makes the typed passphrase easy to guess; "" for none typed."""
        text = self.passphrase.reveal()
        return weakness(text) if cleaned(text) else ""

    def set_path(self, path: str) -> None:
        """Where the file is written."""
        self.path = path.strip()
        self._changed()

    def set_passphrase(self, text: str) -> None:
        """As typed the first time."""
        self.passphrase = Secret(cleaned(text))
        self._changed()

    def set_again(self, text: str) -> None:
        """As typed the second time."""
        self.again = Secret(cleaned(text))
        self._changed()

    def propose(self) -> None:
        """Use a passphrase that is made up: it is shown, so it need not be typed twice."""
        self.passphrase = self.again = Secret(new_passphrase())
        self._changed()

    def write(self) -> None:
        """Seal, write, read back, open as a check."""
        if self.stop_at_problems():
            return
        kit, path, passphrase = self.session.keeping.kit(), self.path, self.passphrase

        async def work(place: Workplace, report: Report) -> Sealed:
            from feishu_wizard.operations.seal_setup import seal_setup

            return await seal_setup(place, kit, path, passphrase, report)

        self.session.start("sealing", work, self._written)

    def problems(self) -> list[FieldProblem]:
        """What is missing, and two passphrases that differ."""
        if not self.pressed:
            return []
        found = [] if self.path else [FieldProblem("save.sealed_path", "missing")]
        if not self.passphrase:
            found.append(FieldProblem("save.passphrase", "passphrase.empty"))
        elif not self.again.matches(self.passphrase):
            found.append(FieldProblem("save.passphrase_again", "passphrase.differ"))
        return found

    def forget(self) -> None:
        """The page is left, or the setup is another one: no passphrase stays in memory."""
        self.passphrase = self.again = Secret("")
        self.written, self.pressed = None, False

    def _changed(self) -> None:
        self.written = None
        self.session.changed()

    def _written(self, result: Sealed) -> None:
        self.written = result
        self.pressed = False
        self.session.say(Severity.SUCCESS, "sealed_written", {"path": result.path})


class OpenSealed(Asking):
    """Opens a hand-over file: the passphrase first, then what is inside, then taking it over."""

    def __init__(self, session: Session, path: str) -> None:
        super().__init__(session)
        self.path = path
        self.opened: Opened | None = None
        self.place = Place.KEYRING
        self.trusted = False
        self._passphrase = Secret("")
        self._refused = ""

    @property
    def profile_waits(self) -> bool:
        """A profile came along that nobody trusts here yet."""
        return self.opened is not None and self.opened.profile is not None

    def set_passphrase(self, text: str) -> None:
        """As typed; what was said about the one before is gone."""
        self._passphrase, self._refused = Secret(cleaned(text)), ""
        self.session.changed()

    def set_place(self, place: Place) -> None:
        """Where the secrets will be kept."""
        self.place = place
        self.session.changed()

    def set_trusted(self, trusted: bool) -> None:
        """The carried profile was read and may be used."""
        self.trusted = trusted
        self.session.changed()

    def open(self) -> None:
        """Open it; nothing is kept by that."""
        if self.stop_at_problems():
            return
        path, passphrase = self.path, self._passphrase

        async def work(place: Workplace, report: Report) -> Opened:
            from feishu_wizard.operations.open_sealed import open_sealed

            return await open_sealed(place, path, passphrase, report)

        self.session.start("unsealing", work, self._opened, failed=self._failed)

    def take(self) -> None:
        """Take it over: hold the setup, keep the secrets where chosen, go to the first step."""
        opened = self.opened
        if opened is None:
            return
        where, trust = self.place.value, self.trusted

        async def work(place: Workplace, report: Report) -> Kit:
            from feishu_wizard.operations.open_sealed import keep_opened

            return await keep_opened(place, opened, where, trust=trust)

        def kept(kit: Kit) -> None:
            self.session.keeping.took_sealed(kit, self.path)

        def start() -> None:
            self.session.start("taking_over", work, kept)

        self.session.keeping.holding.take(opened.kit.setup.id, start, path=self.path)

    def put_away(self) -> None:
        """Not now: the file stays as it is, nothing of it is kept."""
        self.session.keeping.sealed = None
        self.session.changed()

    def problems(self) -> list[FieldProblem]:
        """A missing or wrong passphrase, at its field."""
        if self._refused:
            return [FieldProblem("open.passphrase", self._refused, {"path": self.path})]
        if self.pressed and not self._passphrase:
            return [FieldProblem("open.passphrase", "passphrase.empty")]
        return []

    def stop_at_problems(self) -> bool:
        """The same passphrase may be tried again: what came of it is no reason to stop."""
        self._refused = ""
        return super().stop_at_problems()

    def _opened(self, opened: Opened) -> None:
        self.opened = opened
        self._passphrase, self.pressed = Secret(""), False
        self.session.changed()

    def _failed(self, error: WizardError) -> bool:
        if error.code not in _AT_PASSPHRASE:
            return False
        self._refused = error.code
        self.session.focus = "open.passphrase"
        return True

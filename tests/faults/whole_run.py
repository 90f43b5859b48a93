"""The program that is killed: a whole first setup, from the address of CAN to the report.

``whole_run.py`` reads what it is told as JSON from stdin: the sandbox's ready line, ``state`` (the
program's own folder), ``out`` (the admin's), ``people`` (CAN accounts). It is the session with
its flows and a runner of its own, without a window; begun again it goes on where it stopped, as an
admin would who presses "Continue". Ends with 0 when everything is done.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from feishu_wizard.domain.sign_in import Seen
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Step
from tests.unit.wizard.practice import Sitting

MOST_PRESSES = 8  # of one step


class Admin:
    """Fills in what is empty, presses, and says what was seen."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.out = Path(told["out"])
        self.sitting = Sitting(told, Path(told["state"]))
        self.session = self.sitting.session

    def work(self) -> None:
        """All six steps."""
        if self.session.keeping.offered is not None:
            self.sitting.act("resume")
        parts = {
            Step.PREREQUISITES: self.fill_in,
            Step.CREDENTIALS: self.fill_in,
            Step.PERMISSIONS: lambda: None,
            Step.SAVE: self.choose,
            Step.TEST: self.prove,
        }
        while self.session.step is not Step.FINISH:
            step = self.session.step
            for _ in range(MOST_PRESSES):
                parts[step]()
                self.keep()
                if self.session.step is step:
                    self.press()
                if self.session.step is not step:
                    break
            else:
                raise SystemExit(f"stuck at {step}: {self.session.message}")
        self.report()

    def keep(self) -> None:
        """Typing takes longer than the time after which a draft is written."""
        self.session.keeping.now()
        self.sitting.settle()

    def press(self) -> None:
        self.sitting.press()

    def fill_in(self) -> None:
        session = self.session
        if not session.answers.app_id_text:
            self.sitting.fill()
        elif not session.answers.ref("app_secret"):
            session.credentials.set_secret(self.told["app_secret"])
        session.credentials.set_place(Place.FILE)

    def choose(self) -> None:
        session = self.session
        session.save.choose(Target.CAN, True)
        session.save.choose(Target.FILE, True)
        session.save.file.set_path(str(self.out / "setup.toml"))
        if not session.answers.ref("can_api_key") and not session.answers.secret("can_api_key"):
            session.save.set_secret("api_key", self.told["secrets"]["api_key"])

    def prove(self) -> None:
        """What somebody saw at CAN's sign-in, the walk through the address book, then messages:
        a sending that was cut off is gone on with, one that came to its end is not begun again."""
        test = self.session.test
        if test.sign_in.seen is None:
            test.sign_in.state_seen(Seen.SIGNED_IN)
            self.sitting.settle()
        if not test.sync.done():
            test.sync.begin()
            self.sitting.settle()
        test.push.unfinished.look()
        self.sitting.settle()
        if test.push.deliveries:
            return
        if test.push.unfinished.batch is not None:
            test.push.unfinished.go_on()
            self.sitting.settle()
        else:
            test.push.set_recipients("" if self._sent() else "\n".join(self.told["people"]))

    def _sent(self) -> bool:
        place = self.sitting.place
        assert place is not None
        setup = self.session.answers.setup_id
        found = place.journal.sends(setup)
        known = [one for one in found if one.state == "delivered"]
        return len(known) == len(self.told["people"])

    def report(self) -> None:
        for name in ("report.md", "report.json"):
            self.session.finish.export(str(self.out / name))
            self.sitting.settle()
            message = self.session.message
            if message is None or message.code != "exported":
                raise SystemExit(f"not exported: {message}")
        self.sitting.close()


if __name__ == "__main__":
    Admin(json.loads(sys.stdin.read())).work()

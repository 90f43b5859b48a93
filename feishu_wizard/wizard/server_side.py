"""What the CAN server sees of the network: its script to copy, its output to paste."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from feishu_wizard.domain.diagnosis import ServerCheck
from feishu_wizard.domain.edition import Edition, Hosts, hosts_of
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.wizard.beside import Beside

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.diagnosis import DiagnosisAside

SHELLS = ("sh", "powershell")


class ServerSide:
    """The pasted output and what it said; ``scripts`` by shell, once they were asked for."""

    def __init__(self, owner: DiagnosisAside) -> None:
        self._owner = owner
        self.text = ""
        self.read: ServerCheck | None = None
        self.error: WizardError | None = None
        self.scripts: dict[str, str] = {}
        self._made_for: Mapping[str, str] | None = None
        self._making = Beside(owner.session)

    def set_text(self, text: str) -> None:
        """The output as pasted; what was read of another one is dropped when it is read anew."""
        self.text = text
        self.error = None
        self._owner.session.changed()

    def compare(self) -> None:
        """Read the output and put it beside what this computer sees."""
        text = self.text

        async def work(place: Workplace, report: Report) -> ServerCheck:
            from feishu_wizard.operations.server_check import read_server_check

            # With a line break it is a text, never the name of a file.
            return await read_server_check(f"{text}\n")

        self.error = None
        self._owner.session.start("reading_output", work, self._was_read, failed=self._unreadable)

    def fetch_scripts(self) -> None:
        """Have the scripts for the hosts that were diagnosed at hand for the copy buttons."""
        diagnosis = self._owner.diagnosis
        if diagnosis is None or diagnosis.facts == self._made_for:
            return
        facts = self._made_for = diagnosis.facts
        hosts = self._hosts(facts)

        async def work(place: Workplace, report: Report) -> dict[str, str]:
            from feishu_wizard.operations.server_check import script_for

            return {shell: script_for(hosts, facts.get("can", ""), shell) for shell in SHELLS}

        self._making.start(work, self._fetched)

    def _hosts(self, facts: Mapping[str, str]) -> Hosts:
        """The platform that was diagnosed; a run that was stopped told none: that of step 1."""
        if "edition" not in facts:
            return self._owner.session.answers.hosts
        edition = Edition(facts["edition"])
        return hosts_of(edition, facts.get("open_url", ""), facts.get("accounts_url", ""))

    def _fetched(self, scripts: dict[str, str]) -> None:
        self.scripts = scripts

    def _was_read(self, read: ServerCheck) -> None:
        self.read = read
        self._owner.server_read()

    def _unreadable(self, error: WizardError) -> bool:
        """Told at the box it was pasted into."""
        self.error = error
        return True

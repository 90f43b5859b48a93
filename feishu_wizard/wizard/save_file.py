"""The setup file as a target of the save: where it is written, and what goes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.sealed import SealFile

if TYPE_CHECKING:
    from feishu_wizard.wizard.session import Session

# With one of these changed, the file would be another: its difference is read again.
RESTS_ON = frozenset(
    {"open_url", "accounts_url", "app_type", "proxy", "ca_file", "plain_http", "pinned"}
)


class FileTarget:
    """Where the file is written and whether its secrets stand in it in plain text."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.sealing = SealFile(session)

    def set_path(self, path: str) -> None:
        """Where the setup file is written."""
        self._session.update(file_path=path.strip())

    def set_plain(self, plain: bool) -> None:
        """Write the secrets into the file in plain text: an explicit choice."""
        self._session.update(file_plain=plain)

    def problems(self) -> list[FieldProblem]:
        """What to mend before the file can be written."""
        if self._session.answers.file_path:
            return []
        return [FieldProblem("save.file_path", "missing")]

"""Who works on a setup: one program at a time holds it."""

from __future__ import annotations

from dataclasses import dataclass

from feishu_wizard.domain.errors import ConflictError, WizardError


@dataclass(frozen=True, slots=True)
class Holder:
    """The program that holds a setup, as it wrote itself down; unknown parts are empty.

    ``pid``: its process, in digits. ``since``: when it took the setup, RFC 3339 in UTC.
    ``command``: the command of the terminal that it is; "" for a window.
    """

    pid: str = ""
    host: str = ""
    since: str = ""
    command: str = ""

    @property
    def params(self) -> dict[str, str]:
        """Parameters of what is said about it."""
        return {
            "pid": self.pid,
            "host": self.host,
            "since": self.since,
            "command": self.command,
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of taking a setup. ``address``: where the window that holds it can be rung up.

    ``refusal``: why it is not held: another program has it (``ConflictError``), or the state
    folder cannot be locked at all.
    """

    setup_id: str
    address: str
    refusal: WizardError | None = None

    @property
    def free(self) -> bool:
        """No other program is known to work on it."""
        return not isinstance(self.refusal, ConflictError)

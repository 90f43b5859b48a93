"""The kind of the app, and what a store app needs besides ID and secret: ticket, tenant key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.edition import AppType
from feishu_wizard.domain.names import APP_TICKET
from feishu_wizard.domain.paste import Pasted
from feishu_wizard.wizard.answers import with_entry
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.pasted import secret_in, told_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feishu_wizard.domain.finding import Finding
    from feishu_wizard.wizard.session import Session

TICKET_FIELD, KEY_FIELD = "credentials.app_ticket", "credentials.tenant_key"
# What a store app lacks to sign in, and which of its values was refused: told at the box.
NO_TOKEN = frozenset({"store.no_ticket", "store.no_tenant_key"})
AT_FIELD = {"store.wrong_ticket": TICKET_FIELD, "store.wrong_tenant_key": KEY_FIELD}
RESTS_ON = frozenset({"tenant_key", f"secret:{APP_TICKET}"})


class StoreApp:
    """The folded part of the credentials step. Lives as ``session.credentials.store``."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ticket_paste: Pasted | None = None
        self.tenant_key_text = ""

    @property
    def chosen(self) -> bool:
        """The app is said to be a store app."""
        return self.session.answers.app_type is AppType.STORE

    @property
    def tenant_key(self) -> Pasted:
        """The tenant key as typed, cleaned."""
        from feishu_wizard.domain.store_app import read_tenant_key

        return read_tenant_key(self.tenant_key_text or self.session.answers.tenant_key)

    def problems(self, findings: Iterable[Finding]) -> list[FieldProblem]:
        """At the ticket and the tenant key: their shape, and what the platform refused."""
        if not self.chosen:
            return []
        found = told_at(TICKET_FIELD, self.ticket_paste) + told_at(KEY_FIELD, self.tenant_key)
        refused = [one for one in findings if one.code in AT_FIELD]
        return found + [FieldProblem(AT_FIELD[f.code], f.code, dict(f.params)) for f in refused]

    def set_app_type(self, app_type: AppType) -> None:
        """Self-built, or from the store."""
        self.session.update(app_type=app_type)

    def set_ticket(self, text: str) -> None:
        """The ticket as pasted: a secret of this run."""
        from feishu_wizard.domain.store_app import read_ticket

        self.ticket_paste = read_ticket(text) if text else None
        ticket = secret_in(self.ticket_paste)
        self.session.credentials.forget_result()
        self.session.update(secrets=with_entry(self.session.answers.secrets, APP_TICKET, ticket))
        self.session.changed()

    def set_tenant_key(self, text: str) -> None:
        """The key of the company that installed the app, as typed."""
        self.tenant_key_text = text
        pasted = self.tenant_key
        self.session.update(tenant_key=pasted.value if text and pasted.problem is None else "")
        self.session.changed()

    def replaced(self) -> None:
        """All answers are others."""
        self.ticket_paste = None
        self.tenant_key_text = ""

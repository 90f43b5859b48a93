"""Secrets and the place where they are kept: put there, fetched from there, and where that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from feishu_wizard.wizard.answers import with_entry, with_text

if TYPE_CHECKING:
    from feishu_wizard.domain.outcomes import SecretPlace
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.secret import Secret
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session


class KeptSecrets:
    """The answers hold a secret of this run, or the reference under which it is kept."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def keep(self, name: str) -> None:
        """Put a secret that passed into its place, and remember where that is."""
        secret = self.session.answers.secret(name)
        if secret is None:
            return
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.keep_secret import keep_secret

            return await keep_secret(place, kit, name, secret)

        def kept(ref: str) -> None:
            self.session.update(refs=with_text(self.session.answers.refs, name, ref))

        self.session.background(work, kept, self.session.say_error)

    def fetch(self, name: str) -> None:
        """Bring a kept secret into this run, for the copy button of the guided page."""
        answers = self.session.answers
        if answers.secret(name) is not None or not answers.ref(name):
            return
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> Secret | None:
            from feishu_wizard.operations.keep_secret import kept_secret

            return await kept_secret(place, kit, name)

        def found(secret: Secret | None) -> None:
            if secret is not None and self.session.answers.ref(name):
                secrets = with_entry(self.session.answers.secrets, name, secret)
                self.session.take_secrets(secrets)

        self.session.background(work, found, self.session.say_error)

    def look_where(self, told: Callable[[SecretPlace], None]) -> None:
        """Find out where secrets can be kept on this machine, before one is typed."""

        async def work(place: Workplace, report: Report) -> SecretPlace:
            from feishu_wizard.operations.keep_secret import secret_place

            return await secret_place(place)

        def known(where: SecretPlace) -> None:
            told(where)
            self.session.changed()

        self.session.background(work, known, self.session.say_error)

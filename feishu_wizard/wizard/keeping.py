"""What outlives the window: the draft, the secrets' places, and going on where one stopped.

The file schemas are imported where they are used: the first page does not need them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.wizard.answers import Answers, ConsoleBy, Place, with_entry, with_text
from feishu_wizard.wizard.steps import Severity, Step

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.outcomes import SecretPlace
    from feishu_wizard.domain.permission import Need
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.secret import Secret
    from feishu_wizard.domain.setup import Setup
    from feishu_wizard.domain.sitting import Sitting
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.runner import Runner, Timer
    from feishu_wizard.wizard.session import Session

# A draft is written this long after the last change, so typing does not write a file a key.
SETTLE_SECONDS = 0.4


class Keeping:
    """Keeps drafts and secrets for a session, and brings them back."""

    def __init__(self, session: Session, runner: Runner) -> None:
        self.session = session
        self.offered: Sitting | None = None
        self.enabled = True
        self._runner = runner
        self._timer: Timer | None = None
        self._touched = False

    # -- what operations get ----------------------------------------------------------

    def setup(self) -> Setup:
        """The setup that the answers describe now."""
        from feishu_wizard.wizard.conversion import to_setup

        session = self.session
        callback = session.credentials.callback
        return to_setup(
            session.answers,
            app_id=session.credentials.app_id.value,
            callback=callback.value if callback.usable else "",
            can_url=session.prerequisites.can_origin,
        )

    def kit(self) -> Kit:
        """The setup and the secrets of this run."""
        from feishu_wizard.domain.kit import Kit

        answers = self.session.answers
        return Kit(
            setup=self.setup(),
            secrets=dict(answers.secrets),
            api_base=answers.api_base,
            proxy_user=answers.proxy_user,
            place=answers.place.value,
            enable=answers.enable,
            file_path=answers.file_path,
            file_plain=answers.file_plain,
        )

    # -- the start --------------------------------------------------------------------

    def begin(self, setup_path: str = "") -> None:
        """After the first paint: the knowledge, then a given file or the last draft."""

        async def knowledge(place: Workplace, report: Report) -> tuple[Need, ...]:
            from feishu_wizard.operations.knowledge import needs

            return needs()

        def known(needs: tuple[Need, ...]) -> None:
            self.session.permissions.needs = needs
            self.session.changed()

        self.session.background(knowledge, known, self.session.say_error)
        if setup_path:
            self.open_file(setup_path)
        elif self.enabled:
            self._look_for_draft()

    def open_file(self, path: str) -> None:
        """Take over a setup file."""

        async def work(place: Workplace, report: Report) -> Kit:
            from feishu_wizard.operations.load_setup import load_setup

            return await load_setup(place, path)

        def loaded(kit: Kit) -> None:
            from feishu_wizard.wizard.conversion import from_setup

            answers = replace(
                from_setup(kit.setup), file_path=path, secrets=tuple(kit.secrets.items())
            )
            self.session.restore(answers, Step.PREREQUISITES)
            self.session.say(Severity.INFO, "file_opened", {"path": path})
            self.session.ledger.renew()

        self.session.start("opening", work, loaded)

    def act(self, action: str) -> bool:
        """Buttons of the offer to go on; True when the action was one of them."""
        if action == "resume" and self.offered is not None:
            self._resume(self.offered)
        elif action == "start_over":
            self.offered = None
        else:
            return False
        return True

    # -- keeping ----------------------------------------------------------------------

    def soon(self) -> None:
        """Keep the draft once changes have settled."""
        if not self.enabled or self._asking:
            return
        self.offered = None  # the question is gone from the strip: the admin went on without it
        self._touched = True
        self._stop_timer()
        self._timer = self._runner.later(SETTLE_SECONDS, self.now)

    def now(self, then: Callable[[], None] = lambda: None) -> None:
        """Keep the draft at once; ``then`` is called when it is on disk."""
        self._timer = None
        if not self.enabled or not self._touched:
            then()
            return
        sitting = self.sitting()

        async def work(place: Workplace, report: Report) -> None:
            from feishu_wizard.operations.keep_draft import keep_draft

            await keep_draft(place, sitting)

        def broke(error: WizardError) -> None:
            self.session.say_error(error)
            then()

        self.session.background(work, lambda _: then(), broke)

    def sitting(self) -> Sitting:
        """What the draft holds: no secret, no result that has to be looked at again."""
        from feishu_wizard.domain.recipient import RecipientKind
        from feishu_wizard.domain.sitting import Sitting

        session, answers = self.session, self.session.answers
        return Sitting(
            setup=self.setup(),
            step=session.step.value,
            visited=[step.value for step in session.visited()],
            can_text=answers.can_text,
            app_id_text=answers.app_id_text,
            callback_text=answers.callback_text,
            no_can=answers.no_can,
            colleague=answers.console_by is ConsoleBy.COLLEAGUE,
            declined=sorted(answers.declined),
            console_done=sorted(answers.console_done),
            scanned_by=answers.scanned_by,
            stated=sorted(answers.stated),
            targets=sorted(target.value for target in answers.targets),
            file_path=answers.file_path,
            api_base=answers.api_base,
            refs=dict(answers.refs),
            recipients=answers.recipients_text,
            recipient_kind=RecipientKind(answers.recipient_kind),
            template=answers.template,
            message_lang=answers.message_lang,
            enable=answers.enable,
            place=answers.place.value,
            proxy_user=answers.proxy_user,
            file_plain=answers.file_plain,
            waiting_since=session.permissions.waiting_since,
        )

    def keep_secret(self, name: str) -> None:
        """Put a secret that passed into its place, and remember where that is."""
        secret = self.session.answers.secret(name)
        if secret is None:
            return
        kit = self.kit()

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.keep_secret import keep_secret

            return await keep_secret(place, kit, name, secret)

        def kept(ref: str) -> None:
            self.session.update(refs=with_text(self.session.answers.refs, name, ref))

        self.session.background(work, kept, self.session.say_error)

    def fetch_secret(self, name: str) -> None:
        """Bring a kept secret into this run, for the copy button of the guided page."""
        answers = self.session.answers
        if answers.secret(name) is not None or not answers.ref(name):
            return
        kit = self.kit()

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

    def forget(self) -> None:
        """Remove the keyring entries and the state of this setup, and start over."""
        kit = self.kit()
        self._stop_timer()
        self._touched = False

        async def work(place: Workplace, report: Report) -> None:
            from feishu_wizard.operations.forget_setup import forget_setup

            await forget_setup(place, kit)

        def gone(_: None) -> None:
            self.session.restore(Answers(), Step.PREREQUISITES)
            self._stop_timer()
            self._touched = False
            self.session.say(Severity.SUCCESS, "forgotten")

        self.session.start("forgetting", work, gone)

    # -- inside -----------------------------------------------------------------------

    @property
    def _asking(self) -> bool:
        """The offer to go on is still in the strip: until it is answered nothing replaces it."""
        message = self.session.message
        return self.offered is not None and message is not None and "resume" in message.actions

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_for_draft(self) -> None:
        async def work(place: Workplace, report: Report) -> Sitting | None:
            from feishu_wizard.operations.keep_draft import last_draft

            return await last_draft(place)

        def found(sitting: Sitting | None) -> None:
            from feishu_wizard.domain.kit import Kit

            if sitting is None or self._touched:
                return
            self.offered = sitting
            params = {"step": sitting.step, "at": sitting.updated_at}
            code = "resume_waiting" if sitting.waiting_since else "resume_offer"
            self.session.say(Severity.INFO, code, params, actions=("resume", "start_over"))
            self.session.ledger.read(Kit(sitting.setup))

        self.session.background(work, found, self.session.say_error)

    def _resume(self, sitting: Sitting) -> None:
        from feishu_wizard.wizard.conversion import from_setup

        self.offered = None
        answers = replace(
            from_setup(sitting.setup),
            can_text=sitting.can_text,
            app_id_text=sitting.app_id_text,
            callback_text=sitting.callback_text,
            no_can=sitting.no_can,
            console_by=ConsoleBy.COLLEAGUE if sitting.colleague else ConsoleBy.ME,
            declined=frozenset(sitting.declined),
            console_done=frozenset(sitting.console_done),
            scanned_by=sitting.scanned_by,
            stated=frozenset(sitting.stated),
            targets=frozenset(sitting.target_set()),
            file_path=sitting.file_path,
            api_base=sitting.api_base,
            refs=tuple(sitting.refs.items()),
            recipients_text=sitting.recipients,
            recipient_kind=sitting.recipient_kind.value,
            template=sitting.template,
            message_lang=sitting.message_lang,
            enable=sitting.enable,
            place=Place(sitting.place),
            proxy_user=sitting.proxy_user,
            file_plain=sitting.file_plain,
        )
        self.session.restore(answers, Step(sitting.step))
        self.session.permissions.waiting_since = sitting.waiting_since
        self.session.say(Severity.INFO, "resumed", {"at": sitting.updated_at})
        self.session.credentials.change.look_back()
        self.session.ledger.renew()

"""What outlives the window: the draft, the secrets' places, and going on where one stopped.

The file schemas are imported where they are used: the first page does not need them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.wizard.answers import Answers, Place
from feishu_wizard.wizard.draft import Draft
from feishu_wizard.wizard.holding import Holding
from feishu_wizard.wizard.kept_secrets import KeptSecrets
from feishu_wizard.wizard.steps import Severity, Step

if TYPE_CHECKING:
    from feishu_wizard.domain.instance import Holder
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.domain.permission import Need
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.setup import Setup
    from feishu_wizard.domain.sitting import Sitting
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.sealed import OpenSealed
    from feishu_wizard.wizard.session import Session

_OFFERS = frozenset({"resume", "show_window"})


class Keeping:
    """What a session takes up at its start, keeps while it goes on, and hands to operations.

    ``offered``: an earlier sitting that one may go on with. ``enabled``: drafts are kept.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.offered: Sitting | None = None
        self.enabled = True
        self.holding = Holding(session)
        self.secrets = KeptSecrets(session)
        self._draft = Draft(session, self.sitting, self.holding.took)
        self.sealed: OpenSealed | None = None  # a hand-over file that waits for its passphrase
        self._waits = False  # something was changed while it was asked whether to go on

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

    @property
    def shown_id(self) -> str:
        """Id of the setup that is open, or offered to go on with."""
        return self.offered.setup.id if self.offered else self.session.answers.setup_id

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
            self.holding.take(kit.setup.id, lambda: self._opened(kit, path), path=path)

        def failed(error: WizardError) -> bool:
            if error.code != "sealed.needs_passphrase":
                return False
            from feishu_wizard.wizard.sealed import OpenSealed

            self.sealed = OpenSealed(self.session, path)
            self.session.go(Step.PREREQUISITES)
            self.session.focus = "open.passphrase"
            return True

        self.session.start("opening", work, loaded, failed=failed)

    def took_sealed(self, kit: Kit, path: str) -> None:
        """A hand-over file was opened and its secrets are kept: go on with what was in it."""
        self.sealed = None
        self._opened(kit, path, file_path="")

    def resume(self, then: Callable[[], None] = lambda: None) -> None:
        """Go on with the sitting that is offered, and then do what needs it."""
        sitting = self.offered
        if sitting is None:
            return

        def go_on() -> None:
            self._resume(sitting)
            then()

        self.holding.take(sitting.setup.id, go_on, path=sitting.file_path)

    def act(self, action: str) -> bool:
        """Buttons of the offer to go on; True when the action was one of them."""
        if action in ("resume", "show_window") and self.offered is not None:
            self.resume()
        elif action in ("start_over", "start_another"):
            self.offered = None
            self.holding.act(action)
            self.catch_up()
        elif action == "put_aside":
            self._put_aside()
        else:
            return self.holding.act(action)
        return True

    # -- keeping ----------------------------------------------------------------------

    def soon(self) -> None:
        """Keep the draft once changes have settled."""
        self._waits = self._asking
        if self.enabled and not self._waits:
            self.offered = None  # the question is gone from the strip: one went on without it
            self._draft.soon()

    def catch_up(self) -> None:
        """Keep what was changed while a question was in the strip that is gone from it now."""
        if self._waits:
            self.soon()

    def now(self, then: Callable[[], None] = lambda: None) -> None:
        """Keep the draft at once; ``then`` is called when it is on disk."""
        if self.enabled:
            self._draft.now(then)
        else:
            then()

    def sitting(self) -> Sitting:
        """What the draft holds: no secret, no result that has to be looked at again."""
        from feishu_wizard.wizard.resuming import sitting_of

        return sitting_of(self.session)

    def forget(self) -> None:
        """Remove the keyring entries and the state of this setup, and start over."""
        kit = self.kit()
        self._draft.let_go()

        async def work(place: Workplace, report: Report) -> None:
            from feishu_wizard.operations.forget_setup import forget_setup

            await forget_setup(place, kit)

        def gone(_: None) -> None:
            self.session.restore(Answers(), Step.PREREQUISITES)
            self._draft.let_go()
            self.holding.let_go()
            self.session.say(Severity.SUCCESS, "forgotten")

        self.session.start("forgetting", work, gone)

    # -- inside -----------------------------------------------------------------------

    @property
    def _asking(self) -> bool:
        """The offer to go on is still in the strip: until it is answered nothing replaces it."""
        message = self.session.message
        offered = self.offered is not None and message is not None
        return self.holding.asking or (
            offered and message is not None and bool(_OFFERS & {*message.actions})
        )

    def _look_for_draft(self) -> None:
        async def work(place: Workplace, report: Report) -> _Start:
            from feishu_wizard.operations.claim_setup import who_holds
            from feishu_wizard.operations.keep_draft import last_draft
            from feishu_wizard.operations.mend_state import look_at_state

            sitting = await last_draft(place)
            wrong = await look_at_state(place, sitting)
            holder = await who_holds(place, sitting.setup.id) if sitting is not None else None
            return _Start(sitting, holder, wrong)

        def found(start: _Start) -> None:
            if not self._draft.touched:
                self._offer(start)

        self.session.background(work, found, self.session.say_error)

    def _offer(self, start: _Start) -> None:
        """Offer to go on where one stopped; what is wrong with what was kept is told first."""
        from feishu_wizard.domain.kit import Kit

        sitting, wrong = start.sitting, start.wrong
        self.offered = sitting
        code, actions = start.offer() if sitting is not None else ("", ())
        if wrong is not None:
            if wrong.code == "journal.damaged":
                actions = ("put_aside", *actions)
            finding = wrong.finding("setup.state")
            params = dict(wrong.params)
            self.session.say(Severity.WARNING, wrong.code, params, finding=finding, actions=actions)
        elif sitting is not None:
            params = {"step": sitting.step, "at": sitting.updated_at}
            self.session.say(Severity.INFO, code, params, actions=actions)
        if sitting is not None and wrong is None:
            self.session.ledger.read(Kit(sitting.setup))

    def _put_aside(self) -> None:
        """Put the damaged journal aside, as the person said; then offer to go on, as always."""

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.mend_state import put_journal_aside

            return await put_journal_aside(place)

        def done(path: str) -> None:
            actions = ("resume", "start_over") if self.offered is not None else ()
            self.session.say(Severity.INFO, "journal_aside", {"path": path}, actions=actions)

        self.session.background(work, done, self.session.say_error)

    def _opened(self, kit: Kit, path: str, file_path: str | None = None) -> None:
        from feishu_wizard.wizard.conversion import from_setup

        self.offered = None
        secrets = tuple(kit.secrets.items())
        written = path if file_path is None else file_path
        answers = replace(
            from_setup(kit.setup), file_path=written, secrets=secrets, place=Place(kit.place)
        )
        self.session.restore(answers, Step.PREREQUISITES)
        self.session.say(Severity.INFO, "file_opened", {"path": path})
        self.session.ledger.renew()

    def _resume(self, sitting: Sitting) -> None:
        from feishu_wizard.wizard.resuming import answers_of

        self.offered = None
        self.session.restore(answers_of(sitting), Step(sitting.step))
        self.session.permissions.waiting_since = sitting.waiting_since
        self.session.say(Severity.INFO, "resumed", {"at": sitting.updated_at})
        self.session.credentials.change.look_back()
        self.session.ledger.renew()


class _Start(NamedTuple):
    """What the start found: the last draft, who else has its setup, and what cannot be read."""

    sitting: Sitting | None
    holder: Holder | None
    wrong: WizardError | None

    def offer(self) -> tuple[str, tuple[str, ...]]:
        """The question that offers the draft, and its buttons."""
        if self.holder is not None and not self.holder.command:
            return "resume_elsewhere", ("show_window", "start_another")
        waiting = self.sitting is not None and bool(self.sitting.waiting_since)
        return "resume_waiting" if waiting else "resume_offer", ("resume", "start_over")

"""The hand-off sheet of the permissions step: for whom it is, what it tells, where it was saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from feishu_wizard.domain.handoff import Audience, Handoff, audience_of
from feishu_wizard.domain.means import Task
from feishu_wizard.domain.redirect import needed_redirects
from feishu_wizard.domain.states import GrantState
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session


class HandoffFlow:
    """Follows the plan; what a person chose stays until the next step is for somebody else."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._chosen: tuple[Audience, Audience] | None = None  # instead of whom, who
        self._saved: tuple[Handoff, str, str] | None = None  # what, in which language, where

    @property
    def busy(self) -> bool:
        """Work is under way."""
        return self._session.busy is not None

    @property
    def audience(self) -> Audience:
        """Who reads it: who has to act next, or who was chosen instead."""
        usual = audience_of(self._session.permissions.next)
        instead_of, chosen = self._chosen or (None, usual)
        return chosen if instead_of is usual else usual

    def set_audience(self, audience: Audience) -> None:
        """Make it for somebody else."""
        self._chosen = (audience_of(self._session.permissions.next), audience)
        self._session.changed()

    @property
    def handoff(self) -> Handoff:
        """What the sheet tells, as things stand."""
        session, step = self._session, self._session.permissions
        answers, task = session.answers, step.next.task
        callback = session.credentials.callback
        return Handoff(
            audience=self.audience,
            plan=step.plan,
            hosts=answers.hosts,
            app_id=session.credentials.app_id.value,
            edition=answers.edition,
            app_name=step.standing.app_name,
            standing=step.standing,
            ways=step.ways,
            chosen=answers.capabilities,
            can_origin=session.prerequisites.can_origin,
            redirects=needed_redirects(callback.value) if callback.usable else (),
            submitted=step.waiting or task is Task.WAIT,
            asks_approval=task is Task.ASK_APPROVAL,
            declined=tuple(r for r in step.states if r.state is GrantState.DECLINED),
            declinable=frozenset(r.need.id for r in step.states if step.may_decline(r.need)),
            at=step.result.at if step.result else "",
        )

    @property
    def saved(self) -> str:
        """Where the sheet lies as it is shown now; "" when it was not saved like this."""
        handoff, lang, path = self._saved or (None, "", "")
        current = handoff == self.handoff and lang == self._session.lang
        return path if current else ""

    @property
    def page(self) -> str:
        """The saved page that a browser can print; "" when there is none."""
        return self.saved if self.saved.lower().endswith((".html", ".htm")) else ""

    def save(self, path: str, then: Callable[[str], None] | None = None) -> None:
        """Write it as the ending of ``path`` says; ``then`` gets the path that was written."""
        handoff, lang = self.handoff, self._session.lang

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.save_handoff import save_handoff

            return await save_handoff(place, handoff, path)

        def done(written: str) -> None:
            self._saved = (handoff, lang, written)
            self._session.say(Severity.SUCCESS, "written", {"path": written})
            if then is not None:
                then(written)

        self._session.start("exporting", work, done)

    def not_opened(self, path: str) -> None:
        """No browser took the page: it can be opened by hand."""
        self._session.say(Severity.ERROR, "handoff.not_opened", {"path": path})

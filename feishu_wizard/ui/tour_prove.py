"""The part of the tour in which sign-in and sync are rehearsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.sign_in import SignInState
from feishu_wizard.domain.walk import WalkState
from feishu_wizard.ui.tour_stage import Script, Stage

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace


def signed_in(stage: Stage) -> Script:
    """Show the code, confirm it on the "phone", and see what a sign-in brings."""
    stage.session.test.show_panel(Capability.SSO)
    flow = stage.session.test.sign_in
    stage.click("test.login")
    yield "the sign-in's code", lambda: flow.offer is not None and bool(flow.matrix)
    yield from stage.shot()
    yield from _confirmed(stage)
    yield "who signed in", lambda: flow.state is SignInState.DONE
    yield from stage.shot()


def walked(stage: Stage) -> Script:
    """Walk through the people of the practice company."""
    stage.session.test.show_panel(Capability.USER_SYNC)
    yield from stage.shot()
    flow = stage.session.test.sync
    stage.click("test.sync")
    yield (
        "the people",
        lambda: flow.state is WalkState.COMPLETE and flow.picture is not None,
    )
    yield from stage.shot()


def _confirmed(stage: Stage) -> Script:
    kit, origin = stage.session.keeping.kit(), stage.practice["console"]
    offer = stage.session.test.sign_in.offer
    if offer is None:  # the code has expired meanwhile: what is waited for next says so
        return
    code = offer.user_code

    async def work(place: Workplace, report: Report) -> None:
        from feishu_wizard.operations.practice import sign_in

        await sign_in(place, kit, origin, code)

    yield from stage.aside(work, lambda _: None)

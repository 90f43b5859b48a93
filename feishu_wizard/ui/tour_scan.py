"""The part of the tour in which an app is made by a scan, up to everything being in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.scan import ScanState
from feishu_wizard.ui.tour_stage import Script, Stage
from feishu_wizard.wizard.steps import Step

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace


def scanned_app(stage: Stage) -> Script:
    """Show the code, confirm it on the "phone", and do what no scan brings."""
    flow = stage.session.credentials.scan
    stage.click("credentials.scan.start")
    yield "the code", lambda: flow.offer is not None
    yield from stage.shot()
    yield from _confirmed(stage)
    yield "what the scan brings", lambda: flow.state is ScanState.DONE
    stage.type_into("credentials.callback_url", stage.practice["can"] + "/user/softLogin")
    yield from stage.shot()
    yield from stage.on(Step.PERMISSIONS)
    stage.session.permissions.check()
    yield "the permissions of the scanned app", stage.idle
    yield from stage.shot()
    yield from _redirect_registered(stage)
    stage.session.permissions.check()
    yield "the permissions once more", stage.idle
    yield from stage.shot()
    stage.session.go(Step.CREDENTIALS)


def _confirmed(stage: Stage) -> Script:
    flow, origin = stage.session.credentials.scan, stage.practice["console"]
    kit, offer = stage.session.keeping.kit(), flow.offer
    if offer is None:  # the code has expired meanwhile: what is waited for next says so
        return
    code, link = offer.user_code, offer.url

    async def work(place: Workplace, report: Report) -> None:
        from feishu_wizard.operations.practice import phone

        await phone(place, kit, origin, code, link)

    yield from stage.aside(work, lambda _: None)


def _redirect_registered(stage: Stage) -> Script:
    """What the platform leaves to a person after a scan."""
    kit, origin = stage.session.keeping.kit(), stage.practice["console"]
    callback = kit.setup.office.callback_url

    async def work(place: Workplace, report: Report) -> None:
        from feishu_wizard.operations.practice import console

        await console(place, kit, origin, (("redirect-url", {"add": [callback]}),))

    yield from stage.aside(work, lambda _: None)

"""What happens when somebody approves a scan: an app is made, or an existing one is completed.

A scanned app is released at once unless the tenant reviews scans; redirect URLs and other
security settings never come by scan (official guide: one-click creation of an agent app).
"""

from __future__ import annotations

from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.registration import LaunchRequest, Session
from feishu_wizard.sandbox.world.scope_book import AGENT_TEMPLATE
from feishu_wizard.sandbox.world.world import World


def deny(session: Session) -> None:
    """The person on the phone refused."""
    session.outcome = "denied"


def approve_registration(world: World, session: Session, person: int) -> App:
    """Make or complete the app of a scan; :class:`RefusedError` when its app may not be changed."""
    launch = session.launch
    if launch.updates:
        app = existing(world, launch.client_id, person)
        actions.ensure_unlocked(app)
    else:
        app = _created(world, launch, person)
    _add_scopes(world, app, launch)
    if app.source == "scan":
        actions.release(app, int(world.now()), note="Submitted by the scan")
        if not world.scans_need_review:
            actions.approve(app, int(world.now()), automatic=True)
    session.app_id, session.person, session.outcome = app.app_id, person, "approved"
    return app


def existing(world: World, app_id: str, person: int) -> App:
    """The app that a scan is to complete: the person's own, of the person's brand."""
    app = world.find_app(app_id, world.scan_brand)
    if app is None or app.owner != person:
        raise RefusedError(210032, "the app does not exist or belongs to somebody else")
    return app


def _created(world: World, launch: LaunchRequest, person: int) -> App:
    name = launch.name or "Agent app"
    app = world.add_app(name, launch.description, person, source="scan", brand=world.scan_brand)
    app.draft.bot = True
    app.draft.availability = Audience()
    if launch.preset:
        actions.grant(app, AGENT_TEMPLATE, "tenant", world.reviews)
        actions.grant(app, ["offline_access"], "user", world.reviews)
        app.scanned |= set(app.scopes)
    return app


def _add_scopes(world: World, app: App, launch: LaunchRequest) -> None:
    """Additive; what the platform does not know is left out without a word."""
    before = set(app.scopes)
    actions.grant(app, launch.tenant_scopes, "tenant", world.reviews)
    actions.grant(app, launch.user_scopes, "user", world.reviews)
    app.scanned |= set(app.scopes) - before

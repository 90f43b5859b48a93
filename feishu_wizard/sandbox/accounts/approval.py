"""What happens when somebody approves a scan: an app is made, or an existing one is completed.

A scanned app is released at once unless the tenant reviews scans; redirect URLs and other
security settings never come by scan (official guide: one-click creation of an agent app).
"""

from __future__ import annotations

from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.registration import Session
from feishu_wizard.sandbox.world.scope_book import AGENT_TEMPLATE
from feishu_wizard.sandbox.world.world import World


def deny(session: Session) -> None:
    """The person on the phone refused."""
    session.outcome = "denied"


def approve_registration(world: World, session: Session, person: int) -> App:
    """Make or complete the app of a scan; :class:`RefusedError` when its app may not be changed."""
    launch = session.launch
    if launch.client_id and not launch.create_only:
        app = _existing(world, launch.client_id, person)
    else:
        app = _created(world, session, person)
    actions.grant(app, launch.tenant_scopes, "tenant", world.reviews)
    actions.grant(app, launch.user_scopes, "user", world.reviews)
    if app.source == "scan":
        actions.release(app, int(world.now()), note="Submitted by the scan")
        if not world.scans_need_review:
            actions.approve(app, int(world.now()))
    session.app_id, session.person, session.outcome = app.app_id, person, "approved"
    return app


def _existing(world: World, app_id: str, person: int) -> App:
    app = world.find_app(app_id)
    if app is None or app.owner != person:
        raise RefusedError(210032, "the app does not exist or belongs to somebody else")
    actions.ensure_unlocked(app)
    return app


def _created(world: World, session: Session, person: int) -> App:
    launch = session.launch
    app = world.add_app(launch.name or "Agent app", launch.description, person)
    app.source = "scan"
    app.draft.bot = True
    app.draft.availability = Audience()
    if launch.preset:
        actions.grant(app, AGENT_TEMPLATE, "tenant", world.reviews)
        actions.grant(app, ["offline_access"], "user", world.reviews)
    return app

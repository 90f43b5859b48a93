"""``GET /control/state.json``: everything a test may want to compare."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from feishu_wizard.sandbox.can.office import UNMATCHED, CanOffice
from feishu_wizard.sandbox.world.app import App, Features
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.directory import OUTSIDE, OWNER, RESIGNED, Person
from feishu_wizard.sandbox.world.world import World

MAX_PEOPLE = 1000
STATUS_WORDS = {1: "approved", 2: "rejected", 3: "in_review", 4: "not_submitted"}


def state(world: World, office: CanOffice) -> dict[str, Any]:
    """The whole state; at most the first 1,000 people are listed."""
    book = world.directory
    return {
        **world.journal.as_json(),
        "drills": list(world.drills.active),
        "practice_app": world.app.app_id,
        "apps": {app.app_id: app_state(world, app) for app in world.apps.values()},
        "totals": {"people": len(book.people), "departments": len(book.departments)},
        "people": [person_state(world, person) for person in book.people[:MAX_PEOPLE]],
        "named": {
            "owner": person_state(world, book.people[OWNER]),
            "outside": person_state(world, book.people[OUTSIDE]),
            "resigned": person_state(world, book.people[RESIGNED]),
            "unmatched_accounts": [name for name, _ in UNMATCHED],
        },
        "chats": [asdict(chat) for chat in world.chats.values()],
        "can": office.as_json(),
    }


def app_state(world: World, app: App) -> dict[str, Any]:
    """One app: what is drafted, what is online, what acts."""
    scopes: dict[str, dict[str, str]] = {"tenant": {}, "user": {}}
    for (identity, name), acts in sorted(app.scopes.items()):
        scopes[identity][name] = "effective" if acts else "requested"
    return {
        "name": app.name,
        "source": app.source,
        "type": app.kind,
        "brand": app.brand,
        "app_ticket": app.ticket,
        "stopped": app.stopped,
        "deleted": app.deleted,
        "installed": app.installed,
        "releases": app.releases,
        "reviews": app.reviews,
        "approval_requests": app.approval_requests,
        "scope_request": sorted({name for _, name in app.asked}),
        "redirect_urls": list(app.redirect_urls),
        "allowed_ips": list(app.allowed_ips),
        "scopes": scopes,
        "draft": features_state(world, app.draft),
        "online": features_state(world, app.online) if app.online else None,
        "versions": [
            {
                "version_id": version.version_id,
                "version": version.version,
                "status": STATUS_WORDS[version.status],
                "note": version.note,
                "reason": version.reason,
            }
            for version in app.versions
        ],
    }


def features_state(world: World, features: Features) -> dict[str, Any]:
    """What goes with a version."""
    return {
        "bot": features.bot,
        "availability": audience_state(world, features.availability),
        "range": audience_state(world, features.contacts_range),
    }


def audience_state(world: World, audience: Audience) -> dict[str, Any]:
    """An audience in user_ids and open_department_ids."""
    book = world.directory
    return {
        "type": audience.kind,
        "users": [book.people[n].user_id for n in sorted(audience.users)],
        "departments": [
            book.department_id(n, "open_department_id") for n in sorted(audience.departments)
        ],
    }


def person_state(world: World, person: Person) -> dict[str, Any]:
    """One person, with an ``open_id`` for every app."""
    return {
        "user_id": person.user_id,
        "union_id": world.union_ids.encode(person.number),
        "open_id": {app.app_id: app.open_ids.encode(person.number) for app in world.apps.values()},
        "name": person.name,
        "en_name": person.en_name,
        "email": person.email,
        "mobile": person.mobile,
        "departments": [
            world.directory.department_id(n, "open_department_id") for n in person.departments
        ],
        "frozen": person.frozen,
        "activated": person.activated,
        "resigned": person.resigned,
    }

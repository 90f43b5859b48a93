"""Drills repaired from inside the window: its next step, its links, and the practice console.

The whole window offscreen, the real session and background loop, a real sandbox. A person presses
what the window offers first and does on the page that opens what the window says; each drill has
the shortest way that the platform allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from feishu_wizard.app import make_page
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.means import Means, Task
from feishu_wizard.domain.scan import ScanState
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.ui import desktop
from feishu_wizard.ui.bridge import AsyncRunner
from feishu_wizard.ui.shell import Shell
from feishu_wizard.ui.widgets.finding_tree import FindingTree
from feishu_wizard.wizard.diagnosis_asked import Source
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Step
from tests.e2e.visitor import Visitor

WAIT_MS = 60_000
LONGEST = 10
PATCH = "application:application:patch"
SCAN, CONSOLE, ADMIN, SELF = Means.SCAN, Means.CONSOLE, Means.ADMIN, Means.SELF
REVIEW = ((Task.RELEASE, CONSOLE), (Task.WAIT, Means.WAIT))
PHONE = "missing-scope:contact:user.phone:readonly"
SEND = "missing-scope:im:message:send_as_bot"


@dataclass
class Desk:
    """The window, whoever sits at it, and their browser."""

    session: Session
    shell: Shell
    practice: object
    browser: Visitor
    opened: list[str]
    qtbot: object

    def idle(self):
        self.qtbot.waitUntil(lambda: self.session.busy is None, timeout=WAIT_MS)
        self.shell.refresh()

    def open(self):
        """Take over the practice setup file, as support staff would."""
        self.session.keeping.open_file(str(self.practice.setup))
        # The setup is claimed first, beside everything else.
        self.qtbot.waitUntil(lambda: bool(self.session.answers.file_path), timeout=WAIT_MS)
        self.idle()

    def button(self, name):
        self.shell.refresh()
        found = self.shell.page().findChild(QAbstractButton, name)
        assert found is not None, name
        assert found.isVisible(), f"{name} is not in sight"
        assert found.isEnabled(), f"{name} is dead"
        return found

    def press(self, name):
        self.button(name).click()
        self.shell.refresh()

    def follow(self, name):
        """Press a link; the page it opens."""
        before = len(self.opened)
        self.press(name)
        assert len(self.opened) == before + 1, f"{name} opened nothing"
        return self.browser.open(self.opened[-1])

    def to_permissions(self):
        """By the positive button, whatever is open on the way."""
        for _ in range(6):
            if self.session.step is Step.PERMISSIONS:
                break
            self.session.press()
            self.idle()
        assert self.session.step is Step.PERMISSIONS, self.session.message
        if self.session.permissions.result is None:
            self.session.press()
            self.idle()
        if self.session.step is not Step.PERMISSIONS:  # all is well: the step lets one pass
            self.session.go(Step.PERMISSIONS)
            self.idle()

    def recheck(self):
        self.press("permissions.recheck")
        self.idle()


@pytest.fixture
def at(keep, qtbot, sandbox, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(desktop, "open_url", lambda url: bool(opened.append(url)) or True)
    runner = AsyncRunner()
    place = []

    async def workplace():
        if not place:
            place.append(Workplace(Program(tmp_path / "state", use_keyring=False)))
            runner.on_stop(place[0].close)
        return place[0]

    def start(*drills, patch=False):
        practice = sandbox(*(part for drill in drills for part in ("--drill", drill)))
        if patch:
            may_change_itself(practice)
        session = Session(runner, workplace)
        shell = keep(Shell(session, lambda view: make_page(session, view)))
        shell.resize(1000, 2400)
        shell.show()
        session.keeping.enabled = False  # no draft: nobody goes on here another day
        session.keeping.begin()
        qtbot.waitUntil(lambda: bool(session.permissions.needs), timeout=WAIT_MS)
        desk = Desk(session, shell, practice, Visitor(practice), opened, qtbot)
        desk.open()
        return desk

    yield start
    assert runner.stop(10)


def may_change_itself(practice):
    """Somebody granted the app the right to change itself; in this company without a review."""
    with practice.client(base_url=practice["console"]) as client:
        body = {"review": {PATCH: False}}
        client.post("/control/tenant", json=body).raise_for_status()
    practice.control("grant", scopes=[PATCH], token_type="tenant")


# -- what a person does ---------------------------------------------------------------


def in_console(desk, page, task):
    """What somebody does on a page of the console once the window has sent them there."""
    path = urlsplit(page.url).path
    if path.endswith("/auth") and any(("do", "grant") in form.buttons for form in page.forms[:1]):
        page.press("grant")
    elif path.endswith("/safe"):
        page.press("add-url", url=desk.session.credentials.callback.value)
    elif path.endswith("/bot"):
        # Before a release nobody can see from outside that it was switched on already.
        if any(("do", "bot-on") in form.buttons for form in page.forms):
            page.press("bot-on")
    elif path.endswith("/auth"):
        page.press("range", kind="all")
    elif path.endswith("/version"):
        if task is Task.RELEASE:  # whom it is available to is part of the form that releases
            page.press("release", kind="all", note="Aloudata CAN")
    elif path.endswith("/audit"):
        page.press("approve-scopes")
    elif "/manage/" in path:
        page.press("start")
    else:
        raise AssertionError(f"nobody knows what to do on {page.url}")


def by_scan(desk):
    flow = desk.session.permissions.scan
    desk.press("permissions.scan.start")
    desk.qtbot.waitUntil(lambda: flow.offer is not None, timeout=WAIT_MS)
    desk.follow("permissions.scan.open").press("approve")
    desk.qtbot.waitUntil(lambda: flow.state is ScanState.DONE, timeout=WAIT_MS)
    desk.idle()


def by_console(desk, step):
    links = {
        Task.ADD_SCOPES: "permissions.open_auth",
        Task.RELEASE: "permissions.open_version",
    }
    link = links.get(step.task) or f"permissions.open.{step.rows[0].need.id}"
    in_console(desk, desk.follow(link), step.task)
    if step.task is Task.RELEASE:
        desk.recheck()
    else:
        desk.press("permissions.done")
        desk.idle()
        if desk.session.permissions.next == step:
            desk.recheck()


def by_itself(desk):
    desk.press("permissions.change.propose")
    desk.idle()
    desk.press("permissions.change.confirm")
    desk.idle()


def repair(desk):
    """Do what the window names first until nothing is left; the way that was gone."""
    way = []
    permissions = desk.session.permissions
    while permissions.next.task is not Task.DONE:
        step = permissions.next
        way.append((step.task, step.means))
        assert len(way) <= LONGEST, way
        if step.means is SCAN:
            by_scan(desk)
        elif step.means is CONSOLE:
            by_console(desk, step)
        elif step.means is SELF:
            by_itself(desk)
        elif step.means is Means.APPLY:
            desk.press("permissions.ask_approval")
            desk.idle()
        elif step.means is ADMIN:
            in_console(desk, desk.follow("permissions.open_admin"), step.task)
            desk.recheck()
        elif step.means is Means.WAIT:
            desk.follow("permissions.open_audit").press("approve")
            desk.recheck()
        else:
            raise AssertionError(f"nobody told how: {step}")
    return tuple(way)


BY_HAND = {
    # Before the first release nobody sees from outside what waits for it: asked for once more.
    "unreleased": (
        (Task.ADD_SCOPES, SCAN),
        (Task.SWITCH_BOT, CONSOLE),
        (Task.SET_AUDIENCE, CONSOLE),
        *REVIEW,
    ),
    "under-review": ((Task.WAIT, Means.WAIT),),
    SEND: ((Task.ADD_SCOPES, SCAN),),
    # The version in force declares it still, so a call asks the administrators: no new version.
    PHONE: (
        (Task.ADD_SCOPES, SCAN),
        (Task.ASK_APPROVAL, Means.APPLY),
        (Task.ASK_APPROVAL, ADMIN),
    ),
    "no-bot": ((Task.SWITCH_BOT, CONSOLE), *REVIEW),
    "no-redirect-url": ((Task.REGISTER_REDIRECT, CONSOLE),),
    "app-disabled": ((Task.ENABLE_APP, ADMIN),),
}
BY_ITSELF = {
    "unreleased": ((Task.COMPLETE, SELF), (Task.WAIT, Means.WAIT)),
    SEND: ((Task.COMPLETE, SELF),),
    PHONE: ((Task.COMPLETE, SELF), (Task.WAIT, Means.WAIT)),
    "no-bot": ((Task.COMPLETE, SELF), (Task.WAIT, Means.WAIT)),
    "no-redirect-url": ((Task.COMPLETE, SELF),),
}


def settled(desk):
    """Nothing is open, and the platform works for CAN again."""
    permissions = desk.session.permissions
    assert permissions.plan.complete, [row.need.id for row in permissions.plan.open_items]
    assert desk.session.verb().code == "continue"


@pytest.mark.parametrize("drill", BY_HAND)
def test_a_drill_is_repaired_by_hand(at, drill):
    desk = at(drill)
    before = releases(desk)
    desk.to_permissions()
    assert repair(desk) == BY_HAND[drill]
    settled(desk)
    submitted = sum(task is Task.RELEASE for task, _means in BY_HAND[drill])
    assert releases(desk) - before == submitted


@pytest.mark.parametrize("drill", BY_ITSELF)
def test_a_drill_is_repaired_by_the_app_itself(at, drill):
    desk = at(drill, patch=True)
    before = releases(desk)
    desk.to_permissions()
    assert repair(desk) == BY_ITSELF[drill]
    settled(desk)
    assert releases(desk) - before == len(BY_ITSELF[drill]) - 1


def releases(desk):
    return desk.practice.state()["apps"][desk.practice["app_id"]]["releases"]


def diagnosed(desk, person=""):
    session = desk.session
    session.diagnose()
    asks = session.diagnosis.asks
    asks.set_source(Source.FILE)
    asks.set_path(str(desk.practice.setup))
    asks.set_person(person)
    desk.press("diagnosis.run")
    tree = desk.shell.page().findChild(FindingTree, "diagnosis.tree")
    done = lambda: session.busy is None and session.diagnosis.result and tree.settled  # noqa: E731
    desk.qtbot.waitUntil(lambda: bool(done()), timeout=WAIT_MS)
    return session.diagnosis.result


@pytest.mark.parametrize(
    ("drill", "check", "form", "person"),
    [
        ("contact-range-partial", "feishu.contact_range", "range", ""),
        ("recipient-outside", "person.available", "availability", "outside"),
    ],
)
def test_whom_the_app_reaches_is_repaired_at_once(at, drill, check, form, person):
    """The administrator's page acts at once: no version, no review."""
    desk = at(drill)
    who = desk.practice.state()["named"][person]["user_id"] if person else ""
    before = releases(desk)
    found = diagnosed(desk, who).finding(check)
    assert found.status in (Status.FAIL, Status.WARN)
    page = desk.follow(f"diagnosis.row.{check}.link0")
    assert "/admin/appCenter/manage/" in page.url
    page.press(form, kind="all")
    assert diagnosed(desk, who).finding(check).status is Status.PASS
    assert releases(desk) == before


def test_a_lark_app_is_repaired_by_going_to_its_own_host(at):
    desk = at("lark-tenant")
    for _ in range(3):
        if desk.session.message and desk.session.message.actions:
            break
        desk.session.press()
        desk.idle()
    assert desk.session.message.finding.code == "feishu.10003"
    [action] = desk.session.message.actions
    desk.session.act(action)
    assert desk.session.step is Step.PREREQUISITES
    desk.shell.refresh()
    port = urlsplit(desk.practice["feishu"]).port
    accounts = urlsplit(desk.practice["accounts"]).port
    box = desk.shell.page().findChild(QLineEdit, "prerequisites.open_url")
    assert box.isVisible()
    box.setText(f"http://localhost:{port}")
    desk.shell.page().findChild(QLineEdit, "prerequisites.accounts_url").setText(
        f"http://localhost:{accounts}"
    )
    desk.to_permissions()
    assert desk.session.credentials.result.passed
    assert repair(desk) == ()
    settled(desk)

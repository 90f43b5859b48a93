"""One run of the program on a sandbox, and a person's hands in its console."""

from __future__ import annotations

from contextlib import contextmanager

from feishu_wizard.domain.edition import Edition
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.wizard.session import Session
from tests.unit.wizard.fakes import LoopRunner


class Sitting:
    """One run of the program on a sandbox: a session, its runner, and an admin's fingers."""

    def __init__(self, practice, root):
        self.practice = practice
        self.root = root
        self.runner = LoopRunner()
        self.place = None
        self.session = Session(self.runner, self._workplace)
        self.session.keeping.begin()
        self.runner.settle()

    async def _workplace(self):
        if self.place is None:
            self.place = Workplace(Program(state_root=self.root, use_keyring=False))
        return self.place

    def close(self):
        self.session.keeping.now()
        self.runner.settle()
        if self.place is not None:
            self.runner.loop.run_until_complete(self.place.close())
        self.runner.close()

    def press(self):
        self.session.press()
        self.runner.settle()

    def act(self, action):
        self.session.act(action)
        self.runner.settle()

    def settle(self):
        self.runner.settle()

    def fill(self):
        """The first two pages, as one would fill them in for this sandbox."""
        session, practice = self.session, self.practice
        session.prerequisites.set_edition(Edition.PRIVATE)
        session.prerequisites.set_open_url(practice["feishu"])
        session.prerequisites.set_accounts_url(practice["accounts"])
        session.prerequisites.set_proxy_mode("none")
        session.prerequisites.set_can_text(practice["can"] + "/anymetrics/home?tab=1")
        session.credentials.set_app_id(practice["app_id"])
        session.credentials.set_secret(practice["app_secret"])
        session.credentials.set_callback(practice["can"] + "/user/softLogin")

    def walk(self, step):
        """Press on to a step; every page is filled in."""
        self.fill()
        while self.session.step is not step:
            before = self.session.step
            for _ in range(4):
                if self.session.step is before:
                    self.press()
            assert self.session.step is not before, (self.session.message, before)
        return self.session

    def written(self):
        """Everything below the state folder, as one text."""
        files = [p for p in self.root.rglob("*") if p.is_file()]
        return b"\n".join(p.read_bytes() for p in files)


@contextmanager
def drill(practice, name):
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/drills", json={"name": name, "on": True}).raise_for_status()
        try:
            yield
        finally:
            client.post("/control/drills", json={"name": name, "on": False}).raise_for_status()


def can_is(practice, **what):
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/can", json=what).raise_for_status()


def asked(practice):
    """Authenticated calls to the platform so far."""
    return sum(
        1 for r in practice.state()["requests"] if r["host"] == "feishu" and r["authenticated"]
    )


def key_of(practice):
    return practice["secrets"]["api_key"]


def stored(practice):
    return practice.state()["can"]["settings"]["feishu"]


def by_id(session):
    return {row.need.id: row for row in session.permissions.states}


def writes(practice):
    requests = practice.state()["requests"]
    return sum(1 for r in requests if r["host"] == "can" and r["method"] not in ("GET", "HEAD"))

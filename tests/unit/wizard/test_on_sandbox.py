"""The same session on a real sandbox over HTTP: nothing is replaced but the window."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest

from feishu_wizard.domain.change import Act, Target
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.permission import GrantState
from feishu_wizard.domain.recipient import DeliveryState
from feishu_wizard.domain.release import VersionState
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.permissions import WAIT_SECONDS
from feishu_wizard.wizard.save import HAND_FIELDS
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step, StepState
from tests.e2e.practice import console_part
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


@pytest.fixture
def sit(tmp_path):
    """Start the program: ``sit(practice)``; again with the same folder for the next day."""
    opened = []

    def start(practice, folder="state"):
        made = Sitting(practice, tmp_path / folder)
        opened.append(made)
        return made

    yield start
    for each in opened:
        if not each.runner.loop.is_closed():
            each.close()


@pytest.fixture(scope="module")
def healthy(module_sandbox):
    """A tenant in which everything is granted and released; drills are switched off again."""
    return module_sandbox()


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


# -- the whole way --------------------------------------------------------------------


def _look_at_the_network(admin, practice):
    """The network and CAN: no credential is used."""
    session = admin.session
    admin.press()
    assert session.step is Step.CREDENTIALS, session.message
    assert asked(practice) == 0
    assert session.prerequisites.offer.profile == "can-rest"
    assert session.prerequisites.offer.reason == "unauthenticated"
    assert {f.status for f in session.prerequisites.findings} <= {
        Status.PASS,
        Status.SKIP,
        Status.UNKNOWN,
    }


def _test_the_pair(admin, practice):
    """The pair: that no name is told before a release is normal."""
    session = admin.session
    admin.press()
    assert session.step is Step.PERMISSIONS, session.message
    lines = {f.id: f for f in session.credentials.findings}
    assert lines["feishu.credentials"].proof is Proof.PROVEN
    assert lines["feishu.app"].status is not Status.FAIL
    assert lines["feishu.bot"].code == "bot_not_released"
    assert session.credentials.secret_place.place == "session"


def _see_what_is_missing(admin, practice):
    """Nothing is granted yet."""
    session = admin.session
    before = asked(practice)
    admin.press()
    assert session.step is Step.PERMISSIONS
    assert asked(practice) - before <= 9
    assert session.permissions.plan.version is VersionState.NEVER_RELEASED
    wanted = json.loads(session.permissions.missing_json)["scopes"]["tenant"]
    assert "im:message:send_as_bot" in wanted
    assert session.verb().code == "continue_open"
    assert GrantState.GRANTED not in {row.state for row in session.permissions.states}


def _release_and_wait(admin, practice):
    """The console part, submitted; the administrator has not decided."""
    session = admin.session
    console_part(practice, approve=False)
    session.permissions.check()
    admin.settle()
    assert session.permissions.plan.version is VersionState.UNDER_REVIEW, by_id(session)
    assert session.message.code == "waiting_for_approval"
    session.permissions.wait()
    before = asked(practice)
    admin.runner.fire(WAIT_SECONDS)
    admin.settle()
    assert asked(practice) - before == 1
    assert session.permissions.waiting

    practice.control("approve")
    before = asked(practice)
    admin.runner.fire(WAIT_SECONDS)
    admin.settle()
    assert asked(practice) - before <= 10  # one look, then the full check
    assert session.message.code == "permissions_complete", by_id(session)
    rows = by_id(session)
    for proven in ("permission.user_id", "permission.contact_base", "feishu.bot"):
        assert rows[proven].state is GrantState.PROVEN, proven
    assert rows["permission.login"].state is GrantState.GRANTED
    assert practice.state()["apps"][practice["app_id"]]["releases"] == 1
    admin.press()


def _save_to_can(admin, practice):
    """Saving."""
    session = admin.session
    assert session.save.chosen == {Target.CAN}
    session.save.set_secret("api_key", key_of(practice))
    admin.press()
    assert {c.field: c.act for _, c in session.save.rows} == {
        "app_id": Act.SET,
        "app_secret": Act.SET,
        "callback_url": Act.SET,
        "enabled": Act.REPLACE,
    }
    assert stored(practice)["app_id"] == ""
    admin.press()
    assert session.message.code == "saved"
    now = stored(practice)
    assert now["app_id"] == practice["app_id"]
    assert now["app_secret"] == practice["app_secret"]
    assert now["callback_url"] == practice["can"] + "/user/softLogin"
    assert now["enabled"] is True
    admin.press()


def _send_to_two(admin, practice):
    """Two people get one message each, the way CAN addresses them."""
    session = admin.session
    people = [p for p in practice.state()["people"] if p["activated"] and not p["resigned"]][:2]
    session.test.set_recipients("\n".join(p["user_id"] for p in people))
    admin.press()
    assert [r.name for r in session.test.resolved] == [p["name"] for p in people]
    assert practice.state()["messages"] == []
    admin.press()
    assert len(practice.state()["messages"]) == 2
    admin.press()


def _finish(admin, practice, folder):
    """The end says no more than what was seen."""
    session = admin.session
    words = {w.capability: w for w in session.finish.words}
    assert words["push"].proof is Proof.PROVEN
    assert words["sso"].proof is Proof.CONFIGURED
    assert words["user_sync"].proof is Proof.CONFIGURED
    assert {w.status for w in words.values()} == {Status.PASS, Status.UNKNOWN}
    assert {r.need.id for r in session.finish.removable} == {
        "permission.find_ids",
        "permission.self_manage",
    }
    for name in ("report.md", "report.json"):
        session.finish.export(str(folder / name))
        admin.settle()
        text = (folder / name).read_text()
        assert practice["app_id"] in text.replace("\\_", "_")
        assert practice["app_secret"] not in text
        assert key_of(practice) not in text
    assert len(json.loads((folder / "report.json").read_text())["permissions"]) == len(
        session.permissions.states
    )
    assert all(r.state is StepState.DONE for r in session.rows()[:-1])
    admin.close()
    left = admin.written()
    assert practice["app_id"].encode() in left  # the draft is there
    assert practice["app_secret"].encode() not in left
    assert key_of(practice).encode() not in left


def test_a_first_setup_from_nothing_to_delivered(sandbox, sit, tmp_path):
    practice = sandbox("--fresh")
    admin = sit(practice)
    admin.fill()
    _look_at_the_network(admin, practice)
    _test_the_pair(admin, practice)
    _see_what_is_missing(admin, practice)
    _release_and_wait(admin, practice)
    _save_to_can(admin, practice)
    _send_to_two(admin, practice)
    _finish(admin, practice, tmp_path)


def test_a_rejected_version_is_seen_and_a_second_one_can_be_approved(sandbox, sit):
    practice = sandbox("--fresh")
    admin = sit(practice)
    session = admin.walk(Step.PERMISSIONS)
    console_part(practice, approve=False)
    admin.press()
    session.permissions.wait()
    practice.control("reject", reason="Why mobile numbers?")
    admin.runner.fire(WAIT_SECONDS)
    admin.settle()
    assert not session.permissions.waiting
    assert session.permissions.plan.version is VersionState.REJECTED
    assert session.permissions.waiting_since == ""
    release = by_id(session)["feishu.release"]
    assert (release.state, release.reason) == (GrantState.NOT_REQUESTED, "version.rejected")
    practice.control("grant", remove=["contact:user.phone:readonly"], scopes=[])
    session.permissions.set_declined("permission.mobile", True)
    practice.control("release", note="Without mobile numbers")
    practice.control("approve")
    session.permissions.check()
    admin.settle()
    assert by_id(session)["permission.mobile"].state is GrantState.DECLINED
    assert session.message.code == "permissions_complete"


def test_leaving_at_the_approval_and_going_on_the_next_day(sandbox, sit):
    practice = sandbox("--fresh")
    first = sit(practice)
    session = first.walk(Step.PERMISSIONS)
    console_part(practice, approve=False)
    first.press()
    assert session.message.code == "waiting_for_approval"
    session.save.set_secret("api_key", key_of(practice))
    setup_id = session.answers.setup_id
    first.close()
    practice.control("approve")

    second = sit(practice)
    session = second.session
    before = asked(practice)
    assert session.message.code == "resume_waiting"
    assert asked(practice) == before  # nobody is called before something is pressed
    second.act("resume")
    assert session.step is Step.PERMISSIONS
    assert session.answers.setup_id == setup_id
    # Without a keyring the secret lived in the first run only: it is asked for at its box.
    second.press()
    assert session.message.code == "secret.missing"
    session.go(Step.CREDENTIALS)
    session.credentials.set_secret(practice["app_secret"])
    second.press()
    assert session.step is Step.PERMISSIONS
    second.press()
    assert session.step is Step.SAVE
    assert [d.name for d in session.save.declares] == ["tenant_id", "api_key"]
    session.save.set_secret("api_key", key_of(practice))
    second.press()
    second.press()
    assert session.message.code == "saved"
    assert stored(practice)["enabled"] is True


# -- the pair -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"), [("wrong-secret", "feishu.10014"), ("unknown-app", "feishu.10003")]
)
def test_a_refused_pair_is_told_with_its_log_id(healthy, sit, name, code):
    admin = sit(healthy)
    admin.fill()
    admin.press()
    with drill(healthy, name):
        admin.press()
    session = admin.session
    assert session.step is Step.CREDENTIALS
    assert session.message.code == code
    finding = session.message.finding
    assert finding.evidence[0].log_id
    assert finding.evidence[0].host == healthy["feishu"].partition("://")[2]
    assert {f.blocked_by for f in session.credentials.findings if f.status is Status.SKIP} == {
        "feishu.credentials"
    }
    field = {"feishu.10014": "app_secret", "feishu.10003": "app_id"}[code]
    assert session.focus == f"credentials.{field}"


def test_a_stopped_app_is_the_admins_to_mend(healthy, sit):
    admin = sit(healthy)
    admin.fill()
    admin.press()
    with drill(healthy, "app-disabled"):
        admin.press()
    failed = [f for f in admin.session.credentials.findings if f.status is Status.FAIL]
    assert failed
    assert admin.session.verb().code == "continue_open"


@pytest.mark.parametrize("name", ["captive-portal"])
def test_a_portal_instead_of_the_platform_is_told_by_its_layer(healthy, sit, name):
    admin = sit(healthy)
    admin.fill()
    with drill(healthy, name):
        admin.press()
    session = admin.session
    assert session.step is Step.PREREQUISITES
    assert session.message.finding.id == "net.open.http"
    blocked = {f.id: f.blocked_by for f in session.prerequisites.findings if f.blocked_by}
    assert blocked["feishu.fingerprint"] == "net.open.http"


# -- permissions ----------------------------------------------------------------------


def test_a_healthy_app_costs_at_most_nine_calls(healthy, sit):
    admin = sit(healthy)
    session = admin.walk(Step.PERMISSIONS)
    before = asked(healthy)
    admin.press()
    assert 0 < asked(healthy) - before <= 9
    assert session.step is Step.SAVE, by_id(session)
    assert not [r for r in session.permissions.states if r.open]


@pytest.mark.parametrize(
    ("name", "need", "state"),
    [
        ("missing-scope:contact:user.phone:readonly", "permission.mobile", "not_requested"),
        ("missing-scope:im:message:send_as_bot", "permission.send_message", "not_requested"),
        ("no-redirect-url", "feishu.redirect_url", "not_requested"),
        ("no-bot", "feishu.bot", "not_requested"),
        ("unreleased", "feishu.release", "not_requested"),
        ("under-review", "feishu.release", "under_review"),
        ("missing-scope:application:application:self_manage", "feishu.redirect_url", "unknown"),
    ],
)
def test_each_fault_is_told_at_its_row(healthy, sit, name, need, state):
    admin = sit(healthy)
    session = admin.walk(Step.PERMISSIONS)
    with drill(healthy, name):
        before = asked(healthy)
        admin.press()
        assert asked(healthy) - before <= 9
    assert by_id(session)[need].state.value == state
    assert session.step is Step.PERMISSIONS
    assert session.permissions.open_items() >= 1


# -- saving ---------------------------------------------------------------------------


@pytest.fixture
def at_save(healthy, sit):
    admin = sit(healthy)
    session = admin.walk(Step.SAVE)
    session.save.set_secret("api_key", key_of(healthy))
    return admin


def writes(practice):
    requests = practice.state()["requests"]
    return sum(1 for r in requests if r["host"] == "can" and r["method"] not in ("GET", "HEAD"))


def test_what_is_stored_already_is_not_written(at_save, healthy):
    session = at_save.session
    at_save.press()
    if session.verb().code == "save_to_can":  # another test left something else there
        at_save.press()
    session.save.choose(Target.FILE, True)
    session.save.choose(Target.FILE, False)
    before = writes(healthy)
    at_save.press()
    assert session.message.code == "nothing_to_save"
    assert writes(healthy) == before
    assert session.save.field_proofs()["app_id"] is Proof.CONFIGURED
    at_save.press()
    assert session.step is Step.TEST


def test_somebody_else_saves_first_and_keeps_what_they_saved(at_save, healthy):
    session = at_save.session
    session.update(callback_text=healthy["can"] + "/conflict/user/softLogin")
    before = stored(healthy)["callback_url"]
    session.save.set_enable_open(True)
    with drill(healthy, "can-conflict"):
        at_save.press()
        assert session.verb().code == "save_to_can", session.message
        at_save.press()
        assert session.message.severity is Severity.ERROR
        assert session.message.code == "can.stale"
        assert stored(healthy)["callback_url"] == before
        assert session.verb().code == "show_changes"
        assert not session.closing


def test_a_save_that_is_lost_is_never_called_saved(at_save, healthy):
    session = at_save.session
    session.update(callback_text=healthy["can"] + "/lost/user/softLogin")
    session.save.set_enable_open(True)
    before = stored(healthy)
    with drill(healthy, "can-save-lost"):
        at_save.press()
        at_save.press()
    assert session.message.code == "can.not_saved"
    assert "callback_url" in session.message.params["fields"]
    assert stored(healthy) == before
    assert not session.closing
    assert session.save.field_proofs() == {}


def test_a_server_that_shows_a_mask_gets_the_secret_and_never_the_mask(at_save, healthy):
    session = at_save.session
    session.update(callback_text=healthy["can"] + "/masked/user/softLogin")
    session.save.set_enable_open(True)
    with drill(healthy, "can-masked-secret"):
        at_save.press()
        assert {c.field: c.act for _, c in session.save.rows}["app_secret"] is Act.REPLACE
        at_save.press()
        assert session.message.code == "saved", session.message
        assert stored(healthy)["app_secret"] == healthy["app_secret"]
        # The same setting again: what we wrote ourselves is recognised by its version.
        session.update(targets=frozenset({Target.CAN, Target.BY_HAND}))
        at_save.press()
        assert session.message.code == "nothing_to_save"


def test_a_key_without_rights_is_told_and_nothing_is_written(at_save, healthy):
    before = stored(healthy)
    with drill(healthy, "can-not-admin"):
        at_save.press()
    session = at_save.session
    assert session.message.severity is Severity.ERROR
    assert session.message.code == "can.forbidden"
    assert stored(healthy) == before
    assert session.step is Step.SAVE


@pytest.mark.parametrize("api", ["none", "html", "error"])
def test_a_can_without_the_profile_ends_by_hand_with_everything_stated(healthy, sit, api):
    admin = sit(healthy)
    can_is(healthy, api=api)
    before = writes(healthy)
    try:
        session = admin.walk(Step.SAVE)
        assert session.prerequisites.offer.fits is False
        assert session.save.offered == (Target.BY_HAND, Target.FILE)
        assert session.save.reveal_secret().reveal() == healthy["app_secret"]
        for name in HAND_FIELDS:
            session.save.set_stated(name, True)
        admin.press()
    finally:
        can_is(healthy, api="rest")
    assert session.step is Step.TEST
    assert writes(healthy) == before
    assert set(session.save.field_proofs().values()) == {Proof.STATED}
    assert {w.proof for w in session.finish.words} == {Proof.STATED}


@pytest.mark.parametrize("plain", [False, True], ids=["references", "plain"])
def test_without_can_the_file_is_complete(healthy, sit, tmp_path, plain):
    admin = sit(healthy)
    session = admin.session
    admin.fill()
    session.prerequisites.set_no_can(True)
    for _ in range(3):
        admin.press()
    assert session.step is Step.SAVE, session.message
    path = tmp_path / "prepared.toml"
    session.save.set_file_path(str(path))
    session.save.set_file_plain(plain)
    admin.press()
    assert not path.exists()
    admin.press()
    assert session.message.code == "saved", session.message
    text = path.read_text()
    assert (healthy["app_secret"] in text) is plain
    assert path.stat().st_mode & 0o777 == 0o600
    assert f'app_id = "{healthy["app_id"]}"' in text
    assert session.save.field_proofs() == {}  # a file configures no server
    session.keeping.open_file(str(path))
    admin.settle()
    assert session.credentials.app_id.value == healthy["app_id"]
    assert session.prerequisites.can_origin == ""
    admin.press()
    admin.press()
    assert session.step is Step.PERMISSIONS, session.message  # the secret was found again


# -- sending --------------------------------------------------------------------------


def reach_test(admin, practice):
    session = admin.walk(Step.SAVE)
    session.save.choose(Target.BY_HAND, True)
    session.save.choose(Target.CAN, False)
    admin.press()
    assert session.step is Step.TEST
    return session


def test_recipients_of_every_kind_and_one_nobody_knows(healthy, sit):
    admin = sit(healthy)
    session = reach_test(admin, healthy)
    people = [
        p
        for p in healthy.state()["people"]
        if p["activated"] and not (p["resigned"] or p["frozen"])
    ]
    chat = healthy.state()["chats"][0]["chat_id"]
    named = [
        people[2]["email"],
        people[3]["mobile"],
        people[4]["open_id"][healthy["app_id"]],
        chat,
    ]
    session.test.set_recipients("；".join([*named, "user_id:" + people[5]["user_id"], "nobody"]))
    before = len(healthy.state()["messages"])
    admin.press()
    assert [u.recipient.value for u in session.test.unresolved] == ["nobody"]
    assert len(session.test.resolved) == 5
    admin.press()
    assert len(healthy.state()["messages"]) == before + 5
    assert not session.test.proves_push  # none of them was addressed as CAN does
    push = next(w for w in session.finish.words if w.capability == "push")
    assert push.proof is not Proof.PROVEN
    assert session.verb().params == {"count": "1"}


def test_outside_the_availability_is_told_with_its_code(healthy, sit):
    admin = sit(healthy)
    session = reach_test(admin, healthy)
    outside = healthy.state()["named"]["outside"]
    session.test.set_recipients(outside["user_id"])
    with drill(healthy, "recipient-outside"):
        admin.press()
        admin.press()
    [refused] = session.test.deliveries
    assert refused.state is DeliveryState.REFUSED
    assert refused.code == "feishu.230013"
    assert session.message.code == "some_not_delivered"
    session.test.send(only_failed=True)
    admin.settle()
    assert [d.state for d in session.test.deliveries] == [DeliveryState.DELIVERED]
    assert session.message.code == "all_delivered"


def test_without_a_bot_nothing_is_delivered(healthy, sit):
    admin = sit(healthy)
    session = reach_test(admin, healthy)
    session.test.set_recipients(healthy.state()["people"][6]["user_id"])
    before = len(healthy.state()["messages"])
    with drill(healthy, "no-bot"):
        admin.press()
        admin.press()
    assert [d.state for d in session.test.deliveries] == [DeliveryState.REFUSED]
    assert len(healthy.state()["messages"]) == before
    push = next(w for w in session.finish.words if w.capability == "push")
    assert push.proof is not Proof.PROVEN


# -- forgetting -----------------------------------------------------------------------


def test_forgetting_leaves_nothing_and_the_next_start_offers_nothing(healthy, sit):
    admin = sit(healthy)
    session = admin.walk(Step.PERMISSIONS)
    session.keeping.now()
    admin.settle()
    assert healthy["app_id"].encode() in admin.written()
    session.keeping.forget()
    admin.settle()
    assert session.message.code == "forgotten", session.message
    admin.close()
    assert healthy["app_id"].encode() not in admin.written()
    again = sit(healthy)
    assert again.session.message is None


def test_a_secret_in_a_chosen_file_is_found_the_next_day(healthy, sit):
    first = sit(healthy)
    first.fill()
    first.press()
    first.session.credentials.set_place(Place.FILE)
    first.press()
    ref = first.session.answers.ref("app_secret")
    assert ref.startswith("file:")
    assert Path(ref.removeprefix("file:")).stat().st_mode & 0o777 == 0o600
    first.close()
    second = sit(healthy)
    second.act("resume")
    second.session.go(Step.CREDENTIALS)
    second.press()
    assert second.session.step is Step.PERMISSIONS, second.session.message

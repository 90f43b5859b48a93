"""The ledger on a real sandbox: what is kept of a proof, and what is said to have changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import Basis, BasisPart, Entry
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.proofs import standing
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.check_permissions import check_permissions
from feishu_wizard.operations.forget_setup import forget_setup
from feishu_wizard.operations.ledger import check_now, entries, look, note
from tests.unit.operations.app_change_practice import replace_struct
from tests.unit.operations.permissions.matrix import Row
from tests.unit.operations.permissions.practice_app import counted, make

CHECK = "capability.push"
SEEN = Evidence("POST", "open.feishu.cn", "/open-apis/im/v1/messages", 200, 0, "", "20260303LOG")
HEALTHY = Row("released", "granted", True, "all", True, "all")
OTHER = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
PARTS = {part.value for part in BasisPart}


def entry(**more):
    at = "2026-03-03T08:00:00Z"
    return Entry(CHECK, "ledger.delivered_as_can", at, evidence=SEEN, **more)


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox("--users", "12", "--departments", "2")


class Proven:
    """An app of its own whose push was proven just now, and a person's hands in its console."""

    def __init__(self, practice, perform, kit):
        self.practice, self.perform, self.kit = practice, perform, kit

    def does(self, action, **body):
        return self.practice.control(action, self.kit.setup.feishu.app_id, **body)

    def released(self, **body):
        self.does("release", **body)
        self.does("approve")

    def now(self, kit=None):
        return self.perform(lambda place: check_now(place, kit or self.kit, silent))

    def since(self, kit=None):
        """By part, what changed since the proof."""
        return {d.part: d for d in standing(self.now(kit), CHECK).since}

    @property
    def calls(self):
        return counted(self.practice, self.kit)


@pytest.fixture
def proven(practice, perform):
    kit = make(practice, HEALTHY, "permission.send_message")

    async def prove(place):
        await check_now(place, kit, silent)
        note(place, kit, entry())

    perform(prove)
    return Proven(practice, perform, kit)


# -- what is kept -----------------------------------------------------------------------


def test_a_proof_keeps_what_was_in_force(proven):
    [kept] = proven.perform(lambda place: as_read(place, proven.kit))
    assert replace(kept, basis=Basis()) == entry()
    assert set(kept.basis.parts) == PARTS
    assert kept.basis.version == "1.0.0"
    assert kept.basis.parts["range"] == "all"
    assert kept.basis.parts["availability"] == "all"
    assert "im:message:send_as_bot" in kept.basis.parts["permissions"].split()


async def as_read(place, kit):
    return entries(place, kit)


def test_the_secret_is_kept_as_a_salted_fingerprint_only(proven, tmp_path):
    secret = proven.kit.secrets[APP_SECRET].reveal()
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"ledger.delivered_as_can" in held
    assert secret.encode() not in held
    one, other = (
        noted(proven.perform, replace_id(proven.kit, setup_id)).basis.parts["secret"]
        for setup_id in ("aaaaaa", "bbbbbb")
    )
    assert one != other


def replace_id(kit, setup_id):
    return replace(kit, setup=replace_struct(kit.setup, id=setup_id))


def noted(perform, kit, made=None):
    """Note without any call before, and return what was kept."""

    async def work(place):
        note(place, kit, made or entry())
        return entries(place, kit)[-1]

    return perform(work)


def test_without_a_reading_it_rests_on_setup_and_secret(proven):
    before = proven.calls
    kept = noted(proven.perform, proven.kit)
    assert set(kept.basis.parts) == {"setup", "secret"}
    assert proven.calls == before


def test_the_reading_of_a_check_of_this_run_is_used(proven):
    async def work(place):
        await check_permissions(place, proven.kit, frozenset(), silent)
        before = proven.calls
        note(place, proven.kit, entry())
        assert proven.calls == before
        return entries(place, proven.kit)

    first, second = proven.perform(work)
    assert second.basis == first.basis  # read by another check, and the same


def test_an_own_basis_is_kept(proven):
    own = Basis({"version": "oav_own", "setup": "f"}, "9.9.9")
    kept = noted(proven.perform, proven.kit, entry(basis=own))
    assert (kept.basis.parts["version"], kept.basis.version) == ("oav_own", "9.9.9")
    assert kept.basis.parts["setup"] == "f"


def test_a_setup_without_an_id_has_no_ledger(proven, perform):
    nameless = replace_id(proven.kit, "")

    async def work(place):
        note(place, nameless, entry())
        return entries(place, nameless)

    assert perform(work) == ()


def test_it_is_forgotten_with_the_setup(proven):
    proven.perform(lambda place: forget_setup(place, proven.kit))
    assert proven.perform(lambda place: look(place, proven.kit)).entries == ()


# -- what changed since -----------------------------------------------------------------


def test_nothing_changed_in_six_calls(proven):
    before = proven.calls
    found = proven.now()
    assert proven.calls - before == 6
    assert found.since == {CHECK: ()}
    assert found.unread == ()
    assert found.checked_at


def test_a_look_calls_nobody(proven):
    before = proven.calls
    found = proven.perform(lambda place: look(place, proven.kit))
    assert proven.calls == before
    assert (found.since, found.checked_at, found.unread) == ({CHECK: ()}, "", ())
    assert [one.evidence for one in found.entries] == [SEEN]


def test_another_version(proven):
    proven.released(version="1.0.3")
    [(part, found)] = proven.since().items()
    assert (part, found.before, found.after) == (BasisPart.VERSION, "1.0.0", "1.0.3")


def test_a_permission_that_is_gone(proven):
    proven.does("grant", remove=["im:message:send_as_bot"])
    proven.released()
    found = proven.since()
    assert found[BasisPart.PERMISSIONS].before == "im:message:send_as_bot"
    assert found[BasisPart.PERMISSIONS].after == ""


def test_a_smaller_range_and_fewer_people(proven):
    some = proven.practice.state()["named"]["outside"]["user_id"]
    proven.does("range", type="some", users=[some], at_once=True)
    found = proven.since()
    assert set(found) == {BasisPart.RANGE}
    kind, person = found[BasisPart.RANGE].after.split()
    assert (kind, person[:3]) == ("part", "ou_")
    assert "availability" in proven.now().unread  # nobody below the root can be asked about


def test_the_app_is_there_for_fewer(proven):
    owner = proven.practice.state()["named"]["owner"]["user_id"]
    proven.does("availability", type="some", users=[owner], at_once=True)
    [(part, found)] = proven.since().items()
    assert (part, found.before) == (BasisPart.AVAILABILITY, "all")
    assert found.after in ("some", "none")


def test_another_secret(proven):
    other = proven.does("reset-secret")["app_secret"]
    kit = replace(proven.kit, secrets={APP_SECRET: Secret(other)})
    assert set(proven.since(kit)) == {BasisPart.SECRET}
    found = proven.perform(lambda place: look(place, kit))
    assert [d.part for d in found.since[CHECK]] == [BasisPart.SECRET]


def test_a_secret_that_is_not_in_force_is_said_and_not_compared(proven):
    kit = replace(proven.kit, secrets={APP_SECRET: Secret(OTHER)})
    with pytest.raises(FeishuError) as caught:
        proven.now(kit)
    assert caught.value.feishu_code == 10014


def test_another_can_makes_it_void_and_the_former_one_makes_it_count_again(proven):
    setup = proven.kit.setup
    office = replace_struct(setup.office, url="https://other.example.com")
    moved = replace(proven.kit, setup=replace_struct(setup, office=office))
    found = proven.perform(lambda place: look(place, moved))
    assert found.entries == ()
    assert standing(found, CHECK).void
    assert proven.perform(lambda place: look(place, proven.kit)).entries


def test_what_the_platform_does_not_tell_is_named(proven):
    proven.does("grant", remove=["application:application:self_manage"])
    proven.released()
    before = proven.calls
    found = proven.now()
    assert proven.calls - before <= 6
    assert set(found.unread) == {"version", "availability"}
    assert {d.part for d in found.since[CHECK]} == {BasisPart.PERMISSIONS}


def test_nothing_is_asked_twice_when_the_platform_is_busy(proven):
    """What is refused for speed is not read; the rest is."""
    with proven.practice.client(base_url=proven.practice["console"]) as client:
        client.post("/control/drills", json={"name": "rate-limited", "on": True})
        try:
            before = proven.calls
            found = proven.now()
            assert proven.calls - before <= 6
        finally:
            client.post("/control/drills", json={"name": "rate-limited", "on": False})
    assert not [d for d in found.since[CHECK] if d.part is BasisPart.SETUP]


def test_a_network_that_is_gone_is_raised(proven):
    feishu = replace_struct(proven.kit.setup.feishu, open_url="http://127.0.0.1:9")
    kit = replace(proven.kit, setup=replace_struct(proven.kit.setup, feishu=feishu))
    with pytest.raises(NetworkError):
        proven.now(kit)


def test_what_a_person_said_is_kept_as_stated(proven):
    said = Entry("capability.sso", "ledger.seen_20029", "2026-03-03", Proof.STATED, good=False)
    kept = noted(proven.perform, proven.kit, said)
    assert (kept.proof, kept.good) == (Proof.STATED, False)

"""A comparison against a sandbox: equal, changed in CAN, changed back; since when is told."""

from __future__ import annotations

import asyncio
import json

import pytest

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.drift import COMPARED, DriftLook, Side
from feishu_wizard.domain.progress import silent
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.diagnose import diagnose
from feishu_wizard.operations.drift import compare_now, last_drift
from feishu_wizard.operations.forget_setup import forget_setup
from feishu_wizard.text.words import finding_words
from tests.unit.operations.diagnose.practice_case import kit_of
from tests.unit.operations.diagnose.test_office_checks import put
from tests.unit.wizard.practice import drill

OTHER = "https://elsewhere.example.com/user/softLogin"


@pytest.fixture
def own(sandbox):
    return sandbox()


@pytest.fixture
def act(tmp_path):
    """Do something as a run of the program of its own."""

    def run(work):
        async def main():
            async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
                return await work(place)

        return asyncio.run(main())

    return run


def compared(act, kit) -> DriftLook:
    return act(lambda place: compare_now(place, kit, silent))


def test_since_when_can_says_something_else(own, act, tmp_path):
    kit = kit_of(own)
    first = compared(act, kit)
    assert first.equal
    assert first.read == frozenset(Side)
    app = own.state()["can"]["settings"]["feishu"]
    put(own, app_id=app["app_id"], app_secret=app["app_secret"], callback=OTHER, enabled="on")
    changed = compared(act, kit)
    [drift] = changed.drifts
    assert (drift.field, dict(drift.values)[Side.CAN]) == ("callback_url", OTHER)
    assert (drift.before, drift.since) == (first.at, changed.at)
    again = act(lambda place: diagnose(place, kit, Question(), silent))
    found = again.finding("can.saved")
    assert found.params["differs_since"] == changed.at
    assert "different since" in finding_words(found).cause
    assert act(lambda place: last_drift(place, kit.setup.id)).drifts[0].since == changed.at
    kept = (tmp_path / "state" / "comparisons" / f"{kit.setup.id}.json").read_bytes()
    assert app["app_secret"].encode() not in kept
    assert json.loads(kept)["schema"] == "feishu-wizard/comparison/1"
    put(
        own,
        app_id=app["app_id"],
        app_secret=app["app_secret"],
        callback=app["callback_url"],
        enabled="on",
    )
    assert compared(act, kit).equal


def test_a_comparison_writes_nothing_elsewhere_and_stays_within_few_calls(own, act):
    kit, before = kit_of(own), own.state()
    made = act(lambda place: diagnose(place, kit, Question(only=COMPARED), silent))
    assert 0 < made.feishu_calls <= 8
    after = own.state()
    known = ("app_id", "app_secret", "callback_url", "enabled", "version")
    was, now = (state["can"]["settings"]["feishu"] for state in (before, after))
    assert [was[name] for name in known] == [now[name] for name in known]


def test_a_wrong_secret_is_a_difference_to_the_platform(own, act):
    kit = kit_of(own)
    compared(act, kit)
    with drill(own, "wrong-secret"):
        look = compared(act, kit)
    assert "app_secret" in {d.field for d in look.drifts}
    assert Side.PLATFORM in look.read
    assert compared(act, kit).equal


def test_nothing_read_leaves_the_last_comparison(own, act):
    kit = kit_of(own)
    first = compared(act, kit)
    act(lambda place: diagnose(place, kit, Question(offline=True), silent))
    assert act(lambda place: last_drift(place, kit.setup.id)) == first


def test_forgotten_with_the_setup(own, act, tmp_path):
    kit = kit_of(own)
    compared(act, kit)
    act(lambda place: forget_setup(place, kit))
    assert act(lambda place: last_drift(place, kit.setup.id)) == DriftLook()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema":"feishu-wizard/comparison/9"}'])
def test_a_damaged_file_is_replaced_by_the_next_comparison(own, act, tmp_path, content):
    kit = kit_of(own)
    folder = tmp_path / "state" / "comparisons"
    folder.mkdir(parents=True)
    path = folder / f"{kit.setup.id}.json"
    path.write_bytes(content)
    assert act(lambda place: last_drift(place, kit.setup.id)) == DriftLook()
    assert compared(act, kit).at
    assert act(lambda place: last_drift(place, kit.setup.id)).at

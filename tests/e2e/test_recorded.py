"""Recordings of a real browser, on pages of three differently built servers, become profiles that
work; and nothing of a session or a secret is in what is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.recording.model import Derived, Recording, Typed
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.states import Target
from feishu_wizard.operations import deployments, import_profile, learn_answer
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.save_setup import plan_saves, save_all
from tests.e2e.browser import Browser
from tests.e2e.devtools import OLDEST, DevTools, chromium_version
from tests.e2e.settings_pages import SITES, Site, stored
from tests.peers.serving import hosted

APP_ID = "cli_a8c029e757e6500b"
OLD, NEW = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E", "Zz9yXw8vUt7sRq6pOn5mLk4jIh3gFeDc"
CALLBACK = "https://can.example.com/user/softLogin"
ELSEWHERE = "https://can.example.com/user/elsewhere"


@dataclass
class Recorded:
    """A site, still served, and what the developer tools exported of it."""

    site: Site
    origin: str
    har: str
    har_with_secrets: str
    commands: Mapping[str, list[str]]


@pytest.fixture(scope="module", params=sorted(SITES))
def recorded(request, tmp_path_factory):
    """An administrator opens the page, saves the same values, and turns the switch once."""
    if chromium_version() < OLDEST:
        pytest.skip(f"the developer tools of Chromium before {OLDEST} export in another way")
    site, folder = SITES[request.param](), tmp_path_factory.mktemp("chromium")
    stored(site, APP_ID, OLD, CALLBACK)
    with hosted() as host:
        host.put(site)  # a site answers as its peer does
        with Browser(folder) as browser:
            browser.open("about:blank")
            tools = DevTools(browser, folder)
            browser.open(host.origin + "/")
            browser.wait_for("#told", "shown")
            browser.fill("#app_secret", OLD)
            browser.press("#save")
            browser.wait_for("#told", "saved")
            if site.switches:
                browser.press("#enabled")
                browser.wait_for("#told", "switched")
            clean = tools.export(list(site.calls), sanitize=True)
            whole = tools.export(list(site.calls), sanitize=False)
        yield Recorded(site, host.origin, clean["har"], whole["har"], clean)


class Desk:
    """The program in a state folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def do(self, work: Any) -> Any:
        async def main() -> Any:
            program = Program(state_root=self.root, use_keyring=False)
            async with Workplace(program) as place:
                return await work(place)

        return asyncio.run(main())

    def kept(self) -> bytes:
        """Everything that the program has written."""
        return b"\n".join(p.read_bytes() for p in sorted(self.root.rglob("*")) if p.is_file())


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "desk")


def typed(site: Site) -> Typed:
    return Typed(APP_ID, CALLBACK if site.peer.has_callback else "", Secret(OLD))


def decided(recording: Recording, site: Site, **answers: str) -> Derived:
    """What a person does: answer what is asked with what is proposed, or with ``answers``."""
    given: dict[str, str] = {}
    for _round in range(12):
        found = import_profile.derived(recording, typed(site), given)
        if not found.questions:
            return found
        for question in found.questions:
            given[question.id] = answers.get(question.id) or question.proposed
            assert given[question.id], (question, "nobody can answer this")
    raise AssertionError(found.questions)


def kit_of(recorded: Recorded, profile_id: str, declares: Any, **changes: Any) -> Kit:
    """A setup that is saved through a profile; the session is pasted for this run."""
    site = recorded.site
    office = Office(url=recorded.origin, profile=profile_id, callback_url=CALLBACK)
    setup = Setup(id="k3v9q2", feishu=Feishu(app_id=APP_ID), office=office)
    # A token against forgery that is sent beside the session is asked for on its own.
    forgery = dict(c.partition("=")[::2] for c in site.session.split("; ")).get("csrf", "")
    secrets = {
        f"can_{one.name}": Secret(forgery if "csrf" in one.name else site.session)
        for one in declares
        if one.secret
    }
    kit = Kit(setup, {APP_SECRET: Secret(OLD), **secrets}, api_base=recorded.origin)
    return replace(kit, **changes)


async def learned(
    place: Workplace, recorded: Recorded, recording: Recording, found: Derived
) -> Recording:
    look = deployments.look_at(import_profile.profile_bytes(found), "", place)
    kit = kit_of(recorded, look.id, look.declares)
    return await learn_answer.learn_answer(place, kit, recording, found)


def read(desk: Desk, text: str) -> Recording:
    return desk.do(lambda place: import_profile.read_recording(place, text=text, report=silent))


def works(desk: Desk, recorded: Recorded, found: Derived) -> None:
    """Trust it, try it, save another secret and callback through it, switch it off and on."""
    site, peer = recorded.site, recorded.site.peer
    look = desk.do(lambda place: import_profile.keep(place, found, typed(site)))
    kit = kit_of(recorded, look.id, look.declares)
    tried = desk.do(lambda place: deployments.try_profile(place, kit, look.id))
    assert tried.fits, tried
    callback = ELSEWHERE if peer.has_callback else CALLBACK
    office = msgspec.structs.replace(kit.setup.office, callback_url=callback)
    setup = msgspec.structs.replace(kit.setup, office=office)
    peer.pairs[APP_ID] = NEW
    wanted = replace(kit, setup=setup, secrets={**kit.secrets, APP_SECRET: Secret(NEW)})
    before = peer.now.extra
    for turn in (False, True) if site.switches else (True,):
        saved = save(desk, replace(wanted, enable=turn))
        assert all(result.written for result in saved)
        assert (peer.now.app_id, peer.now.app_secret) == (APP_ID, NEW)
        assert peer.now.callback == (callback if peer.has_callback else "")
        assert peer.now.enabled is turn or not site.switches
    assert peer.now.extra == before  # what the profile does not manage is still there
    assert set(peer.refusals) <= {"path"}  # what a browser asks for besides
    stored(site, APP_ID, OLD, CALLBACK)


def save(desk: Desk, kit: Kit) -> Any:
    async def work(place: Workplace) -> Any:
        plans = await plan_saves(place, kit, (Target.CAN,), silent)
        return await save_all(place, kit, plans, silent)

    return desk.do(work)


def holds_nothing(desk: Desk, recorded: Recorded, *texts: str) -> None:
    """No session, no secret: not in the profile, the log, the journal, nor what was said."""
    kept = desk.kept() + "\n".join(texts).encode()
    assert kept
    for secret in (*recorded.site.secrets, recorded.site.session, OLD, NEW):
        assert secret.encode() not in kept


@pytest.mark.parametrize("form", ["har", "har_with_secrets"])
def test_a_har_becomes_a_profile_that_works(recorded, desk, form):
    recording = read(desk, getattr(recorded, form))
    found = decided(recording, recorded.site)
    works(desk, recorded, found)
    holds_nothing(desk, recorded, json.dumps(found.document), repr(found), repr(recording))


@pytest.mark.parametrize("form", ["bash", "cmd"])
def test_curl_lines_become_a_profile_that_works(recorded, desk, form):
    recording = read(desk, "\n".join(recorded.commands[form]))
    first = decided(recording, recorded.site)
    assert recording.unanswered  # commands hold no answers: CAN is asked once
    written = len(recorded.site.peer.history)
    recording = desk.do(lambda place: learned(place, recorded, recording, first))
    assert len(recorded.site.peer.history) == written
    found = decided(recording, recorded.site)
    works(desk, recorded, found)
    holds_nothing(desk, recorded, json.dumps(found.document), repr(found), repr(recording))


def test_the_browser_leaves_credentials_out_of_a_sanitised_har(recorded):
    named = {name for har in (recorded.har, recorded.har_with_secrets) for name in headers(har)}
    if "cookie" in recorded.site.peer.headers:
        assert "cookie" in named
    assert not {"cookie", "set-cookie", "authorization"} & headers(recorded.har)


def headers(har: str) -> set[str]:
    """Names of all headers in a HAR."""
    sides = [
        side
        for one in json.loads(har)["log"]["entries"]
        for side in (one["request"], one["response"])
    ]
    return {pair["name"].lower() for side in sides for pair in side["headers"]}

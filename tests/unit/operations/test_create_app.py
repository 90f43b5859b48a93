"""Creating an app by scan: the waiting on a clock of its own, the rest on a real sandbox."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx

from feishu_wizard.domain.edition import Edition, Hosts
from feishu_wizard.domain.errors import NetworkError, WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.launch import decode_addons
from feishu_wizard.domain.scan import OtherBrand, Scanned, ScanOffer, ScanWish
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Setup
from feishu_wizard.operations import create_app
from feishu_wizard.services.feishu.registration import Polled

PATH = "/oauth/v1/app/registration"
SCOPES = ("im:message:send_as_bot", "contact:user.employee_id:readonly")
WISH = ScanWish(SCOPES, name="Numbers", description="Pushes alerts")
PUBLIC = Kit(Setup(network=Network(proxy="none")))
SECRET = "Vb7nQx2LkT9rWc4MsZ6pHd3JfG8aRe1Y"
APP_ID = "cli_b7d139f868f7611c"


# -- waiting, on a clock of its own -------------------------------------------------------


class Clock:
    """Time passes only while somebody sleeps."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds
        await asyncio.sleep(0)


class Script:
    """Registration that answers as told; every poll costs no time."""

    def __init__(self, *answers, lifetime=20.0, interval=5.0):
        self.answers = list(answers)
        self.offer = ScanOffer(
            "https://open.feishu.cn/page/launcher?user_code=ABCD-EFGH",
            "ABCD-EFGH",
            lifetime,
            interval,
            Secret("device-code-of-a-script"),
        )
        self.polls = []
        self.silent_init = False

    async def supported(self, http, hosts):
        if self.silent_init:
            raise NetworkError("net.not_json", {"host": "accounts.feishu.cn"})
        return True

    async def begin(self, http, hosts):
        return self.offer

    async def poll(self, http, hosts, code, *, switched=False):
        self.polls.append((hosts.accounts, code.reveal(), switched))
        answer = self.answers.pop(0) if self.answers else Polled("pending")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(create_app, "time", SimpleNamespace(monotonic=made.monotonic))
    monkeypatch.setattr(
        create_app, "asyncio", SimpleNamespace(sleep=made.sleep, to_thread=asyncio.to_thread)
    )
    return made


@pytest.fixture
def play(monkeypatch, perform, clock):
    """Run a script to its end: ``play(script)``; what was told is in ``play.told``."""

    def run(script, *, kit=PUBLIC, resume=None):
        monkeypatch.setattr(create_app, "registration", script)
        run.told = []
        return perform(lambda place: create_app.scan(place, kit, WISH, run.told.append, resume))

    return run


def done(brand="feishu"):
    return Polled("done", APP_ID, Secret(SECRET), "ou_1", brand)


def lost():
    return NetworkError("net.timeout", {"host": "accounts.feishu.cn"})


def test_it_polls_at_the_interval_and_five_seconds_slower_when_asked(play, clock):
    script = Script(Polled("pending"), Polled("slow_down"), Polled("pending"), done(), lifetime=60)
    result = play(script)
    assert isinstance(result, Scanned)
    assert (result.app_id, result.secret.reveal(), result.open_id) == (APP_ID, SECRET, "ou_1")
    assert result.edition is Edition.FEISHU
    assert clock.slept == [5.0, 5.0, 10.0, 10.0]


def test_the_link_asks_for_a_new_app_with_exactly_the_wish(play):
    play(Script(done()))
    query = parse_qs(urlsplit(play.told[0].offer.url).query)
    assert query["user_code"] == ["ABCD-EFGH"]
    assert (query["name"], query["desc"]) == (["Numbers"], ["Pushes alerts"])
    assert (query["createOnly"], query.get("clientID")) == (["true"], None)
    assert decode_addons(query["addons"][0]) == {
        "preset": False,
        "scopes": {"tenant": list(SCOPES)},
    }


def test_a_lost_network_is_told_and_survived(play):
    result = play(Script(lost(), lost(), Polled("pending"), done()))
    assert isinstance(result, Scanned)
    troubles = [news.trouble.code if news.trouble else "" for news in play.told]
    assert troubles == ["", "net.timeout", "net.timeout", ""]
    assert [news.offer.lifetime for news in play.told] == [20.0, 15.0, 10.0, 5.0]


def test_without_a_decision_the_code_expires_after_one_last_look(play, clock):
    script = Script(lifetime=12.0)
    with pytest.raises(WizardError, match=r"scan\.expired"):
        play(script)
    assert clock.slept == [5.0, 5.0, 2.0]
    assert len(script.polls) == 3


def test_somebody_may_confirm_in_the_last_second(play):
    assert isinstance(play(Script(Polled("pending"), done(), lifetime=7.0)), Scanned)


def test_a_network_that_stays_lost_ends_with_the_code(play):
    with pytest.raises(WizardError, match=r"scan\.expired"):
        play(Script(*[lost() for _ in range(9)]))


@pytest.mark.parametrize(
    ("state", "code"),
    [("denied", "scan.denied"), ("expired", "scan.expired"), ("taken", "scan.taken")],
)
def test_every_refusal_has_its_code(play, state, code):
    with pytest.raises(WizardError) as caught:
        play(Script(Polled(state)))
    assert caught.value.code == code


def test_an_interval_of_nothing_does_not_hammer_the_host(play, clock):
    play(Script(Polled("pending"), done(), interval=0.0))
    assert clock.slept == [1.0, 1.0]


def test_where_the_first_question_is_not_understood_beginning_tells(play):
    script = Script(done())
    script.silent_init = True
    assert isinstance(play(script), Scanned)


def test_hosts_of_ones_own_have_no_other_brand(play):
    own = Feishu(
        edition=Edition.PRIVATE, open_url="https://f.example", accounts_url="https://a.example"
    )
    kit = Kit(Setup(feishu=own, network=Network(proxy="none")))
    script = Script(Polled("other_brand", brand="lark"))
    with pytest.raises(WizardError, match=r"scan\.wrong_brand") as caught:
        play(script, kit=kit)
    assert caught.value.params == {"edition": "lark"}
    assert [host for host, *_ in script.polls] == ["https://a.example"]
    assert play(Script(done("lark")), kit=kit).edition is None  # whatever it calls itself


def test_a_wait_is_cancelled_at_once(monkeypatch, perform):
    monkeypatch.setattr(create_app, "registration", Script(interval=3600.0, lifetime=3600.0))

    async def cancelled(place):
        shown = asyncio.Event()
        work = create_app.scan(place, PUBLIC, WISH, lambda news: shown.set())
        task = asyncio.create_task(work)
        await shown.wait()
        task.cancel()
        await asyncio.wait([task], timeout=0.1)
        return task.cancelled()

    assert perform(cancelled)


# -- the other brand, on the wire -----------------------------------------------------------


def _mock_feishu(router, polled):
    begun = {
        "device_code": "device-code-on-the-wire",
        "user_code": "WXYZ-2345",
        "verification_uri_complete": "https://open.feishu.cn/page/launcher?user_code=WXYZ-2345",
        "interval": 1,
        "expires_in": 600,
    }
    answers = {
        "init": httpx.Response(200, json={"supported_auth_methods": ["client_secret"]}),
        "begin": httpx.Response(200, json=begun),
        "poll": polled,
    }

    def answer(request):
        form = parse_qs(request.content.decode())
        return answers[form["action"][0]]

    return router.post(f"https://accounts.feishu.cn{PATH}").mock(side_effect=answer)


@respx.mock
def test_nothing_goes_to_the_other_brand_before_the_admin_agreed(perform, clock):
    waiting = {"error": "authorization_pending", "user_info": {"tenant_brand": "lark"}}
    _mock_feishu(respx, httpx.Response(400, json=waiting))
    result = {"client_id": APP_ID, "client_secret": SECRET, "user_info": {"tenant_brand": "lark"}}
    lark = respx.post(f"https://accounts.larksuite.com{PATH}").mock(
        side_effect=[httpx.Response(400, json=waiting), httpx.Response(200, json=result)]
    )
    told = []
    found = perform(lambda place: create_app.scan(place, PUBLIC, WISH, told.append))
    assert isinstance(found, OtherBrand)
    assert (found.edition, found.offer.lifetime) == (Edition.LARK, 599.0)
    assert not lark.called
    before = len(respx.calls)
    agreed = perform(lambda place: create_app.scan(place, PUBLIC, WISH, told.append, found))
    assert isinstance(agreed, Scanned)
    assert (agreed.app_id, agreed.edition) == (APP_ID, Edition.LARK)
    hosts = {call.request.url.host for call in list(respx.calls)[before:]}
    assert hosts == {"accounts.larksuite.com"}
    forms = [parse_qs(call.request.content.decode()) for call in lark.calls]
    poll = {"action": ["poll"], "device_code": ["device-code-on-the-wire"]}
    assert forms == [poll, poll]


# -- on a real sandbox, over HTTP -------------------------------------------------------------


@pytest.fixture(scope="module")
def practice(module_sandbox):
    """A tenant in which a scan is polled once a second."""
    made = module_sandbox()
    _tenant(made, poll_seconds=1)
    return made


def _tenant(practice, **settings):
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/tenant", json=settings).raise_for_status()


def _phone(practice, verb, code, **body):
    with practice.client(base_url=practice["console"]) as client:
        return client.post(f"/control/registration/{code}/{verb}", json=body)


def _kit(practice):
    own = Feishu(
        edition=Edition.PRIVATE, open_url=practice["feishu"], accounts_url=practice["accounts"]
    )
    return Kit(Setup(feishu=own, network=Network(proxy="none")))


@pytest.fixture
def scanned(perform, practice):
    """Scan for a wish while ``phone(offer)`` is called once with the code that is shown."""

    def run(phone, wish=WISH):
        def report(news):
            if not run.offers:
                run.offers.append(news.offer)
                phone(news.offer)

        run.offers = []
        return perform(lambda place: create_app.scan(place, _kit(practice), wish, report))

    return run


def test_a_scan_makes_a_new_app_with_what_was_asked_for(scanned, practice, tmp_path):
    before = practice.state()["apps"]

    def approve(offer):
        answer = _phone(practice, "approve", offer.user_code, url=offer.url)
        assert answer.status_code == 200, answer.text

    result = scanned(approve)
    after = practice.state()["apps"]
    assert result.app_id not in before
    made = after[result.app_id]
    assert (made["name"], made["source"]) == ("Numbers", "scan")
    assert set(made["scopes"]["tenant"]) == set(SCOPES)
    assert not made["scopes"]["user"]
    assert result.open_id.startswith("ou_")
    assert result.edition is None  # the sandbox's own hosts, whatever brand they call themselves
    # Create-only: whatever somebody taps, the app that was there before is as it was.
    old = practice["app_id"]
    assert after[old] == before[old]
    written = b"".join(p.read_bytes() for p in (tmp_path / "state").rglob("*") if p.is_file())
    offer = scanned.offers[0]
    for hidden in (result.secret.reveal(), offer.device_code.reveal(), offer.user_code):
        assert hidden.encode() not in written


def test_the_link_of_a_new_app_cannot_be_turned_on_an_existing_one(scanned, practice):
    old = practice["app_id"]
    before = practice.state()["apps"][old]

    def approve(offer):
        url = f"{offer.url}&clientID={old}"
        assert _phone(practice, "approve", offer.user_code, url=url).status_code == 200

    assert scanned(approve).app_id != old
    assert practice.state()["apps"][old] == before


def test_a_scan_completes_this_very_app(scanned, practice):
    app_id = practice["app_id"]
    wish = ScanWish(("im:message.urgent",), app_id=app_id)

    def approve(offer):
        assert "createOnly" not in offer.url
        assert _phone(practice, "approve", offer.user_code, url=offer.url).status_code == 200

    assert scanned(approve, wish).app_id == app_id


def test_declined_on_the_phone(scanned, practice):
    with pytest.raises(WizardError, match=r"scan\.denied"):
        scanned(lambda offer: _phone(practice, "deny", offer.user_code))


def test_expired_on_the_way(scanned, practice):
    with pytest.raises(WizardError, match=r"scan\.expired"):
        scanned(lambda offer: _phone(practice, "expire", offer.user_code))


def test_a_short_life_is_obeyed(scanned, practice):
    _tenant(practice, registration_seconds=2)
    try:
        with pytest.raises(WizardError, match=r"scan\.expired"):
            scanned(lambda offer: None)
    finally:
        _tenant(practice, registration_seconds=600)
    assert scanned.offers[0].lifetime <= 2.0


def test_another_program_took_the_result(scanned, practice):
    def steal(offer):
        assert _phone(practice, "approve", offer.user_code, url=offer.url).status_code == 200
        form = {"action": "poll", "device_code": offer.device_code.reveal()}
        with practice.client(base_url=practice["accounts"]) as client:
            assert client.post(PATH, data=form).json()["client_id"]

    with pytest.raises(WizardError, match=r"scan\.taken"):
        scanned(steal)


def test_a_tenant_that_does_not_offer_it(scanned, practice):
    _tenant(practice, registration="closed")
    try:
        with pytest.raises(WizardError, match=r"scan\.not_offered"):
            scanned(lambda offer: None)
    finally:
        _tenant(practice, registration="open")
    assert scanned.offers == []


def test_a_host_without_registration_is_no_lost_network(perform, practice):
    own = Feishu(edition=Edition.PRIVATE, open_url=practice["feishu"], accounts_url=practice["can"])
    kit = Kit(Setup(feishu=own, network=Network(proxy="none")))
    with pytest.raises(WizardError) as caught:
        perform(lambda place: create_app.scan(place, kit, WISH, lambda news: None))
    assert caught.value.code == "scan.not_offered"


def test_hosts_are_named_for_what_they_are():
    assert PUBLIC.setup.feishu.hosts == Hosts(
        "https://open.feishu.cn", "https://accounts.feishu.cn"
    )

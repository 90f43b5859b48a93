"""Signing in on a real sandbox: by a code, in the browser, and what a person saw at CAN's own."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from feishu_wizard.domain.errors import InputError, NetworkError, WizardError
from feishu_wizard.domain.finding import Evidence, Proof, Status
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.sign_in import LISTENER_PATH, Seen, SignInOffer, SignInWay
from feishu_wizard.operations import rehearse_login
from feishu_wizard.operations.compare_accounts import read_accounts_file
from feishu_wizard.operations.ledger import entries
from feishu_wizard.operations.rehearse_login import (
    can_authorize_url,
    check_urls,
    note_seen,
    register_listener,
    remove_listener,
    sign_in,
    what_was_seen,
)
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.oauth import Polled, UserInfo, UserToken
from feishu_wizard.services.storage.logs import FILE_NAME
from tests.e2e.visitor import Visitor
from tests.unit.operations.app_change_practice import CALLBACK, PracticeApp, post

USER_ID = "contact:user.employee_id:readonly"


@pytest.fixture
def port():
    """A free port: the usual one may be taken on the machine of whoever runs the tests."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def released(app):
    """Released to everybody, and it tells the user ID."""
    app.does("grant", scopes=[USER_ID])
    app.does("bot", enable=True)
    app.does("availability", type="all")
    app.does("release", note="First version")
    app.does("approve")
    return app


@pytest.fixture
def kit(released):
    """The kit with a setup id: without one there is no ledger."""
    return replace(released.kit, setup=msgspec.structs.replace(released.kit.setup, id="k3v9q2"))


@pytest.fixture
def on_phone(tenant):
    """Decide about a code on the phone: ``on_phone("approve", person=...)`` makes a report."""

    def decide(verb, **body):
        def report(progress):
            report.told.append(progress)
            offer = getattr(progress, "offer", None)
            if offer is not None and not report.offers:
                report.offers.append(offer)
                post(tenant, f"device/{offer.user_code}/{verb}", **body)

        report.told, report.offers = [], []
        return report

    return decide


@pytest.fixture
def in_browser(tenant):
    """Open the page in a browser of one's own: ``in_browser("refuse")`` makes a report.

    ``report.ended()`` gives the page that the browser ended on, or raises what went wrong there.
    """
    with ThreadPoolExecutor(1) as pool:

        def visit(button=""):
            def report(progress):
                offer = getattr(progress, "offer", None)
                if offer is not None:
                    report.offers.append(offer)
                    report.ended = pool.submit(work, offer).result

            def work(offer):
                return Visitor(tenant).open(offer.url).press(button or report.person)

            report.offers, report.person = [], person_of(tenant)
            return report

        yield visit


def person_of(tenant, nth=0):
    """The nth person that the sign-in page offers."""
    with tenant.client() as client:
        reply = client.get(
            tenant["accounts"] + "/open-apis/authen/v1/authorize",
            params={
                "client_id": tenant["app_id"],
                "response_type": "code",
                "redirect_uri": tenant["can"] + "/user/softLogin",
            },
        )
    return reply.text.split('name="person" value="')[nth + 1].partition('"')[0]


@pytest.fixture(scope="module", autouse=True)
def page_of_the_first_app(tenant):
    """The practice app of a fresh tenant, so that its page shows who there is."""
    tenant.control("redirect-url", add=[tenant["can"] + "/user/softLogin"])
    tenant.control("availability", type="all")
    tenant.control("release", note="First version")
    tenant.control("approve")


def registered(app, port):
    app.does("redirect-url", add=[f"http://127.0.0.1:{port}{LISTENER_PATH}", CALLBACK])


@pytest.fixture
def ready(released, port):
    """The port of a listener whose address is registered."""
    registered(released, port)
    return port


# -- by a code ----------------------------------------------------------------------------


def test_by_a_code_somebody_signs_in_and_it_is_proven(kit, perform, on_phone, tenant):
    who, report = person_of(tenant), on_phone("approve", person=person_of(tenant))
    result = perform(lambda place: sign_in(place, kit, None, 1, report))
    assert result.way is SignInWay.DEVICE
    assert result.user_id == who
    assert result.name
    assert result.open_id.startswith("ou_")
    assert {"user_id", "name", "open_id"} <= result.fields
    assert "mobile" not in result.fields  # its permission is missing, and no error says so
    assert (result.account, result.matches) == ("", None)
    assert result.findings == ()
    assert [e.path for e in result.evidence] == [
        "/open-apis/authen/v2/oauth/token",
        "/open-apis/authen/v1/user_info",
    ]
    offer = report.offers[0]
    assert offer.url.endswith(offer.user_code)
    assert offer.seconds == 240
    kept = perform(lambda place: _entries(place, kit))
    assert [(e.check_id, e.what, e.proof, e.good) for e in kept] == [
        ("capability.sso", "ledger.signed_in", Proof.PROVEN, True)
    ]
    assert kept[0].evidence.path == "/open-apis/authen/v1/user_info"


async def _entries(place, kit):
    return entries(place, kit)


def test_declined_on_the_phone(kit, perform, on_phone):
    with pytest.raises(WizardError) as caught:
        perform(lambda place: sign_in(place, kit, SignInWay.DEVICE, 1, on_phone("deny")))
    assert caught.value.code == "sign_in.denied"
    assert perform(lambda place: _entries(place, kit)) == ()


def test_a_code_that_ran_out(kit, perform, on_phone):
    with pytest.raises(WizardError) as caught:
        perform(lambda place: sign_in(place, kit, None, 1, on_phone("expire")))
    assert caught.value.code == "sign_in.expired"


def test_somebody_outside_the_availability(app, perform, on_phone, tenant):
    """20010, of which the ledger keeps that it was tried."""
    app.does("release", note="First version")  # available to its owner only
    app.does("approve")
    kit = replace(app.kit, setup=msgspec.structs.replace(app.kit.setup, id="k3v9q3"))
    report = on_phone("approve", person=person_of(tenant, 5))
    with pytest.raises(WizardError) as caught:
        perform(lambda place: sign_in(place, kit, None, 1, report))
    assert caught.value.code == "feishu.20010"
    kept = perform(lambda place: _entries(place, kit))
    assert [(e.what, e.good) for e in kept] == [("ledger.signed_in_not", False)]


def test_without_the_user_id_it_says_which_permission_is_missing(app, perform, on_phone, tenant):
    app.does("availability", type="all")
    app.does("release", note="First version")
    app.does("approve")
    report = on_phone("approve", person=person_of(tenant))
    result = perform(lambda place: sign_in(place, app.kit, None, 1, report))
    assert result.user_id == ""
    assert [one.code for one in result.findings] == ["sign_in.no_user_id"]
    assert result.findings[0].params["name"] == result.name


def test_a_user_id_that_came_blank_is_no_missing_permission():
    values = {"user_id": "", "name": "Zhang San"}
    info = Answer(UserInfo(values, frozenset({"user_id", "name"})), Evidence())
    assert [one.code for one in rehearse_login._findings(info, None)] == ["sign_in.blank_user_id"]


def test_a_wrong_secret_is_told_by_the_login_host(kit, perform):
    wrong = replace(kit, secrets={APP_SECRET: Secret("another-secret-of-no-app-at-all-0")})
    with pytest.raises(WizardError) as caught:
        perform(lambda place: sign_in(place, wrong, None, 1))
    assert caught.value.code == "oauth.invalid_client"


def test_the_account_of_can_is_found_or_missed(kit, perform, on_phone, tenant, tmp_path):
    who = person_of(tenant)
    for name, expected in ((who, (who, True)), ("somebody-else", ("", False))):
        table = tmp_path / "accounts.csv"
        table.write_text(f"account,name\n{name},Zhang San\n", encoding="utf-8")

        async def both(place, table=table):
            await read_accounts_file(place, kit, str(table), lambda progress: None)
            return await sign_in(place, kit, None, 1, on_phone("approve", person=who))

        result = perform(both)
        assert (result.account, result.matches) == expected
        lacking = [one.code for one in result.findings]
        assert lacking == ([] if expected[1] else ["sign_in.no_account"])


# -- waiting, on a clock of its own -------------------------------------------------------


class Clock:
    """Time passes only while somebody sleeps."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def waited(monkeypatch):
    """Poll by a script: ``waited(*answers)`` gives the clock, the news and the end."""

    def run(*answers, seconds=20.0):
        clock, left, told = Clock(), list(answers), []
        monkeypatch.setattr(rehearse_login, "time", SimpleNamespace(monotonic=clock.monotonic))
        monkeypatch.setattr(rehearse_login, "asyncio", SimpleNamespace(sleep=clock.sleep))

        async def poll(*given):
            answer = left.pop(0) if left else Polled("pending")
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(rehearse_login.oauth, "poll_device", poll)
        desk = SimpleNamespace(http=None, hosts=None, pair=None, report=told.append)
        offer = SignInOffer(SignInWay.DEVICE, "https://x/", seconds, "A", Secret("dev-code-1"), 5.0)
        outcome = asyncio.run(_ended(rehearse_login._by_device(desk, offer)))
        return SimpleNamespace(clock=clock, told=told, outcome=outcome)

    return run


async def _ended(work):
    try:
        return await work
    except WizardError as error:
        return error


TOKEN = Answer(UserToken(Secret("a-user-token-of-a-script")), Evidence())


def test_it_polls_at_the_interval_and_five_seconds_slower_when_asked(waited):
    done = Polled("done", TOKEN)
    end = waited(Polled("pending"), Polled("slow_down"), Polled("pending"), done, seconds=60)
    assert end.outcome is TOKEN
    assert end.clock.slept == [5.0, 5.0, 10.0, 10.0]


def test_it_ends_with_the_code_and_asks_once_more_then(waited):
    end = waited(seconds=12.0)
    assert end.outcome.code == "sign_in.expired"
    assert end.clock.slept == [5.0, 5.0, 2.0]


def test_a_poll_that_is_lost_is_told_and_survived(waited):
    lost = NetworkError("net.timeout", {"host": "open.example.com"})
    end = waited(lost, Polled("done", TOKEN))
    assert end.outcome is TOKEN
    assert [news.finding.code for news in end.told if news.finding] == ["net.timeout"]


# -- in the browser -----------------------------------------------------------------------


def test_in_the_browser_somebody_signs_in(kit, perform, in_browser, ready):
    report = in_browser()
    result = perform(
        lambda place: sign_in(place, kit, SignInWay.BROWSER, ready, report, lang="zh_Hans")
    )
    assert result.way is SignInWay.BROWSER
    assert result.user_id == report.person
    query = parse_qs(urlsplit(report.offers[0].url).query)
    assert query["redirect_uri"] == [f"http://127.0.0.1:{ready}{LISTENER_PATH}"]
    assert query["code_challenge_method"] == ["S256"]
    assert "scope" not in query
    page = report.ended()
    assert page.url == f"http://127.0.0.1:{ready}/feishu-wizard/received"
    assert "可以关闭此窗口" in page.text
    assert "close this window" not in page.text


def test_where_no_code_is_offered_the_browser_is_taken(kit, perform, in_browser, ready, tenant):
    post(tenant, "tenant", device_grant="closed")
    try:
        result = perform(lambda place: sign_in(place, kit, None, ready, in_browser()))
        assert result.way is SignInWay.BROWSER
        with pytest.raises(WizardError) as caught:
            perform(lambda place: sign_in(place, kit, SignInWay.DEVICE, ready))
        assert caught.value.code == "sign_in.not_offered"
    finally:
        post(tenant, "tenant", device_grant="open")


def test_refused_in_the_browser(kit, perform, in_browser, ready):
    report = in_browser("refuse")
    with pytest.raises(WizardError) as caught:
        perform(lambda place: sign_in(place, kit, SignInWay.BROWSER, ready, report))
    assert caught.value.code == "sign_in.denied"
    page = report.ended()
    assert page.url == f"http://127.0.0.1:{ready}/feishu-wizard/refused"
    assert "未登录" in page.text
    assert "Not signed in" in page.text  # nobody said in which language


def test_a_page_that_would_show_20029_is_not_opened(kit, released, perform, port):
    told = []
    with pytest.raises(WizardError) as caught:
        perform(lambda place: sign_in(place, kit, SignInWay.BROWSER, port, told.append))
    assert caught.value.code == "sign_in.listener_missing"
    assert caught.value.params["url"] == f"http://127.0.0.1:{port}{LISTENER_PATH}"
    assert [link.label for link in caught.value.links] == ["console_safe"]
    assert not any(getattr(news, "offer", None) for news in told)


def test_a_busy_port_is_said_before_anything_is_opened(kit, released, perform):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        registered(released, busy)
        told = []
        with pytest.raises(WizardError) as caught:
            perform(lambda place: sign_in(place, kit, SignInWay.BROWSER, busy, told.append))
    assert caught.value.code == "sign_in.port_busy"
    assert not any(getattr(news, "offer", None) for news in told)


def test_nobody_came(kit, perform, ready, monkeypatch):
    monkeypatch.setattr(rehearse_login, "BROWSER_SECONDS", 0.3)
    with pytest.raises(WizardError) as caught:
        perform(lambda place: sign_in(place, kit, SignInWay.BROWSER, ready))
    assert caught.value.code == "sign_in.browser_silent"


@pytest.mark.parametrize("way", list(SignInWay))
def test_a_cancel_is_felt_at_once_and_leaves_nothing_open(kit, perform, ready, way):

    async def cancelled(place):
        offered = asyncio.Event()

        def report(progress):
            if getattr(progress, "offer", None) is not None:
                offered.set()

        task = asyncio.create_task(sign_in(place, kit, way, ready, report))
        await offered.wait()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    assert perform(cancelled) < 0.1
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{ready}/", trust_env=False)


@pytest.fixture
def redeemed(monkeypatch, caplog):
    """What was redeemed for what: code, verifier and token of a sign-in; all is logged."""
    caplog.set_level(logging.DEBUG)
    seen, exchange = [], rehearse_login.oauth.exchange_code

    async def spied(http, hosts, pair, code, url, key):
        answer = await exchange(http, hosts, pair, code, url, key)
        seen.extend((code.reveal(), key.verifier.reveal(), answer.value.value.reveal()))
        return answer

    monkeypatch.setattr(rehearse_login.oauth, "exchange_code", spied)
    return seen


def test_nothing_secret_stays_anywhere(kit, perform, in_browser, ready, redeemed, tmp_path, capfd):
    """Neither in a file of the state folder, nor on a terminal, nor in the result."""
    report = in_browser()

    async def sign_in_and_log(place):
        result = await sign_in(place, kit, SignInWay.BROWSER, ready, report)
        logging.getLogger("test").error("%s %s %s %s", *redeemed, report.offers[0].url)
        return result

    result = perform(sign_in_and_log)
    state = parse_qs(urlsplit(report.offers[0].url).query)["state"][0]
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    log = next(path for path in files if path.name == FILE_NAME).read_bytes()
    assert b"redirect_uri" in log  # what even says it in the log is masked there
    out = capfd.readouterr()
    shown = b"\n".join(path.read_bytes() for path in files)
    shown += f"{out.out}{out.err}{result!r}{report.offers!r}".encode()
    assert len(redeemed) == 3
    for secret in (*redeemed, state, kit.secrets[APP_SECRET].reveal()):
        assert secret.encode() not in shown


# -- redirect URLs ------------------------------------------------------------------------


def test_what_is_registered_and_what_is_not(kit, released, perform, port):
    url = f"http://127.0.0.1:{port}{LISTENER_PATH}"
    check = perform(lambda place: check_urls(place, kit, port))
    assert (check.needed, check.listener, check.registered) == (CALLBACK, url, ())
    assert check.listener_registered is False
    assert (check.finding.status, check.finding.code) == (Status.FAIL, "redirect_missing")
    assert [one.code for one in check.findings] == ["sign_in.listener_missing"]
    released.does("redirect-url", add=[CALLBACK + "/", url.replace("127.0.0.1", "localhost")])
    check = perform(lambda place: check_urls(place, kit, port))
    assert (check.finding.code, check.finding.params["difference"]) == (
        "redirect_differs",
        "trailing_slash",
    )
    assert check.listener_registered is False  # localhost is another address to the platform
    registered(released, port)
    check = perform(lambda place: check_urls(place, kit, port))
    assert check.finding.status is Status.PASS
    assert check.listener_registered is True
    assert [one.code for one in check.findings] == ["sign_in.listener_there"]


def test_an_app_that_may_not_look_says_so(tenant, perform, port):
    found = post(tenant, "apps", name="Silent")
    app = PracticeApp(tenant, found["app_id"], found["app_secret"])
    check = perform(lambda place: check_urls(place, app.kit, port))
    assert check.registered is None
    assert check.listener_registered is None
    assert check.finding.code == "needs_self_manage"
    assert [one.code for one in check.findings] == ["sign_in.listener_unknown"]


def test_the_app_registers_the_address_itself_and_removes_it(kit, released, perform, port):
    url = f"http://127.0.0.1:{port}{LISTENER_PATH}"
    released.does("redirect-url", add=[CALLBACK])
    for _ in range(2):  # the second time there is nothing to do
        perform(lambda place: register_listener(place, kit, port))
        assert sorted(released.now["redirect_urls"]) == sorted([CALLBACK, url])
    for _ in range(2):
        perform(lambda place: remove_listener(place, kit, port))
        assert released.now["redirect_urls"] == [CALLBACK]
    assert released.writes() == ["config", "config"]


def test_an_app_that_may_not_change_itself(tenant, perform, port):
    found = post(tenant, "apps", name="Still")
    app = PracticeApp(tenant, found["app_id"], found["app_secret"])
    with pytest.raises(WizardError) as caught:
        perform(lambda place: register_listener(place, app.kit, port))
    assert caught.value.code == "feishu.99991672"
    assert caught.value.links


def test_the_page_of_cans_own_sign_in(kit):
    parts = urlsplit(can_authorize_url(kit))
    query = parse_qs(parts.query)
    assert query["redirect_uri"] == [CALLBACK]
    assert query["client_id"] == [kit.setup.feishu.app_id]
    assert len(query["state"][0]) == 43
    assert "code_challenge" not in query  # CAN could not answer it


def test_without_a_callback_there_is_no_such_page(kit):
    office = msgspec.structs.replace(kit.setup.office, callback_url="")
    bare = replace(kit, setup=msgspec.structs.replace(kit.setup, office=office))
    with pytest.raises(InputError) as caught:
        can_authorize_url(bare)
    assert caught.value.code == "sign_in.no_callback"


# -- what a person saw --------------------------------------------------------------------

SEEN = [
    (Seen.SIGNED_IN, "sign_in.seen_signed_in", []),
    (Seen.E20029, "sign_in.seen_20029", ["console_safe"]),
    (Seen.E4401, "sign_in.seen_4401", ["console_safe"]),
    (Seen.NOT_AVAILABLE, "sign_in.seen_not_available", ["console_version"]),
    (Seen.CAN_ERROR, "sign_in.seen_can_error", []),
    (Seen.CAN_404, "sign_in.seen_can_404", []),
]


@pytest.mark.parametrize(("seen", "code", "links"), SEEN)
def test_what_was_seen_is_stated_never_proven(kit, perform, seen, code, links):
    status = Status.PASS if seen is Seen.SIGNED_IN else Status.FAIL
    found = perform(lambda place: note_seen(place, kit, seen))
    assert (found.code, found.status, found.proof) == (code, status, Proof.STATED)
    assert [link.label for link in found.links] == links
    assert what_was_seen(seen).code == code
    kept = perform(lambda place: _entries(place, kit))[-1]
    assert (kept.what, kept.proof) == (f"ledger.seen_{seen.value}", Proof.STATED)
    assert kept.good is (seen is Seen.SIGNED_IN)

"""The pair and what it tells: store apps with and without a ticket, against a sandbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.edition import AppType, Edition, Hosts
from feishu_wizard.domain.errors import CredentialError
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.states import GrantState
from feishu_wizard.operations import find_brand
from feishu_wizard.operations.check_credentials import check_credentials
from feishu_wizard.operations.check_permissions import check_permissions
from tests.unit.operations.diagnose.practice_case import kit_of, told_in_words, with_feishu
from tests.unit.wizard.practice import asked, drill

TICKET = "dIvq5vJGOQw3kLs8Zt0mNbRcXy7HpFuA"
NOBODY = "cli_a8c029e757e6500b"


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox()


@pytest.fixture(scope="module")
def shop(practice):
    """A store app that the company has installed."""
    made = practice._answer("POST", "/control/apps", {"name": "Shop", "type": "store"})
    app_id = made["app_id"]
    practice.control("bot", app_id, enable=True)
    practice.control("release", app_id)
    practice.control("approve", app_id)
    return made


@pytest.fixture
def kit(practice, shop):
    setup = with_feishu(
        kit_of(practice).setup,
        app_type=AppType.STORE,
        app_id=shop["app_id"],
        tenant_key=shop["tenant_key"],
        app_secret="",
    )
    return replace(
        kit_of(practice), setup=setup, secrets={"app_secret": Secret(shop["app_secret"])}
    )


@pytest.fixture
def check(perform):
    def run(kit):
        told = []
        result = perform(
            lambda place: check_credentials(place, kit, lambda news: told.append(news.finding))
        )
        assert tuple(told) == result.findings[: len(told)]
        assert told
        told_in_words(result.findings)
        return result, {finding.id: finding for finding in result.findings}

    return run


def with_ticket(kit, practice, shop, ticket=""):
    newest = ticket or practice.control("ticket", shop["app_id"])["app_ticket"]
    return replace(kit, secrets={**kit.secrets, "app_ticket": Secret(newest)})


def test_the_pair_of_a_store_app_is_checked_without_a_ticket(practice, kit, check):
    calls = asked(practice)
    result, found = check(kit)
    pair, app = found["feishu.credentials"], found["feishu.app"]
    assert (pair.status, pair.code, pair.proof) == (
        Status.PASS,
        "store.pair_accepted",
        Proof.PROVEN,
    )
    assert (app.status, app.code) == (Status.UNKNOWN, "store.no_ticket")
    assert found["feishu.bot"].blocked_by == "feishu.app"
    assert result.passed
    assert asked(practice) == calls


def test_with_a_ticket_the_company_is_still_to_be_named(practice, shop, kit, check):
    anonymous = replace(kit, setup=with_feishu(kit.setup, tenant_key=""))
    _result, found = check(with_ticket(anonymous, practice, shop))
    assert found["feishu.app"].code == "store.no_tenant_key"


def test_with_ticket_and_company_everything_is_as_usual(practice, shop, kit, check):
    result, found = check(with_ticket(kit, practice, shop))
    assert found["feishu.credentials"].code == "credentials_ok"
    assert found["feishu.bot"].code == "bot_ok"
    assert result.app_name == "Shop"


@pytest.mark.parametrize("code", ["store.wrong_ticket"])
def test_a_wrong_ticket_is_told_as_such(practice, shop, kit, check, code):
    _result, found = check(with_ticket(kit, practice, shop, TICKET))
    refused = found["feishu.credentials"]
    assert (refused.status, refused.code) == (Status.FAIL, code)
    assert refused.params["feishu_code"] == "10012"


def test_the_key_of_another_company_is_told_as_such(practice, shop, kit, check):
    stranger = replace(kit, setup=with_feishu(kit.setup, tenant_key="0123456789abcdef"))
    _result, found = check(with_ticket(stranger, practice, shop))
    assert found["feishu.credentials"].code == "store.wrong_tenant_key"


def test_a_newer_ticket_is_used_at_once(practice, shop, kit, perform):
    """One run of the program: the first ticket is wrong, the second right."""

    async def work(place):
        wrong = await check_credentials(
            place, with_ticket(kit, practice, shop, TICKET), lambda news: None
        )
        right = await check_credentials(place, with_ticket(kit, practice, shop), lambda news: None)
        return wrong.passed, right.passed

    assert perform(work) == (False, True)


def test_a_self_built_app_is_no_store_app(practice, kit, check):
    own = with_feishu(kit.setup, app_id=practice["app_id"])
    secrets = {"app_secret": Secret(practice["app_secret"])}
    result, found = check(replace(kit, setup=own, secrets=secrets))
    refused = found["feishu.credentials"]
    assert (refused.status, refused.code) == (Status.FAIL, "store.self_built")
    assert refused.params["feishu_code"] == "10016"
    assert not result.passed


@pytest.mark.parametrize(("app_id", "code"), [("", "feishu.10014"), (NOBODY, "feishu.10003")])
def test_a_wrong_pair_of_a_store_app(kit, check, app_id, code):
    setup = with_feishu(kit.setup, app_id=app_id or kit.setup.feishu.app_id)
    _result, found = check(replace(kit, setup=setup, secrets={"app_secret": Secret(TICKET)}))
    assert found["feishu.credentials"].code == code
    assert found["feishu.app"].blocked_by == "feishu.credentials"


@pytest.mark.parametrize("code", ["store.no_ticket", "store.no_tenant_key"])
def test_later_steps_say_what_is_lacking(practice, shop, kit, perform, code):
    lacking = kit
    if code == "store.no_tenant_key":
        anonymous = replace(kit, setup=with_feishu(kit.setup, tenant_key=""))
        lacking = with_ticket(anonymous, practice, shop)
    checked = perform(lambda p: check_permissions(p, lacking, frozenset(), lambda news: None))
    assert {(row.state, row.reason) for row in checked.states} == {(GrantState.UNKNOWN, code)}
    assert [finding.code for finding in checked.findings] == [code]
    with pytest.raises(CredentialError) as caught:
        perform(lambda place: place.feishu(lacking))
    assert caught.value.code == code


def test_the_other_brand_is_asked_with_a_secret_that_no_app_has(
    practice, module_sandbox, check, monkeypatch
):
    there = module_sandbox()
    known = {
        Edition.FEISHU: Hosts(there["feishu"], there["accounts"]),
        Edition.LARK: Hosts(practice["feishu"], practice["accounts"]),
    }

    def hosts_of(edition, open_url="", accounts_url=""):
        return known[edition]

    monkeypatch.setattr(find_brand, "hosts_of", hosts_of)
    monkeypatch.setattr("feishu_wizard.domain.setup.hosts_of", hosts_of)
    base = kit_of(practice)
    setup = with_feishu(base.setup, edition=Edition.FEISHU, open_url="", accounts_url="")
    before = len(practice.state()["requests"])
    result, found = check(replace(base, setup=setup))
    assert found["feishu.credentials"].code == "feishu.10003"
    assert result.other_edition is Edition.LARK
    assert practice["app_secret"] not in str(practice.state()["requests"][before:])


def test_at_an_address_of_ones_own_nobody_else_is_asked(practice, check):
    with drill(practice, "lark-tenant"):
        result, found = check(kit_of(practice))
    assert found["feishu.credentials"].code == "feishu.10003"
    assert result.other_edition is None


def test_the_lark_twin_knows_what_this_address_does_not(practice, check):
    """The same platform under the name of the other brand, as when the address is mended."""
    base = kit_of(practice)
    twin = practice["feishu"].replace("127.0.0.1", "localhost")
    with drill(practice, "lark-tenant"):
        here, _ = check(base)
        there, _ = check(replace(base, setup=with_feishu(base.setup, open_url=twin)))
    assert (here.passed, there.passed) == (False, True)

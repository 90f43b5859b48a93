"""Another brand and a store app, from the window's side, on a real sandbox over HTTP."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.edition import AppType
from feishu_wizard.wizard.steps import Step
from tests.unit.wizard.practice import asked, drill


def twin(address):
    """The same platform as the other brand: the sandbox answers so under this name."""
    return address.replace("127.0.0.1", "localhost")


def test_a_tenant_of_the_other_brand_is_mended_without_leaving_the_window(healthy, sit):
    admin = sit(healthy)
    with drill(healthy, "lark-tenant"):
        session = admin.walk(Step.CREDENTIALS)
        admin.press()
        assert session.message.code == "edition.unknown_here"
        admin.act("choose_edition")
        assert (session.step, session.focus) == (Step.PREREQUISITES, "prerequisites.edition")
        session.prerequisites.set_open_url(twin(healthy["feishu"]))
        session.prerequisites.set_accounts_url(twin(healthy["accounts"]))
        admin.press()
        if session.step is Step.PREREQUISITES:
            admin.press()
        assert session.step is Step.CREDENTIALS
        assert session.credentials.app_id.value == healthy["app_id"]
        admin.press()
        assert session.credentials.done(), session.message
        assert session.step is Step.PERMISSIONS


@pytest.fixture
def shop(healthy):
    made = healthy._answer("POST", "/control/apps", {"name": "Shop", "type": "store"})
    healthy.control("release", made["app_id"])
    healthy.control("approve", made["app_id"])
    return made


@pytest.fixture
def at_shop(healthy, shop, sit):
    admin = sit(healthy)
    admin.walk(Step.CREDENTIALS)
    admin.session.credentials.set_app_id(shop["app_id"])
    admin.session.credentials.set_secret(shop["app_secret"])
    admin.session.credentials.store.set_app_type(AppType.STORE)
    return admin


def test_a_store_app_without_a_ticket_goes_on_with_an_open_item(healthy, at_shop):
    session, calls = at_shop.session, asked(healthy)
    at_shop.press()
    assert session.message.code == "store.no_ticket"
    assert session.credentials.done()
    assert session.credentials.open_items() == 1
    at_shop.press()
    assert session.step is Step.PERMISSIONS
    at_shop.press()
    assert {row.reason for row in session.permissions.states} == {"store.no_ticket"}
    assert session.verb().code == "continue_open"
    at_shop.press()
    assert session.step is Step.SAVE  # the pair can be saved; what it may do stays open
    assert asked(healthy) == calls


def test_a_ticket_makes_a_store_app_like_any_other(healthy, shop, at_shop):
    session = at_shop.session
    store = session.credentials.store
    store.set_ticket("wr0ng" * 8)
    store.set_tenant_key(shop["tenant_key"])
    at_shop.press()
    assert "credentials.app_ticket" in [problem.field for problem in session.problems()]
    ticket = healthy.control("ticket", shop["app_id"])["app_ticket"]
    store.set_ticket(ticket)
    at_shop.press()
    assert session.step is Step.PERMISSIONS, session.message
    at_shop.press()
    assert session.permissions.result is not None, session.message
    session.keeping.now()
    at_shop.settle()
    assert ticket.encode() not in at_shop.written()

"""What editions lack or nobody verified there, links of each, and values of a store app."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.edition import (
    ConsolePage,
    Edition,
    Feature,
    Offer,
    console_link,
    hosts_of,
    offer_of,
    reservations,
)
from feishu_wizard.domain.store_app import read_tenant_key, read_ticket
from feishu_wizard.text import book

TICKET = "dIvq5vJGOQw3kLs8Zt0mNbRcXy7HpFuA"
KEY = "736588c92lxf175d"
USED = (Feature.SCAN, Feature.ADMIN_PAGES)


@pytest.mark.parametrize(
    ("edition", "codes"),
    [
        (Edition.FEISHU, ()),
        (Edition.LARK, ("edition.scan.by_switch", "edition.admin_pages.not_verified")),
        (Edition.PRIVATE, ("edition.scan.not_verified", "edition.admin_pages.not_verified")),
    ],
)
def test_what_is_said_of_an_edition(edition, codes):
    assert reservations(edition, USED) == codes
    assert all(book.knows(code) for code in codes)


@pytest.mark.parametrize("feature", Feature)
def test_feishu_offers_all_of_it(feature):
    assert offer_of(Edition.FEISHU, feature) is Offer.OFFERED


def test_client_links_of_lark_are_in_no_source():
    assert offer_of(Edition.LARK, Feature.CLIENT_LINKS) is Offer.NOT_VERIFIED


@pytest.mark.parametrize(
    ("edition", "link"),
    [
        (Edition.FEISHU, "https://open.feishu.cn/app/cli_a8c029e757e6500b/auth"),
        (Edition.LARK, "https://open.larksuite.com/app/cli_a8c029e757e6500b/auth"),
    ],
)
def test_console_links_lead_to_the_brand(edition, link):
    assert console_link(hosts_of(edition), ConsolePage.PERMISSIONS, "cli_a8c029e757e6500b") == link


def test_an_address_of_ones_own_is_never_mixed_with_a_public_one():
    hosts = hosts_of(Edition.LARK, "https://open.example.com/")
    assert (hosts.open, hosts.accounts) == ("https://open.example.com", "https://open.example.com")


@pytest.mark.parametrize(
    "typed",
    [
        TICKET,
        f"  {TICKET}\n",
        f'"{TICKET}"',
        f'{{"event": {{"app_id": "cli_a8c029e757e6500b", "app_ticket": "{TICKET}"}}}}',
    ],
)
def test_a_ticket_is_found(typed):
    assert (read_ticket(typed).value, read_ticket(typed).usable) == (TICKET, True)
    assert TICKET not in repr(read_ticket(typed))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("short", "store.ticket_shape"),
        ("two words that are long enough", "paste.blank"),
        ("cli_a8c029e757e6500b", "paste.app_id"),
        ("t-g10400token0000000001", "paste.token"),
        ("********************", "paste.masked"),
        ("   ", "paste.empty"),
    ],
)
def test_what_is_no_ticket(typed, code):
    assert read_ticket(typed).problem.code == code


@pytest.mark.parametrize(
    ("typed", "value", "code"),
    [
        (KEY, KEY, ""),
        (f' "{KEY}" ', KEY, ""),
        (f'{{"tenant_key": "{KEY}", "type": "app_open"}}', KEY, ""),
        ("2ed263bf32cf16511", "2ed263bf32cf16511", "store.tenant_key_shape"),
        ("two words", "two words", "store.tenant_key_form"),
        ("租户", "租户", "store.tenant_key_form"),
        ("", "", ""),
    ],
)
def test_a_tenant_key(typed, value, code):
    pasted = read_tenant_key(typed)
    told = pasted.problem or pasted.warning
    assert (pasted.value, told.code if told else "") == (value, code)

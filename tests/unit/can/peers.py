"""What the tests with other products' settings share: who they are, and what differs."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

import pytest

from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.client import Wanted
from feishu_wizard.services.can.profile import Profile, parse_profile
from tests.peers.cordys import Cordys
from tests.peers.dataease import DataEase
from tests.peers.grafana import Grafana
from tests.peers.hengshi import Hengshi
from tests.peers.jumpserver import JumpServer
from tests.peers.metersphere import MeterSphere
from tests.peers.serving import Peer
from tests.peers.sqlbot import SqlBot
from tests.peers.teable import Teable

APP_ID = "cli_a8c029e757e6500b"
OTHER_APP = "cli_b8c029e757e6500b"
SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
NEW_SECRET = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"
WRONG_SECRET = "Zz9Yy8Xx7Ww6Vv5Uu4Tt3Ss2Rr1Qq0Pp"
CALLBACK = "https://can.example.com/user/softLogin"
NEW_CALLBACK = "https://bi.example.com/user/softLogin"


class Manners(NamedTuple):
    """How one product differs. None: it has no such call, so that is done by hand.

    ``shows``: what a read tells of the secret. ``switch``: by a call of its own or through the
    save. ``test``: whether it only tries, or saves as well. ``first``: who made the first entry
    of the history. ``stranger`` and ``reader``: the outcome for a wrong key, and for an account
    that is no administrator.
    """

    kind: type[Peer]
    shows: Literal["plain", "mask", "nothing"]
    switch: Literal["call", "save"] | None
    test: Literal["tries", "saves"] | None
    first: Literal["save", "create"] = "save"
    stranger: str = "unauthenticated"
    reader: str = "forbidden"


PEERS = (
    Manners(DataEase, "plain", "call", "tries"),
    # Who is signed out is sent to the start page, which is no answer of an API.
    Manners(MeterSphere, "plain", "call", "tries", stranger="unexpected"),
    Manners(Cordys, "plain", "save", "saves"),
    Manners(JumpServer, "nothing", "save", "tries"),
    # "Only administrators" is an exception there, so a 500 with a text.
    Manners(SqlBot, "plain", "call", "tries", first="create", reader="server_error"),
    Manners(Hengshi, "mask", None, None),
    Manners(Grafana, "mask", "save", None),
    Manners(Teable, "plain", None, None, first="create"),
)


def made(manners: Manners) -> Peer:
    """A fresh server of this product; Feishu takes the two apps with their first secret."""
    peer = manners.kind()
    peer.pairs = {APP_ID: SECRET, OTHER_APP: SECRET}
    return peer


def filled(peer: Peer) -> Peer:
    """Everything is stored and on, where it can be on; ``extra`` differs from the defaults."""
    callback = CALLBACK if peer.has_callback else ""
    extra = {name: _other(value) for name, value in peer.empty().extra.items()}
    peer.somebody(
        app_id=APP_ID,
        app_secret=SECRET,
        callback=callback,
        enabled=True,
        valid=peer.tells_valid,
        extra=extra,
    )
    return peer


BY_NAME = {manners.kind.name: manners for manners in PEERS}


def only(*names: str) -> pytest.MarkDecorator:
    """A test for these products alone."""
    chosen = [BY_NAME[name] for name in names]
    return pytest.mark.parametrize("manners", chosen, ids=names, indirect=False)


def wanted(peer: Peer, secret: str | None = None, app_id: str = APP_ID) -> Wanted:
    """What should be stored: another callback where the product has one; None keeps the secret."""
    callback = NEW_CALLBACK if peer.has_callback else ""
    return Wanted(app_id, callback, Secret(secret) if secret else None)


def sent(peer: Peer) -> str:
    """Every body of a write, one after the other."""
    return "".join(call.raw.decode() for call in peer.writes)


@cache
def profile_of(kind: type[Peer]) -> Profile:
    """The profile that speaks this product."""
    return parse_profile(kind().profile, kind.name)


def _other(value: object) -> object:
    """Another value of the same type, so that a default does not pass for what was kept."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {**value, "phone": "mobile"}
    if isinstance(value, list):
        return [*value, "7f0e"]
    return f"{value}-of-ours"

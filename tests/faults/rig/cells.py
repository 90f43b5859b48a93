"""Every fault with every operation that can meet it, and the name it must be given.

Codes are sets only where a race decides; the reason stands beside each.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.faults.rig.kinds import BY_NAME, KINDS, Kind
from tests.faults.rig.operations import OPERATIONS, Operation

SEED = 20261122
Codes = frozenset[str]

# What breaks on the way is named alike by every operation.
_WIRE = {
    "nx": "net.dns",
    # the probe sees the name alone; an exchange has waited for a connection
    "dns-hang": "net.dns.timeout net.timeout",
    "refused": "net.refused",
    "blackhole": "net.timeout",
    "reset-on-accept": "net.reset",
    # the first exchange breaks, every repetition is refused
    "lost-mid-run": "net.reset net.refused",
    "expired": "net.tls.expired",
    "not-yet-valid": "net.tls.not_yet_valid",
    "wrong-host": "net.tls.hostname",
    "self-signed": "net.tls.untrusted",
    "unknown-ca": "net.tls.untrusted",
    "missing-intermediate": "net.tls.untrusted",
    # TLS 1.3 refuses after the handshake, and not every Python has a name for that alert
    "client-certificate": "net.tls.other net.tls.client_certificate net.reset",
    "client-certificate-12": "net.tls.other",
    "tls11-only": "net.tls.version",
    "plain-on-https": "net.tls.other",
    "reset-in-handshake": "net.tls.other",
    "hang-in-handshake": "net.deadline",
    "proxy-refused": "net.proxy.refused",
    "proxy-nx": "net.proxy.dns",
    "407-basic": "net.proxy.auth",
    "407-ntlm": "net.proxy.auth.negotiate",
    "407-negotiate": "net.proxy.auth.negotiate",
    "proxy-403": "net.proxy.status",
    "proxy-502": "net.proxy.status",
    "proxy-504": "net.proxy.status",
    "proxy-closes": "net.proxy.protocol",
    "proxy-hangs": "net.proxy.timeout",
    "proxy-garbage": "net.proxy.protocol",
    # CONNECT was granted, so it is the tunnel that does not speak TLS
    "proxy-html": "net.tls.other net.proxy.protocol",
    "socks4": "net.proxy.unsupported",
    "malformed-proxy": "net.proxy.invalid",
    "close-without-answer": "net.reset",
    "answer-lost": "net.reset",
    "hang": "net.deadline",
    "drip-head": "net.deadline",
    "drip-body": "net.deadline",
    "half-head": "net.reset",
    "cut-body": "net.protocol",
    "cut-and-reset": "net.reset",
    "bad-chunk": "net.protocol",
    "cut-chunk": "net.protocol",
    "garbage-status": "net.protocol",
    "bad-gzip": "net.protocol",
    "zip-bomb": "net.too_large",
    "giant-head": "net.protocol",
    "wrong-length": "net.protocol",
    "stale-connection": "net.reset",
    "two-lengths": "net.protocol",
    "latency-over": "net.deadline",
    "bandwidth": "net.deadline",
    "slow-close": "net.deadline",
    "limit-data": "net.protocol",
}
# Faults after which the server has done what it was asked: reading back tells so.
_DONE = frozenset({"answer-lost", "latency-over", "bandwidth", "slow-close", "limit-data"})

# What answers whole and wrong is named by what was asked.
_FOREIGN = {
    "feishu": "net.not_json", "permissions": "net.not_json",
    "probe": "net.portal net.not_json", "fingerprint": "net.not_feishu",
}  # fmt: skip
# The list of permissions is one source of three: the app's description and the calls tell as much.
_BUSY = {"feishu": "feishu.99991400", "permissions": "ok"}
_SHAPE = {
    "feishu": "net.unexpected", "permissions": "net.unexpected",
    "probe": "net.portal net.unexpected net.not_feishu", "fingerprint": "net.not_feishu",
}  # fmt: skip
_REFUSED = {"feishu": "feishu.10013", "permissions": "ok"}


def _office(can: str, recognised: str) -> dict[str, str]:
    """What CAN's side says: the outcome, and why it is then set up by hand."""
    return {"can": can, "save": can, "recognise": f"by_hand.{recognised}"}


_ANSWERS: dict[str, dict[str, str]] = {
    "redirect-loop": _FOREIGN | _office("can.unexpected/redirect", "redirect"),
    "redirect-to-http": _FOREIGN | _office("can.unexpected/redirect", "redirect"),
    "redirect-elsewhere": _FOREIGN | _office("can.unexpected/login_page", "login_page"),
    "400-busy": _BUSY | _office("can.invalid", "refused"),
    "401": _FOREIGN | _office("can.unauthenticated/html", "html"),
    "403": _FOREIGN | _office("can.forbidden/html", "html"),
    "404": _FOREIGN | _office("can.not_found/html", "not_found"),
    "409": _FOREIGN | _office("can.refused/html", "refused"),
    "429-with-reset": _BUSY | _office("can.rate_limited", "refused"),
    "429-without": _BUSY | _office("can.rate_limited", "refused"),
    "502-html": _FOREIGN | _office("can.server_error/html", "server_error"),
    "503-retry-after": _FOREIGN | _office("can.server_error/html", "server_error"),
    "html": _FOREIGN | _office("can.unexpected/login_page", "login_page"),
    "empty": _FOREIGN | _office("can.unexpected/foreign_envelope", "foreign_envelope"),
    "cut-json": _FOREIGN | _office("can.unexpected/foreign_envelope", "foreign_envelope"),
    "bad-utf8": _FOREIGN | _office("can.unexpected/foreign_envelope", "foreign_envelope"),
    "wrong-type": _SHAPE | _office("can.refused", "refused"),
    "missing-field": _SHAPE | _office("can.unexpected/foreign_envelope", "foreign_envelope"),
    "code-not-0": _REFUSED | _office("can.refused", "refused"),
    "page-loop": {"feishu": "chat_unknown"},
    "more-without-token": {"feishu": "chat_unknown"},
    "deep-json": _FOREIGN | _office("can.unexpected/foreign_envelope", "foreign_envelope"),
    "echo": _REFUSED | _office("can.invalid", "refused"),
}
_SPECIAL = {
    # only the platform says "too often", so it is the platform
    **{(kind, "fingerprint"): "ok" for kind in ("400-busy", "429-with-reset", "429-without")},
    ("code-not-0", "fingerprint"): "net.not_feishu",
    ("echo", "fingerprint"): "net.not_feishu",
    # asked without a key: the status 401 says enough, whatever the document's types
    ("wrong-type", "recognise-can"): "ok",
    # a refusal of another kind tells neither that the app is known nor that it is not
    **{
        (kind, "knows-app"): "not-told"
        for kind in ("400-busy", "429-with-reset", "429-without", "code-not-0", "echo")
    },
}
# Valid JSON says nothing to who does not read it.
_DOCUMENTS = frozenset(
    {"400-busy", "429-with-reset", "429-without", "wrong-type", "missing-field", "code-not-0"}
    | {"token-spent", "echo"}
)
_NO_READERS = frozenset({"request", "probe-open", "prerequisites", "diagnose"})
_PAGES = frozenset({"page-loop", "more-without-token"})
_LISTS = frozenset({"resolve-chat"})
_SIGNED = frozenset({"app-name", "permissions", "approval", "resolve-person", "resolve-chat"})


@dataclass(frozen=True)
class Cell:
    """One fault met by one operation. ``codes``: any of them; empty: it succeeds in spite."""

    kind: Kind
    operation: Operation
    codes: Codes

    def __str__(self) -> str:
        return f"{self.kind.name}-{self.operation.name}"

    @property
    def mends(self) -> bool:
        """Nothing may be said: the fault is none, or is got over."""
        return self.codes == frozenset({"ok"})


def expected(kind: Kind, operation: Operation) -> Codes:
    """The names that the fault may have here; empty when the operation cannot meet it."""
    if not _meets(kind, operation):
        return frozenset()
    if kind.name == "stale-connection":
        return frozenset(_STALE[operation.name].split())
    if kind.mends:
        return frozenset({"ok"})
    if kind.name in _WIRE:
        return _on_the_wire(kind, operation)
    special = _SPECIAL.get((kind.name, operation.name))
    codes = (special or _ANSWERS[kind.name].get(operation.dialect, "")).split()
    return frozenset(map(_before_a_save, codes) if operation.name == "can-read" else codes)


def _before_a_save(code: str) -> str:
    """Before a save another answer than the profile's is told as one that fits no more."""
    outcome, slash, reason = code.partition("/")
    strange = slash and outcome in ("can.unexpected", "can.not_found")
    return f"can.profile_changed/{reason}" if strange else code


def _meets(kind: Kind, operation: Operation) -> bool:
    if kind.group not in operation.groups:
        return False
    if kind.name in _PAGES:
        return operation.name in _LISTS
    if kind.name == "token-spent":
        return operation.name in _SIGNED | {"send"}
    if kind.name == "stale-connection":
        return operation.name in _STALE
    if kind.name in _DOCUMENTS and operation.name in (
        "request",
        "probe-open",
        "prerequisites",
        "diagnose",
    ):
        return False
    # a page without a body has no second half to lose
    return (kind.name, operation.name) != ("limit-data", "probe-can")


def _on_the_wire(kind: Kind, operation: Operation) -> Codes:
    if operation.dialect == "save" and kind.name in _DONE:
        return frozenset({"ok"})
    codes = _WIRE[kind.name].split()
    prefix = "by_hand." if operation.dialect == "recognise" else ""
    return frozenset(f"{prefix}{code}" for code in codes)


_STALE = {
    # repeated on a new connection
    "credentials": "ok", "app-name": "ok", "approval": "ok", "resolve-person": "ok",
    "resolve-chat": "ok", "send": "ok",
    # calls side by side may take a kept connection three times in a row
    "permissions": "ok net.reset",
    # a write is never repeated: reading back says that it did not arrive
    "can-save": "net.reset", "can-enable": "net.reset",
    # asked once without repetition
    "fingerprint": "ok net.reset",
}  # fmt: skip


def all_cells() -> list[Cell]:
    """The whole table."""
    pairs = [(kind, operation) for kind in KINDS for operation in OPERATIONS]
    return [Cell(k, o, codes) for k, o in pairs if (codes := expected(k, o))]


def sample(cells: list[Cell]) -> list[Cell]:
    """The same small part every time: each kind once, the operations in turn."""
    chance = random.Random(SEED)
    used: dict[str, int] = {}
    chosen = []
    for kind in KINDS:
        having = [cell for cell in cells if cell.kind is kind]
        chance.shuffle(having)
        one = min(having, key=lambda cell: used.get(cell.operation.name, 0))
        used[one.operation.name] = used.get(one.operation.name, 0) + 1
        chosen.append(one)
    return chosen


__all__ = ["BY_NAME", "Cell", "all_cells", "sample"]

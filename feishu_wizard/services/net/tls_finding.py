"""The check ``net.<name>.tls`` of a connection that was made: who is there, and until when."""

from __future__ import annotations

from datetime import UTC, datetime

from feishu_wizard.domain.finding import Finding, Proof, Status, Who
from feishu_wizard.services.net import tls
from feishu_wizard.services.net.address import Address
from feishu_wizard.services.net.tls import CertificateInfo
from feishu_wizard.services.net.trail import Trail

EXPIRES_SOON_DAYS = 14


def tls_finding(check_id: str, address: Address, trail: Trail, *, pinned: bool) -> Finding:
    """What the handshake showed; it is over, so the certificate is trusted or pinned.

    Params: host, version, issuer, subject, not_before, not_after, days (left, whole), sha256, and
    ``chain``: the names of what the server sent, from the leaf up, with ``sent`` how many it were.
    Both are missing where Python cannot tell (``tls.sent_chain``). Whether an issuer inspects
    the traffic cannot be known when the system trusts it: it is only named.
    """
    params = {"host": address.host, "version": trail.version}
    try:
        info = tls.describe(trail.der)
    except ValueError:  # trusted, but not to be read: some names in it are malformed
        return _passed(check_id, params, pinned=pinned)
    days = (datetime.fromisoformat(info.not_after) - datetime.now(UTC)).days
    params |= _names(info) | {"days": str(days)} | _chain(trail.chain)
    if not pinned and days < EXPIRES_SOON_DAYS:
        return Finding(check_id, Status.WARN, "net.tls.expiring", params, Proof.PROVEN, Who.NETWORK)
    return _passed(check_id, params, pinned=pinned)


def _passed(check_id: str, params: dict[str, str], *, pinned: bool) -> Finding:
    code = "net.tls.pinned" if pinned else "ok"
    return Finding(check_id, Status.PASS, code, params, Proof.PROVEN)


def _names(info: CertificateInfo) -> dict[str, str]:
    return {
        "issuer": info.issuer,
        "subject": info.subject,
        "not_before": info.not_before,
        "not_after": info.not_after,
        "sha256": info.sha256,
    }


def _chain(sent: tuple[bytes, ...]) -> dict[str, str]:
    """The leaf's name, then the issuer of each certificate; a root that repeats itself once."""
    try:
        certificates = [tls.describe(der) for der in sent]
    except ValueError:
        return {}
    if not certificates:
        return {}
    names = [certificates[0].subject, *(one.issuer for one in certificates)]
    shown = " \N{LEFTWARDS ARROW} ".join(dict.fromkeys(names))
    return {"chain": shown, "sent": str(len(certificates))}

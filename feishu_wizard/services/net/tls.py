"""Trust: the system's, with a certificate authority of the setup, or one pinned certificate.

Three kinds of context. ``verified`` is the rule. ``pinned`` replaces the chain by the SHA-256
of one certificate, checked inside the handshake, so that no byte of a request is sent to
another. ``inspecting`` reads the certificate and breaks off: it never carries a request.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import ssl
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from feishu_wizard.domain.errors import InputError

# Where Linux systems keep their authorities: Alpine and Fedora, RHEL, Debian, SUSE.
_BUNDLES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """A peer's certificate. Times are RFC 3339 UTC; ``sha256`` is lower-case hex."""

    subject: str
    issuer: str
    sha256: str
    not_before: str
    not_after: str


class PinMismatchError(ssl.SSLCertVerificationError):
    """The peer showed another certificate than the accepted one."""

    def __init__(self, sha256: str) -> None:
        super().__init__(1, "certificate differs from the pinned one")
        self.sha256 = sha256


class CertificateSeen(ssl.SSLError):
    """The handshake went far enough to read the peer's certificate (``der``)."""

    def __init__(self, der: bytes) -> None:
        super().__init__(1, "certificate read")
        self.der = der


def verified(ca_file: str) -> ssl.SSLContext:
    """Trust what the operating system trusts, and the authorities of a PEM file if given.

    Raises ``InputError`` net.ca_file_missing or net.ca_file_invalid (params path).
    """
    # What OpenSSL reads beside its own folders; part of the key, so that a change is seen.
    places = (os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))
    if not ca_file:
        return _verified("", 0, places)
    try:
        changed = Path(ca_file).stat().st_mtime_ns
        return _verified(ca_file, changed, places)
    except ssl.SSLError:
        raise InputError("net.ca_file_invalid", {"path": ca_file}) from None
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise InputError("net.ca_file_missing", {"path": ca_file, "detail": detail}) from None


@lru_cache(maxsize=8)
def _verified(ca_file: str, changed: int, places: tuple[str, str]) -> ssl.SSLContext:
    """Cached: making a context reads every authority of the system, 30 to 100 ms."""
    context = _system_trust()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def _system_trust() -> ssl.SSLContext:
    """The verifier of Windows or macOS; elsewhere the bundle that OpenSSL knows, read once.

    truststore reads that bundle again in every handshake, under a lock: 100 ms each, measured.
    """
    if sys.platform in ("win32", "darwin"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    known = ssl.get_default_verify_paths()
    if known.cafile or known.capath:
        context.set_default_verify_paths()
    else:  # an OpenSSL that was built elsewhere, such as that of a frozen program
        for bundle in filter(os.path.isfile, _BUNDLES):
            context.load_verify_locations(cafile=bundle)
            break
    return context


def normal_fingerprint(text: str, host: str) -> str:
    """A SHA-256 as pasted (colons, blanks, prefix, upper case) in lower-case hex."""
    value = re.sub(r"[\s:]", "", text.lower().removeprefix("sha256:").removeprefix("sha-256:"))
    if not _FINGERPRINT.fullmatch(value):
        raise InputError("net.pin_invalid", {"host": host})
    return value


@lru_cache(maxsize=16)
def pinned(sha256: str) -> ssl.SSLContext:
    """Trust exactly the certificate with this fingerprint, whatever its chain and names say."""

    class PinnedObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            shown = fingerprint(self.getpeercert(binary_form=True) or b"")
            if not hmac.compare_digest(shown, sha256):
                raise PinMismatchError(shown)

    return _unchecked(PinnedObject)


@lru_cache(maxsize=1)
def inspecting() -> ssl.SSLContext:
    """Read the peer's certificate and end the handshake with ``CertificateSeen``."""

    class InspectingObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            raise CertificateSeen(self.getpeercert(binary_form=True) or b"")

    return _unchecked(InspectingObject)


def _unchecked(handshake: type[ssl.SSLObject]) -> ssl.SSLContext:
    """A context that leaves the decision to ``handshake``; ``wrap_bio`` is the only way in."""
    context = _OnlyWithBio(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = handshake
    return context


class _OnlyWithBio(ssl.SSLContext):
    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Refused: a socket would skip the check that ``sslobject_class`` makes."""
        raise NotImplementedError("this context checks certificates in wrap_bio only")


def sent_chain(connection: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates (DER) as the server sent them, the leaf first.

    Public from Python 3.13 on; before, the inner object has it, which truststore uses as well.
    Empty where neither is there: then only the leaf is known.
    """
    if sys.version_info >= (3, 13):
        return tuple(connection.get_unverified_chain())
    inner = getattr(getattr(connection, "_sslobj", None), "get_unverified_chain", None)
    return tuple(ssl.PEM_cert_to_DER_cert(c.public_bytes()) for c in inner() or ()) if inner else ()


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate in lower-case hex."""
    return hashlib.sha256(der).hexdigest()


def describe(der: bytes) -> CertificateInfo:
    """Names, fingerprint and dates of a DER certificate; ``ValueError`` when it is none."""
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(der)
    return CertificateInfo(
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        sha256=fingerprint(der),
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
    )


def _name(name: Any) -> str:
    """Common name and organisation: what an administrator recognises ("Zscaler Root CA")."""
    from cryptography.x509.oid import NameOID

    wanted = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    values = [str(a.value) for oid in wanted for a in name.get_attributes_for_oid(oid)]
    text = ", ".join(dict.fromkeys(values)) or name.rfc4514_string()
    return "".join(ch for ch in text if ch.isprintable())[:200]

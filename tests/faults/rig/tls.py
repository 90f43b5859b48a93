"""Certificates and the ways in which a handshake fails."""

from __future__ import annotations

import datetime
import ssl
import tempfile
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = tuple(
    f"{host}.rig.{end}" for host in ("open", "accounts", "can") for end in ("localhost", "test")
)
DAY = datetime.timedelta(days=1)


class Certificates:
    """Server contexts by name. ``ca_file`` trusts the company's own root and its middlebox."""

    def __init__(self, folder: Path) -> None:
        self._own = trustme.CA(organization_name="Rig", organization_unit_name="Root")
        self._box = trustme.CA(organization_name="Acme Proxy", organization_unit_name="CA")
        self._foreign = trustme.CA(organization_name="Stranger", organization_unit_name="CA")
        self.ca_file = str(folder / "ca.pem")
        pem = self._own.cert_pem.bytes() + self._box.cert_pem.bytes()
        Path(self.ca_file).write_bytes(pem)
        # Stands for the authorities of the machine: reading its real ones costs 0.1 s a handshake.
        self.system_file = str(folder / "system.pem")
        trustme.CA(organization_name="System").cert_pem.write_to_path(self.system_file)
        self._made: dict[str, ssl.SSLContext] = {}

    def context(self, name: str) -> ssl.SSLContext:
        """The server's context for a way of failing; "good" for none."""
        if name not in self._made:
            self._made[name] = getattr(self, f"_{name}")()
        return self._made[name]

    def _good(self) -> ssl.SSLContext:
        return _with(self._own.issue_cert(*NAMES))

    def _expired(self) -> ssl.SSLContext:
        now = datetime.datetime.now(datetime.UTC)
        return _with(self._own.issue_cert(*NAMES, not_before=now - 9 * DAY, not_after=now - DAY))

    def _not_yet_valid(self) -> ssl.SSLContext:
        now = datetime.datetime.now(datetime.UTC)
        return _with(self._own.issue_cert(*NAMES, not_before=now + DAY, not_after=now + 9 * DAY))

    def _wrong_host(self) -> ssl.SSLContext:
        return _with(self._own.issue_cert("somebody-else.example"))

    def _unknown_ca(self) -> ssl.SSLContext:
        return _with(self._foreign.issue_cert(*NAMES))

    def _trusted_middlebox(self) -> ssl.SSLContext:
        return _with(self._box.issue_cert(*NAMES))

    def _missing_intermediate(self) -> ssl.SSLContext:
        leaf = self._own.create_child_ca().issue_cert(*NAMES)
        return _of_pem(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())

    def _self_signed(self) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-signed")])
        now = datetime.datetime.now(datetime.UTC)
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in NAMES])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
            .add_extension(names, critical=False)
            .sign(key, hashes.SHA256())
        )
        plain = serialization.NoEncryption()
        style = serialization.PrivateFormat.PKCS8
        return _of_pem(
            key.private_bytes(serialization.Encoding.PEM, style, plain)
            + made.public_bytes(serialization.Encoding.PEM)
        )

    def _client_certificate(self) -> ssl.SSLContext:
        context = _with(self._own.issue_cert(*NAMES))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.ca_file)
        return context

    def _client_certificate_12(self) -> ssl.SSLContext:
        context = self._client_certificate()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context


def _with(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def _of_pem(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context

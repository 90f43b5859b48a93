"""The files of a sandbox: the ready setup file, its secrets, the certificate authority."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from feishu_wizard.sandbox.world.world import Origins

TENANT_ID = "1"


@dataclass(frozen=True)
class Certificates:
    """PEM files of a throw-away authority and of a certificate for loopback."""

    ca_file: Path
    cert_file: Path
    key_file: Path


def write_private(path: Path, text: str) -> Path:
    """Write a file that only its owner may read, from its birth on."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    path.chmod(0o600)
    return path


def make_certificates(folder: Path) -> Certificates:
    """Issue a certificate for 127.0.0.1 and localhost."""
    import trustme  # only with --tls: it needs half a second

    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1", "localhost")
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority.cert_pem.write_to_path(str(made.ca_file))
    chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
    made.cert_file.write_bytes(chain)
    write_private(made.key_file, leaf.private_key_pem.bytes().decode())
    return made


def write_setup(
    folder: Path, origins: Origins, app_id: str, secret: str, api_key: str, ca_file: Path | None
) -> Path:
    """A complete setup file (``feishu-wizard/1``) whose secrets lie in files beside it."""
    secret_file = write_private(folder / "app_secret", secret)
    key_file = write_private(folder / "can_api_key", api_key)
    lines = [
        'schema = "feishu-wizard/1"',
        'id = "sandbox"',
        "",
        "[feishu]",
        'edition = "private"',
        f"open_url = {_quoted(origins.feishu)}",
        f"accounts_url = {_quoted(origins.accounts)}",
        'app_type = "self-built"',
        f"app_id = {_quoted(app_id)}",
        f"app_secret = {_quoted(f'file:{secret_file}')}",
        'tenant_key = ""',
        "",
        "[office]",
        f"url = {_quoted(origins.can)}",
        'profile = "can-rest"',
        f"callback_url = {_quoted(origins.can + '/user/softLogin')}",
        f"inputs = {{ tenant_id = {_quoted(TENANT_ID)} }}",
        f"secrets = {{ api_key = {_quoted(f'file:{key_file}')} }}",
        "",
        "[capabilities]",
        "user_sync = true",
        "sso = true",
        "push = true",
        "",
        "[network]",
        'proxy = "none"',
        f"ca_file = {_quoted(str(ca_file) if ca_file else '')}",
        "pinned = {}",
    ]
    return write_private(folder / "setup.toml", "\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text)

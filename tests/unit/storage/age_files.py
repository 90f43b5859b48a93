"""Files of the age format, made here from its specification (age-encryption.org/v1).

Independent of the library that the program uses, and with a work factor of one's choice: a test
need not wait two seconds for each file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import textwrap

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 65_536


def age_file(data: bytes, passphrase: str, factor: int = 2) -> bytes:
    """``data`` sealed with a passphrase; ``factor`` is the binary logarithm of scrypt's N."""
    file_key, salt = secrets.token_bytes(16), secrets.token_bytes(16)
    derived = hashlib.scrypt(
        passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=2**factor, r=8, p=1,
        maxmem=2**31 - 1, dklen=32,
    )  # fmt: skip
    body = ChaCha20Poly1305(derived).encrypt(bytes(12), file_key, b"")
    head = f"age-encryption.org/v1\n-> scrypt {_b64(salt)} {factor}\n{_b64(body)}\n---".encode()
    mac = hmac.digest(_hkdf(file_key, b"", b"header"), head, "sha256")
    nonce = secrets.token_bytes(16)
    return head + f" {_b64(mac)}\n".encode() + nonce + _stream(file_key, nonce, data)


def armored(binary: bytes, end: str = "\n") -> bytes:
    """The same as text."""
    lines = textwrap.wrap(base64.b64encode(binary).decode(), 64)
    begin, finish = (f"-----{word} AGE ENCRYPTED FILE-----" for word in ("BEGIN", "END"))
    return (end.join([begin, *lines, finish]) + end).encode()


def _stream(file_key: bytes, nonce: bytes, data: bytes) -> bytes:
    cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)] or [b""]
    return b"".join(
        cipher.encrypt(at.to_bytes(11, "big") + bytes([at == len(chunks) - 1]), chunk, b"")
        for at, chunk in enumerate(chunks)
    )


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")

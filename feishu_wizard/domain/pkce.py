"""What one sign-in in a browser is held together by: a state and a proof key (RFC 7636).

All three are good for this one sign-in. Being secrets, they are masked at every exit; the state
leaves in the address that a person opens, the challenge may be seen by anybody.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass

from feishu_wizard.domain.secret import Secret

METHOD = "S256"
_BYTES = 32  # RFC 7636, 4.1: 32 octets make a verifier of 43 characters


@dataclass(frozen=True, slots=True)
class ProofKey:
    """``state`` comes back with the answer, ``verifier`` stays here until the code is redeemed.

    ``challenge``: the verifier's SHA-256, base64url without padding.
    """

    state: Secret
    verifier: Secret
    challenge: str


def new_state() -> Secret:
    """A state that nobody can guess, 43 characters of base64url."""
    return Secret(secrets.token_urlsafe(_BYTES))


def new_proof_key() -> ProofKey:
    """A state and a verifier of one sign-in, of 256 random bits each."""
    verifier = Secret(secrets.token_urlsafe(_BYTES))
    return ProofKey(new_state(), verifier, challenge_of(verifier))


def challenge_of(verifier: Secret) -> str:
    """What the platform is told beforehand (RFC 7636, 4.2, S256)."""
    digest = hashlib.sha256(verifier.reveal().encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")

"""The seal of the site: a signature that anybody can check who knows the public key (Ed25519)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lifang.core.crypto.keys import key_ring
from lifang.core.crypto.profiles import INTL


class Stamp(NamedTuple):
    """What was put under a message: the public key and the signature, in base64."""

    key: str
    mark: str


def stamp(message: bytes, purpose: str) -> Stamp:
    """Sign for a purpose. The key is made of the one secret of the ring that is never rotated, so what was signed stays so."""
    signer = _signer(purpose)
    return Stamp(_public(signer), _text(signer.sign(message)))


def public_key(purpose: str) -> str:
    """The key others check our signatures of this purpose with."""
    return _public(_signer(purpose))


def stamped(message: bytes, given: Stamp) -> bool:
    """Is this the signature of just this message under this key?"""
    try:
        Ed25519PublicKey.from_public_bytes(_raw(given.key)).verify(_raw(given.mark), message)
    except (InvalidSignature, ValueError, Error):
        return False
    return True


def _signer(purpose: str) -> Ed25519PrivateKey:
    seed = INTL.derived(key_ring().index(), f"stamp/{purpose}")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public(signer: Ed25519PrivateKey) -> str:
    return _text(signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

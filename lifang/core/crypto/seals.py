"""Seal and open, look up without opening, digest and sign.

An envelope is: format 1, profile mark, key id (4), nonce (12), ciphertext with its tag (16). The first six bytes are
part of the associated data, so neither profile nor key id can be exchanged.
"""

import hmac
import os
import unicodedata
from functools import lru_cache
from typing import Final

from lifang.core.crypto.keys import KEY_ID, key_ring
from lifang.core.crypto.profiles import INTL, MARKS, PROFILES, TAG, Aead, Profile, Tampered, profile

FORMAT: Final = 1
_NONCE: Final = 12
_HEAD: Final = 2 + KEY_ID


class Unsealable(Exception):
    """What was given cannot be opened, and why; never carries the content."""

    def __init__(self, reason: str, sentence: str) -> None:
        self.reason = reason
        super().__init__(sentence)


@lru_cache(maxsize=64)
def _cipher(name: str, secret: bytes) -> Aead:
    known = PROFILES[name]
    return known.cipher(known.derived(secret, "seal", known.key_bytes))


@lru_cache(maxsize=256)
def _index_key(name: str, secret: bytes, purpose: str) -> bytes:
    return PROFILES[name].derived(secret, f"blind/{purpose}")


def seal(plain: bytes, aad: bytes, using: Profile | None = None) -> bytes:
    """An envelope that opens only with the same `aad` (what this is, and whose)."""
    used = using or profile()
    key_id, secret = key_ring().current()
    head = bytes((FORMAT, used.mark)) + key_id
    nonce = os.urandom(_NONCE)
    return head + nonce + _cipher(used.name, secret).encrypt(nonce, plain, head + aad)


def open_(sealed: bytes, aad: bytes) -> bytes:
    """What was sealed under this `aad`; `Unsealable` says why not."""
    if len(sealed) < _HEAD + _NONCE + TAG or sealed[0] != FORMAT or sealed[1] not in MARKS:
        raise Unsealable("not_sealed", "These bytes are not a sealed value.")
    head, nonce = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE]
    secret = key_ring().secret(head[2:])
    if secret is None:
        raise Unsealable(
            "key_unknown", f"Sealed with key {head[2:].hex()}, which is not on the ring."
        )
    try:
        return _cipher(MARKS[head[1]].name, secret).decrypt(
            nonce, sealed[_HEAD + _NONCE :], head + aad
        )
    except Tampered:
        raise Unsealable(
            "tampered", "The sealed value was changed, or moved from another row or field."
        ) from None


def key_id_of(sealed: bytes) -> str:
    """The id of the key an envelope was sealed with."""
    return sealed[2:_HEAD].hex()


_DROPPED: Final = dict.fromkeys(map(ord, "-‐‑–—·.()"))


def normal(value: str) -> str:
    """One form for what people write in many: half width, capitals, no spaces or dashes."""
    if value.isascii() and value.isalnum():
        return value.upper()
    plain = unicodedata.normalize("NFKC", value).upper()
    return "".join(plain.translate(_DROPPED).split())


def normal_telephone(value: str) -> str:
    """A Chinese number without its country code; others keep theirs."""
    plain = normal(value)
    for prefix in ("+86", "0086"):
        plain = plain.removeprefix(prefix)
    return plain


NORMALS: Final = {"text": normal, "telephone": normal_telephone}


def blind(value: str, purpose: str, form: str = "text", secret: bytes | None = None) -> bytes:
    """A keyed fingerprint (32 bytes) to find equal values without opening any; one key a purpose."""
    used = profile()
    key = _index_key(used.name, secret or key_ring().index(), purpose)
    return used.mac(key, NORMALS[form](value).encode())


def digest(data: bytes, using: Profile | None = None) -> bytes:
    """SHA-256 or SM3 of the current profile, 32 bytes."""
    return (using or profile()).digest(data)


def content_id(data: bytes) -> str:
    """SHA-256 in hex, whatever the profile: names content, protects nothing."""
    return INTL.digest(data).hex()


def signature(message: bytes, purpose: str) -> str:
    """A keyed signature in hex of what we hand out and want to know again."""
    used = profile()
    key = used.derived(key_ring().index(), f"sign/{purpose}")
    return used.mac(key, message).hex()


def signed(message: bytes, purpose: str, mark: str) -> bool:
    """Is this the signature we gave? In constant time."""
    return hmac.compare_digest(signature(message, purpose).encode(), mark.encode())

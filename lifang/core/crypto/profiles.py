"""Two sets of algorithms behind one interface; a certified device would be a third `Profile`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lifang.core.config import config

TAG: Final = 16


class Tampered(Exception):
    """The bytes, their context or the key are not those of the sealing."""


class Aead(Protocol):
    """Authenticated encryption: what is sealed under a context opens only under the same."""

    def encrypt(self, nonce: bytes, plain: bytes, aad: bytes) -> bytes: ...
    def decrypt(self, nonce: bytes, sealed: bytes, aad: bytes) -> bytes: ...


class Aes:
    """AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._gcm = AESGCM(key)

    def encrypt(self, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        return self._gcm.encrypt(nonce, plain, aad)

    def decrypt(self, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        try:
            return self._gcm.decrypt(nonce, sealed, aad)
        except InvalidTag:
            raise Tampered from None


class Sm4:
    """SM4-GCM (GB/T 32907, GB/T 36624)."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        worker = Cipher(self._key, modes.GCM(nonce)).encryptor()
        worker.authenticate_additional_data(aad)
        return worker.update(plain) + worker.finalize() + worker.tag

    def decrypt(self, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        if len(sealed) < TAG:
            raise Tampered
        worker = Cipher(self._key, modes.GCM(nonce, sealed[-TAG:])).decryptor()
        worker.authenticate_additional_data(aad)
        try:
            return worker.update(sealed[:-TAG]) + worker.finalize()
        except InvalidTag:
            raise Tampered from None


@dataclass(frozen=True, slots=True)
class Profile:
    """A name, the byte that says it in an envelope, a cipher with its key length, a hash."""

    name: str
    mark: int
    cipher: type[Aes] | type[Sm4]
    key_bytes: int
    hash: type[hashes.SHA256] | type[hashes.SM3]

    def digest(self, data: bytes) -> bytes:
        """The hash, 32 bytes."""
        worker = hashes.Hash(self.hash())
        worker.update(data)
        return worker.finalize()

    def mac(self, key: bytes, data: bytes) -> bytes:
        """The keyed hash, 32 bytes."""
        worker = _keyed(key, self.hash).copy()
        worker.update(data)
        return worker.finalize()

    def derived(self, secret: bytes, purpose: str, length: int = 32) -> bytes:
        """A key of its own for each purpose, so that none can stand in for another."""
        info = f"lifang/{self.name}/{purpose}".encode()
        return HKDF(self.hash(), length, salt=None, info=info).derive(secret)


@lru_cache(maxsize=256)
def _keyed(key: bytes, hash_: type[hashes.SHA256] | type[hashes.SM3]) -> hmac.HMAC:
    """Set up once for a key, copied for each text."""
    return hmac.HMAC(key, hash_())


INTL: Final = Profile("intl", 1, Aes, 32, hashes.SHA256)
GM: Final = Profile("gm", 2, Sm4, 16, hashes.SM3)
PROFILES: Final = {known.name: known for known in (INTL, GM)}
MARKS: Final = {known.mark: known for known in (INTL, GM)}


def profile() -> Profile:
    """The profile new things are sealed under; old ones open under the one they were sealed with."""
    return PROFILES[config().crypto_profile]

"""Keys and tokens as NATS writes them: Ed25519 in base32 with a kind and a checksum, JWTs signed with it."""

import json
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import crc_hqx
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ACCOUNT = 0  # the kind of key: "A…"


class Issuer:
    """An account's signing key, from 32 secret bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        plain = bytes([_ACCOUNT]) + raw
        whole = plain + crc_hqx(plain, 0).to_bytes(2, "little")
        self.public = b32encode(whole).decode().rstrip("=")

    def token(self, claims: dict[str, Any], at: int) -> str:
        """A JWT of these claims; `at` in seconds."""
        said = {**claims, "iss": self.public, "iat": at}
        said["jti"] = b32encode(sha256(_plain(said)).digest()).decode().rstrip("=")
        head = _text(_plain({"typ": "JWT", "alg": "ed25519-nkey"}))
        signed = f"{head}.{_text(_plain(said))}"
        return f"{signed}.{_text(self._key.sign(signed.encode()))}"


def seed_of(secret: str) -> bytes:
    """32 bytes of a longer secret."""
    return sha256(secret.encode()).digest()


def claims(token: str) -> dict[str, Any]:
    """What a token says; its signature is not looked at (the server sent it over its own line)."""
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def _plain(said: Any) -> bytes:
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")

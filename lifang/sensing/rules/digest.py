"""Digest authentication (RFC 2617, RFC 7616) as cameras speak it over HTTP and SIP: the password is never sent.

MD5 without a choice is what the standards of video ask for; it proves the password and protects nothing else.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

FRESH_SECONDS: Final = 300
_MOST_USED: Final = 50_000
_PART: Final = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_HASHES: Final = {"md5": hashlib.md5, "sha-256": hashlib.sha256}


class Nonces:
    """Random numbers that prove when they were given, each counted up by whoever uses it."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self.used: dict[tuple[str, str], int] = {}

    def make(self, at: datetime) -> str:
        said = int(at.timestamp()).to_bytes(8, "big") + secrets.token_bytes(8)
        return base64.urlsafe_b64encode(said + self._mark(said)).decode()

    def fresh(self, nonce: str, at: datetime) -> bool:
        try:
            raw = base64.urlsafe_b64decode(nonce.encode("ascii"))
        except (ValueError, UnicodeEncodeError):
            return False
        said, mark = raw[:16], raw[16:]
        age = at.timestamp() - int.from_bytes(said[:8], "big")
        return hmac.compare_digest(mark, self._mark(said)) and -1 <= age <= FRESH_SECONDS

    def first(self, nonce: str, count: str, at: datetime) -> bool:
        """Not used with this count before; without a count nobody can tell."""
        now = int(at.timestamp())
        if len(self.used) > _MOST_USED:
            self.used = {key: then for key, then in self.used.items() if now - then <= FRESH_SECONDS}  # fmt: skip
        if not count:
            return True
        again = (nonce, count) in self.used
        self.used[nonce, count] = now
        return not again

    def _mark(self, said: bytes) -> bytes:
        return hmac.digest(self.key, said, "sha256")[:16]


def challenge(realm: str, nonce: str, *, stale: bool = False) -> str:
    """What is asked of whoever has not proved it."""
    return f'Digest realm="{realm}", nonce="{nonce}", algorithm=MD5, qop="auth"' + (", stale=true" if stale else "")  # fmt: skip


def parts(header: str) -> dict[str, str]:
    """What an Authorization header of Digest says; nothing for any other."""
    kind, _, rest = header.strip().partition(" ")
    if kind.lower() != "digest" or len(rest) > 4000:
        return {}
    return {name.lower(): quoted or plain for name, quoted, plain in _PART.findall(rest)}


def fits(given: Mapping[str, str], password: str, method: str) -> bool:
    """Does the answer prove the password?"""
    make = _HASHES.get(given.get("algorithm", "MD5").lower())
    qop = given.get("qop", "")
    if make is None or qop not in ("", "auth"):
        return False

    def digest(text: str) -> str:
        return make(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()

    who = digest(f"{given.get('username', '')}:{given.get('realm', '')}:{password}")
    what = digest(f"{method}:{given.get('uri', '')}")
    middle = f"{given.get('nonce', '')}"
    if qop:
        middle += f":{given.get('nc', '')}:{given.get('cnonce', '')}:{qop}"
    wanted = digest(f"{who}:{middle}:{what}")
    return hmac.compare_digest(wanted.encode(), given.get("response", "").lower().encode())

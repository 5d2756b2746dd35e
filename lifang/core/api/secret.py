"""A key as text: `lf_<prefix>_<secret>`. The prefix is shown and looked up, the secret only compared."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from lifang.core.api.terms import PREFIX
from lifang.core.ids import short_code

MARK = "lf_"


class Token(NamedTuple):
    prefix: str
    secret: str

    def __str__(self) -> str:
        return f"{MARK}{self.prefix}_{self.secret}"

    def digest(self) -> bytes:
        """256 random bits need no slow hash: there is nothing to guess."""
        return hashlib.sha256(str(self).encode()).digest()

    def fits(self, digest: bytes) -> bool:
        return hmac.compare_digest(self.digest(), bytes(digest))


def new_token() -> Token:
    return Token(short_code(PREFIX), secrets.token_urlsafe(32))


def read_token(text: str) -> Token | None:
    """The parts of a key, or None for anything else."""
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != "lf" or len(prefix) != PREFIX or not (40 <= len(secret) <= 60) or not text.isascii():
        return None
    return Token(prefix, secret)

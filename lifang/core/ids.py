"""Identifiers: sortable ones for rows, short ones for people."""

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

# No 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: whatever is left is not mistaken for a neighbour on paper.
ALPHABET: Final = "34679ACDEFGHJKMNPQRTWXY"


def new_id() -> UUID:
    """A version 7 identifier: unguessable enough for a key, sorted by the time it was made."""
    return uuid7()


def made_at(pk: UUID) -> datetime:
    """When a version 7 identifier was made, to the millisecond."""
    return datetime.fromtimestamp((pk.int >> 80) / 1000, UTC)


def short_code(length: int = 8) -> str:
    """A random code a person can read aloud and type; 23 letters and digits, no look-alikes."""
    if length < 1:
        raise ValueError("a short code has at least one character")
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def read_code(typed: str) -> str:
    """The code somebody typed: in capitals, without the spaces and dashes people add."""
    return "".join(c for c in typed.upper() if c.isascii() and c.isalnum())

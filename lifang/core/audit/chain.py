"""The chain: each line's digest covers the line and the digest before it."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives import hashes

START = b"\0" * 32
_ENCODER = msgspec.json.Encoder(order="sorted")


class Line(NamedTuple):
    """A line before it is chained. `changes`: field → [before, after]."""

    at: datetime
    account: str | None
    kind: str
    action: str
    outcome: str
    subject_type: str
    subject: str
    area: str
    reason: str
    changes: dict[str, Any]


def canonical(seq: int, line: Line) -> bytes:
    """The bytes that are digested: sorted JSON, time in UTC with microseconds."""
    facts = line._asdict()
    facts["at"] = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    return _ENCODER.encode({"seq": seq, **facts})


def chained(algorithm: str, previous: bytes, content: bytes) -> bytes:
    """SHA-256 (`sha256`) or SM3 (`sm3`) of the previous digest and the content."""
    if algorithm == "sha256":
        return hashlib.sha256(previous + content).digest()
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(previous + content)
    return sm3.finalize()


def broken_links(rows: Iterable[tuple[int, str, bytes, bytes, Line]]) -> Iterator[int]:
    """Numbers of lines that do not follow from the line before them, in order of `seq`."""
    before, expected = START, 1
    for seq, algorithm, previous, digest, line in rows:
        whole = seq == expected and bytes(previous) == before
        if not whole or chained(algorithm, bytes(previous), canonical(seq, line)) != bytes(digest):
            yield seq
        before, expected = bytes(digest), seq + 1

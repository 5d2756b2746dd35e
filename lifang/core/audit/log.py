"""Append to the log and check it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from lifang.core.access.prepared import named, run
from lifang.core.audit.chain import START, Line, broken_links, canonical, chained
from lifang.core.audit.models import Anchor, Entry, Head
from lifang.core.config import config

_HEAD = "SELECT seq, encode(digest, 'hex') FROM audit_head WHERE id = 1 FOR UPDATE"
_COLUMNS = (*Line._fields, "seq", "algorithm", "previous", "digest")
_ADD = f"WITH added AS (INSERT INTO audit_entry ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608 -- our own names
_MOVE = """ RETURNING seq, digest)
UPDATE audit_head SET seq = last.seq, digest = last.digest FROM (SELECT seq, digest FROM added ORDER BY seq DESC LIMIT 1) AS last WHERE id = 1
"""
_ONE = (  # in the order of _COLUMNS
    f"{_ADD}($1::timestamptz, NULLIF($2, '')::uuid, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, "
    f"$10::jsonb, $11::bigint, $12::text, decode($13, 'hex'), decode($14, 'hex')){_MOVE} RETURNING audit_head.seq"
)


def append(lines: Iterable[Line]) -> None:
    """Chain the lines to the log, in the transaction of the act. Call last: the head is locked.

    Everybody who acts waits for the head, so lines and head go to the database in one message.
    """
    lines = list(lines)
    if not lines:
        return
    algorithm = "sm3" if config().crypto_profile == "gm" else "sha256"
    with transaction.atomic(savepoint=False):
        ((number, head),) = run(named("audit.head", lambda: (_HEAD, None)))
        seq, digest = int(number or 0), bytes.fromhex(head or "")
        rows: list[tuple[Line, int, bytes, bytes]] = []
        for line in lines:
            seq, previous = seq + 1, digest
            digest = chained(algorithm, previous, canonical(seq, line))
            rows.append((line, seq, previous, digest))
        if len(rows) == 1:  # as most acts leave it
            run(named("audit.one", lambda: (_ONE, None)), *_texts(algorithm, *rows[0]))
            return
        values = [value for row in rows for value in _values(algorithm, *row)]
        places = f"({', '.join(['%s'] * len(_COLUMNS))})"
        with connection.cursor() as cursor:
            cursor.execute(_ADD + ", ".join([places] * len(rows)) + _MOVE, values)


def _values(algorithm: str, line: Line, seq: int, previous: bytes, digest: bytes) -> list[Any]:
    facts = line._replace(changes=Jsonb(line.changes))  # type: ignore[arg-type]
    return [*facts, seq, algorithm, previous, digest]


def _texts(algorithm: str, line: Line, seq: int, previous: bytes, digest: bytes) -> list[str]:
    """The same as PostgreSQL reads it."""
    facts = line._asdict()
    changes = json.dumps(facts.pop("changes"))
    told = [line.at.isoformat(), line.account or "", *(str(one) for one in [*facts.values()][2:])]
    return [*told, changes, str(seq), algorithm, previous.hex(), digest.hex()]


class Verdict(NamedTuple):
    """What a walk over the chain found; `whole` when nothing is wrong."""

    lines: int
    broken: list[int]
    tail_matches: bool
    anchors_match: bool
    anchors: int = 0

    @property
    def whole(self) -> bool:
        return not self.broken and self.tail_matches and self.anchors_match


Told = tuple[int, bytes]


def verify(told: Iterable[Told] = ()) -> Verdict:
    """Walk the whole chain, compare its end with the head, and every anchor with its line.

    `told`: numbers and digests that somebody outside kept. Only these find a log that was rewritten from some
    line on, or an old copy put in its place, together with the head and our own anchors.
    """
    count, head = 0, Head.objects.values_list("seq", "digest").get(id=1)
    last: Told = (0, START)
    known = [
        (anchor.seq, bytes(anchor.digest)) for anchor in Anchor.objects.filter(seq__lte=head[0])
    ]
    beyond = Anchor.objects.filter(seq__gt=head[0]).exists()
    anchors = [*known, *((seq, bytes(digest)) for seq, digest in told)]
    wanted = {seq for seq, _ in anchors}
    found: dict[int, bytes] = {}

    def rows() -> Iterator[tuple[int, str, bytes, bytes, Line]]:
        nonlocal count, last
        # Lines written meanwhile are left for the next walk.
        for entry in Entry.objects.filter(seq__lte=head[0]).order_by("seq").iterator(2000):
            count, last = count + 1, (entry.seq, bytes(entry.digest))
            if entry.seq in wanted:
                found[entry.seq] = bytes(entry.digest)
            previous, digest = bytes(entry.previous), bytes(entry.digest)
            yield entry.seq, entry.algorithm, previous, digest, line_of(entry)

    broken = list(broken_links(rows()))
    return Verdict(
        lines=count,
        broken=broken,
        tail_matches=last == (head[0], bytes(head[1])) and not _lines_past_the_head(),
        anchors_match=not beyond and all(found.get(seq) == digest for seq, digest in anchors),
        anchors=len(anchors),
    )


def _lines_past_the_head() -> bool:
    """Lines are seen before the head that covers them: read in this order, none can be past it."""
    newest = Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return newest > Head.objects.values_list("seq", flat=True).get(id=1)


def line_of(entry: Entry) -> Line:
    """The line as it was before chaining."""
    return Line(
        at=entry.at,
        account=str(entry.account) if entry.account else None,
        kind=entry.kind,
        action=entry.action,
        outcome=entry.outcome,
        subject_type=entry.subject_type,
        subject=entry.subject,
        area=entry.area,
        reason=entry.reason,
        changes=entry.changes,
    )

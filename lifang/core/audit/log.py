"""Append to the log and check it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import connection, transaction

from lifang.core.audit.chain import Line, broken_links, canonical, chained
from lifang.core.audit.models import Entry, Head
from lifang.core.config import config

_HEAD = "SELECT seq, digest FROM audit_head WHERE id = 1 FOR UPDATE"
_MOVE = "UPDATE audit_head SET seq = %s, digest = %s WHERE id = 1"


def append(lines: Iterable[Line]) -> None:
    """Chain the lines to the log, in the transaction of the act. Call last: the head is locked."""
    lines = list(lines)
    if not lines:
        return
    algorithm = "sm3" if config().crypto_profile == "gm" else "sha256"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HEAD)
        seq, digest = cursor.fetchone()
        entries = []
        for line in lines:
            seq, previous = seq + 1, bytes(digest)
            digest = chained(algorithm, previous, canonical(seq, line))
            entries.append(
                Entry(
                    seq=seq, algorithm=algorithm, previous=previous, digest=digest, **line._asdict()
                )
            )
        Entry.objects.bulk_create(entries)
        cursor.execute(_MOVE, [seq, digest])


class Verdict(NamedTuple):
    lines: int
    broken: list[int]
    tail_matches: bool
    anchors_match: bool

    @property
    def whole(self) -> bool:
        return not self.broken and self.tail_matches and self.anchors_match


def verify() -> Verdict:
    """Walk the whole chain, compare its end with the head and every anchor with its line."""
    from lifang.core.audit.models import Anchor  # noqa: PLC0415 -- beside its only use

    count = 0

    def rows() -> Iterator[tuple[int, str, bytes, bytes, Line]]:
        nonlocal count
        for entry in Entry.objects.order_by("seq").iterator(2000):
            count += 1
            yield entry.seq, entry.algorithm, entry.previous, entry.digest, line_of(entry)

    broken = list(broken_links(rows()))
    last = Entry.objects.order_by("-seq").values_list("seq", "digest").first() or (0, b"\0" * 32)
    head = Head.objects.values_list("seq", "digest").get(id=1)
    digests = dict(
        Entry.objects.filter(seq__in=Anchor.objects.values("seq")).values_list("seq", "digest")
    )
    anchored = all(
        anchor.seq in digests and bytes(digests[anchor.seq]) == bytes(anchor.digest)
        for anchor in Anchor.objects.all()
    )
    tail = last[0] == head[0] and bytes(last[1]) == bytes(head[1])
    return Verdict(count, broken, tail, anchored)


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

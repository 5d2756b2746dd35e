"""What could not be read is kept with its reason, and counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db import connection
from django.utils.timezone import localtime

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.ids import new_id
from lifang.sensing.catalogue import policy
from lifang.sensing.models import Announced, Counted, Firing, Quarantined
from lifang.sensing.rules import Refusing
from lifang.sensing.rules.pictures import without
from lifang.sensing.terms import Owner, Way

MOST_BYTES = 65_536
_KEEP = """
INSERT INTO sensing_quarantined AS q
  (id, area, holders, way, source, reason, detail, topic, body, digest, count, first_at, last_at)
VALUES (%s, %s, '{}', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (source, reason, digest) DO UPDATE SET count = q.count + excluded.count, last_at = excluded.last_at
"""
_COUNT = """
INSERT INTO sensing_counted AS c (id, area, holders, day, way, source, reason, count)
VALUES (%s, %s, '{}', %s, %s, %s, %s, %s)
ON CONFLICT (day, way, source, reason, area) DO UPDATE SET count = c.count + excluded.count
"""
_TODAY = "SELECT coalesce(sum(count), 0) FROM sensing_counted WHERE day = %s AND source = %s AND reason <> ''"


class Lost(NamedTuple):
    """A message on its way into quarantine."""

    owner: Owner
    way: Way
    wrong: Refusing
    topic: str
    body: bytes


def lay_aside(lost: Sequence[Lost], at: datetime) -> None:
    """Keep each once, with how often it came; of a source that sends nothing else only so many a day."""
    most, full = policy("poison_a_day"), dict[str, int]()
    kept: dict[tuple[str, str, bytes], tuple[Lost, int]] = {}
    for one in lost:
        digest = sha256(one.topic.encode(errors="replace") + b"\x00" + one.body).digest()
        key = one.owner.source, one.wrong.reason.value, digest
        kept[key] = one, kept.get(key, (one, 0))[1] + 1
    with connection.cursor() as cursor:
        for (source, reason, digest), (one, times) in sorted(
            kept.items(), key=lambda item: item[0]
        ):
            if source not in full:
                cursor.execute(_TODAY, [localtime(at).date(), source])
                full[source] = int(cursor.fetchone()[0])
            full[source] += 1
            if full[source] > most:
                continue
            cursor.execute(
                _KEEP,
                [
                    new_id(), one.owner.area, one.way, source, reason, _plain(without(one.wrong.detail.encode(errors="replace")).decode())[:300], _plain(one.topic)[:2000],
                    without(one.body)[:MOST_BYTES], digest, times, at, at,
                ],
            )  # fmt: skip


def count(outcomes: Mapping[tuple[Owner, Way, str], int], at: datetime) -> None:
    """How many messages of each source were taken and refused today."""
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for (owner, way, reason), times in outcomes.items():
        sums[owner.area, way.value, owner.source, reason] += times
    day = localtime(at).date()
    with connection.cursor() as cursor:
        for (area, way_in, source, reason), times in sorted(sums.items()):
            cursor.execute(_COUNT, [new_id(), area, day, way_in, source, reason, times])


def _plain(text: str) -> str:
    """PostgreSQL keeps no null characters."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


@action("sensing.forget_old")
def forget_old(*, actor: Actor, at: datetime) -> int:
    """What has been kept long enough goes: messages in quarantine, counts, ids of makers. Whole days of observations: `archive_day`."""
    before = at - timedelta(days=policy("poison_days"))
    Firing.objects.filter(last_at__lt=before).delete()  # its end was never told
    Announced.objects.filter(last_at__lt=at - timedelta(days=policy("keep_days"))).delete()
    gone, _ = Quarantined.objects.filter(last_at__lt=before).delete()
    last = (at - timedelta(days=policy("keep_days"))).date()
    Counted.objects.filter(day__lt=last).delete()
    with connection.cursor() as cursor:
        old = (at - timedelta(days=policy("receipt_days"))).date()
        cursor.execute("DELETE FROM sensing_receipt WHERE day < %s", [old])
    return gone

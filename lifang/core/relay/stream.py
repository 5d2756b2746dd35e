"""JetStream, the pipe: may be deleted at any time and is filled again from the outbox."""

import json
from datetime import datetime
from typing import Any

from django.db import connection
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from lifang.core.events.models import Outbox
from lifang.core.relay.hearing import message

STREAM = "EVENTS"
KEPT_SECONDS = 7 * 24 * 3600
_UNPASSED = """
SELECT id, name, facts, area, holders, at, seq FROM events_outbox
WHERE passed_at IS NULL AND xact < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY seq LIMIT %s
"""


def subject(told: Outbox) -> str:
    """`ev.<area or 0>.<context>.<Name>`: a screen subscribes to its areas."""
    return f"ev.{told.area or '0'}.{told.name}"


async def ensure(js: JetStreamContext) -> bool:
    """Make the stream if it is gone; True if it was made (then the outbox is passed on again)."""
    try:
        await js.stream_info(STREAM)
    except NotFoundError:
        await js.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=["ev.>"],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=KEPT_SECONDS,
                duplicate_window=120,
            )
        )
        return True
    return False


def forget_passed(since: datetime) -> int:
    """Mark events since then as not yet passed on: the stream was lost."""
    return Outbox.objects.filter(at__gte=since, passed_at__isnull=False).update(passed_at=None)


def unpassed(most: int = 500) -> list[Outbox]:
    return list(Outbox.objects.raw(_UNPASSED, [most]))


async def pass_on(js: JetStreamContext, waiting: list[Outbox]) -> list[Outbox]:
    """Publish in order; those the server acknowledged (after its fsync)."""
    passed = []
    for told in waiting:
        body = json.dumps(message(told), ensure_ascii=False).encode()
        await js.publish(subject(told), body, headers={"Nats-Msg-Id": str(told.pk)}, timeout=5)
        passed.append(told)
    return passed


def mark_passed(passed: list[Outbox], at: datetime) -> None:
    Outbox.objects.filter(pk__in=[told.pk for told in passed]).update(passed_at=at)


def alone(key: int = 770_001) -> bool:
    """Take the lock that makes this the only relay; False if another has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return bool(row and row[0])

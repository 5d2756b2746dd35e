"""The way on: unheard events, in order, to every listener, then to the stream."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.core.events.models import Outbox, Trouble
from lifang.core.events.registry import ANY, EVENTS, LISTENERS, Listener, decode, listeners_of

log = logging.getLogger(__name__)

PAUSES = [timedelta(seconds=s) for s in (1, 5, 30, 120, 600, 3600)]  # then laid aside

# Only events of finished transactions, and none that a running one could still slip in before.
_UNHEARD = """
SELECT id, name, facts, area, holders, at, seq FROM events_outbox
WHERE heard_at IS NULL AND xact < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY seq LIMIT %s
"""


def hear_next(at: datetime, most: int = 200) -> int:
    """Give up to `most` unheard events to their listeners; how many were given."""
    with behind(SYSTEM):
        waiting = list(Outbox.objects.raw(_UNHEARD, [most]))
        for told in waiting:
            hear(told, at)
    return len(waiting)


def hear_again(at: datetime) -> int:
    """Try failed listeners whose pause is over; how many were tried."""
    with behind(SYSTEM):
        due = list(Trouble.objects.filter(again_at__lte=at).select_related("event")[:50])
        for trouble in due:
            listener = LISTENERS.get(trouble.listener)
            if listener and _try(listener, trouble.event, at):
                trouble.delete()
    return len(due)


def hear(told: Outbox, at: datetime, *, patient: bool = True) -> None:
    """Give one event to its listeners. Patient: a listener that fails is laid aside, not raised."""
    for listener in _hearers(told):
        if patient:
            _try(listener, told, at)
        else:
            _give(listener, told, at)
    Outbox.objects.filter(pk=told.pk).update(heard_at=at)


def _hearers(told: Outbox) -> list[Listener]:
    everybody = [each for each in listeners_of(ANY) if each.wanted(told)]
    return [*(listeners_of(told.name) if told.name in EVENTS else ()), *everybody]


def _give(listener: Listener, told: Outbox, at: datetime) -> None:
    with together(actor=SYSTEM, at=at):
        if _received(listener, told, at):
            heard = told if listener.event == ANY else decode(told.name, told.facts)
            listener.hear(heard, SYSTEM)


def _try(listener: Listener, told: Outbox, at: datetime) -> bool:
    try:
        _give(listener, told, at)
    except Exception as error:
        log.exception("listener %s failed on %s", listener.name, told.pk)
        _lay_aside(listener, told, error, at)
        return False
    return True


def _received(listener: Listener, told: Outbox, at: datetime) -> bool:
    """Write the receipt; False if it is there already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_inbox (listener, event, done_at) VALUES (%s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [listener.name, told.pk, at],
        )
        return bool(cursor.rowcount == 1)


def _lay_aside(listener: Listener, told: Outbox, error: Exception, at: datetime) -> None:
    known, _ = Trouble.objects.get_or_create(
        listener=listener.name, event_id=told.pk, defaults={"error": ""}
    )
    pause = PAUSES[known.tries] if known.tries < len(PAUSES) else None
    known.tries += 1
    known.error = f"{type(error).__name__}: {error}"[:2000]
    known.again_at = at + pause if pause else None
    known.save()


def lay_by(*, before: datetime, at: datetime) -> int:
    """Count events of a told past (an import, a demo) as heard and passed on; how many."""
    return Outbox.objects.filter(at__lt=before, heard_at__isnull=True).update(
        heard_at=at, passed_at=at
    )


def message(told: Outbox) -> dict[str, Any]:
    """What the stream carries: the event's name, area, time and facts."""
    return {
        "id": str(told.pk),
        "name": told.name,
        "area": told.area,
        "holders": told.holders,
        "at": told.at.isoformat(),
        "facts": told.facts,
    }

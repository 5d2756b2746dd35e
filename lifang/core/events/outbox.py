"""The way out: events are written with the act they tell of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec
from django.db import connection

from lifang.core.events.registry import encode
from lifang.core.ids import new_id

Told = tuple[Any, str]

_pending: ContextVar[list[Told] | None] = ContextVar("pending_events", default=None)
_WRITE = "INSERT INTO events_outbox (id, name, facts, area, at) VALUES "


def publish(told: Any, *, area: str = "") -> None:
    """Tell an event: it leaves with the commit of the running action, or not at all."""
    if not connection.in_atomic_block:
        raise RuntimeError("publish() outside a transaction: call it in an action")
    pending = _pending.get()
    if pending is None:
        _write([(told, area)])
    else:
        pending.append((told, area))


@contextmanager
def gathering() -> Iterator[list[Told]]:
    """Hold events back and write them together at the end; nothing is written if the block fails."""
    pending: list[Told] = []
    token = _pending.set(pending)
    try:
        yield pending
        _write(pending)
    finally:
        _pending.reset(token)


def _write(pending: list[Told]) -> None:
    if not pending:
        return
    values: list[Any] = []
    for told, area in pending:
        facts = msgspec.json.encode(encode(told)).decode()
        values += [new_id(), told.event_name, facts, area, told.at]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE + ",".join(["(%s, %s, %s::jsonb, %s, %s)"] * len(pending)), values)

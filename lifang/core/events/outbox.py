"""The way out: events are written with the act they tell of."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec
from django.db import connection

from lifang.core.events.registry import encode
from lifang.core.ids import new_id

Told = tuple[Any, str, list[str]]

_pending: ContextVar[list[Told] | None] = ContextVar("pending_events", default=None)
_WRITE = "INSERT INTO events_outbox (id, name, facts, area, holders, at) VALUES "


def publish(told: Any, *, area: str = "", holders: Iterable[str] = ()) -> None:
    """Tell an event: it leaves with the commit of the running action, or not at all.

    Live pages of whoever sees the area, and of these holders, hear of it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() outside a transaction: call it in an action")
    pending = _pending.get()
    if pending is None:
        _write([(told, area, list(holders))])
    else:
        pending.append((told, area, list(holders)))


@contextmanager
def or_nothing() -> Iterator[None]:
    """Forget what is told in the block if it fails: for a part of an act that may be undone alone."""
    pending = _pending.get()
    before = len(pending) if pending is not None else 0
    try:
        yield
    except BaseException:
        if pending is not None:
            del pending[before:]
        raise


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
    for told, area, holders in pending:
        facts = msgspec.json.encode(encode(told)).decode()
        values += [new_id(), told.event_name, facts, area, holders, told.at]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE + ",".join(["(%s, %s, %s::jsonb, %s, %s, %s)"] * len(pending)), values
        )

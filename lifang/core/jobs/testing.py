"""Run what waits, in this transaction and without a worker."""

import json
from datetime import datetime

from django.db import connection

from lifang.core.jobs.declare import JOBS

_NEXT = """
DELETE FROM procrastinate_jobs WHERE id = (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s)
    ORDER BY priority DESC, id LIMIT 1
) RETURNING task_name, args
"""
_WAITING = "SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"


def run_due(at: datetime, limit: int = 1000) -> list[str]:
    """Run every job due at that time, also those that jobs ask for; the names of what ran. Errors come through."""
    ran: list[str] = []
    while len(ran) < limit:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [at])
            row = cursor.fetchone()
        if row is None:
            return ran
        name, facts = row
        JOBS[name].run(at, **_read(facts))
        ran.append(name)
    raise AssertionError(f"jobs that ask for jobs without end: {ran[-3:]}")


def waiting() -> list[tuple[str, dict[str, object]]]:
    """Jobs asked for and not run, with their facts."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return [(name, _read(facts)) for name, facts in cursor.fetchall()]


def _read(facts: object) -> dict[str, object]:

    return json.loads(facts) if isinstance(facts, str) else dict(facts)  # type: ignore[call-overload,no-any-return]

"""Jobs of a killed worker are known by its silence and given back.

A worker tells every two seconds that it lives; after eight seconds of silence any other takes over. A worker that was only slow
still has the lock of its job (`alone.py`): who takes over waits for it, then does the job once more, which every job bears.
That a worker died is no fault of its job and counts as none of its attempts. A job whose workers die again and again is taken for
the cause: it ends as failed, for an operator to see.
"""

import asyncio
import logging
from typing import Final

from django.conf import settings
from procrastinate.exceptions import ProcrastinateException, UniqueViolation
from procrastinate.manager import JobManager

log = logging.getLogger("lifang.jobs")

_WORKER: Final = settings.PROCRASTINATE_WORKER_DEFAULTS

MOST_SILENT: Final = 20  # workers that may die over one job

# Asked again as the row is changed: of two that look, one gives it back, and not from under the one that took it.
_SILENT = """status = 'doing' AND (worker_id IS NULL OR worker_id IN (
    SELECT w.id FROM procrastinate_workers w WHERE w.last_heartbeat < now() - make_interval(secs => %(silent)s)))"""
_ONE = f"WHERE id = %(job)s AND {_SILENT} RETURNING id"
# Begun so many times beyond its attempts: each of those ended in silence.
_DEADLY = "(SELECT count(*) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started') > j.attempts + %(most)s"
_STALLED = f"SELECT j.id, j.task_name, {_DEADLY} AS deadly FROM procrastinate_jobs j WHERE {_SILENT} ORDER BY j.id"  # noqa: S608 -- our own words
_AGAIN = f"UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = now() {_ONE}"  # noqa: S608 -- our own words
_ENDS = f"UPDATE procrastinate_jobs SET status = 'failed' {_ONE}"  # noqa: S608 -- our own words


async def give_back(manager: JobManager) -> int:
    """Let others do what silent workers had begun; how many jobs.

    Of a job whose like waits already (`once`) the waiting one is enough: it ends as failed.
    """
    ask, back = manager.connector.execute_query_all_async, 0
    silent = _WORKER["stalled_worker_timeout"]
    for row in await ask(_STALLED, silent=silent, most=MOST_SILENT):
        facts = {"job": row["id"], "silent": silent}
        if row["deadly"]:
            if await ask(_ENDS, **facts):
                log.error("job %s (%s) is given up: %s workers died over it", row["id"], row["task_name"], MOST_SILENT)  # fmt: skip
            continue
        try:
            given = await ask(_AGAIN, **facts)
        except UniqueViolation:
            await ask(_ENDS, **facts)
            continue
        if given:
            back += 1
            log.warning("job %s (%s) goes on: its worker is silent", row["id"], row["task_name"])
    return back


async def watch(manager: JobManager) -> None:
    """Look again and again, for as long as the worker lives."""
    while True:
        try:
            await give_back(manager)
        except (
            ProcrastinateException
        ) as error:  # the worker itself ends when the database stays away
            log.warning("no look at stalled jobs: %s", error)
        await asyncio.sleep(_WORKER["fetch_job_polling_interval"])

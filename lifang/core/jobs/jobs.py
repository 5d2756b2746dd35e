"""Housekeeping of the queue itself; it needs procrastinate's own connection, so it is not a `Job`."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

KEEP_HOURS = 72


@app.periodic(cron="17 19 * * *")
@app.task(name="core.jobs.remove_old", queueing_lock="core.jobs.remove_old", pass_context=True)
async def remove_old(context: JobContext, timestamp: int) -> None:
    """Forget finished jobs after three days; failed ones stay for an operator to see."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)

"""Work for later, kept in PostgreSQL: declared in a context's `jobs.py`, run by `manage jobs`."""

from lifang.core.jobs.declare import JOBS, Job, job, periodic

__all__ = ["JOBS", "Job", "job", "periodic"]

"""Thin wrappers around procrastinate: a job is one line that calls one action as the system."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.apps import apps
from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.jobs.alone import alone, free, held

log = logging.getLogger("lifang.jobs")

Act = Callable[..., Any]

JOBS: dict[str, "Job"] = {}

# Procrastinate would use a connection of its own inside a worker; then a job could start before the transaction
# that asks for it commits, or outlive one that fails. Django's connection makes the job part of the act.
_MANAGER = JobManager(DjangoConnector())


class Job:
    """A declared job; call it `later`, or `run` it here and now."""

    def __init__(self, name: str, act: Act) -> None:
        self.name, self.act = name, act
        self.task: Task[..., Any, ...] | None = None

    def run(self, at: datetime, **facts: Any) -> Any:
        """Do it now, as the system, at that time."""
        with behind(SYSTEM):
            return self.act(system=SYSTEM, at=at, **facts)

    def later(
        self,
        *,
        start: datetime | None = None,
        once: str | None = None,
        lock: str | None = None,
        **facts: Any,
    ) -> bool:
        """Ask for it with the running transaction; ids and times travel as text. False when it was asked already.

        `start` is the earliest time. `once`: while a job with this key waits, a second one is not added.
        `lock`: jobs with this key run one after another.
        """
        if self.task is None:
            raise RuntimeError(f"{self.name} was not declared with @job")
        asked = self.task.configure(schedule_at=start, queueing_lock=once, lock=lock)
        plain = msgspec.to_builtins(facts)
        try:
            # A savepoint: "already there" must not spoil the transaction of the act.
            with transaction.atomic():
                JobDeferrer(job_manager=_MANAGER, job=asked.job).defer(**plain)
        except AlreadyEnqueued:
            return False
        return True

    def standing(self) -> list[dict[str, Any]]:
        """With which facts it waits or is being done; what is not among them has ended or was given up."""
        rows = apps.get_model("procrastinate", "ProcrastinateJob").objects.filter(
            task_name=self.name, status__in=("todo", "doing")
        )
        return list(rows.values_list("args", flat=True))


def job(
    *, queue: str = "default", attempts: int = 5, wait_seconds: int = 10, priority: int = 0
) -> Callable[[Act], Job]:
    """Declare a job: `def name(*, system: Actor, at: datetime, …) -> None`, one line.

    It runs at least once; after a failure again, up to `attempts` times, waiting longer each time.
    """

    def declare(act: Act) -> Job:
        made = _known(act)
        retry = RetryStrategy(max_attempts=attempts, exponential_wait=wait_seconds)
        made.task = app.task(name=made.name, queue=queue, priority=priority, retry=retry)(
            lambda **facts: _after_the_other(made, facts)
        )
        return made

    return declare


def _after_the_other(made: Job, facts: dict[str, Any]) -> Any:
    with alone(made.name, facts):
        return made.run(_now(), **facts)


def _unless_another(made: Job) -> Any:
    """What the clock starts is made up by the next turn: who comes while another is at it goes away."""
    if not held(made.name):
        log.info("%s: another worker is at it still", made.name)
        return None
    try:
        return made.run(_now())
    finally:
        free(made.name)


def periodic(*, cron: str, queue: str = "default") -> Callable[[Act], Job]:
    """Declare a job that starts by the clock; `cron` is in UTC. A missed or failed run is made up by the next."""

    def declare(act: Act) -> Job:
        made = _known(act)
        made.task = app.task(name=made.name, queue=queue, queueing_lock=made.name)(
            lambda timestamp: _unless_another(made)
        )
        app.periodic(cron=cron)(made.task)
        return made

    return declare


def _known(act: Act) -> Job:
    name = f"{act.__module__.removeprefix('lifang.')}.{act.__name__}"
    if name in JOBS:
        raise RuntimeError(f"two jobs are called {name}")
    JOBS[name] = Job(name, act)
    return JOBS[name]


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- a worker is an edge that reads the clock

"""`manage jobs`: one worker. What a killed one had begun is given back at the start and looked for all the time."""

import asyncio
import contextlib
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

from lifang.core.jobs.stalled import give_back, watch


class Command(BaseCommand):
    requires_system_checks = []  # the start has checked; after a crash every second counts
    help = "Run jobs, and go on with what a killed worker had begun."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=1, help="jobs at a time")
        parser.add_argument("--one-shot", action="store_true", help="end when nothing waits")

    def handle(self, *args: Any, **options: Any) -> None:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            asyncio.run(_run(options["concurrency"], wait=not options["one_shot"]))


async def _run(concurrency: int, *, wait: bool) -> None:
    async with app.open_async():
        await give_back(app.job_manager)
        watching = asyncio.create_task(watch(app.job_manager), name="stalled jobs")
        try:
            await app.run_worker_async(concurrency=concurrency, wait=wait)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

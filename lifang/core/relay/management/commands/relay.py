"""`manage relay`: listeners at once on NOTIFY, then the stream; falls behind without loss."""

import asyncio
import logging
import signal
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import nats
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from lifang.core.access import SYSTEM
from lifang.core.access.wall import stand
from lifang.core.relay import hearing, stream

log = logging.getLogger("lifang.relay")
T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- the edge that reads the clock


class Command(BaseCommand):
    requires_system_checks = []  # the start has checked; after a crash every second counts
    help = "Carry events from the outbox to listeners and to the stream."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with asyncio.Runner() as runner:
            self._run(runner)

    def _stop(self, *_: Any) -> None:
        self.stopping = True

    def _run(self, runner: asyncio.Runner) -> None:
        pipe: Any = None
        locked = False
        while not self.stopping:
            try:
                stand(SYSTEM)
                locked = locked or stream.alone()
                if not locked:
                    self._wait(2)
                    continue
                told = hearing.hear_next(_now()) + hearing.hear_again(_now())
                pipe, passed = self._pass(runner, pipe)
                if not told and not passed:
                    self._wait(1)
            except (OperationalError, InterfaceError) as error:
                log.warning("the database is away: %s", error)
                connection.close()
                locked = False
                time.sleep(1)

    def _pass(self, runner: asyncio.Runner, pipe: Any) -> tuple[Any, int]:
        """Pass a batch on; a stream that is away leaves it in the outbox."""
        try:
            pipe = pipe if pipe is not None and pipe.is_connected else runner.run(_connect())
            js = pipe.jetstream()
            if runner.run(_while_open(pipe, stream.ensure(js))):
                stream.forget_passed(_now() - timedelta(seconds=stream.KEPT_SECONDS))
            passed = runner.run(_while_open(pipe, stream.pass_on(js, stream.unpassed())))
        except Exception as error:  # noqa: BLE001 -- whatever it is, the outbox keeps the events
            log.warning("the stream is away, events wait in the outbox: %r", error)
            return None, 0
        stream.mark_passed(passed, _now())
        return pipe, len(passed)

    def _wait(self, seconds: float) -> None:
        """Sleep until the outbox is written to, or for `seconds`."""
        with connection.cursor() as cursor:
            cursor.execute("LISTEN lifang_outbox")
        if connection.connection is not None:
            for _ in connection.connection.notifies(timeout=seconds, stop_after=1):
                return


async def _connect() -> Any:
    gone = asyncio.Event()

    async def closed() -> None:
        gone.set()

    pipe: Any = await nats.connect(
        settings.LIFANG_NATS_URL,
        name="relay",
        max_reconnect_attempts=1,
        connect_timeout=2,
        allow_reconnect=False,
        closed_cb=closed,
    )
    pipe.gone = gone
    return pipe


async def _while_open(pipe: Any, work: Coroutine[Any, Any, T]) -> T:
    """The work's result; a server that goes away is noticed at once, not when an answer is overdue."""
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(pipe.gone.wait())
    await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    if working.done():
        return working.result()
    working.cancel()
    raise ConnectionError("NATS closed the line")

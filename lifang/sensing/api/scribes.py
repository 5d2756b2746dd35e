"""Who writes for the gate: a thread of its process, and in a flood a process beside it."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any, Final

from django.db import close_old_connections

from lifang.core.access import SYSTEM, wall
from lifang.sensing.actions.intake import Register

log = logging.getLogger("lifang.gate")
AGAIN_SECONDS: Final = 10.0  # after a process ended that nobody had asked to


class Scribe:
    """A thread with its own connection and memory: one transaction after another."""

    def __init__(self, first: int) -> None:
        self.register = Register()
        self.first = first  # of the places that it gives
        self.thread = ThreadPoolExecutor(1)
        self.running = False

    def ready(self) -> None:
        """Its connection lives and stands behind nobody's wall (said once, not around each transaction); what changed is forgotten."""
        close_old_connections()
        wall.stand(SYSTEM)
        self.register.listen()
        self.register.hear()
        self.register.refresh()

    def is_there(self) -> bool:
        return True

    def takes(self, _asked: Any) -> bool:
        return True

    async def answers(self, commit: Callable[..., list[Any]], together: Sequence[Any]) -> list[Any]:
        """What `commit` answers, in this thread."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, commit, together, self)

    def forget(self) -> None:
        self.register.forget()


class Beside:
    """A process of its own for lines of our own: in a flood they are read and stored on another processor.

    Begun by the first flood, which does not wait for it. `begin` is called in it first; `commit` takes owners with their lines,
    and answers for each. Both are found by name there.
    """

    def __init__(self, begin: Callable[[], None], commit: Callable[[list[Any]], list[Any]]) -> None:
        self.begin, self.commit = begin, commit
        self.running = False
        self._pool: ProcessPoolExecutor | None = None
        self._there = False
        self._not_before = 0.0

    def is_there(self) -> bool:
        """If not, it is begun."""
        if self._pool is None and time.monotonic() >= self._not_before:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"))
            self._pool.submit(self.begin).add_done_callback(self._begun)
        return self._there

    def _begun(self, asked: "Future[None]") -> None:
        if asked.cancelled():
            return
        if fault := asked.exception():
            log.error("no process beside the gate: %r", fault)
            self.forget()
        else:
            self._there = True

    def takes(self, asked: Any) -> bool:
        """No letters of another standard, no lines of foreign words."""
        return asked.letter is None and asked.read is None

    async def answers(self, _commit: Callable[..., list[Any]], together: Sequence[Any]) -> list[Any]:  # fmt: skip
        """What `commit` of that process answers. Raises when it failed, or is no more."""
        given = [(asked.owner, asked.lines) for asked in together]
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.commit, given)

    def forget(self) -> None:
        """It failed or ended: another one, with the next flood but one."""
        pool, self._pool, self._there = self._pool, None, False
        self._not_before = time.monotonic() + AGAIN_SECONDS
        self.close(pool)

    def close(self, pool: ProcessPoolExecutor | None = None) -> None:
        pool = pool or self._pool
        if pool:
            pool.shutdown(wait=False, cancel_futures=True)

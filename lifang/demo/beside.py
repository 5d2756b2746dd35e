"""Two cores make one county: what is made beside the days, in processes of its own."""

import os
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from multiprocessing import get_context

from django.db import connection, connections

from lifang.core.files.darkroom import Print
from lifang.demo.photos import picture

AHEAD = 4  # pictures of each kind drawn before they are asked for
Kind = tuple[str, bool]  # subject, after
Work = Callable[[Callable[[int], None]], None]  # it is given what it calls after each part


@contextmanager
def unhurried() -> Iterator[None]:
    """Commits of this process and its forks do not wait for the disk; any later commit waits for theirs too."""
    options = connection.settings_dict["OPTIONS"]
    before = options.get("options", "")
    connections.close_all()
    options["options"] = f"{before} -c synchronous_commit=off"
    try:
        yield
    finally:
        connections.close_all()
        options["options"] = before


@contextmanager
def beside(work: Work, *, alone: bool) -> Iterator[None]:
    """Do `work` in a fork with its own connection to the database; the block ends when the work has.

    Open connections are closed first: call it outside any transaction. Work that fails, fails here. `alone`: do it here, before.
    """
    if alone:
        work(lambda _done: None)
        yield
        return
    connections.close_all()
    child = get_context("fork").Process(target=_away, args=(work, os.getpid()), daemon=True)
    child.start()
    try:
        yield
        child.join()
    finally:
        child.terminate()
        child.join()
    if child.exitcode:
        raise RuntimeError("what is made beside the days has failed; the reason stands above")


def _away(work: Work, parent: int) -> None:
    def step(_done: int) -> None:
        if os.getppid() != parent:
            raise SystemExit("nobody waits for this any more")

    try:
        work(step)
    finally:
        connections.close_all()


class Album:
    """Drawn pictures; the n-th of a kind is the same in every county, whoever draws it and when."""

    def __init__(self, seed: int, pool: Executor | None = None) -> None:
        self.seed, self.pool = seed, pool
        self.count: dict[Kind, int] = defaultdict(int)
        self.drawing: dict[Kind, deque[Future[Print]]] = defaultdict(deque)

    def picture(self, subject: str, *, after: bool) -> Print:
        """The next picture of this kind."""
        kind = ("" if after else subject), after
        if self.pool is None:
            return drawn(self.seed, kind, self._next(kind))
        waiting = self.drawing[kind]
        while len(waiting) <= AHEAD:
            waiting.append(self.pool.submit(drawn, self.seed, kind, self._next(kind)))
        return waiting.popleft().result()

    def _next(self, kind: Kind) -> int:
        self.count[kind] += 1
        return self.count[kind]


def drawn(seed: int, kind: Kind, number: int) -> Print:
    """One picture of the album."""
    subject, after = kind
    return picture(subject, after, random.Random(f"{seed}/{subject}/{after}/{number}"))


@contextmanager
def album(seed: int, *, alone: bool) -> Iterator[Album]:
    """An album drawn ahead by a process of its own, or by nobody but who asks."""
    pool = ProcessPoolExecutor(1, mp_context=get_context("fork"))
    with nullcontext() if alone else pool as drawing:
        yield Album(seed, drawing)
        if drawing is not None:
            drawing.shutdown(cancel_futures=True)

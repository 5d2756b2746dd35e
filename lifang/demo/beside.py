"""Several processes make one county: its parts live side by side, each in a process of its own."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, TypeVar, cast

from django.db import connection, connections

Step = Callable[[int], None]
T = TypeVar("T")


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


def side_by_side(works: Sequence[Callable[[], T]], *, alone: bool) -> list[T]:
    """Do the works, the first here and each other in a fork with its own connection; what they answer, in order.

    Open connections are closed first: call it outside any transaction. Work that fails, fails here. `alone`: one after another.
    """
    if alone:
        return [work() for work in works]
    connections.close_all()
    here, *others = works
    forks = [_Fork(work) for work in others]
    try:
        return [here(), *[fork.answer() for fork in forks]]
    finally:
        for fork in forks:
            fork.end()


class _Fork(Generic[T]):
    """Work that a child does and whose answer it sends back."""

    def __init__(self, work: Callable[[], T]) -> None:
        fork = get_context("fork")
        self.inbox, outbox = fork.Pipe(duplex=False)
        self.child = fork.Process(target=_away, args=(work, outbox), daemon=True)
        self.child.start()
        outbox.close()

    def answer(self) -> T:
        try:
            return cast("T", self.inbox.recv())
        except EOFError:
            raise RuntimeError("a part of the county has failed; the reason stands above") from None

    def end(self) -> None:
        self.child.terminate()
        self.child.join()
        self.inbox.close()


def _away(work: Callable[[], object], outbox: Connection) -> None:
    try:
        outbox.send(work())
    finally:
        connections.close_all()
        outbox.close()


def silent() -> Step:
    """What a fork calls after each step: it shows nothing, and ends the fork when nobody waits for it any more."""
    parent = os.getppid()

    def step(_done: int) -> None:
        if os.getppid() != parent:
            raise SystemExit("nobody waits for this any more")

    return step

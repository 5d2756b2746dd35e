"""Finished pieces of pages, each kept under everything it was made of."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

from django.utils.translation import get_language

V = TypeVar("V")
_ALL: list["Kept[Any]"] = []
MEGABYTE = 1024 * 1024


class Kept(Generic[V]):
    """What this process has made, up to so many bytes; the longest unused goes first."""

    def __init__(self, most: int = 24 * MEGABYTE, each: int = MEGABYTE // 2) -> None:
        self.most, self.each = most, each
        self._made: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        _ALL.append(self)

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            found = self._made.get(key)
            if found is None:
                return None
            self._made.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, made: V, size: int) -> None:
        if size > self.each:
            return
        with self._lock:
            _, before = self._made.pop(key, (None, 0))
            self._made[key] = (made, size)
            self._bytes += size - before
            while self._bytes > self.most:
                self._bytes -= self._made.popitem(last=False)[1][1]

    def clear(self) -> None:
        with self._lock:
            self._made.clear()
            self._bytes = 0


PIECES: Kept[str] = Kept()
_WORLD: list[Callable[[], object]] = []


def forget() -> None:
    """Make everything anew (tests)."""
    for kept in _ALL:
        kept.clear()


def hangs_on(revision: Callable[[], object]) -> None:
    """Let every piece hang on what this answers: something of everybody's that seldom changes, known from memory."""
    if revision not in _WORLD:
        _WORLD.append(revision)


def world() -> tuple[object, ...]:
    """What every piece hangs on: the reader's language, and what was named by `hangs_on`."""
    return (get_language(), *(revision() for revision in _WORLD))

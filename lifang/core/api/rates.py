"""A token bucket a key, in memory of each process: fair use, not a defence against floods."""

import math
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from django.http import HttpResponse

from lifang.core.access import Refused


class Taken(NamedTuple):
    limit: int
    remaining: int
    seconds: int  # until the bucket is full again; until one token, when refused
    allowed: bool

    def tell(self, response: HttpResponse) -> HttpResponse:
        """The usual headers."""
        response["RateLimit-Limit"] = str(self.limit)
        response["RateLimit-Remaining"] = str(self.remaining)
        response["RateLimit-Reset"] = str(self.seconds)
        if not self.allowed:
            response["Retry-After"] = str(self.seconds)
        return response

    def insist(self) -> None:
        if not self.allowed:
            raise Refused("too_many_requests", seconds=self.seconds)


class Buckets:
    """Buckets by name; the longest unused are forgotten (a full bucket anyway)."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: str, per_minute: int, now: float) -> Taken:
        """One token at `now` (seconds of a clock that never goes back)."""
        with self._lock:
            level, then = self._held.pop(name, (float(per_minute), now))
            level = min(float(per_minute), level + (now - then) * per_minute / 60)
            allowed = level >= 1
            level -= allowed
            self._held[name] = (level, now)
            if len(self._held) > self._most:
                self._held.popitem(last=False)
        missing = (per_minute if allowed else 1) - level
        return Taken(per_minute, int(level), math.ceil(missing * 60 / per_minute), allowed)

    def clear(self) -> None:
        self._held.clear()


BUCKETS = Buckets()

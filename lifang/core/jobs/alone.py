"""The same work is not done by two workers at once, also where one was taken for dead and is only slow.

The lock lies on the connection that does the work: who loses it can write nothing any more, and a killed worker's is gone at once.
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Final

from django.db import DatabaseError, connection

log = logging.getLogger("lifang.jobs")

PATIENCE: Final = timedelta(
    minutes=10
)  # for the other to end; then the job fails, and is tried again as any that fails
_LOOK_SECONDS: Final = 0.5


class Busy(RuntimeError):
    """Another worker is still at it."""


def held(name: str, facts: Mapping[str, Any] | None = None) -> bool:
    """Take the lock of this work for this connection; false when another has it. To be given back by `free`."""
    return bool(_ask("SELECT pg_try_advisory_lock(%s)", _key(name, facts)))


def free(name: str, facts: Mapping[str, Any] | None = None) -> None:
    """Give the lock back; a connection that broke has no lock any more."""
    with suppress(DatabaseError):
        _ask("SELECT pg_advisory_unlock(%s)", _key(name, facts))


@contextmanager
def alone(name: str, facts: Mapping[str, Any], patience: timedelta = PATIENCE) -> Iterator[None]:
    """Wait until no other worker does this with these facts, then do it."""
    until = time.monotonic() + patience.total_seconds()
    if not held(name, facts):
        log.warning("%s: another worker is at it still; waiting for it", name)
        while not held(name, facts):
            if time.monotonic() > until:
                raise Busy(name)
            time.sleep(_LOOK_SECONDS)
    try:
        yield
    finally:
        free(name, facts)


def _ask(sql: str, key: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        (found,) = cursor.fetchone()
        return found


def _key(name: str, facts: Mapping[str, Any] | None) -> int:
    said = json.dumps([name, facts], sort_keys=True, ensure_ascii=False, default=str)
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), signed=True)
